"""Plivo: the answer URL is asked first, then come the callbacks of `<Dial>` and the hangup URL."""

from ringdesk.simulators.hooks import Part, Told, form


def parts(told: Told) -> list[Part]:
    """The question what the call shall do, the telephone that picks up, and the end."""
    answered, ended = told.answered_after, told.ended_after
    found = [form(0.0, "ringing", {**_facts(told), "CallStatus": "ringing", "Event": "StartApp"}, asks=True)]
    if told.taken:
        found += [_leg(told, answered, "answer", "answer"), _leg(told, ended, "hangup", "hangup")]
    else:
        found.append(_leg(told, answered, "hangup", "no-answer"))
    over = {
        "CallStatus": "completed" if told.taken else "no-answer",
        "Event": "Hangup",
        "HangupCause": "NORMAL_CLEARING" if told.taken else "NO_ANSWER",
        "Duration": str(round(ended - answered)),
    }
    return [*found, form(ended, "hangup", _facts(told) | over)]


def _facts(told: Told) -> dict[str, str]:
    return {
        "CallUUID": told.uuid,
        "Direction": "inbound",
        "From": told.bare,
        "To": told.called.removeprefix("+"),
        "CallerName": told.call.shown_name or "",
    }


def _leg(told: Told, after: float, action: str, status: str) -> Part:
    leg = told.other_id("leg")
    return form(
        after,
        f"leg {status}",
        {
            "CallUUID": told.uuid,
            "DialALegUUID": told.uuid,
            "DialBLegUUID": f"{leg[:8]}-{leg[8:12]}-{leg[12:16]}-{leg[16:20]}-{leg[20:]}",
            "DialBLegFrom": told.bare,
            "DialBLegTo": f"sip:{told.rung}@phone.plivo.example",
            "Event": f"Dial{action.capitalize()}",
            "DialAction": action,
            "DialBLegStatus": status,
        },
    )
