"""Vonage Voice API: events of the event URL, and requests of an answer URL.

Signed with a JSON Web Token (HS256, `iss` Vonage) that has the hash of the body (nexmo-developer, guides/signed-webhooks.md;
vonage-python-sdk, verify_jwt.py). The query of a GET is in no hash, so what it tells is not verified. To an answer URL Ringdesk
has no NCCO to give, and an empty one would end the call: 503 makes Vonage ask the fallback answer URL. A rare request comes
unsigned, and comes again after a 5xx.
"""

import hashlib
from typing import Any, Final

import msgspec

from ringdesk.calls import CallEvent, Direction, EventKind, Leg, LegState, Outcome
from ringdesk.codecs import hookfacts, hooksigned, hooktimes, http, jwt, macs, refusals
from ringdesk.codecs.http import Answer, Request
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.safetext import SafeText
from ringdesk.why import Why

_TAKEN: Final = Answer(200)
_ISSUER: Final = "Vonage"
_RINGING: Final = ("started", "ringing")
_OVER: Final = {
    "completed": (Outcome.ANSWERED, LegState.ENDED),
    "disconnected": (None, LegState.ENDED),
    "cancelled": (Outcome.MISSED, LegState.CANCELLED),
    "unanswered": (Outcome.MISSED, LegState.MISSED),
    "timeout": (Outcome.MISSED, LegState.MISSED),
    "busy": (Outcome.BUSY, LegState.REJECTED),
    "rejected": (Outcome.REJECTED, LegState.REJECTED),
    "failed": (Outcome.FAILED, LegState.MISSED),
}
"""How the whole call ended, and how one leg."""


class VonageDialect:
    """A `WebhookDialect`. The secrets are signature secrets of the account."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._line = options.line

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """One state of one leg, or the question what an incoming call shall do."""
        claims: dict[str, Any] = {}
        if secrets:
            found = _claims(request, now, secrets)
            if isinstance(found, Why):
                return _refused(found, request)
            claims = found
        told = request.method != "GET"
        values = _values(request)
        call = hookfacts.native_id(values.get("conversation_uuid") or values.get("uuid", ""))
        if not call:
            # What concerns no leg (`human`, `machine`, recordings) names it otherwise.
            return Verdict(answer=_TAKEN) if values.get("call_uuid") else _refused(refusals.UNREADABLE, request)
        base = CallEvent(
            event=EventKind.RINGING,
            at=hooktimes.at(values.get("timestamp", ""), now),
            source=self._source,
            native_id=call,
            called=hookfacts.called(values.get("to", ""), self._line),
            verified=True if secrets and told else None,
        )
        if not values.get("status"):
            events: tuple[CallEvent, ...] = (_asked(values, base),)
            token = http.text_of(claims, "jti")
            return Verdict(answer=hooksigned.ELSEWHERE, events=events, once=hookfacts.delivery("answer", call, token))
        events = _events(values, base)
        names = ("uuid", "conversation_uuid", "status", "timestamp")
        once = hookfacts.delivery(*(values.get(name, "") for name in names)) if events else ""
        return Verdict(answer=_TAKEN, events=events, once=once)


def _claims(request: Request, now: float, secrets: tuple[str, ...]) -> dict[str, Any] | Why:
    """What the token says of the request, or why it is not believed."""
    scheme, _, token = request.header("authorization").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return hooksigned.UNSIGNED
    claims = jwt.claims(token.strip(), secrets)
    if claims is None or claims.get("iss") != _ISSUER or not http.text_of(claims, "jti"):
        return refusals.FORGED
    given = claims.get("payload_hash")
    whole = hashlib.sha256(request.body).hexdigest()
    if (given is not None or request.body) and not (isinstance(given, str) and macs.same(given.lower(), [whole])):
        return refusals.FORGED
    issued = claims.get("iat")
    timely = isinstance(issued, int | float) and macs.in_window(issued, now)
    return claims if timely else refusals.STALE


def _values(request: Request) -> dict[str, str]:
    if request.method == "GET":
        return dict(reversed(request.query or ()))
    data = request.json or {}
    return {name: http.text_of(data, name) for name in data}


def _asked(values: dict[str, str], base: CallEvent) -> CallEvent:
    """An answer URL is asked for incoming calls, and says no direction."""
    return msgspec.structs.replace(base, caller=hooksigned.caller(values.get("from", ""), international=True))


def _events(values: dict[str, str], base: CallEvent) -> tuple[CallEvent, ...]:
    """A leg that goes out may be one of our telephones, or a call of its own: the tracker knows whether one came in."""
    status = values.get("status", "")
    who = SafeText(hooksigned.agent(values.get("to", "") or values.get("to_user", "")))
    outgoing = values.get("direction") == "outbound"
    if outgoing:
        base = msgspec.structs.replace(base, direction=Direction.OUT)
    elif "from" in values:
        base = _asked(values, base)

    def leg(state: LegState) -> Leg | None:
        return Leg(who, state) if outgoing and who else None

    if status in _RINGING:
        return (msgspec.structs.replace(base, leg=leg(LegState.RINGING)),)
    if status == "answered":
        return (msgspec.structs.replace(base, event=EventKind.ANSWERED, leg=leg(LegState.ANSWERED)),)
    if status not in _OVER:
        return ()
    outcome, state = _OVER[status]
    return (msgspec.structs.replace(base, event=EventKind.ENDED, outcome=outcome, leg=leg(state)),)


def _refused(why: Why, request: Request) -> Verdict:
    again = why == hooksigned.UNSIGNED or request.method == "GET"
    return Verdict(answer=hooksigned.ELSEWHERE if again else refusals.answer(why), refused=why)
