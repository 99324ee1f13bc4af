"""newCall, answer, hangup: Zammad's generic CTI (JSON), sipgate.io (forms), and Placetel in words of its own."""

from ringdesk.simulators.hooks import Part, Told, form, json


def generic(told: Told) -> list[Part]:
    """Numbers without the plus."""
    return [
        json(after, str(said["event"]), said | {"from": told.bare, "to": told.called.removeprefix("+")})
        for after, said in _steps(told)
    ]


def sipgate(told: Told) -> list[Part]:
    """The same as forms, with `xcid`. The rest of the call is sent to the same address, which is the one that is answered."""
    return [
        form(
            after,
            said["event"],
            {"from": told.bare, "to": told.called.removeprefix("+"), "xcid": told.other_id("x")}
            | {"user[]" if name == "user" else name: value for name, value in said.items()},
        )
        for after, said in _steps(told)
    ]


def placetel(told: Told) -> list[Part]:
    """IncomingCall, CallAccepted, HungUp; numbers as in the country."""
    base = {
        "from": told.as_given,
        "to": told.called,
        "call_id": told.other_id("a") + told.other_id("b"),
        "direction": "in",
    }
    peer = {"peer": f"{told.rung}@fpbx.example"}
    ended = {"type": "accepted" if told.taken else "missed"}
    if told.taken:
        ended["duration"] = str(round(told.ended_after - told.answered_after))
    found = [form(0.0, "IncomingCall", {"event": "IncomingCall", **base})]
    if told.taken:
        found.append(form(told.answered_after, "CallAccepted", {"event": "CallAccepted", **base, **peer}))
    return [
        *found,
        form(told.ended_after, "HungUp", {"event": "HungUp", **base, **(peer if told.taken else {}), **ended}),
    ]


def _steps(told: Told) -> list[tuple[float, dict[str, str]]]:
    base = {"callId": told.id, "direction": "in"}
    user = {"user": told.rung}
    steps = [(0.0, {"event": "newCall", **base, **user})]
    if told.taken:
        steps.append((told.answered_after, {"event": "answer", **base, **user}))
    cause = "normalClearing" if told.taken else "cancel"
    return [*steps, (told.ended_after, {"event": "hangup", **base, "cause": cause})]
