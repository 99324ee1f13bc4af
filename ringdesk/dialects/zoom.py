"""Zoom Phone: who rings at whom, and who took the call.

Signed with `x-zm-signature`, version 0, over time and body (zoom/skills, webhooks/references/verification.md). Each member of
a queue has events of their own under one call id: that one of them missed or refused it is a fact of that telephone, not of
the call. Zoom also asks for proof that we have the secret (`endpoint.url_validation`).
"""

import re
from typing import Any, Final

import msgspec

from ringdesk.calls import CallEvent, Direction, EventKind, Leg, LegState, Outcome, Via
from ringdesk.codecs import hookfacts, hooksigned, hooktimes, macs, refusals
from ringdesk.codecs.http import Answer, Request, text_of
from ringdesk.codecs.overtaken import Newest
from ringdesk.dialects import SignedHook, SourceOptions, Verdict
from ringdesk.safetext import SafeText
from ringdesk.why import Why, register

register(
    {
        "zoom_no_secret": "Zoom asks whether this address has its secret token: enter the token of the app here, "
        "then validate again",
    }
)

SIGNATURE: Final = "x-zm-signature"
TIMESTAMP: Final = "x-zm-request-timestamp"
_TAKEN: Final = Answer(200)
_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
"""A challenge that cannot be the beginning of a signed request (`v0:...`): else whoever asks would be given signatures."""
_LEGS: Final = {
    "ringing": LegState.RINGING,
    "answered": LegState.ANSWERED,
    "missed": LegState.MISSED,
    "rejected": LegState.REJECTED,
    "ended": LegState.ENDED,
}
_CALLS: Final = {
    "ringing": EventKind.RINGING,
    "answered": EventKind.ANSWERED,
    "connected": EventKind.ANSWERED,
    "ended": EventKind.ENDED,
    "hold": EventKind.HELD,
    "unhold": EventKind.RESUMED,
}


class ZoomDialect(SignedHook):
    """A `WebhookDialect`. The secrets are secret tokens of the Zoom app. It remembers of each telephone how new the newest event
    was; without that memory one that rang in vain rings again where its ring was overtaken."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        super().__init__(source_id, options)
        self._newest = Newest()

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """One event of one person's telephone, or the challenge."""
        data = request.json
        if data is not None and text_of(data, "event") == "endpoint.url_validation":
            return _challenge(request, data, now, secrets)
        return super().request(request, now, secrets)

    def refusal(self, request: Request, now: float, secrets: tuple[str, ...]) -> Why | None:
        """Over the time and the body."""
        return _refusal(request, now, secrets)

    def told(self, request: Request, base: CallEvent) -> Verdict:
        """One event of one person's telephone."""
        data = request.json
        if data is None or not text_of(data, "event"):
            return Verdict.refuse(refusals.UNREADABLE)
        payload = data.get("payload")
        found = payload.get("object") if isinstance(payload, dict) else None
        base = msgspec.structs.replace(base, at=hooktimes.at(text_of(data, "event_ts"), base.at))
        events = _events(text_of(data, "event"), found, base, self._line) if isinstance(found, dict) else ()
        told = text_of(data, "event_ts")
        if events and told.isdecimal() and self._newest.overtaken(events[0].native_id, _telephone(found), int(told)):
            events = _facts(events)
        return Verdict(answer=_TAKEN, events=events, once=_once(data, found) if events else "")


def _facts(events: tuple[CallEvent, ...]) -> tuple[CallEvent, ...]:
    """What is still true of a telephone of which something newer was heard: that it answered or the call ended, and who calls."""
    lasting = tuple(each for each in events if each.event in (EventKind.ANSWERED, EventKind.ENDED))
    return lasting or (msgspec.structs.replace(events[0], event=EventKind.CALLER, leg=None),)


def _telephone(found: Any) -> str:
    return text_of(found, "callee", "user_id") or text_of(found, "callee", "extension_number")


def _once(data: dict[str, Any], found: Any) -> str:
    told = text_of(data, "event"), text_of(found, "call_id"), _telephone(found), text_of(data, "event_ts")
    return hookfacts.delivery(*told)


def _refusal(request: Request, now: float, secrets: tuple[str, ...]) -> Why | None:
    given, stamp = request.header(SIGNATURE), request.header(TIMESTAMP)
    if not given or not stamp:
        return hooksigned.UNSIGNED
    if not macs.same(given, [signature(request, one) for one in secrets]):
        return refusals.FORGED
    signed_at = macs.seconds(stamp)
    return None if signed_at is not None and macs.in_window(signed_at, now) else refusals.STALE


def signature(request: Request, secret: str) -> str:
    """Version 0, over the time in its header and the body."""
    message = f"v0:{request.header(TIMESTAMP)}:".encode() + request.body
    return "v0=" + macs.hexadecimal("sha256", secret, message)


def _challenge(request: Request, data: dict[str, Any], now: float, secrets: tuple[str, ...]) -> Verdict:
    """The answer that proves the secret: of several the one that signed the question, else the newest."""
    plain = text_of(data, "payload", "plainToken")
    if not _PLAIN.fullmatch(plain):
        return Verdict.refuse(refusals.UNREADABLE)
    if not secrets:
        return Verdict.refuse(Why("zoom_no_secret"))
    why = _refusal(request, now, secrets)
    if why is not None and why != hooksigned.UNSIGNED:
        return Verdict.refuse(why)
    given = request.header(SIGNATURE)
    secret = next((one for one in secrets if macs.same(given, [signature(request, one)])), secrets[0])
    body = msgspec.json.encode(
        {"plainToken": plain, "encryptedToken": macs.hexadecimal("sha256", secret, plain.encode())}
    )
    return Verdict(answer=Answer(200, body, (("content-type", "application/json"),)), challenge=True)


def _events(name: str, found: dict[str, Any], base: CallEvent, line: str) -> tuple[CallEvent, ...]:
    side, _, state = name.removeprefix("phone.").partition("_")
    call = hookfacts.native_id(text_of(found, "call_id"))
    if not call or not name.startswith("phone.") or side not in ("callee", "caller"):
        return ()
    both = all(text_of(found, one, "extension_number") for one in ("caller", "callee"))
    way = Direction.IN if side == "callee" else Direction.OUT
    number = text_of(found, "caller", "phone_number") or text_of(found, "caller", "extension_number")
    base = msgspec.structs.replace(
        base,
        native_id=call,
        direction=Direction.INTERNAL if both else way,
        caller=hooksigned.caller(number, text_of(found, "caller", "name")),
        called=hookfacts.called(text_of(found, "callee", "phone_number"), line),
        via=_via(found),
    )
    return _callee(state, found, base) if side == "callee" else _whole(state, base, None)


def _callee(state: str, found: dict[str, Any], base: CallEvent) -> tuple[CallEvent, ...]:
    names = ("extension_number", "user_id", "name", "phone_number")
    who = SafeText(next(filter(None, (text_of(found, "callee", name) for name in names)), ""))
    whole = _whole(state, base, who or None)
    if not who or state not in _LEGS:
        return whole
    told = msgspec.structs.replace(base, event=EventKind.LEG, leg=Leg(who, _LEGS[state]))
    return (*whole, told) if state == "ringing" else (told, *whole)


def _whole(state: str, base: CallEvent, who: SafeText | None) -> tuple[CallEvent, ...]:
    kind = _CALLS.get(state)
    if kind is None:
        return ()
    answered = kind is EventKind.ANSWERED
    outcome = Outcome.ANSWERED if kind is EventKind.ENDED and who is not None else None
    return (msgspec.structs.replace(base, event=kind, answered_by=who if answered else None, outcome=outcome),)


def _via(found: dict[str, Any]) -> Via | None:
    """Who forwarded the call."""
    names = ("phone_number", "extension_number", "name")
    raw = SafeText(next(filter(None, (text_of(found, "forwarded_by", name) for name in names)), ""))
    return Via(raw) if raw else None
