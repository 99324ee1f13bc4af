"""CallerID.com's Whozz Calling? units on a serial port and Ethernet Link units by UDP (port 3520, broadcast).

Units with detail lines or records of the end let us know whether a call was answered or missed; a basic unit says who calls
and nothing else. One source may hear several units of several lines each. A record that comes again within `REPEAT_TIME`
is the same packet on another network card. Nothing is ever sent: how a unit is set is its owner's business.
"""

from typing import Final

import msgspec

from ringdesk.calls import CallEvent, Direction, EventKind, Outcome
from ringdesk.codecs import whozz
from ringdesk.codecs.announcements import MAX_LINES, line_label
from ringdesk.codecs.hookline import Facts, HookLine
from ringdesk.codecs.passiveline import OpeningTimes
from ringdesk.codecs.whozz import Kind, Malformed, Record
from ringdesk.dialects import SourceOptions, Step
from ringdesk.safetext import SafeText

IDLE_TIME: Final = 0.5
"""Seconds of silence that end a record: at 1200 baud a character takes 8 ms, a packet comes whole."""
REPEAT_TIME: Final = 4.0
"""Seconds in which the same record of the same unit is a repetition (CallerID.com's own programs keep such a list)."""
MAX_RECENT: Final = 256
"""Records remembered for that."""
MAX_PEERS: Final = 64
"""Senders whose unfinished record is kept; a unit's packet comes whole, so that hardly any is."""

_BAD_CHECKSUM: Final = SafeText("the unit found the checksum of the caller ID wrong")


class _Stream(msgspec.Struct):
    scanner: whozz.Scanner
    idle_at: float | None = None


class WhozzDialect:
    """A `StreamDialect` that never sends. `peer` keeps the packets of several senders apart."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._options = options
        self._times = OpeningTimes()
        self._reset()

    def _reset(self) -> None:
        self._streams: dict[str, _Stream] = {}
        self._lines: dict[tuple[bytes, str], HookLine] = {}
        self._recent: dict[tuple[bytes, bytes], float] = {}

    def opened(self, now: float) -> Step:
        """Start from nothing: what was heard before belongs to another life of the port."""
        self._reset()
        return Step()

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        """Bytes of a unit, or a packet."""
        events = self._expire(now)
        stream = self._stream(peer or "")
        events += self._told(stream.scanner.feed(data), peer or "", now)
        stream.idle_at = now + IDLE_TIME if stream.scanner.pending else None
        return Step(events=tuple(events))

    def due(self, now: float) -> Step:
        """A record is over for lack of more, a ringing has stopped, or a call was missed."""
        return Step(events=tuple(self._expire(now)))

    def closed(self, now: float) -> Step:
        """The port is gone. What becomes of the calls on the lines cannot be known: nothing is said of them."""
        events = [
            event for peer, stream in self._streams.items() for event in self._told(stream.scanner.flush(), peer, now)
        ]
        self._reset()
        return Step(events=tuple(events))

    @property
    def next_due(self) -> float | None:
        """The next of the clocks of all senders and lines."""
        times = [stream.idle_at for stream in self._streams.values()]
        times += [line.next_due for line in self._lines.values()]
        return min((time for time in times if time is not None), default=None)

    def _expire(self, now: float) -> list[CallEvent]:
        events: list[CallEvent] = []
        for peer, stream in self._streams.items():
            if stream.idle_at is not None and now >= stream.idle_at:
                stream.idle_at = None
                events += self._told(stream.scanner.flush(), peer, now)
        for line in self._lines.values():
            events += line.due(now)
        return events

    def _stream(self, peer: str) -> _Stream:
        stream = self._streams.pop(peer, None) or _Stream(whozz.Scanner())
        while len(self._streams) >= MAX_PEERS:
            del self._streams[next(iter(self._streams))]
        self._streams[peer] = stream
        return stream

    def _told(self, found: list[Record | Malformed], peer: str, now: float) -> list[CallEvent]:
        events: list[CallEvent] = []
        for one in found:
            if isinstance(one, Malformed):
                events.append(self._rejected(SafeText(one.reason), now))
                continue
            # A packet without its header: the sender stands for the unit.
            record = one if one.unit else msgspec.structs.replace(one, unit=peer.encode())
            if not self._repeated(record, now):
                events += self._record(record, now)
        return events

    def _repeated(self, record: Record, now: float) -> bool:
        key = record.unit, record.text
        told_at = self._recent.get(key)
        if told_at is not None and 0 <= now - told_at <= REPEAT_TIME:
            return True
        self._recent.pop(key, None)
        while len(self._recent) >= MAX_RECENT:
            del self._recent[next(iter(self._recent))]
        self._recent[key] = now
        return False

    def _record(self, record: Record, now: float) -> list[CallEvent]:
        line = self._line(record)
        match record.kind:
            case Kind.RING:
                return line.ring(now)
            case Kind.OFF_HOOK:
                return line.off_hook(now)
            case Kind.ON_HOOK:
                return line.on_hook(now)
            case Kind.FLASH:
                return line.flash(now)
        facts = _facts(record)
        doubts = [self._rejected(_BAD_CHECKSUM, now)] if record.doubt else []
        if record.kind is Kind.START:
            return doubts + line.start(facts, now)
        return doubts + line.end(facts, now, _outcome(record))

    def _line(self, record: Record) -> HookLine:
        key = record.unit, record.line
        line = self._lines.get(key)
        if line is None:
            while len(self._lines) >= MAX_LINES:
                del self._lines[next(iter(self._lines))]
            label = line_label(self._options.line, record.line)
            line = self._lines[key] = HookLine(self._source, label, self._options.ring_gap, self._times)
        return line

    def _rejected(self, reason: SafeText, now: float) -> CallEvent:
        return CallEvent(event=EventKind.REJECTED, at=now, source=self._source, reason=reason)


def _facts(record: Record) -> Facts:
    direction = Direction.OUT if record.outbound else Direction.IN
    return Facts(direction=direction, caller=record.caller, dialled=record.dialled, line_time=record.line_time)


def _outcome(record: Record) -> Outcome:
    """How a call ended by the record of its end alone. The far end of a call out is not seen."""
    if record.kind is Kind.BLOCKED:
        return Outcome.BLOCKED
    if record.outbound:
        return Outcome.UNKNOWN
    return Outcome.ANSWERED if record.seconds else Outcome.MISSED
