"""Telnyx: events of the Voice API (JSON) and TeXML's forms in Twilio's words.

Signed with Ed25519 over `<telnyx-timestamp>|<body>`, believed for 5 minutes (telnyx-python, lib/webhook_verification.py). The
address is not signed, so nothing is read from it but where a TeXML request is handed on to. Only `call.initiated` says which
way a leg goes; the other events name it by its number, and the tracker knows whose leg that is. The leg to a telephone of ours
may be heard of before the caller's: until that is, the call seems to go out.
"""

from typing import Any, Final

import msgspec

from ringdesk.calls import Caller, CallEvent, Direction, EventKind, Leg, LegState, Outcome, Presentation, Via
from ringdesk.codecs import callstatus, hookfacts, hooksigned, hooktimes, macs, refusals
from ringdesk.codecs.http import Answer, Request, text_of
from ringdesk.dialects import SignedHook, Verdict
from ringdesk.safetext import SafeText
from ringdesk.why import Why, register

register(
    {
        "telnyx_no_key": "a secret is no public key of Telnyx; copy the public key from Keys & credentials in the Telnyx portal "
        "(44 characters), not an API key",
    }
)

SIGNATURE: Final = "telnyx-signature-ed25519"
TIMESTAMP: Final = "telnyx-timestamp"
_TAKEN: Final = Answer(200)
"""Anything but 200 is sent again."""
_CAUSES: Final = {
    "normal_clearing": (Outcome.ANSWERED, LegState.ENDED),
    "time_limit": (Outcome.ANSWERED, LegState.ENDED),
    "originator_cancel": (Outcome.MISSED, LegState.CANCELLED),
    "timeout": (Outcome.MISSED, LegState.MISSED),
    "no_answer": (Outcome.MISSED, LegState.MISSED),
    "user_busy": (Outcome.BUSY, LegState.REJECTED),
    "call_rejected": (Outcome.REJECTED, LegState.REJECTED),
    "not_found": (Outcome.FAILED, LegState.MISSED),
}
"""`hangup_cause` of the whole call and of one leg."""


class TelnyxDialect(SignedHook):
    """A `WebhookDialect`. The secrets are public keys of the account (base64): nobody but Telnyx can sign."""

    @staticmethod
    def secret_fault(secret: str) -> Why | None:
        """See `Choosy`: an API key is entered by mistake."""
        return None if macs.is_ed25519(secret) else Why("telnyx_no_key")

    def refusal(self, request: Request, now: float, secrets: tuple[str, ...]) -> Why | None:
        """Of Ed25519, over the time and the body."""
        signature, stamp = request.header(SIGNATURE), request.header(TIMESTAMP)
        if not signature or not stamp:
            return hooksigned.UNSIGNED
        if not macs.ed25519(secrets, signature, f"{stamp}|".encode() + request.body):
            return refusals.FORGED
        signed_at = macs.seconds(stamp)
        return None if signed_at is not None and macs.in_window(signed_at, now) else refusals.STALE

    def told(self, request: Request, base: CallEvent) -> Verdict:
        """One event of one leg."""
        form = request.form if request.method == "POST" else None
        if form is not None:
            report = callstatus.read(dict(reversed(form)), base, self._line)
            if report is None:
                return Verdict.refuse(refusals.UNREADABLE)
            answer = hooksigned.onward(request) if report.asks else _TAKEN
            return Verdict(answer=answer, events=report.events, once=report.once if report.events else "")
        data = (request.json or {}).get("data")
        if not isinstance(data, dict) or not text_of(data, "event_type"):
            return Verdict.refuse(refusals.UNREADABLE)
        events = _events(data, base, self._line)
        return Verdict(answer=_TAKEN, events=events, once=hookfacts.delivery(text_of(data, "id")) if events else "")


def _events(data: dict[str, Any], base: CallEvent, line: str) -> tuple[CallEvent, ...]:
    payload = data.get("payload")
    if not isinstance(payload, dict) or not text_of(data, "id"):
        return ()
    call = hookfacts.native_id(text_of(payload, "call_session_id") or text_of(payload, "call_leg_id"))
    base = msgspec.structs.replace(base, native_id=call, at=hooktimes.at(text_of(data, "occurred_at"), base.at))
    to = text_of(payload, "to")
    who = SafeText(hooksigned.agent(to))
    match text_of(data, "event_type") if call else "":
        case "call.initiated":
            return (_initiated(payload, base, line, who),)
        case "call.answered" | "call.bridged":
            leg = Leg(who, LegState.ANSWERED) if who else None
            return (msgspec.structs.replace(base, event=EventKind.ANSWERED, leg=leg),)
        case "call.enqueued":
            queue = hookfacts.called(queue=text_of(payload, "queue"))
            return (msgspec.structs.replace(base, event=EventKind.QUEUED, called=queue),)
        case "call.hangup":
            outcome, state = _CAUSES.get(text_of(payload, "hangup_cause"), (None, LegState.ENDED))
            leg = Leg(who, state) if who else None
            return (msgspec.structs.replace(base, event=EventKind.ENDED, outcome=outcome, leg=leg),)
    return ()


def _initiated(payload: dict[str, Any], base: CallEvent, line: str, who: SafeText) -> CallEvent:
    base = msgspec.structs.replace(base, called=hookfacts.called(text_of(payload, "to"), line))
    if text_of(payload, "direction") == "outgoing":
        leg = Leg(who, LegState.RINGING) if who else None
        return msgspec.structs.replace(base, direction=Direction.OUT, leg=leg)
    return msgspec.structs.replace(base, caller=_caller(payload), via=_via(payload))


def _caller(payload: dict[str, Any]) -> Caller:
    """Who calls; withheld where the INVITE asks for it (RFC 3323), whatever else it carries."""
    wishes = {wish.strip().lower() for wish in _header(payload, "privacy").split(";")}
    if wishes & {"id", "user", "header"}:
        return Caller(presentation=Presentation.PRIVATE)
    return hooksigned.caller(text_of(payload, "from"), text_of(payload, "caller_id_name"))


def _via(payload: dict[str, Any]) -> Via | None:
    """Who forwarded the call (`Diversion`, RFC 5806)."""
    address = _header(payload, "diversion").partition("<")[2].partition(">")[0]
    raw = hooksigned.caller(hooksigned.agent(address)).raw if address else None
    return None if raw is None else Via(raw)


def _header(payload: dict[str, Any], name: str) -> str:
    """A header of the INVITE that Telnyx hands on."""
    for place in ("sip_headers", "custom_headers"):
        listed = payload.get(place)
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict) and text_of(each, "name").lower() == name:
                return text_of(each, "value")
    return ""
