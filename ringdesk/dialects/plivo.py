"""Plivo voice: hangup and ring URLs, the callbacks of `<Dial>`, and requests of an answer URL.

Signed with version 3 (plivo-python, utils/signature_v3.py): over address, query, form and a nonce. The nonce is signed with
all the rest, so one that was seen before is the same delivery again (`Verdict.once`). To an answer URL Ringdesk has no XML to
give: it hands on to the address in `?then=`, else to the fallback answer URL.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from ringdesk.calls import CallEvent, Direction, EventKind, Leg, LegState, Outcome, Via
from ringdesk.codecs import hookfacts, hooksigned, hooktimes, macs, refusals
from ringdesk.codecs.http import Answer, Fields, Request
from ringdesk.dialects import SignedHook, Verdict
from ringdesk.safetext import SafeText
from ringdesk.why import Why, register

register(
    {
        "plivo_no_token": "a secret is the Auth ID of an account; copy the auth token that stands below it in the Plivo console"
    }
)

SIGNATURE: Final = "x-plivo-signature-v3"
NONCE: Final = "x-plivo-signature-v3-nonce"
_TAKEN: Final = Answer(200)
_AUTH_ID: Final = re.compile("(?:MA|SA)[A-Z0-9]{18}")
"""Names of accounts and subaccounts (plivo.com, API reference), which stand beside the token."""
_ASKING: Final = ("StartApp", "Redirect")
_OVER: Final = {
    "completed": None,
    "busy": Outcome.BUSY,
    "failed": Outcome.FAILED,
    "timeout": Outcome.MISSED,
    "no-answer": Outcome.MISSED,
    "cancel": Outcome.MISSED,
    "canceled": Outcome.MISSED,
    "rejected": Outcome.REJECTED,
}
_LEGS: Final = {
    "ringing": LegState.RINGING,
    "answer": LegState.ANSWERED,
    "connected": LegState.ANSWERED,
    "in-progress": LegState.ANSWERED,
    "hangup": LegState.ENDED,
    "completed": LegState.ENDED,
    "busy": LegState.REJECTED,
    "rejected": LegState.REJECTED,
    "failed": LegState.MISSED,
    "timeout": LegState.MISSED,
    "no-answer": LegState.MISSED,
    "cancel": LegState.CANCELLED,
    "canceled": LegState.CANCELLED,
}


class PlivoDialect(SignedHook):
    """A `WebhookDialect`. The secrets are auth tokens of the account or subaccount."""

    signs_address = True

    @staticmethod
    def secret_fault(secret: str) -> Why | None:
        """See `Choosy`."""
        return Why("plivo_no_token") if _AUTH_ID.fullmatch(secret) else None

    def refusal(self, request: Request, now: float, secrets: tuple[str, ...]) -> Why | None:
        """Of version 3, several where a secret is being replaced."""
        signature, nonce = request.header(SIGNATURE), request.header(NONCE)
        if not signature or not nonce:
            return hooksigned.UNSIGNED
        whole = text(request, nonce)
        if whole is None:
            return refusals.FORGED
        wanted = [macs.base64("sha256", one, whole) for one in secrets]
        found = [macs.same(each.strip(), wanted) for each in signature.split(",")]
        return None if any(found) else refusals.FORGED

    def told(self, request: Request, base: CallEvent) -> Verdict:
        """One state of one leg."""
        values = dict(reversed(_fields(request) or ()))
        if not any(_ids(values)):
            return Verdict.refuse(refusals.UNREADABLE)
        events = _events(values, base, self._line)
        names = ("CallUUID", "Event", "CallStatus", "DialBLegUUID", "DialAction", "DialBLegStatus")
        once = hookfacts.delivery(*(values.get(name, "") for name in names)) if events else ""
        answer = hooksigned.onward(request) if values.get("Event") in _ASKING else _TAKEN
        return Verdict(answer=answer, events=events, once=once)


def text(request: Request, nonce: str) -> bytes | None:
    """What is signed; None if query or form cannot be read."""
    query = request.query
    form = () if request.method == "GET" or not request.body else request.form
    if query is None or form is None:
        return None
    base = request.url.partition("#")[0].partition("?")[0]
    asked = "&".join(f"{name}={value}" for name, value in sorted(query))
    mark = "?" if asked or form else ""
    between = "." if asked and form else ""
    posted = "".join(f"{name}{value}" for name, value in sorted(form))
    return f"{base}{mark}{asked}{between}{posted}.{nonce}".encode()


def _fields(request: Request) -> Fields | None:
    return request.query if request.method == "GET" else request.form


def _ids(values: Mapping[str, str]) -> tuple[str, str]:
    """Of the leg that the request is about, and of the call that it is a leg of; "" where it does not say."""
    call, parent = values.get("CallUUID", ""), values.get("DialALegUUID") or values.get("ALegUUID", "")
    return hookfacts.native_id(call), hookfacts.native_id(parent)


def _events(values: Mapping[str, str], base: CallEvent, line: str) -> tuple[CallEvent, ...]:
    call, parent = _ids(values)
    child = "DialBLegUUID" in values or parent not in ("", call)
    number = values.get("From", "")
    outgoing = values.get("Direction", "inbound") == "outbound" and not child
    forwarder = values.get("ForwardedFrom", "")
    via = hooksigned.caller(forwarder, international=True).raw if forwarder else None
    base = msgspec.structs.replace(
        base,
        at=hooktimes.at(values.get("SessionStart", ""), base.at),
        native_id=(parent if child else call) or parent or call,
        direction=Direction.OUT if outgoing else Direction.IN,
        caller=hooksigned.caller(number, values.get("CallerName", ""), international=True)
        if "From" in values
        else None,
        called=hookfacts.called("" if child else values.get("To", ""), line),
        via=None if via is None else Via(via),
    )
    return _leg(values, base) if child else _call(values.get("CallStatus", ""), base)


def _call(status: str, base: CallEvent) -> tuple[CallEvent, ...]:
    """An incoming call is in progress as soon as XML answers it: a person has it when a leg of it is answered."""
    outgoing = base.direction is Direction.OUT
    if status in ("queued", "ringing"):
        return (base,)
    if status == "in-progress":
        return (msgspec.structs.replace(base, event=EventKind.ANSWERED if outgoing else EventKind.QUEUED),)
    if status not in _OVER:
        return ()
    outcome = Outcome.ANSWERED if outgoing and status == "completed" else _OVER[status]
    return (msgspec.structs.replace(base, event=EventKind.ENDED, outcome=outcome),)


def _leg(values: Mapping[str, str], base: CallEvent) -> tuple[CallEvent, ...]:
    """A telephone that `<Dial>` rings. In its callbacks `CallStatus` is that of the call."""
    who = SafeText(hooksigned.agent(values.get("DialBLegTo") or values.get("To", "")))
    state = _LEGS.get(values.get("DialAction", "").lower())
    if state in (None, LegState.ENDED):
        name = "DialBLegStatus" if "DialBLegUUID" in values else "CallStatus"
        state = _LEGS.get(values.get(name, "").lower(), state)
    if not who or state is None:
        return ()
    told = msgspec.structs.replace(base, event=EventKind.LEG, leg=Leg(who, state))
    if state is LegState.ANSWERED:
        return told, msgspec.structs.replace(base, event=EventKind.ANSWERED, answered_by=who)
    return (base, told) if state is LegState.RINGING else (told,)
