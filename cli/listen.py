"""`ringdesk listen SOURCE...`: sources without a screen; prints events and calls, one JSON object a line.

One thread per source reports, the main thread prints. A reader that does not read makes the sources wait.
"""

import argparse
import platform
import queue
import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from cli import allowance, recordings, roots
from cli.output import complain, print_json
from cli.pumps import expect_dialect, pump_of
from ringdesk import numbers
from ringdesk.calls import Call, CallEvent, CallState, Presentation
from ringdesk.dialects import Level, Notice
from ringdesk.errors import BadInput
from ringdesk.printed import call_object, event_object
from ringdesk.tracker import Tracker
from ringdesk.transcript import Chunk
from terminal.callerid.pump import REPLAY_ENDED, REPLAY_UNUSABLE
from terminal.callerid.source import SourceSpec, Transport, expect_apart, parse

_ROOM: Final = 1000
"""Reports that may wait to be printed; then the sources wait."""
_LONGEST_WAIT: Final = 1.0
"""Seconds: a signal that comes just before a wait does not end it."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="serial:///dev/ttyACM0, tcp://host:port?dialect=ami, udp://:5060?dialect=sip, ...",
    )
    parser.add_argument("--follow", action="store_true", help="print a call at each change, not only at its end")
    parser.add_argument("--region", default="TW", help="region of sources whose URL has none (default TW)")
    parser.add_argument("--area", default="", help="area code of sources whose URL has none")
    parser.add_argument("--config", type=Path, metavar="FILE", help=allowance.HELP)
    parser.add_argument("--record", type=Path, metavar="FILE.jsonl", help="keep what passes, for replay:FILE.jsonl")
    parser.add_argument(
        "--mask",
        action="store_true",
        help="keep it with other numbers and names, to be given away; it is written at the end",
    )


def run(options: argparse.Namespace) -> int:
    """Until SIGINT or SIGTERM, or until every source is a replay that is over."""
    specs = [parse(url, platform.node(), region=options.region, area=options.area) for url in options.sources]
    if len({spec.id for spec in specs}) < len(specs):
        raise BadInput("two of the sources have the same id; name each source once")
    expect_apart(specs)
    allowed = allowance.of(options.config, *(spec.dialect for spec in specs))
    if options.mask and options.record is None:
        raise BadInput("--mask is about a recording; add --record FILE.jsonl")
    with ExitStack() as stack:
        record = None
        if options.record is not None:
            if len(specs) > 1:
                raise BadInput("--record keeps one source; listen to the others in another process")
            dialect = specs[0].dialect if options.mask else None
            record = stack.enter_context(recordings.Recording(options.record, masked_as=dialect))
        return _Listening(specs, follow=options.follow, record=record, allowed=allowed).run()


class _Inbox:
    """From the sources' threads to the one that prints. Full, it makes them wait."""

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._room = threading.Semaphore(_ROOM)

    def put(self, item: Callable[[], None]) -> None:
        """From a source's thread."""
        self._room.acquire()
        self._items.put(item)

    def interrupt(self) -> None:
        """From a signal handler too: a SimpleQueue may be entered again."""
        self._items.put(None)

    def take(self, timeout: float) -> Callable[[], None] | None:
        """What is to be done next; None at the time-out and at an interrupt."""
        try:
            item = self._items.get(timeout=timeout)
        except queue.Empty:
            return None
        if item is not None:
            self._room.release()
        return item

    def rest(self) -> Iterator[Callable[[], None]]:
        """What is left, once nobody puts any more."""
        while not self._items.empty():
            if (item := self._items.get()) is not None:
                yield item

    def open_wide(self) -> None:
        """Nobody waits any more: the sources are ending, they cannot report much."""
        self._room.release(1_000_000)


class _Listening:
    """The sources, the tracker of their calls, and what is printed of both."""

    def __init__(
        self, specs: list[SourceSpec], *, follow: bool, record: recordings.Recording | None, allowed: Collection[str]
    ) -> None:
        self._follow = follow
        self._record = record
        self._inbox = _Inbox()
        self._stopped = False
        self._tracker = Tracker()
        self._latest = 0.0
        self._runs_on = not any(spec.has_times for spec in specs)
        self._open = {spec.id: spec for spec in specs}
        self._lines = {spec.id: spec.options for spec in specs}
        self._troubled: set[str] = set()
        self._unread = {spec.id for spec in specs if spec.transport is Transport.REPLAY}
        self._waits = self._worked = False
        self._failed = False
        for spec in specs:
            expect_dialect(spec, allowed)
        self._pumps = [
            pump_of(
                spec,
                lambda event: self._inbox.put(lambda: self._heard(event)),
                lambda source, notice: self._inbox.put(lambda: self._health(source, notice)),
                roots.wall,
                self._keep,
                allowed=allowed,
            )
            for spec in specs
        ]

    def run(self) -> int:
        with _signals(self._stop):
            try:
                for pump in self._pumps:
                    pump.start()
                while self._open and not self._stopped:
                    self._turn()
            finally:
                self._end()
        return 2 if self._failed else 0

    def _stop(self) -> None:
        self._stopped = True
        self._inbox.interrupt()

    def _turn(self) -> None:
        due = self._tracker.next_due
        wait = _LONGEST_WAIT if due is None else min(_LONGEST_WAIT, max(0.0, due - self._now()))
        if (report := self._inbox.take(wait)) is not None:
            report()
        self._print(self._tracker.due(self._now()))

    def _end(self) -> None:
        """Close the ports first, then print what is left: calls that go on, as far as they got."""
        self._inbox.open_wide()
        for pump in self._pumps:
            pump.stop()
        for pump in self._pumps:
            pump.close()
        for report in self._inbox.rest():
            report()
        while self._runs_on and not self._stopped and (due := self._tracker.next_due) is not None:
            self._print(self._tracker.due(due))
        if not self._follow:
            for call in self._tracker.calls:
                if call.live:
                    print_json(call_object(call))

    def _now(self) -> float:
        """The clock of the calls; a replay that runs faster than recorded is ahead of ours."""
        return max(roots.wall(), self._latest)

    def _keep(self, chunk: Chunk) -> None:
        if (record := self._record) is not None:
            self._inbox.put(lambda: record.keep(chunk))

    def _heard(self, event: CallEvent) -> None:
        self._latest = max(self._latest, event.at)
        line = self._lines[event.source]
        event = numbers.read_caller(event, line.region, line.area)
        if event.caller is not None and event.caller.presentation is not Presentation.UNREADABLE:
            self._unread.discard(event.source)
        print_json(event_object(event))
        self._print(self._tracker.received(event))

    def _print(self, calls: tuple[Call, ...]) -> None:
        for call in calls:
            ended = call.state is CallState.ENDED and self._tracker.resolve(call.id) == call.id
            if self._follow or ended:
                print_json(call_object(call))

    def _health(self, source: str, notice: Notice) -> None:
        code = notice.why.code
        spec = self._open[source]
        if code in (REPLAY_ENDED, REPLAY_UNUSABLE):
            del self._open[source]
        elif spec.transport is Transport.REPLAY and notice.level is Level.BROKEN:
            return  # nobody is there who could be set up
        self._failed |= code == REPLAY_UNUSABLE
        if code == REPLAY_ENDED and source in self._unread:
            complain(
                f"{spec.path}: no caller could be read in it as {spec.dialect}; if another dialect is spoken in it, name that:"
                " `replay FILE --dialect NAME`, or replay:FILE?dialect=NAME"
            )
        bad = notice.level in (Level.WARNING, Level.BROKEN)
        self._worked |= notice.level is Level.OK
        if bad or (notice.level is Level.OK and source in self._troubled):
            complain(f"{spec.url}: {notice.why.english()}")
            if notice.level is Level.BROKEN and source in self._open and not self._waits and not self._worked:
                self._waits = True
                complain("waiting for it; Ctrl+C ends")
        if notice.level is not Level.STARTING:
            (self._troubled.add if bad else self._troubled.discard)(source)


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGINT and SIGTERM end the listening in order; the ports are given back."""

    def handler(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
