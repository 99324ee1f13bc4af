"""Exotel: the address that a Connect applet opens while it rings somebody (GET), and the status callback of a call (POST)
(support.exotel.com 48284, 3000106308; developer.exotel.com, status-callback). It signs nothing: a secret stands in the
address.

`busy` and `free` in the applet's request are said of the one who is rung, not of the call: the call may go on to the next.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from ringdesk.calls import CallEvent, Direction, EventKind, LegState, Outcome
from ringdesk.codecs import hookfacts, hooktimes, refusals, tokens
from ringdesk.codecs.http import Answer, Request, first
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.safetext import SafeText

_KEYS: Final = ("key", "secret", "token")
"""Names under which the secret may stand in the query."""
_CALL_TYPES: Final = {
    "completed": Outcome.ANSWERED,
    "incomplete": Outcome.MISSED,
    "client-hangup": Outcome.ABANDONED,
    "call-attempt": Outcome.ABANDONED,
    "voicemail": Outcome.VOICEMAIL,
}
_STATUSES: Final = {
    "completed": Outcome.ANSWERED,
    "no-answer": Outcome.MISSED,
    "canceled": Outcome.MISSED,
    "busy": Outcome.BUSY,
    "failed": Outcome.FAILED,
}


class ExotelDialect:
    """A `WebhookDialect`."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._line = options.line

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """One event of one call. The flow goes on whatever is answered."""
        query = request.query
        if not tokens.carried(request, secrets, *(first(query, name) for name in _KEYS)):
            return Verdict.refuse(refusals.FORGED)
        values = query if request.method == "GET" else request.form
        call = hookfacts.native_id(first(values, "CallSid"))
        if values is None or not call:
            return Verdict.refuse(refusals.UNREADABLE)
        stamp = first(values, "CurrentTime") or first(values, "DateUpdated") or first(values, "StartTime")
        at = hooktimes.at(stamp, now)
        found = self._events(call, lambda name: first(values, name), at, popup=request.method == "GET")
        told = [first(values, name) for name in ("Status", "CallStatus", "EventType", "CallType", "DialWhomNumber")]
        once = hookfacts.delivery(request.method, call, *told, first(values, "CurrentTime"))
        return Verdict(answer=Answer(200), events=found, once=once if found else "")

    def _events(self, call: str, value: Callable[[str], str], now: float, *, popup: bool) -> tuple[CallEvent, ...]:
        number = value("CallFrom") or value("From")
        base = CallEvent(
            event=EventKind.RINGING,
            at=now,
            source=self._source,
            native_id=call,
            direction=Direction.OUT if value("Direction").startswith("outbound") else Direction.IN,
            caller=hookfacts.caller(number) if number else None,
            called=hookfacts.called(value("CallTo") or value("To"), self._line),
        )
        agent = SafeText(value("DialWhomNumber"))
        status = value("Status").lower() or value("CallStatus").lower()
        if popup and status in ("busy", "free", ""):
            return _attempt(base, agent, over=status == "free")
        step = value("EventType").lower()
        if step == "answered":
            return hookfacts.answered(base, agent)
        if step in ("dial", "ringing") or status in ("queued", "ringing", "in-progress"):
            return _attempt(base, agent, over=False)
        outcome = _CALL_TYPES.get(value("CallType").lower()) or _STATUSES.get(status)
        if step != "terminal" and outcome is None:
            return ()
        return (msgspec.structs.replace(base, event=EventKind.ENDED, outcome=outcome),)


def _attempt(base: CallEvent, agent: SafeText, *, over: bool) -> tuple[CallEvent, ...]:
    """Somebody is rung, or is rung no more. Whether they had the call in between is not told."""
    ringing = base.direction is Direction.IN and agent
    if over:
        return (hookfacts.leg(base, agent, LegState.CANCELLED),) if ringing else ()
    return (base, hookfacts.leg(base, agent, LegState.RINGING)) if ringing else (base,)
