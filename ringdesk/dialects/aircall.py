"""Aircall (developer.aircall.io, webhooks). It signs nothing: each request holds the webhook's token in its body.

`call.hungup` is told at once, `call.ended` some 30 s later with the recording: the call is over at the first.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ringdesk.calls import CallEvent, Direction, EventKind, LegState, Outcome
from ringdesk.codecs import hookfacts, hooktimes, refusals, tokens
from ringdesk.codecs.http import Answer, Request, text_of
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.safetext import SafeText

_KINDS: Final = {
    "call.created": EventKind.RINGING,
    "call.hold": EventKind.HELD,
    "call.unhold": EventKind.RESUMED,
    "call.transferred": EventKind.TRANSFERRING,
    "call.external_transferred": EventKind.TRANSFERRING,
    "call.unsuccessful_transfer": EventKind.RESUMED,
    "call.hungup": EventKind.ENDED,
    "call.ended": EventKind.ENDED,
}
_LEGS: Final = {"call.ringing_on_agent": LegState.RINGING, "call.agent_declined": LegState.REJECTED}


class AircallDialect:
    """A `WebhookDialect`."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._line = options.line

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """One event; of what is no call nothing."""
        data = request.json
        if not tokens.carried(request, secrets, text_of(data or {}, "token")):
            return Verdict.refuse(refusals.FORGED)
        name = text_of(data or {}, "event")
        if (
            data is None
            or not name
            or (name.startswith("call.") and not hookfacts.native_id(text_of(data, "data", "id")))
        ):
            return Verdict.refuse(refusals.UNREADABLE)
        at = hooktimes.at(text_of(data, "timestamp"), now)
        events = self._events(name, data["data"], at) if name.startswith("call.") else ()
        once = hookfacts.delivery(name, text_of(data, "data", "id"), text_of(data, "timestamp"), _agent(data))
        return Verdict(answer=Answer(200), events=events, once=once if events else "")

    def _events(self, name: str, call: Mapping[str, Any], now: float) -> tuple[CallEvent, ...]:
        out = text_of(call, "direction") == "outbound"
        number = text_of(call, "raw_digits")
        ours = text_of(call, "number", "digits") or text_of(call, "number", "name")
        person = _name(text_of(call, "contact", "first_name"), text_of(call, "contact", "last_name"))
        base = CallEvent(
            event=_KINDS.get(name, EventKind.LEG),
            at=now,
            source=self._source,
            native_id=hookfacts.native_id(text_of(call, "id")),
            direction=Direction.OUT if out else Direction.IN,
            caller=None if out or not number else hookfacts.caller(number, person),
            called=hookfacts.called(number if out else ours, self._line),
        )
        agent = SafeText(_agent({"data": call}))
        if name == "call.answered":
            return hookfacts.answered(base, agent)
        if name in _LEGS:
            return (hookfacts.leg(base, agent, _LEGS[name]),) if agent and not out else ()
        if name not in _KINDS:
            return ()
        outcome = _outcome(call) if base.event is EventKind.ENDED else None
        return (msgspec.structs.replace(base, outcome=outcome),)


def _name(given: str, family: str) -> str:
    """A Chinese family name stands first, without a space."""
    if family and all("\u3400" <= char <= "\u9fff" for char in family):
        return family + given
    return f"{given} {family}".strip()


def _agent(data: Mapping[str, Any]) -> str:
    return text_of(data, "data", "user", "name") or text_of(data, "data", "user", "id")


def _outcome(call: Mapping[str, Any]) -> Outcome:
    """Voicemail, then whether anybody answered, then why not."""
    if text_of(call, "voicemail"):
        return Outcome.VOICEMAIL
    if text_of(call, "answered_at"):
        return Outcome.ANSWERED
    reason = text_of(call, "missed_call_reason")
    return Outcome.ABANDONED if "abandoned" in reason else Outcome.MISSED
