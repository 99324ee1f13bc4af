"""A modem with caller ID: sets it up, reads its formatted lines (V.253) and its raw packets, follows the ringing.

A number, or the statement that there is none, is an event at once; a name that comes later is a further one. Facts that
came without a number are told when the burst is over: then the line gave none.
"""

from typing import Final

import msgspec

from ringdesk import why
from ringdesk.calls import Caller, CallEvent, Presentation, Via
from ringdesk.codecs import callerid, eightbit, modeminit, modemlines
from ringdesk.codecs.modeminit import Stage
from ringdesk.codecs.modemlines import Field, Packet, Result, Ring, Tag
from ringdesk.codecs.passiveline import PassiveLine
from ringdesk.dialects import Level, Notice, Send, SourceOptions, Step
from ringdesk.safetext import SafeText
from ringdesk.why import Why

why.register(
    {
        "modem_starting": "the modem is being set up",
        "modem_ready": "the modem answers and caller ID is on ({command})",
        "modem_silent": "the modem does not answer: check that it has power, that this is its port and that no other "
        "program holds it; it is tried again every {seconds} s",
        "modem_no_caller_id": "the modem takes none of the known commands for caller ID: numbers may not come; is it a "
        "model with caller ID?",
        "modem_picks_up": "the modem does not confirm that it never picks up by itself (ATS0=0): if it answers calls, "
        "replace it",
        "modem_no_data": "the line rang twice and no caller ID came: caller ID may not be subscribed, the modem may have "
        "forgotten it (it is set up again after this call), the line may be bad, or the modem expects another country's "
        "standard",
        "modem_data_again": "caller ID comes again",
    }
)

BURST_TIME: Final = 1.0
"""Seconds of silence after which a modem has said all it had to say of a call."""
SAME_RING_TIME: Final = 2.0
"""Seconds in which the cadence reports of one ring and the `RING` that ends them arrive."""

_LONG_AGO: Final = float("-inf")


class _Record(msgspec.Struct):
    """The facts of a burst that wait for their number. `since`: when the first came; None: there are none."""

    since: float | None = None
    date: bytes = b""
    time: bytes = b""
    name: SafeText | None = None
    name_absent: Presentation | None = None
    called: SafeText | None = None
    via: Via | None = None


class ModemDialect:
    """A `StreamDialect`. It listens from the first byte on, set up or not."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._line = PassiveLine(source_id, options.line, options.ring_gap)
        self._setup = modeminit.Progress()
        self._missed_data = False
        self._reset()

    def _reset(self) -> None:
        self._splitter = modemlines.Splitter()
        self._packets = callerid.Scanner()
        self._record = _Record()
        self._burst_ends: float | None = None
        self._cadence_at = _LONG_AGO
        self._events: list[CallEvent] = []
        self._sends: list[Send] = []
        self._notices: list[Notice] = []
        self._last_notice: Notice | None = None

    def opened(self, now: float) -> Step:
        """Start from nothing: what was heard before belongs to another life of the port."""
        self._reset()
        self._line.stop(now)
        self._missed_data = False
        self._notice(Level.STARTING, Why("modem_starting"))
        self._set_up(modeminit.start(now))
        return self._step()

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        """Bytes of the modem."""
        self._expire(now)
        for line in self._splitter.feed(data):
            for token in modemlines.tokens(line):
                self._token(token, now)
        return self._step()

    def due(self, now: float) -> Step:
        """A command timed out, a burst is over, or the ringing is."""
        self._expire(now)
        return self._step()

    def closed(self, now: float) -> Step:
        """The port is gone. Whether the line still rings, or a number was to follow, cannot be known: nothing is said of it."""
        self._found(self._packets.flush(), now)
        step = self._step()
        self._setup = modeminit.Progress()
        self._reset()
        return step

    @property
    def next_due(self) -> float | None:
        """The next of the three clocks."""
        times = (self._setup.until, self._burst_ends, self._line.next_due)
        return min((time for time in times if time is not None), default=None)

    def _step(self) -> Step:
        step = Step(tuple(self._events), tuple(self._sends), tuple(self._notices))
        self._events, self._sends, self._notices = [], [], []
        return step

    def _expire(self, now: float) -> None:
        if self._burst_ends is not None and now >= self._burst_ends:
            self._end_burst(now)
        without_data = self._line.rings >= 2 and self._line.caller is None
        if stopped := self._line.due(now):
            self._events += stopped
            if without_data and self._setup.stage in (Stage.READY, Stage.NO_CALLER_ID):
                self._set_up(modeminit.start(now))
        if self._setup.until is not None and now >= self._setup.until:
            self._set_up(modeminit.timed_out(self._setup, now))

    def _set_up(self, progress: modeminit.Progress) -> None:
        before, self._setup = self._setup, progress
        if progress.send:
            self._sends.append(Send(progress.send))
            self._setup = msgspec.structs.replace(progress, send=b"")
        if progress.stage is before.stage or self._missed_data:
            return
        if progress.stage is Stage.SILENT:
            self._notice(Level.BROKEN, Why("modem_silent", {"seconds": f"{modeminit.RETRY_TIME:.0f}"}))
        elif progress.stage is Stage.NO_CALLER_ID:
            self._notice(Level.WARNING, Why("modem_no_caller_id"), progress.detail)
        elif progress.stage is Stage.READY and progress.answers_itself:
            self._notice(Level.WARNING, Why("modem_picks_up"))
        elif progress.stage is Stage.READY:
            self._notice(Level.OK, Why("modem_ready", {"command": progress.command}))

    def _notice(self, level: Level, reason: Why, detail: SafeText | None = None) -> None:
        notice = Notice(level, reason, detail)
        if notice != self._last_notice:
            self._notices.append(notice)
        self._last_notice = notice

    def _token(self, token: modemlines.Token, now: float) -> None:
        match token:
            case Ring():
                self._ring(token, now)
            case Field():
                self._field(token, now)
            case Packet():
                self._found(self._packets.feed(token.data), now)
                if self._packets.pending:
                    self._burst_ends = now + BURST_TIME
            case Result():
                self._set_up(modeminit.answered(self._setup, token, now))

    def _ring(self, ring: Ring, now: float) -> None:
        self._end_burst(now)
        repeated = now - self._cadence_at < SAME_RING_TIME
        self._cadence_at = now if ring.cadence else _LONG_AGO
        if repeated and self._line.native_id:
            self._line.hear(now)
            return
        self._events += self._line.ring(now)
        if self._line.rings == 2 and self._line.caller is None and not self._missed_data:
            self._missed_data = True
            self._notice(Level.WARNING, Why("modem_no_data"))

    def _field(self, field: Field, now: float) -> None:
        if not field.value:
            return
        record = self._record
        match field.tag:
            case Tag.DATE | Tag.DATE_TIME:
                self._line.begin_record()
                record.date = field.value
            case Tag.TIME:
                self._line.begin_record()
                record.time = field.value
            case Tag.NUMBER:
                self._number(modemlines.number(field.value), now)
            case Tag.CLIP:
                self._number(modemlines.clip(field.value), now)
            case Tag.NAME:
                self._name(field.value, now)
            case Tag.CALLED:
                record.called = eightbit.read(field.value)
            case Tag.DIVERTING:
                record.via = Via(raw=eightbit.read(field.value))
            case Tag.MESSAGE:
                self._message(field.value, now)
        self._wait_for_more(now)

    def _wait_for_more(self, now: float) -> None:
        if self._record != _Record():
            if self._record.since is None:
                self._record.since = now
            self._burst_ends = now + BURST_TIME

    def _number(self, caller: Caller | None, now: float) -> None:
        if caller is None:
            return
        record, self._record = self._record, _Record()
        self._tell(msgspec.structs.replace(caller, name=caller.name or record.name), record, now)

    def _name(self, value: bytes, now: float) -> None:
        name = modemlines.name(value)
        dated = self._record.date or self._record.time
        if self._line.caller is not None and not dated:
            self._events += self._line.tell(Caller(name=name), now)
        elif name is None:
            self._record.name_absent = modemlines.absence(eightbit.read(value))
        else:
            self._record.name = self._record.name or name

    def _message(self, value: bytes, now: float) -> None:
        given = modemlines.message(value)
        if given is None:
            if value.upper().startswith(b"CALID"):
                self._number(Caller(presentation=Presentation.UNREADABLE), now)
            return
        reading = callerid.read_parameters(given)
        if reading.kind is callerid.Kind.WAITING:
            self._record = _Record()
            self._events.append(self._line.message_waiting(now, waiting=reading.waiting))
            return
        self._record.via = reading.via or self._record.via
        if self._record.since is None:
            self._record.since = now
        if reading.stated:
            self._number(reading.caller, now)
        elif reading.caller.name:
            self._name(reading.caller.name.encode(), now)

    def _found(self, found: list[callerid.Frame | callerid.Damaged], now: float) -> None:
        for one in found:
            if isinstance(one, callerid.Damaged):
                self._events.append(self._line.reject(one.reason, now))
                continue
            reading = callerid.read(one)
            if reading.kind is callerid.Kind.WAITING:
                self._events.append(self._line.message_waiting(now, waiting=reading.waiting))
            elif reading.kind is callerid.Kind.CALL:
                self._line.begin_record()
                record = _Record(called=reading.called, via=reading.via)
                self._tell(reading.caller, record, now, reading.line_time)

    def _tell(self, caller: Caller, record: _Record, now: float, line_time: SafeText | None = None) -> None:
        self._events += self._line.tell(
            caller,
            now,
            opened_at=record.since,
            called=record.called,
            via=record.via,
            line_time=line_time or modemlines.line_time(record.date, record.time),
        )
        if self._missed_data:
            self._missed_data = False
            self._notice(Level.OK, Why("modem_data_again"))

    def _end_burst(self, now: float) -> None:
        """No more of this burst comes. Facts without a number mean that the line gave none."""
        self._burst_ends = None
        self._found(self._packets.flush(), now)
        record, self._record = self._record, _Record()
        if record.since is None:
            return
        if self._line.caller is None:
            absent = record.name_absent or Presentation.UNAVAILABLE
            self._tell(Caller(presentation=absent, name=record.name), record, now)
        elif record.name:
            self._tell(Caller(name=record.name), record, now)
