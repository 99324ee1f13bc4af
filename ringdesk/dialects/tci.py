"""Boxes that write TCI records (TCI, Bek-Tel, many tills; Whozz Calling? POS with switch 7 on): one line of text a call."""

from typing import Final

from ringdesk.codecs.announcements import AnnouncingBox
from ringdesk.codecs.tci import Records
from ringdesk.dialects import SourceOptions, Step

IDLE_TIME: Final = 1.0
"""Seconds of silence after which a line is given up: at 1200 baud, the slowest that these boxes know, it takes 0.6 s."""


class TciDialect:
    """A `StreamDialect` that never sends. A call again within `ring_gap` on its line is the same one, later a new one."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._box = AnnouncingBox(
            source_id, options.line, repeat_time=options.ring_gap, idle_time=IDLE_TIME, decoder=Records
        )

    def opened(self, now: float) -> Step:
        """Start from nothing."""
        self._box.opened()
        return Step()

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        """Bytes of the box."""
        return Step(events=self._box.received(data, now))

    def due(self, now: float) -> Step:
        """A record was cut short, or a ringing is taken to be over."""
        return Step(events=self._box.due(now))

    def closed(self, now: float) -> Step:
        """What is left of a record is truncated."""
        return Step(events=self._box.closed(now))

    @property
    def next_due(self) -> float | None:
        """When a record is given up or a ringing is taken to be over."""
        return self._box.next_due
