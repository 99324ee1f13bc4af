"""One source at work: its port, its dialect, its clock, in one thread of its own.

The thread reads, decodes and reports in turn and keeps nothing back: while a listener takes its time nothing is read, the
operating system's buffers fill up, and the peer waits. A port that fails is opened again after a pause; a dialect that
raises is a bug of that source alone: it is logged, and the source starts again with a new dialect.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from ringdesk import transcript
from ringdesk.calls import CallEvent
from ringdesk.dialects import Level, Notice, SourceOptions, Step, StreamDialect
from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText
from ringdesk.transcript import Chunk
from ringdesk.why import Why, register
from terminal.callerid.health import Fact, Health, Lost, Opened, Passed, Reported, Said
from terminal.callerid.lease import Lease
from terminal.callerid.ports import CHUNK, Port, PortError
from terminal.callerid.source import SourceSpec, Transport
from terminal.callerid.tlspeer import TlsPeer
from terminal.callerid.transports import open_port

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
"""Seconds before a port is tried again: uniform between 0 and a bound that doubles from the first to the longest
("full jitter": many desks at one device server do not come back all at once)."""

REPLAY_ENDED: Final = "replay_ended"
REPLAY_UNUSABLE: Final = "replay_unusable"
"""The codes of the last notice of a replay."""

_STEADY: Final = 30.0
"""Seconds that a port must have stayed open for its failures to be forgotten."""
_LONGEST_WAIT: Final = 60.0
"""Seconds: the health of a line is looked at this often at least."""
_SHORTEST_WAIT: Final = 0.01
"""Seconds: a dialect whose `due` does not move on must not take the processor."""
_SESSIONS: Final = frozenset({Transport.TCP, Transport.HTTP})
"""Transports on which a peer begins with a greeting: a new dialect needs a new connection."""
_CLOCK_STEP: Final = 5.0
"""Seconds that the clock may step back before the times that a dialect waits for are worth nothing."""
_REPLAY_TAIL: Final = 30.0
"""Seconds that the clock runs on at once after the last of raw bytes, so that a ringing that stopped is seen to stop."""

register(
    {
        "source_secret_unread": "the secret file {path} cannot be read; check that it is there and may be read",
        "source_secret_empty": "the secret file {path} has nothing in it; write the secret into it",
        "source_failed": "the dialect {dialect} failed and starts again; please report the lines in the log",
        REPLAY_ENDED: "the recording is over",
        REPLAY_UNUSABLE: "the recording cannot be used: {reason}; give what `listen --record` kept, or a file of raw bytes",
    }
)

_log = logging.getLogger(__name__)


class SourcePump:
    """Listens to one source from `start` to `close`.

    `on_event`, `on_health` and `on_chunk` are called in the pump's thread, one at a time; an asyncio listener goes
    through `loop.call_soon_threadsafe`. They may block to slow the source down, but must return before `close` can.
    """

    def __init__(
        self,
        spec: SourceSpec,
        dialect: Callable[[str, SourceOptions], StreamDialect],
        *,
        on_event: Callable[[CallEvent], None],
        on_health: Callable[[str, Notice], None],
        wall: Callable[[], float],
        jitter: random.Random,
        is_open: Callable[[float], bool] = lambda _: False,
        on_chunk: Callable[[Chunk], None] = lambda _: None,
    ) -> None:
        """Nothing happens before `start`.

        Args:
            spec: which source.
            dialect: makes the dialect: at first, after a failure of it, and when the secret file holds others.
            on_event: hears every call event; a number that is shown has its E.164, read with the line's region and area.
            on_health: hears the source's id and its notice, whenever the notice changes.
            wall: seconds since 1970; a replay shifts its recording to the time at which it starts.
            jitter: spreads the pauses between attempts.
            is_open: whether the shop is open at a time; only then is silence suspicious.
            on_chunk: hears all bytes of a live source, for a recording.
        """
        self.spec = spec
        self._make_dialect = dialect
        self._on_event = on_event
        self._on_health = on_health
        self._on_chunk = on_chunk
        self._wall = wall
        self._jitter = jitter
        self._is_open = is_open
        self._health = Health.start(spec.address, wall())
        self._told: Notice | None = None
        self._stop = threading.Event()
        self._port: Port | None = None
        self._dialect: StreamDialect | None = None
        self._options = spec.options
        self._lease = Lease(spec.lease)
        self._tls = TlsPeer(spec)
        self._thread = threading.Thread(target=self._run, name=f"source {spec.address}", daemon=True)

    @property
    def running(self) -> bool:
        """False before `start`, after `close`, and when a replay is over."""
        return self._thread.is_alive()

    @property
    def listed(self) -> bool | None:
        """Whether the peer has listed all calls that are on, since the port was opened; None for one that never does."""
        found: bool | None = getattr(self._dialect, "listed", None)
        return found

    def start(self) -> None:
        """Begin. Once only."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end, without waiting: to end several at once, `stop` all and then `close` each."""
        self._stop.set()
        if (port := self._port) is not None:
            port.wake()

    def close(self) -> None:
        """End, and wait until the thread has ended and the port is free: milliseconds, some seconds while connecting."""
        self.stop()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        self._publish()
        if self.spec.transport is Transport.REPLAY:
            self._replay()
            return
        failures = 0
        while not self._stop.is_set():
            begun = self._wall()
            self._attempt()
            failures = 1 if self._wall() - begun >= _STEADY else failures + 1
            self._rest(pause(failures, self._jitter))

    def _rest(self, seconds: float) -> None:
        """Wait; what rings at a peer that does not come back stops ringing in the meantime."""
        while seconds > 0 and not self._stop.is_set():
            now = self._wall()
            self._lapse(now)
            nap = min(seconds, _wait(self._lease.next_due, now))
            self._stop.wait(nap)
            seconds -= nap

    def _lapse(self, now: float) -> None:
        for event in self._lease.due(now):
            self._on_event(event)

    def _attempt(self) -> None:
        """Open the port and serve it until it, the dialect or the pump ends."""
        try:
            dialect = self._speaker()
            with closing(open_port(self.spec)) as port:
                self._port = port
                self._serve(dialect, port)
        except PortError as error:
            self._lost(error.why, error.detail)
        except Exception as error:  # noqa: BLE001  a bug in one source must not end it, nor any other
            self._dialect = None
            self._log_bug()
            self._lost(Why("source_failed", {"dialect": self.spec.dialect}), SafeText(repr(error)))
        finally:
            self._port = None

    def _log_bug(self) -> None:
        _log.exception("source %s: the dialect %s failed", self.spec.id, self.spec.dialect)

    def _lost(self, why: Why, detail: SafeText | None) -> None:
        self._note(Lost(self._tls.explained(Notice(Level.BROKEN, why, detail))))
        self._publish()

    def _serve(self, dialect: StreamDialect, port: Port) -> None:
        self._note(Opened())
        now = self._wall()
        try:
            self._apply(dialect.opened(now), port)
            self._converse(dialect, port, now)
        except PortError:
            self._apply(dialect.closed(self._wall()), None)
            raise
        self._apply(dialect.closed(self._wall()), None)

    def _speaker(self) -> StreamDialect:
        """The dialect: one that can go on with its calls, unless it failed or the secrets are others."""
        options = with_secrets(self.spec)
        if self._dialect is None or options != self._options:
            self._dialect, self._options = self._make_dialect(self.spec.id, options), options
        return self._dialect

    def _converse(self, dialect: StreamDialect, port: Port, now: float) -> None:
        """Until the pump ends or the port is lost; where the clock steps back the dialect starts anew, a session too."""
        while not self._stop.is_set():
            data = port.read(min(_wait(dialect.next_due, now), _wait(self._lease.next_due, now)))
            before, now = now, self._wall()
            if now < before - _CLOCK_STEP:
                self._dialect = None  # what it waits for lies in a future that has been taken back
                if self.spec.transport in _SESSIONS:
                    return
                dialect = (
                    self._speaker()
                )  # a line has no beginning, and may be ringing: what it says now must not be lost
                self._apply(dialect.opened(now), port)
            if data:
                self._tls.heard()
                self._on_chunk(Chunk(at=now, dir="in", hex=data.hex(), peer=port.peer))
                self._apply(dialect.received(data, now, port.peer), port)
            if dialect.next_due is not None and dialect.next_due <= now:
                self._apply(dialect.due(now), port)
            self._lapse(now)
            self._note(Passed(self._is_open(now)))
            self._publish()

    def _apply(self, step: Step, port: Port | None) -> None:
        """Do what the dialect wants; without a port (closed, or a replay) its bytes go nowhere."""
        for event in step.events:
            self._note(Reported(event))
            self._lease.heard(event)
            self._on_event(event)
        for notice in step.notices:
            self._note(Said(self._tls.explained(notice)))
        self._publish()
        if port is None:
            return
        for send in step.sends:
            port.write(send.data, send.peer)
            if not send.secret:
                self._on_chunk(Chunk(at=self._wall(), dir="out", hex=send.data.hex(), peer=send.peer))

    def _note(self, fact: Fact) -> None:
        self._health = self._health.step(fact, self._wall())

    def _publish(self) -> None:
        notice = self._health.notice
        self._lease.stands(notice.level, self._wall())
        if notice != self._told:
            self._told = notice
            self._on_health(self.spec.id, notice)

    def _replay(self) -> None:
        """Once through the recording, in the recording's own time, moved to now."""
        try:
            self._play(self._make_dialect(self.spec.id, self.spec.options))
            ending = Notice(Level.OK, Why(REPLAY_ENDED))
        except Exception as error:  # noqa: BLE001  as in _attempt
            if not isinstance(error, OSError | BadInput):
                self._log_bug()
            ending = Notice(Level.BROKEN, Why(REPLAY_UNUSABLE, {"reason": SafeText(str(error) or repr(error))}))
        self._on_health(self.spec.id, ending)

    def _play(self, dialect: StreamDialect) -> None:
        base = now = self._wall()
        self._note(Opened())
        self._apply(dialect.opened(base), None)
        for offset, data, peer in recorded(self.spec):
            now = base + offset
            self._run_up_to(dialect, now, base)
            if self._stop.is_set():
                break
            self._apply(dialect.received(data, now, peer), None)
        else:
            if not self.spec.has_times:
                self._run_up_to(dialect, now + _REPLAY_TAIL, None)
        self._apply(dialect.closed(now), None)

    def _run_up_to(self, dialect: StreamDialect, until: float, base: float | None) -> None:
        """Let the recording's clock run to `until`, at its pace if `base` says when it began."""
        while (due := dialect.next_due) is not None and due <= until and not self._stop.is_set():
            self._wait_until(due, base)
            self._apply(dialect.due(due), None)
            if dialect.next_due is not None and dialect.next_due <= due:
                raise RuntimeError("next_due does not move on after due")
        self._wait_until(until, base)

    def _wait_until(self, at: float, base: float | None) -> None:
        if base is not None:
            self._stop.wait(max(0.0, (at - base) / self.spec.speed - (self._wall() - base)))


def pause(failures: int, jitter: random.Random) -> float:
    """Seconds before the next attempt after `failures` (1 or more) in a row."""
    return jitter.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 16)))


def with_secrets(spec: SourceSpec) -> SourceOptions:
    """The options of the source with what its secret file holds now, line by line. Raises PortError: it cannot be read, or is
    empty."""
    if spec.secret_file is None:
        return spec.options
    try:
        lines = Path(spec.secret_file).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        # The file's text is not quoted: a decoding error would.
        detail = (error.strerror or "") if isinstance(error, OSError) else ""
        raise PortError(Why("source_secret_unread", {"path": spec.secret_file}), detail) from None
    secrets = tuple(line.strip() for line in lines if line.strip())
    if not secrets:
        raise PortError(Why("source_secret_empty", {"path": spec.secret_file}))
    return msgspec.structs.replace(spec.options, secrets=secrets)


def recorded(spec: SourceSpec) -> Iterator[tuple[float, bytes, str | None]]:
    """What came in, with its seconds since the recording's first chunk (0 for all of it where there are no times), and from
    which peer.

    Raises OSError, BadInput.
    """
    with Path(spec.path).open("rb") as file:
        if not spec.has_times:
            while data := file.read(CHUNK):
                yield 0.0, data, None
            return
        first: float | None = None
        for chunk in transcript.read(file):
            first = chunk.at if first is None else first
            if chunk.dir == "in":
                yield max(0.0, chunk.at - first), chunk.data, chunk.peer


def _wait(due: float | None, now: float) -> float:
    if due is None:
        return _LONGEST_WAIT
    return min(_LONGEST_WAIT, max(_SHORTEST_WAIT, due - now))
