"""Zoom Phone: what one person's telephone does. Of a call that nobody took it tells no end but that one."""

from typing import Any

from ringdesk.simulators.hooks import Part, Told, json


def parts(told: Told) -> list[Part]:
    """Ringing, answered and ended, or missed."""
    found = [_event(told, 0.0, "ringing")]
    if not told.taken:
        return [*found, _event(told, told.answered_after, "missed")]
    return [*found, _event(told, told.answered_after, "answered"), _event(told, told.ended_after, "ended")]


def _event(told: Told, after: float, state: str) -> Part:
    caller: dict[str, Any] = {"phone_number": told.caller}
    if told.call.shown_name:
        caller["name"] = told.call.shown_name
    rung = told.rung
    callee = {
        "phone_number": told.called,
        "user_id": f"u{rung}",
        "extension_number": int(rung) if rung.isdecimal() else rung,
    }
    call = {"call_id": str(told.whole_number(19)), "caller": caller, "callee": callee}
    return json(
        after,
        state,
        {
            "event": f"phone.callee_{state}",
            "event_ts": round((told.at + after) * 1000),
            "payload": {"account_id": "A1", "object": call},
        },
    )
