"""3CX: what its CRM template does (3cx.com, server-side-crm-template-xml-description). While a call rings it asks who has the
number (GET); after the call it posts a journal. The names are those of the template in docs/reference/webhooks.md; 3CX's own
names of its variables are understood as well.

The look-up is no event: 3CX also asks when somebody dials, or opens its address book.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec

from ringdesk.calls import CallEvent, Direction, EventKind, LegState, Outcome
from ringdesk.codecs import hookfacts, refusals, tokens
from ringdesk.codecs.http import Answer, Request, text_of
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.safetext import SafeText

_NAMES: Final = ("type", "number", "name", "agent", "queue", "start", "end")
_OTHER_NAMES: Final = {
    "calltype": "type",
    "callstarttimeutc": "start",
    "datetime": "start",
    "callendtimeutc": "end",
    "queueextension": "queue",
    "phone": "number",
}
_TYPES: Final = {
    "inbound": (Direction.IN, Outcome.ANSWERED),
    "outbound": (Direction.OUT, Outcome.ANSWERED),
    "missed": (Direction.IN, Outcome.MISSED),
    "notanswered": (Direction.OUT, Outcome.MISSED),
}
"""`[CallType]`."""
_OLDEST: Final = 24 * 3600.0
"""Seconds since a call that a journal may tell of; older times are a wrong clock's."""
_JSON: Final = (("content-type", "application/json"),)


class ThreecxDialect:
    """A `WebhookDialect` and an `Oracle`."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._line = options.line

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """A look-up or a journal. The exchange goes on whatever is answered."""
        if not tokens.carried(request, secrets):
            return Verdict.refuse(tokens.refusal(request, secrets))
        if request.method == "GET":
            return _look_up(request)
        form, data = request.form, request.json or {}
        said = _named(form if form is not None else [(name, text_of(data, name)) for name in data])
        kind = _TYPES.get(said["type"].lower())
        if kind is None or not said["start"]:
            return Verdict.refuse(refusals.UNREADABLE)
        once = hookfacts.delivery(*(said[name] for name in ("type", "number", "agent", "start", "end")))
        return Verdict(answer=Answer(200), events=self._journal(said, *kind, now), once=once)

    def told(self, number: SafeText, name: SafeText | None, company: SafeText | None, url: str) -> Answer:
        """`{"contacts": [{"number", "name", "company", "url"}]}`, without anybody in it where nobody is known."""
        contact = {"number": number, "name": name or "", "company": company or "", "url": url}
        known = [contact] if name or company else []
        return Answer(200, msgspec.json.encode({"contacts": known}, enc_hook=str), _JSON)

    def _journal(
        self, said: dict[str, str], direction: Direction, outcome: Outcome, now: float
    ) -> tuple[CallEvent, ...]:
        """The call is over when it is heard of: its end comes first, so that it never pops."""
        start, end = _time(said["start"], now), _time(said["end"], now)
        agent = SafeText(said["agent"])
        base = CallEvent(
            event=EventKind.ENDED,
            at=max(start, end),
            source=self._source,
            native_id=hookfacts.made_id(said["start"], said["number"], said["agent"]),
            direction=direction,
            caller=None if direction is Direction.OUT else hookfacts.caller(said["number"], said["name"]),
            called=hookfacts.called(said["number"] if direction is Direction.OUT else "", self._line, said["queue"]),
            outcome=outcome,
        )
        if not agent:
            return (base,)
        leg = LegState.ENDED if outcome is Outcome.ANSWERED else LegState.MISSED
        began = hookfacts.leg(msgspec.structs.replace(base, at=start), agent, leg)
        if outcome is not Outcome.ANSWERED:
            return began, base
        answered = msgspec.structs.replace(
            base, event=EventKind.ANSWERED, at=start, answered_by=agent, outcome=None, caller=None, called=None
        )
        return began, base, answered


def _named(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    found = dict.fromkeys(_NAMES, "")
    for name, value in fields:
        plain = name.lower().replace("_", "")
        own = _OTHER_NAMES.get(plain, plain)
        found[own] = found.get(own) or value
    return found


def _look_up(request: Request) -> Verdict:
    number = _named(request.query or ())["number"]
    if not number:
        return Verdict.refuse(refusals.UNREADABLE)
    nobody = Answer(200, b'{"contacts":[]}', _JSON)
    return Verdict(answer=nobody, asks=hookfacts.caller(number).raw)


def _time(text: str, now: float) -> float:
    """`[CallStartTimeUTC]`, `[CallEndTimeUTC]`; the time of receipt where it is no time of the last day."""
    try:
        found = datetime.fromisoformat(text)
        seconds = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return now
    return seconds if now - _OLDEST <= seconds <= now else now
