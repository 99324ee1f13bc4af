"""Raw binary caller-ID packets on a port: CTI boxes (CTI Comet USB) and bare FSK modules (HT9032).

Such a box says who calls and nothing else: no ring, no end.
"""

from typing import Final

from ringdesk.codecs import callerid
from ringdesk.codecs.announcements import Announcement, AnnouncingBox, Lamp, Refusal, Said
from ringdesk.dialects import SourceOptions, Step

IDLE_TIME: Final = 0.5
"""Seconds of silence after which a packet is given up: at 1200 baud a byte takes 8 ms."""


class MdmfDialect:
    """A `StreamDialect` that never sends. A packet again within `ring_gap` is the same call, later a new one."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._box = AnnouncingBox(
            source_id, options.line, repeat_time=options.ring_gap, idle_time=IDLE_TIME, decoder=_Packets
        )

    def opened(self, now: float) -> Step:
        """Start from nothing."""
        self._box.opened()
        return Step()

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        """Bytes of the box: packets, the channel seizure before them, noise."""
        return Step(events=self._box.received(data, now))

    def due(self, now: float) -> Step:
        """A packet was cut short, or the ringing is taken to be over."""
        return Step(events=self._box.due(now))

    def closed(self, now: float) -> Step:
        """What is left of a packet is truncated."""
        return Step(events=self._box.closed(now))

    @property
    def next_due(self) -> float | None:
        """When a packet is given up or a ringing is taken to be over."""
        return self._box.next_due


class _Packets:
    def __init__(self) -> None:
        self._scanner = callerid.Scanner()

    @property
    def pending(self) -> bool:
        return self._scanner.pending

    def feed(self, data: bytes) -> list[Said]:
        return _said(self._scanner.feed(data))

    def flush(self) -> list[Said]:
        return _said(self._scanner.flush())


def _said(found: list[callerid.Frame | callerid.Damaged]) -> list[Said]:
    said: list[Said] = []
    for one in found:
        if isinstance(one, callerid.Damaged):
            said.append(Refusal(one.reason))
            continue
        reading = callerid.read(one)
        if reading.kind is callerid.Kind.WAITING:
            said.append(Lamp(reading.waiting))
        elif reading.kind is callerid.Kind.CALL:
            said.append(_announcement(reading))
    return said


def _announcement(reading: callerid.Reading) -> Announcement:
    return Announcement(caller=reading.caller, called=reading.called, via=reading.via, line_time=reading.line_time)
