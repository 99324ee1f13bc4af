"""Vonage: the event URL hears of every leg of a conversation. A document connects the call to one telephone, and is not counted
as an answer here: the leg that came in is answered with the other one."""

from ringdesk.simulators.hooks import Part, Told, json
from ringdesk.times import iso


def parts(told: Told) -> list[Part]:
    """Both legs: started, ringing, answered or not, completed."""
    answered, ended = told.answered_after, told.ended_after
    found = [
        _leg(told, 0.0, "inbound", "started"),
        _leg(told, 0.0, "inbound", "ringing"),
        _leg(told, 0.0, "outbound", "started"),
        _leg(told, 0.0, "outbound", "ringing"),
    ]
    if not told.taken:
        return [*found, _leg(told, answered, "outbound", "cancelled"), _leg(told, answered, "inbound", "unanswered")]
    for after, status in ((answered, "answered"), (ended, "completed")):
        found += [_leg(told, after, "outbound", status), _leg(told, after, "inbound", status)]
    return found


def _leg(told: Told, after: float, direction: str, status: str) -> Part:
    inbound = direction == "inbound"
    said = {
        "from": told.bare,
        "to": told.called.removeprefix("+") if inbound else told.rung,
        "uuid": told.uuid if inbound else told.other_id("leg"),
        "conversation_uuid": f"CON-{told.uuid}",
        "status": status,
        "direction": direction,
        "timestamp": iso(told.at + after),
    }
    if status == "completed":
        said["duration"] = str(round(told.ended_after - told.answered_after))
    return json(after, f"{direction} {status}", said)
