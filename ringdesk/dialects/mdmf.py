"""Raw binary caller-ID packets on a port: CTI boxes (CTI Comet USB) and bare FSK modules (HT9032).

Such a box says who calls and nothing else: no ring, no end.
"""

from typing import Final

from ringdesk.calls import CallEvent
from ringdesk.codecs import callerid
from ringdesk.codecs.passiveline import PassiveLine
from ringdesk.dialects import SourceOptions, Step

IDLE_TIME: Final = 0.5
"""Seconds of silence after which a packet is given up: at 1200 baud a byte takes 8 ms."""
RINGING_TIME: Final = 30.0
"""Seconds that a call is taken to ring after its packet; nobody reports the end, and most calls are over by then."""


class MdmfDialect:
    """A `StreamDialect` that never sends. A packet again within `ring_gap` is the same call, later a new one."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._line = PassiveLine(source_id, options.line, RINGING_TIME)
        self._repeat_time = options.ring_gap
        self._told_at = float("-inf")
        self._reset()

    def _reset(self) -> None:
        self._scanner = callerid.Scanner()
        self._idle_at: float | None = None

    def opened(self, now: float) -> Step:
        """Start from nothing."""
        self._reset()
        self._line.stop(now)
        return Step()

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        """Bytes of the box: packets, the channel seizure before them, noise."""
        events = self._expire(now)
        events += self._events(self._scanner.feed(data), now)
        self._idle_at = now + IDLE_TIME if self._scanner.pending else None
        return Step(events=tuple(events))

    def due(self, now: float) -> Step:
        """A packet was cut short, or the ringing is taken to be over."""
        return Step(events=tuple(self._expire(now)))

    def closed(self, now: float) -> Step:
        """What is left of a packet is truncated."""
        events = self._events(self._scanner.flush(), now)
        self._reset()
        return Step(events=tuple(events))

    @property
    def next_due(self) -> float | None:
        """The earlier of the two clocks."""
        times = (self._idle_at, self._line.next_due)
        return min((time for time in times if time is not None), default=None)

    def _expire(self, now: float) -> list[CallEvent]:
        events: list[CallEvent] = []
        if self._idle_at is not None and now >= self._idle_at:
            self._idle_at = None
            events += self._events(self._scanner.flush(), now)
        return events + self._line.due(now)

    def _events(self, found: list[callerid.Frame | callerid.Damaged], now: float) -> list[CallEvent]:
        events: list[CallEvent] = []
        for one in found:
            if isinstance(one, callerid.Damaged):
                events.append(self._line.reject(one.reason, now))
                continue
            reading = callerid.read(one)
            if reading.kind is callerid.Kind.WAITING:
                events.append(self._line.message_waiting(now, waiting=reading.waiting))
            elif reading.kind is callerid.Kind.CALL:
                events += self._call(reading, now)
        return events

    def _call(self, reading: callerid.Reading, now: float) -> list[CallEvent]:
        ended = self._line.stop(now) if now - self._told_at > self._repeat_time else []
        self._told_at = now
        self._line.begin_record()
        told = self._line.tell(reading.caller, now, called=reading.called, via=reading.via, line_time=reading.line_time)
        return ended + told
