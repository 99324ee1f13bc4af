"""CloudTalk: the HTTP requests of its call flow designer (help.cloudtalk.io 6883940). What is in them the owner of the account
sets; docs/reference/webhooks.md says how. It signs nothing: the secret stands in a header.

CloudTalk gives a call its `uuid` only when it is answered. What was told before that belongs to the call of the same number
that rang last.
"""

from typing import Final

from ringdesk.calls import CallEvent, EventKind, Outcome
from ringdesk.codecs import hookfacts, refusals, tokens
from ringdesk.codecs.http import Answer, Request, first, text_of
from ringdesk.codecs.lastrings import LastRings
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.safetext import SafeText

_NAMES: Final = ("event", "number", "uuid", "name", "agent", "line")
_KINDS: Final = {
    "ringing": (EventKind.RINGING, None),
    "answered": (EventKind.ANSWERED, None),
    "ended": (EventKind.ENDED, None),
    "missed": (EventKind.ENDED, Outcome.MISSED),
    "voicemail": (EventKind.ENDED, Outcome.VOICEMAIL),
}
_SAME: Final = 30.0
"""Seconds within which the same ringing without a uuid is taken for a repetition."""


class CloudtalkDialect:
    """A `WebhookDialect`. It remembers of each number the call that rang last; without that memory a call that is answered is
    told as a call of its own."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._line = options.line
        self._rings = LastRings()

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """One step of a call flow, as JSON or as a form."""
        if not tokens.carried(request, secrets):
            return Verdict.refuse(refusals.FORGED)
        form, data = request.form, request.json or {}
        said = {name: first(form, name) if form is not None else text_of(data, name) for name in _NAMES}
        said = {name: "" if value == "null" or "{{" in value else value for name, value in said.items()}
        said["uuid"] = hookfacts.native_id(said["uuid"])
        meaning = _KINDS.get(said["event"])
        if meaning is None or not (said["number"] or said["uuid"]):
            return Verdict.refuse(refusals.UNREADABLE)
        kind, outcome = meaning
        native = self._native_id(kind, said["number"], said["uuid"], now)
        event = CallEvent(
            event=kind,
            at=now,
            source=self._source,
            native_id=native,
            caller=hookfacts.caller(said["number"], said["name"]) if said["number"] else None,
            called=hookfacts.called(line=said["line"] or self._line),
            outcome=outcome,
        )
        events = hookfacts.answered(event, SafeText(said["agent"])) if kind is EventKind.ANSWERED else (event,)
        if said["uuid"] and native != said["uuid"]:
            linked = CallEvent(
                event=EventKind.LINKED, at=now, source=self._source, native_id=native, linked_id=said["uuid"]
            )
            events = (linked, *events)
        stamp = said["uuid"] or (native if kind is EventKind.RINGING else _window(now))
        return Verdict(answer=Answer(200), events=events, once=hookfacts.delivery(said["event"], said["number"], stamp))

    def _native_id(self, kind: EventKind, number: str, uuid: str, now: float) -> str:
        """By the call that rang, if it is known, so that what comes later under the uuid is led to it."""
        new = uuid or hookfacts.made_id(number, str(round(now * 1000)))
        if hookfacts.caller(number).raw is None:  # withheld ones cannot be told apart
            return new
        if kind is EventKind.RINGING:
            # one that comes again is dropped as a repetition: what follows must not be told of an id that only it had
            again = f"{number} {_window(now)}"
            new = self._rings.last(again) or new
            self._rings.rang(again, new)
            self._rings.rang(number, new)
            return new
        native = self._rings.last(f"uuid {uuid}") or self._rings.last(number) or new
        if uuid:
            self._rings.rang(f"uuid {uuid}", native)
        if kind is EventKind.ENDED:
            self._rings.over(f"{number} {_window(now)}")  # who rings again now rings anew
        return native


def _window(now: float) -> str:
    """What two ringings of one number have in common that count as one."""
    return str(int(now // _SAME))
