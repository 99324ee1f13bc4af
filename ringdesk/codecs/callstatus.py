"""Calls in Twilio's words (`CallSid`, `CallStatus`), which SignalWire and Telnyx speak too (twilio.com, docs/voice/twiml).

A child leg (`ParentCallSid`) is a telephone that is rung for its parent's call. An incoming call that is `in-progress` was
answered by the provider's own document, a menu or a queue: by a person only when a child leg is.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from ringdesk.calls import CallEvent, Direction, EventKind, Leg, LegState, Outcome, Via
from ringdesk.codecs import hookfacts, hooksigned, hooktimes
from ringdesk.safetext import SafeText

_RINGING: Final = ("queued", "initiated", "ringing")
_TALKING: Final = ("in-progress", "answered")
_OVER: Final = {
    "completed": None,
    "busy": Outcome.BUSY,
    "failed": Outcome.FAILED,
    "no-answer": Outcome.MISSED,
    "canceled": Outcome.MISSED,
}
"""How a call ended. `completed`: as far as the provider goes it was answered; whether by a person its legs say."""
_LEG_OVER: Final = {
    "completed": LegState.ENDED,
    "busy": LegState.REJECTED,
    "failed": LegState.MISSED,
    "no-answer": LegState.MISSED,
    "canceled": LegState.CANCELLED,
}
_CALLBACK: Final = ("CallbackSource", "SequenceNumber", "Timestamp", "CallDuration")
"""What only a status callback has."""


class Report(msgspec.Struct, frozen=True):
    """What one request tells. `asks`: what the call shall do, that is, it is no status callback. `once`: see `Verdict`."""

    events: tuple[CallEvent, ...]
    asks: bool
    once: str


def read(values: Mapping[str, str], base: CallEvent, line: str) -> Report | None:
    """What a request tells; None if it is of no call. `base` has time, source and whether it is verified."""
    call, parent = (hookfacts.native_id(values.get(name, "")) for name in ("CallSid", "ParentCallSid"))
    status = values.get("CallStatus", "")
    if not call or not status:
        return None
    base = msgspec.structs.replace(
        base,
        at=hooktimes.at(values.get("Timestamp", ""), base.at),
        native_id=parent or call,
        direction=_direction(values),
        caller=hooksigned.caller(values["From"], values.get("CallerName", "")) if "From" in values else None,
        called=hookfacts.called("" if parent else values.get("To", ""), line),
        via=_via(values.get("ForwardedFrom", "")),
    )
    return Report(
        _leg(values, base, status) if parent else _call(base, status),
        not any(name in values for name in _CALLBACK) and status not in _OVER,
        hookfacts.delivery(call, status, values.get("SequenceNumber", "")),
    )


def _direction(values: Mapping[str, str]) -> Direction:
    """A browser of ours that calls out (`client:`) is incoming for the provider."""
    if values.get("ParentCallSid"):
        return Direction.IN
    outgoing = values.get("Direction", "inbound").startswith("outbound") or values.get("From", "").startswith("client:")
    return Direction.OUT if outgoing else Direction.IN


def _via(forwarder: str) -> Via | None:
    raw = hooksigned.caller(forwarder).raw if forwarder else None
    return None if raw is None else Via(raw)


def _call(base: CallEvent, status: str) -> tuple[CallEvent, ...]:
    outgoing = base.direction is Direction.OUT
    if status in _RINGING:
        return (base,)
    if status in _TALKING:
        return (msgspec.structs.replace(base, event=EventKind.ANSWERED if outgoing else EventKind.QUEUED),)
    if status in _OVER:
        outcome = Outcome.ANSWERED if outgoing and status == "completed" else _OVER[status]
        return (msgspec.structs.replace(base, event=EventKind.ENDED, outcome=outcome),)
    return ()


def _leg(values: Mapping[str, str], base: CallEvent, status: str) -> tuple[CallEvent, ...]:
    who = SafeText(hooksigned.agent(values.get("To", "")))
    if not who:
        return ()
    if status in _RINGING:
        return base, _told(base, who, LegState.RINGING)
    if status in _TALKING:
        answered = msgspec.structs.replace(base, event=EventKind.ANSWERED, answered_by=who)
        return _told(base, who, LegState.ANSWERED), answered
    return (_told(base, who, _LEG_OVER[status]),) if status in _LEG_OVER else ()


def _told(base: CallEvent, who: SafeText, state: LegState) -> CallEvent:
    return msgspec.structs.replace(base, event=EventKind.LEG, leg=Leg(who, state))
