"""Telnyx's Voice API: an application has the call, and rings one telephone for it."""

from typing import Any

from ringdesk.simulators.hooks import Part, Told, json
from ringdesk.times import iso


def parts(told: Told) -> list[Part]:
    """Both legs of one session."""
    answered, ended = told.answered_after, told.ended_after
    first = {"direction": "incoming", "state": "parked"} | (
        {"caller_id_name": told.call.shown_name} if told.call.shown_name else {}
    )
    found = [
        _event(told, 0.0, "call.initiated", "leg-1", first),
        _event(told, 0.0, "call.initiated", "leg-2", {"direction": "outgoing", "state": "bridging"}),
    ]
    if told.taken:
        found += [_event(told, answered, "call.answered", "leg-2"), _event(told, answered, "call.bridged", "leg-2")]
    cause = {"hangup_cause": "normal_clearing" if told.taken else "originator_cancel", "hangup_source": "caller"}
    return [*found, *(_event(told, ended, "call.hangup", leg, cause) for leg in ("leg-2", "leg-1"))]


def _event(told: Told, after: float, name: str, leg: str, more: dict[str, Any] | None = None) -> Part:
    payload = {
        "call_control_id": f"v3:{told.id}-{leg}",
        "call_leg_id": f"{told.id}-{leg}",
        "call_session_id": told.uuid,
        "connection_id": "7",
        "from": told.caller,
        "to": told.called if leg == "leg-1" else f"sip:{told.rung}@sip.telnyx.example",
    }
    data = {
        "event_type": name,
        "id": told.other_id(f"{name} {leg}"),
        "occurred_at": iso(told.at + after),
        "payload": payload | (more or {}),
        "record_type": "event",
    }
    return json(after, f"{leg} {name}", {"data": data, "meta": {"attempt": 1}})
