"""Twilio, and SignalWire in its words: the status callback of the number and those of `<Dial>` (`ringdesk.codecs.callstatus`).

The number's own document dials one telephone. Where that document is asked for at Ringdesk (`?then=`), is for the command to
say: by itself nothing is asked.
"""

from datetime import UTC, datetime
from typing import Final

from ringdesk.calls import Presentation
from ringdesk.simulators.hooks import Part, Told, form

_SPELLED: Final = {Presentation.PRIVATE: "+266696687", Presentation.UNAVAILABLE: "+86282452253"}
"""ANONYMOUS and UNAVAILABLE on the keys of a telephone, as Twilio gives them."""


def parts(told: Told) -> list[Part]:
    """The telephone is rung, picked up or not, and the call is over."""
    answered, ended = told.answered_after, told.ended_after
    steps = [(0.0, "initiated"), (0.0, "ringing")]
    steps += [(answered, "in-progress"), (ended, "completed")] if told.taken else [(answered, "no-answer")]
    legs = [_leg(told, after, status, number) for number, (after, status) in enumerate(steps)]
    return [*legs, _whole(told, ended)]


def _leg(told: Told, after: float, status: str, number: int) -> Part:
    return form(
        after,
        f"leg {status}",
        {
            **_facts(told, after, status, number),
            "CallSid": f"CA{told.other_id('leg')}",
            "ParentCallSid": f"CA{told.id}",
            "Direction": "outbound-dial",
            "To": f"sip:{told.rung}@shop.sip.example",
        },
    )


def _whole(told: Told, after: float) -> Part:
    facts = _facts(told, after, "completed", 0)
    return form(after, "completed", {**facts, "CallSid": f"CA{told.id}", "Direction": "inbound", "To": told.called})


def _facts(told: Told, after: float, status: str, number: int) -> dict[str, str]:
    over = status == "completed"
    return {
        "AccountSid": "AC" + "0" * 31 + "1",
        "ApiVersion": "2010-04-01",
        "CallStatus": status,
        "From": _SPELLED.get(told.call.presentation, told.number),
        "CallerName": told.call.shown_name or "",
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(number),
        "Timestamp": f"{datetime.fromtimestamp(told.at + after, UTC):%a, %d %b %Y %H:%M:%S} +0000",
        "CallDuration": str(round(told.ended_after - told.answered_after)) if over else "",
    }
