"""SignalWire: compatibility (cXML) forms in Twilio's words, and the JSON of RELAY and SWML.

Two signatures: forms have Twilio's; JSON has the hexadecimal HMAC-SHA1 of the address and the body as it came
(SignalWire::Security::WebhookValidator; signalwire-python, request_validator.py). A request for a document (cXML, SWML) is
handed on as Twilio's is, `?then=` for cXML only.
"""

from typing import Any, Final

import msgspec

from ringdesk.calls import CallEvent, Direction, EventKind, Leg, LegState, Outcome
from ringdesk.codecs import callstatus, hookfacts, hooksigned, hooktimes, macs, refusals, urlsigned
from ringdesk.codecs.http import Answer, Fields, Request, text_of
from ringdesk.dialects import SignedHook, Verdict
from ringdesk.safetext import SafeText
from ringdesk.why import Why

HEADERS: Final = ("x-signalwire-signature", "x-twilio-signature")
"""Either may be there, for clients that came from Twilio, or both."""
_TAKEN: Final = Answer(204)
_REASONS: Final = {
    "cancel": Outcome.MISSED,
    "noAnswer": Outcome.MISSED,
    "busy": Outcome.BUSY,
    "decline": Outcome.REJECTED,
    "error": Outcome.FAILED,
}
"""`end_reason` of a RELAY call; `hangup` says nothing of whether a person had answered."""
_LEG_REASONS: Final = {
    "cancel": LegState.CANCELLED,
    "noAnswer": LegState.MISSED,
    "busy": LegState.REJECTED,
    "decline": LegState.REJECTED,
    "error": LegState.MISSED,
}


class SignalWireDialect(SignedHook):
    """A `WebhookDialect`. The secrets are signing keys of the space."""

    signs_address = True

    def refusal(self, request: Request, now: float, secrets: tuple[str, ...]) -> Why | None:
        """Of SignalWire's own kind, or of Twilio's."""
        signatures = [each for each in map(request.header, HEADERS) if each]
        if not signatures:
            return hooksigned.UNSIGNED
        texts = [address.encode() + request.body for address in urlsigned.addresses(request.url)]
        whole = [macs.hexadecimal("sha1", one, text) for one in secrets for text in texts]
        covered = urlsigned.values(request)
        if covered is None:
            covered = _flat(request.json)
        for each in signatures:
            if macs.same(each, whole) or (covered is not None and urlsigned.signed(request, each, secrets, covered)):
                return None
        return refusals.FORGED

    def told(self, request: Request, base: CallEvent) -> Verdict:
        """One state of one leg."""
        form = request.query if request.method == "GET" else request.form
        report = self._object(request.json, base) if form is None else self._form(form, base)
        if report is None:
            return Verdict.refuse(refusals.UNREADABLE)
        answer = _TAKEN
        if report.asks:
            answer = hooksigned.ELSEWHERE if form is None else hooksigned.onward(request)
        return Verdict(answer=answer, events=report.events, once=report.once if report.events else "")

    def _form(self, form: Fields, base: CallEvent) -> callstatus.Report | None:
        return callstatus.read(dict(reversed(form)), base, self._line)

    def _object(self, data: dict[str, Any] | None, base: CallEvent) -> callstatus.Report | None:
        if data is None:
            return None
        if "CallSid" in data:
            return callstatus.read({name: text_of(data, name) for name in data}, base, self._line)
        event = data.get("event_type") == "calling.call.state"
        call = data.get("params" if event else "call")
        if not isinstance(call, dict) or not hookfacts.native_id(text_of(call, "call_id")):
            return None
        state = text_of(call, "call_state") or "created"
        once = hookfacts.delivery(text_of(call, "call_id"), state, text_of(data, "event_type"))
        base = msgspec.structs.replace(base, at=hooktimes.at(text_of(data, "timestamp"), base.at))
        return callstatus.Report(self._events(call, base, state), not event, once)

    def _events(self, call: dict[str, Any], base: CallEvent, state: str) -> tuple[CallEvent, ...]:
        device = ("device", "params")
        number = text_of(call, *device, "from_number") or text_of(call, *device, "from") or text_of(call, "from")
        to = text_of(call, *device, "to_number") or text_of(call, *device, "to") or text_of(call, "to")
        parent = hookfacts.native_id(text_of(call, "parent", "call_id"))
        outgoing = text_of(call, "direction") == "outbound" and not parent
        base = msgspec.structs.replace(
            base,
            native_id=parent or hookfacts.native_id(text_of(call, "call_id")),
            direction=Direction.OUT if outgoing else Direction.IN,
            caller=hooksigned.caller(number),
            called=hookfacts.called("" if parent else to, self._line),
        )
        reason = text_of(call, "end_reason")
        return _leg(base, SafeText(hooksigned.agent(to)), state, reason) if parent else _call(base, state, reason)


def _call(base: CallEvent, state: str, reason: str) -> tuple[CallEvent, ...]:
    outgoing = base.direction is Direction.OUT
    if state in ("created", "ringing"):
        return (base,)
    if state == "answered":
        return (msgspec.structs.replace(base, event=EventKind.ANSWERED if outgoing else EventKind.QUEUED),)
    return (
        (msgspec.structs.replace(base, event=EventKind.ENDED, outcome=_REASONS.get(reason)),)
        if state == "ended"
        else ()
    )


def _leg(base: CallEvent, who: SafeText, state: str, reason: str) -> tuple[CallEvent, ...]:
    if not who:
        return ()
    over = _LEG_REASONS.get(reason, LegState.ENDED)
    states = {"created": LegState.RINGING, "ringing": LegState.RINGING, "answered": LegState.ANSWERED, "ended": over}
    if state not in states:
        return ()
    told = msgspec.structs.replace(base, event=EventKind.LEG, leg=Leg(who, states[state]))
    if state == "ended":
        return (told,)
    if state == "answered":
        return told, msgspec.structs.replace(base, event=EventKind.ANSWERED, answered_by=who)
    return base, told


def _flat(data: dict[str, Any] | None) -> Fields | None:
    """JSON that is like a form: the vendor's own validator takes Twilio's signature over its texts. None for any other, for
    the signature would not cover all of it."""
    if data is None or not all(isinstance(value, str) for value in data.values()):
        return None
    return tuple(data.items())
