"""RingCentral's telephony session notifications (ringcentral-api-docs, notifications; code-samples/events). It signs nothing:
a subscription is confirmed by echoing `Validation-Token`, and each notification then carries the subscription's
`Verification-Token`.

A session is a call, a party one end of it: the party of an incoming call that has an extension is one of our telephones.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ringdesk.calls import Caller, CallEvent, Direction, EventKind, LegState, Outcome
from ringdesk.codecs import hookfacts, hooktimes, macs, refusals
from ringdesk.codecs.http import Answer, Request, text_of
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.safetext import SafeText

_VALIDATION: Final = "validation-token"
_LONGEST_TOKEN: Final = 255
_MOST_PARTIES: Final = 50
_OVER: Final = ("Disconnected", "Gone", "VoiceMail")


class RingcentralDialect:
    """A `WebhookDialect`. Its secrets are the verification tokens of the subscriptions."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._line = options.line

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """One notification, or the test of the address, which anybody may make: it changes nothing."""
        if token := request.header(_VALIDATION):
            return _echo(token)
        if secrets and not macs.same(request.header("verification-token"), secrets):
            return Verdict.refuse(refusals.FORGED)
        data = request.json
        session = hookfacts.native_id(text_of(data or {}, "body", "telephonySessionId"))
        if data is None or not (session or text_of(data, "event")):
            return Verdict.refuse(refusals.UNREADABLE)
        parties = data["body"].get("parties") if session else None
        listed = [each for each in parties if isinstance(each, Mapping)] if isinstance(parties, list) else []
        stamp = text_of(data, "body", "eventTime") or text_of(data, "timestamp")
        events = self._events(session, listed[:_MOST_PARTIES], hooktimes.at(stamp, now))
        name = text_of(data, "uuid") or text_of(data, "body", "sequence")
        return Verdict(answer=Answer(200), events=events, once=hookfacts.delivery(session, name) if events else "")

    def _events(self, session: str, parties: list[Mapping[str, Any]], now: float) -> tuple[CallEvent, ...]:
        found: list[CallEvent] = []
        for party in parties:
            found += _party(self._base(session, party, now), party)
        codes = {text_of(party, "status", "code") for party in parties}
        if codes <= set(_OVER):
            return tuple(found)
        return tuple(event for event in found if event.event is not EventKind.ENDED)

    def _base(self, session: str, party: Mapping[str, Any], now: float) -> CallEvent:
        direction = Direction.OUT if text_of(party, "direction") == "Outbound" else Direction.IN
        if text_of(party, "from", "extensionId") and text_of(party, "to", "extensionId"):
            direction = Direction.INTERNAL
        number = text_of(party, "from", "phoneNumber") or text_of(party, "from", "extensionNumber")
        return CallEvent(
            event=EventKind.CALLER,
            at=now,
            source=self._source,
            native_id=session,
            direction=direction,
            caller=_caller(number, text_of(party, "from", "name")),
            called=hookfacts.called(text_of(party, "to", "phoneNumber"), self._line),
        )


def _echo(token: str) -> Verdict:
    """The handshake; only what may stand in a header is echoed (RFC 9110, 5.5)."""
    if len(token) > _LONGEST_TOKEN or not (token.isascii() and token.isprintable()):
        return Verdict.refuse(refusals.UNREADABLE)
    return Verdict(answer=Answer(200, headers=((_VALIDATION, token),)), challenge=True)


def _caller(number: str, name: str) -> Caller | None:
    return hookfacts.caller(number, name) if number else None


def _party(base: CallEvent, party: Mapping[str, Any]) -> tuple[CallEvent, ...]:
    """What the state of one party means. A party without an extension is the caller's end, a menu or a queue: that it
    answered is no answer of a person."""
    incoming = base.direction is not Direction.OUT
    ours = text_of(party, "to" if incoming else "from", "extensionNumber") or text_of(party, "extensionId")
    agent = SafeText(ours) or None
    match text_of(party, "status", "code"):
        case "Setup" | "Proceeding":
            ringing = msgspec.structs.replace(base, event=EventKind.RINGING)
            rung = agent if base.direction is Direction.IN else None
            return (ringing, hookfacts.leg(base, rung, LegState.RINGING)) if rung else (ringing,)
        case "Answered" if agent:
            return hookfacts.answered(base, agent)
        case "Hold" | "Parked":
            return (msgspec.structs.replace(base, event=EventKind.HELD),)
        case "VoiceMail":
            return (msgspec.structs.replace(base, event=EventKind.ENDED, outcome=Outcome.VOICEMAIL),)
        case "Gone":
            return _gone(base, party)
        case "Disconnected":
            return _disconnected(base, party, agent)
        case _:
            return (base,)


def _gone(base: CallEvent, party: Mapping[str, Any]) -> tuple[CallEvent, ...]:
    """The party went to another session: both are one call."""
    moving = msgspec.structs.replace(base, event=EventKind.TRANSFERRING)
    other = hookfacts.native_id(text_of(party, "status", "peerId", "telephonySessionId"))
    if not other or other == base.native_id:
        return (moving,)
    linked = CallEvent(
        event=EventKind.LINKED, at=base.at, source=base.source, native_id=base.native_id, linked_id=other
    )
    return moving, linked


def _disconnected(base: CallEvent, party: Mapping[str, Any], agent: SafeText | None) -> tuple[CallEvent, ...]:
    """Of a queue's call that one of many did not take, only their own telephone is over."""
    missed = party.get("missedCall") is True
    queued = party.get("queueCall") is True and agent is not None
    outcome = Outcome.MISSED if missed else None
    ended = msgspec.structs.replace(base, event=EventKind.ENDED, outcome=outcome)
    if agent is None or base.direction is not Direction.IN:
        return (ended,)
    leg = hookfacts.leg(base, agent, LegState.MISSED if missed else LegState.ENDED)
    return (leg,) if missed and queued else (leg, ended)
