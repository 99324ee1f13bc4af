"""Events and calls as the JSON objects of contracts.md 4 and 5: every key always, never another."""

from typing import Any

from ringdesk.calls import Call, Called, Caller, CallEvent, CallState, Via
from ringdesk.times import iso


def event_object(event: CallEvent) -> dict[str, Any]:
    """`{"event", "at", "source", "native_id", "caller", "called", "reason", "verified"}`; caller and called are null where
    the event says nothing about them."""
    return {
        "event": event.event.value,
        "at": iso(event.at),
        "source": event.source,
        "native_id": event.native_id,
        "caller": None if event.caller is None else _caller(event.caller),
        "called": None if event.called is None else _called(event.called),
        "reason": _text(event.reason),
        "verified": event.verified,
    }


def call_object(call: Call) -> dict[str, Any]:
    """`{"call", "direction", "state", "outcome", "caller", "called", "via", "answered_by", "claimed_by", "legs", "started",
    "answered", "ended", "sources"}`; `sources` are the ids of the sources that saw it."""
    return {
        "call": call.id,
        "direction": call.direction.value,
        "state": (CallState.HELD if call.held else call.state).value,
        "outcome": None if call.outcome is None else call.outcome.value,
        "caller": _caller(call.caller),
        "called": _called(call.called),
        "via": None if call.via is None else _via(call.via),
        "answered_by": _text(call.answered_by),
        "claimed_by": call.claimed_by,
        "legs": [{"agent": str(leg.agent), "state": leg.state.value} for leg in call.legs],
        "started": iso(call.started),
        "answered": iso(call.answered),
        "ended": iso(call.ended),
        "sources": list(dict.fromkeys(key.source for key in call.sources)),
    }


def _caller(caller: Caller) -> dict[str, Any]:
    return {
        "raw": _text(caller.raw),
        "e164": caller.e164,
        "presentation": caller.presentation.value,
        "name": _text(caller.name),
    }


def _called(called: Called) -> dict[str, Any]:
    return {"raw": _text(called.raw), "line": _text(called.line), "queue": _text(called.queue)}


def _via(via: Via) -> dict[str, Any]:
    return {"raw": _text(via.raw), "reason": via.reason}


def _text(text: str | None) -> str | None:
    return None if text is None else str(text)
