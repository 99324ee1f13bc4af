"""A line for the tests of this folder: a tiny dialect, a listener that can be waited for, and a pty that can be unplugged."""

import os
import random
import select
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

from ringdesk.calls import Caller, CallEvent, EventKind, Presentation
from ringdesk.dialects import Level, Notice, Send, SourceOptions, Step, StreamDialect
from ringdesk.safetext import SafeText
from ringdesk.transcript import Chunk
from ringdesk.why import Why
from terminal.callerid.pump import SourcePump
from terminal.callerid.source import parse

PATIENCE = 60.0
"""Seconds after which a wait is a failure: nothing is measured with it."""
HELLO = b"HELLO\r"
LONGEST_LINE = 1024


class LineDialect:
    """`RING id`, `NUMBER text`, `STOP` a line; says HELLO when opened, PING when `due`, raises at `BUG`."""

    def __init__(self, source: str, options: SourceOptions) -> None:
        self.source = source
        self.options = options
        self.buffer = b""
        self.native_id = ""
        self.next_due: float | None = None

    def opened(self, now: float) -> Step:
        self.next_due = now + 3600
        return Step(sends=(Send(HELLO),))

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        self.buffer = self.buffer[-LONGEST_LINE:]
        events = [self._event(line.strip().decode("ascii", "replace"), now) for line in lines]
        return Step(events=tuple(event for event in events if event is not None))

    def _event(self, line: str, now: float) -> CallEvent | None:
        word, _, rest = line.partition(" ")
        if word == "RING":
            self.native_id, self.next_due = rest, now + 0.05
            return CallEvent(event=EventKind.RINGING, at=now, source=self.source, native_id=rest)
        if word == "NUMBER":
            caller = Caller(raw=SafeText(rest), presentation=Presentation.SHOWN)
            return CallEvent(
                event=EventKind.CALLER, at=now, source=self.source, native_id=self.native_id, caller=caller
            )
        if word == "BUG":
            raise ZeroDivisionError("a bug of this dialect")
        return None

    def due(self, now: float) -> Step:
        self.next_due = None
        stopped = CallEvent(event=EventKind.RING_STOPPED, at=now, source=self.source, native_id=self.native_id)
        return Step(events=(stopped,), sends=(Send(b"PING\r"),))

    def closed(self, now: float) -> Step:
        return Step()


class Chatty(LineDialect):
    """A dialect that says how its peer is."""

    def opened(self, now: float) -> Step:
        return Step(notices=(Notice(Level.STARTING, Why("test_asking")),))

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        return Step(notices=(Notice(Level.OK, Why("test_answered"), SafeText(data.decode("ascii", "replace"))),))


class Listener:
    """Hears one or more pumps; `wait` until something is true."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []
        self.notices: list[tuple[str, Notice]] = []
        self.chunks: list[Chunk] = []
        self._news = threading.Condition()

    def on_event(self, event: CallEvent) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def on_health(self, source: str, notice: Notice) -> None:
        with self._news:
            self.notices.append((source, notice))
            self._news.notify_all()

    def on_chunk(self, chunk: Chunk) -> None:
        with self._news:
            self.chunks.append(chunk)
            self._news.notify_all()

    def wait(self, true: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(true, PATIENCE), (self.events[-3:], self.notices)

    def codes(self, source: str | None = None) -> list[str]:
        return [notice.why.code for name, notice in self.notices if source in (None, name)]

    def wait_for_code(self, code: str, source: str | None = None, times: int = 1) -> None:
        self.wait(lambda: self.codes(source).count(code) >= times)

    def numbers(self) -> list[str]:
        return [str(event.caller.raw) for event in self.events if event.caller is not None]

    def pump(
        self,
        url: str,
        dialect: Callable[[str, SourceOptions], StreamDialect] = LineDialect,
        wall: Callable[[], float] = time.time,
    ) -> SourcePump:
        """A pump that this listener hears; not started."""
        return SourcePump(
            parse(url, "test"),
            dialect,
            on_event=self.on_event,
            on_health=self.on_health,
            on_chunk=self.on_chunk,
            wall=wall,
            jitter=random.Random(7),
        )


class Pty:
    """The modem's end of a pseudo terminal; `link` is a device name that survives a replug."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.url = f"serial://{link}"
        self.plug()

    def plug(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(self._slave))
        self.plugged = True

    def unplug(self) -> None:
        if self.plugged:
            os.close(self._slave)
            os.close(self._master)
            self.plugged = False

    def say(self, data: bytes) -> None:
        os.write(self._master, data)

    def hear(self, count: int) -> bytes:
        """Exactly `count` bytes of what the desk sent."""
        heard = b""
        while len(heard) < count:
            ready, _, _ = select.select([self._master], [], [], PATIENCE)
            assert ready, heard
            heard += os.read(self._master, count - len(heard))
        return heard
