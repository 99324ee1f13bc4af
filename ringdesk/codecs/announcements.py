"""Boxes that say who calls and nothing else: no ring, no end.

One line or several; the ringing is taken to be over after `RINGING_TIME`, and whether somebody picked up is not known.
"""

from collections.abc import Callable, Iterable
from typing import Final, Protocol

import msgspec

from ringdesk.calls import Caller, CallEvent, EventKind, Via
from ringdesk.codecs.passiveline import OpeningTimes, PassiveLine
from ringdesk.safetext import SafeText

RINGING_TIME: Final = 30.0
"""Seconds that a call is taken to ring after it was announced; nobody reports the end, and most calls are over by then."""
MAX_LINES: Final = 256
"""Lines kept; two digits name them, so more are no lines of a box."""


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """What a box says of one call. `line` is the box's own name for the telephone line, empty if it has but one; `doubt`
    is why its number may be wrong."""

    caller: Caller
    line: str = ""
    called: SafeText | None = None
    via: Via | None = None
    line_time: SafeText | None = None
    doubt: SafeText | None = None


class Lamp(msgspec.Struct, frozen=True):
    """Messages wait, or no more do; None: the box does not say which."""

    waiting: bool | None


class Refusal(msgspec.Struct, frozen=True):
    """Something came that cannot be believed, and why."""

    reason: str


Said = Announcement | Lamp | Refusal


class Decoder(Protocol):
    """Bytes of a box in, what it says out; in any chunking."""

    @property
    def pending(self) -> bool:
        """Whether bytes are held that may be the beginning of something."""

    def feed(self, data: bytes) -> Iterable[Said]:
        """What `data` completes."""

    def flush(self) -> Iterable[Said]:
        """No more bytes will come."""


class AnnouncingBox:
    """A box on one port. The methods return what happened; `idle_time` are the seconds of silence that end a record.

    An announcement again within `repeat_time` seconds on the same line is the same call, later a new one.
    """

    def __init__(
        self, source_id: str, line: str, *, repeat_time: float, idle_time: float, decoder: Callable[[], Decoder]
    ) -> None:
        self._calls = _Calls(source_id, line, repeat_time)
        self._idle_time = idle_time
        self._make = decoder
        self._decoder = decoder()
        self._idle_at: float | None = None

    @property
    def next_due(self) -> float | None:
        """When `due` wants to be called."""
        times = (self._idle_at, self._calls.next_due)
        return min((time for time in times if time is not None), default=None)

    def opened(self) -> None:
        """The port is open (again): what was heard before belongs to another life of it."""
        self._decoder, self._idle_at = self._make(), None
        self._calls.forget()

    def received(self, data: bytes, now: float) -> tuple[CallEvent, ...]:
        """Bytes came."""
        events = self.due(now)
        told = self._tell(self._decoder.feed(data), now)
        self._idle_at = now + self._idle_time if self._decoder.pending else None
        return (*events, *told)

    def due(self, now: float) -> tuple[CallEvent, ...]:
        """A record was cut short, or a ringing is taken to be over."""
        events: list[CallEvent] = []
        if self._idle_at is not None and now >= self._idle_at:
            self._idle_at = None
            events = self._tell(self._decoder.flush(), now)
        return (*events, *self._calls.due(now))

    def closed(self, now: float) -> tuple[CallEvent, ...]:
        """The port is gone: what is left of a record was cut short."""
        events = self._tell(self._decoder.flush(), now)
        self._decoder, self._idle_at = self._make(), None
        return tuple(events)

    def _tell(self, said: Iterable[Said], now: float) -> list[CallEvent]:
        return [event for one in said for event in self._calls.said(one, now)]


class _Line(msgspec.Struct):
    passive: PassiveLine
    told_at: float = float("-inf")


class _Calls:
    """The calls of all lines of one box."""

    def __init__(self, source_id: str, line: str, repeat_time: float) -> None:
        self._source = source_id
        self._line = line
        self._repeat_time = repeat_time
        self._times = OpeningTimes()
        self._lines: dict[str, _Line] = {}
        self._itself = PassiveLine(source_id, line, RINGING_TIME)

    @property
    def next_due(self) -> float | None:
        times = (one.passive.next_due for one in self._lines.values())
        return min((time for time in times if time is not None), default=None)

    def said(self, one: Said, now: float) -> list[CallEvent]:
        match one:
            case Announcement():
                return self._announced(one, now)
            case Lamp():
                return [self._itself.message_waiting(now, waiting=one.waiting)]
            case Refusal():
                return [self._itself.reject(one.reason, now)]

    def due(self, now: float) -> list[CallEvent]:
        return [event for one in self._lines.values() for event in one.passive.due(now)]

    def forget(self) -> None:
        self._lines.clear()

    def _announced(self, said: Announcement, now: float) -> list[CallEvent]:
        one = self._of(said.line)
        ended = one.passive.stop(now) if now - one.told_at > self._repeat_time else []
        one.told_at = now
        one.passive.begin_record()
        told = one.passive.tell(said.caller, now, called=said.called, via=said.via, line_time=said.line_time)
        if said.doubt and told and told[-1].event is EventKind.CALLER:
            told[-1] = msgspec.structs.replace(told[-1], reason=said.doubt)
        return ended + told

    def _of(self, line: str) -> _Line:
        known = self._lines.get(line)
        if known is None:
            while len(self._lines) >= MAX_LINES:
                del self._lines[next(iter(self._lines))]
            known = _Line(PassiveLine(self._source, line_label(self._line, line), RINGING_TIME, self._times))
            self._lines[line] = known
        return known


def line_label(source_line: str, box_line: str) -> str:
    """What a line is called where a source has several: the source's name for them all, then the box's without zeros."""
    return " ".join(filter(None, (source_line, box_line.lstrip("0") or box_line)))
