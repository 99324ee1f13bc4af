"""The Acme line box, which does not exist: a telephone box that writes one line of text for each change of a line.

    RING,1,0912345678     it rings at line 1 (again at every ring); `P` for a number that is withheld, nothing if none came
    UP,1                  somebody picked up
    DOWN,1                it is over

Its cloud posts the same as JSON, signed over the body with HMAC-SHA256:

    {"call": "77", "event": "ring", "line": "1", "from": "0912345678"}
"""

import re
from typing import Final

from ringdesk.calls import Called, Caller, CallEvent, EventKind, Outcome, Presentation
from ringdesk.codecs import hookfacts, macs, refusals
from ringdesk.codecs.boxlines import Lines
from ringdesk.codecs.http import Answer, Request, text_of
from ringdesk.codecs.passiveline import OpeningTimes
from ringdesk.dialects import SourceOptions, Step, Verdict
from ringdesk.safetext import SafeText

_RECORD: Final = re.compile(
    r"RING,(?P<rings>[1-9]),(?P<number>P|[+]?[0-9]{0,20})|UP,(?P<up>[1-9])|DOWN,(?P<down>[1-9])"
)
SIGNATURE: Final = "x-acme-signature"


def caller_of(number: str) -> Caller:
    """Who calls, from the number as the box writes it."""
    if number == "P":
        return Caller(presentation=Presentation.PRIVATE)
    if not number:
        return Caller(presentation=Presentation.UNAVAILABLE)
    return Caller(raw=SafeText(number), presentation=Presentation.SHOWN)


class _Open:
    """A call at one of the nine lines."""

    def __init__(self, native_id: str) -> None:
        self.native_id = native_id
        self.answered = False
        self.silent_at: float | None = None


class AcmeDialect:
    """A `StreamDialect` that never sends: the box speaks by itself."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._name = options.line
        self._gap = options.ring_gap
        self._times = OpeningTimes()
        self._lines = Lines()
        self._open: dict[str, _Open] = {}

    def opened(self, now: float) -> Step:
        """What was heard before belongs to another life of the port."""
        self._lines, self._open = Lines(), {}
        return Step()

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        """Only whole lines count: half a number is a wrong number."""
        events = self._silent(now)
        for line in self._lines.feed(data):
            events += self._record(line.decode("ascii", "replace"), now)
        return Step(events=tuple(events))

    def due(self, now: float) -> Step:
        """A ringing is over when no ring came for a while."""
        return Step(events=tuple(self._silent(now)))

    def closed(self, now: float) -> Step:
        """The beginning of a line stays unread."""
        self._lines = Lines()
        return Step()

    @property
    def next_due(self) -> float | None:
        """When the first of the ringing lines has been silent for long enough."""
        times = [call.silent_at for call in self._open.values() if call.silent_at is not None]
        return min(times, default=None)

    def _record(self, text: str, now: float) -> list[CallEvent]:
        said = _RECORD.fullmatch(text)
        if said is None:
            return [self._event(EventKind.REJECTED, "", "", now, reason=SafeText("no record of an Acme box"))]
        if (line := said["rings"]) is not None:
            call = self._ringing(line, now)
            call.silent_at = now + self._gap
            return [self._event(EventKind.RINGING, line, call.native_id, now, caller=caller_of(said["number"]))]
        return self._picked_up(said["up"], now) if said["up"] is not None else self._over(said["down"], now)

    def _ringing(self, line: str, now: float) -> _Open:
        """The call that rings at a line; one that somebody picked up rings no more, so it is another then."""
        call = self._open.get(line)
        if call is None or call.answered:
            call = self._open[line] = _Open(self._times.take(now))
        return call

    def _picked_up(self, line: str, now: float) -> list[CallEvent]:
        call = self._open.get(line)
        if call is None or call.answered:  # a call that goes out, or one that we joined in the middle
            return []
        call.answered, call.silent_at = True, None
        return [self._event(EventKind.ANSWERED, line, call.native_id, now)]

    def _over(self, line: str, now: float) -> list[CallEvent]:
        call = self._open.pop(line, None)
        if call is None:
            return []
        outcome = Outcome.ANSWERED if call.answered else Outcome.MISSED
        return [self._event(EventKind.ENDED, line, call.native_id, now, outcome=outcome)]

    def _silent(self, now: float) -> list[CallEvent]:
        over = [line for line, call in self._open.items() if call.silent_at is not None and call.silent_at <= now]
        return [self._event(EventKind.RING_STOPPED, line, self._open.pop(line).native_id, now) for line in over]

    def _event(
        self,
        kind: EventKind,
        line: str,
        native_id: str,
        now: float,
        *,
        caller: Caller | None = None,
        outcome: Outcome | None = None,
        reason: SafeText | None = None,
    ) -> CallEvent:
        name = SafeText(" ".join(filter(None, (self._name, line))))
        return CallEvent(
            event=kind,
            at=now,
            source=self._source,
            native_id=native_id,
            caller=caller,
            called=Called(line=name) if name else None,
            outcome=outcome,
            reason=reason,
        )


_MEANINGS: Final = {
    "ring": (EventKind.RINGING, None),
    "up": (EventKind.ANSWERED, None),
    "down": (EventKind.ENDED, Outcome.UNKNOWN),
}


class AcmeHook:
    """A `WebhookDialect`."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """One change of one call. The signature is over the bytes as they came, and looked at before anything else."""
        wanted = [macs.hexadecimal("sha256", secret, request.body) for secret in secrets]
        if secrets and not macs.same(request.header(SIGNATURE), wanted):
            return Verdict.refuse(refusals.FORGED)
        said = request.json or {}
        call, word = text_of(said, "call"), text_of(said, "event")
        if not call or word not in _MEANINGS:
            return Verdict.refuse(refusals.UNREADABLE)
        kind, outcome = _MEANINGS[word]
        event = CallEvent(
            event=kind,
            at=now,
            source=self._source,
            native_id=hookfacts.native_id(call),
            caller=hookfacts.caller(text_of(said, "from")) if kind is EventKind.RINGING else None,
            called=hookfacts.called(line=text_of(said, "line")),
            outcome=outcome,
            verified=True if secrets else None,
        )
        return Verdict(answer=Answer(200), events=(event,), once=hookfacts.delivery(call, word))
