"""A DTMF detector on the line: caller ID as digits (Taiwan, Denmark, the Netherlands, India and others)."""

from typing import Final

from ringdesk import why
from ringdesk.calls import CallEvent, EventKind
from ringdesk.codecs.announcements import AnnouncingBox
from ringdesk.codecs.dtmf import BARE, Strings
from ringdesk.dialects import Level, Notice, SourceOptions, Step
from ringdesk.why import Why

why.register(
    {
        "dtmf_no_codes": "the detector wrote a number without its start code (A or D): digits may be missing; set it so that "
        "it passes the letters A to D",
        "dtmf_codes": "the detector passes the codes of caller ID",
    }
)

IDLE_TIME: Final = 1.0
"""Seconds of silence that end a string: a digit and the pause behind it take some 0.15 s."""


class DtmfDialect:
    """A `StreamDialect` that never sends. A string again within `ring_gap` is the same call, later a new one."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._box = AnnouncingBox(
            source_id, options.line, repeat_time=options.ring_gap, idle_time=IDLE_TIME, decoder=Strings
        )
        self._doubted = False

    def opened(self, now: float) -> Step:
        """Start from nothing."""
        self._box.opened()
        self._doubted = False
        return Step()

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        """Bytes of the box."""
        return self._step(self._box.received(data, now))

    def due(self, now: float) -> Step:
        """A record was cut short, or a ringing is taken to be over."""
        return self._step(self._box.due(now))

    def closed(self, now: float) -> Step:
        """What is left of a record is truncated."""
        return self._step(self._box.closed(now))

    @property
    def next_due(self) -> float | None:
        """When a record is given up or a ringing is taken to be over."""
        return self._box.next_due

    def _step(self, events: tuple[CallEvent, ...]) -> Step:
        told = [event for event in events if event.event is EventKind.CALLER]
        if not self._doubted and any(event.reason == BARE for event in told):
            self._doubted = True
            return Step(events=events, notices=(Notice(Level.WARNING, Why("dtmf_no_codes")),))
        if self._doubted and any(event.reason is None for event in told):
            self._doubted = False
            return Step(events=events, notices=(Notice(Level.OK, Why("dtmf_codes")),))
        return Step(events=events)
