"""Placetel's Call Control/Notify API (github.com/Placetel/call-control-notify-api). Signed: `X-PLACETEL-SIGNATURE` is the
HMAC-SHA256 of the body in hexadecimal. No time is signed: only the name of a delivery tells a replay.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from ringdesk.calls import CallEvent, Direction, EventKind, Outcome
from ringdesk.codecs import hookfacts, macs, refusals
from ringdesk.codecs.http import Answer, Request, first
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.safetext import SafeText

SIGNATURE: Final = "x-placetel-signature"
_OUTCOMES: Final = {
    "accepted": Outcome.ANSWERED,
    "voicemail": Outcome.VOICEMAIL,
    "missed": Outcome.MISSED,
    "canceled": Outcome.MISSED,
    "blocked": Outcome.BLOCKED,
    "busy": Outcome.BUSY,
    "unavailable": Outcome.FAILED,
    "congestion": Outcome.FAILED,
}


class PlacetelDialect:
    """A `WebhookDialect`."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._line = options.line

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """One event of one call. Without a body in the answer Placetel routes the call as it is set."""
        wanted = [macs.hexadecimal("sha256", secret, request.body) for secret in secrets]
        if secrets and not macs.same(request.header(SIGNATURE), wanted):
            return Verdict.refuse(refusals.FORGED)
        form = request.form
        event, call = first(form, "event"), hookfacts.native_id(first(form, "call_id"))
        if form is None or not event or not call or (event == "IncomingCall" and "from" not in dict(form)):
            return Verdict.refuse(refusals.UNREADABLE)
        events = self._events(event, call, lambda name: first(form, name), now, verified=bool(secrets) or None)
        once = hookfacts.delivery(call, event, first(form, "peer"), first(form, "type"))
        return Verdict(answer=Answer(200), events=events, once=once if events else "")

    def _events(
        self, event: str, call: str, value: Callable[[str], str], now: float, *, verified: bool | None
    ) -> tuple[CallEvent, ...]:
        out = event == "OutgoingCall" or value("direction") == "out"
        number = value("from")
        base = CallEvent(
            event=EventKind.RINGING,
            at=now,
            source=self._source,
            native_id=call,
            direction=Direction.OUT if out else Direction.IN,
            caller=hookfacts.caller(number) if number else None,
            called=hookfacts.called(value("to"), self._line),
            verified=verified,
        )
        if event in ("IncomingCall", "OutgoingCall"):
            return (base,)
        if event == "CallAccepted":
            return hookfacts.answered(base, SafeText(value("peer").partition("@")[0]))
        if event == "HungUp":
            return (msgspec.structs.replace(base, event=EventKind.ENDED, outcome=_OUTCOMES.get(value("type"))),)
        return ()
