"""One link: its line, what was heard that is not on the disk yet, and how it stands.

What a line hears becomes calls on the way that webhooks go. Its thread waits while as much as may be is not on the disk yet, and
the exchange with it: what was heard while the database is away is taken in once it is back, in order.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from ringdesk.calls import Call, CallEvent
from ringdesk.dialects import Level, Notice
from ringdesk.safetext import SafeText
from ringdesk.tracker.unheard import RINGS_ON, unheard
from ringdesk.wire.values import SourceStands
from server.accept.owing import is_history
from server.callroom import Report
from server.hub.standings import Standings
from server.intake.backing import Central
from server.links.line import Line, called
from server.store.base import Unavailable
from server.store.values import LineRow, Source

ROOM: Final = 200
"""Events of one source that may wait; then its thread does."""
AT_ONCE: Final = 50
"""Events of one source in one transaction: what the desks push waits for no more than that."""
AGAIN: Final = 1.0
"""Seconds before what the database did not take is tried again."""
STANDS: Final = "link.stands"
LET_GO: Final = "link.let_go"
"""What the log says of a link."""

log = logging.getLogger("ringdesk.server.links")

Settings = tuple[Source, tuple[LineRow, ...]]
"""A source of the central settings, and its lines."""


class Held:
    """A link from `begin` to `end`. `left` are the calls that were on when it was last let go: of which nothing is heard within
    `rings_on` seconds once the line is up, that is over, as far as anybody knows."""

    def __init__(
        self,
        settings: Settings,
        left: tuple[Call, ...],
        central: Central,
        standings: Standings,
        clock: Callable[[], float],
        rings_on: float = RINGS_ON,
    ) -> None:
        self.settings = settings
        self._source, self._lines = settings
        self._left = left
        self._central = central
        self._standings = standings
        self._clock = clock
        self._rings_on = rings_on
        self._loop = asyncio.get_running_loop()
        self._line: Line | None = None
        self._waiting: asyncio.Queue[CallEvent] = asyncio.Queue(ROOM)
        self._work: list[asyncio.Task[None]] = []
        self._heard: set[str] = set()
        self._up = asyncio.Event()
        self._ill = self._ending = False

    # --- in the thread of the line

    def hear(self, event: CallEvent) -> None:
        """Wait until there is room for it."""
        with contextlib.suppress(RuntimeError, asyncio.CancelledError):  # the loop is closed
            asyncio.run_coroutine_threadsafe(self._waiting.put(event), self._loop).result()

    def stand(self, _source: str, notice: Notice) -> None:
        """How it stands now."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.stands, notice)

    # --- in the loop

    def begin(self, line: Line) -> None:
        """Listen."""
        self._line = line
        log.info("link.held", extra={"source": self._source.id, "dialect": self._source.dialect})
        self._work.append(asyncio.create_task(self._take_in(), name=f"link {self._source.id}"))
        if self._left:
            self._work.append(asyncio.create_task(self._lapse(line), name=f"left on {self._source.id}"))
        line.start()

    async def end(self) -> None:
        """End it, and take in what it had heard by then; what the database does not take is lost, and the log says so."""
        self._ending = True
        self._standings.gone(self._source.id)
        if self._line is None:
            return
        log.log(logging.WARNING if self._ill else logging.INFO, LET_GO, extra={"source": self._source.id})
        await asyncio.to_thread(self._line.close)
        await self._waiting.join()
        for each in self._work:
            each.cancel()
        await asyncio.wait(self._work)

    def stands(self, notice: Notice) -> None:
        """Tell the desks, and the log."""
        if self._ending:
            return
        (self._up.set if notice.level in (Level.OK, Level.WARNING) else self._up.clear)()
        self._note(notice)
        stands = SourceStands(
            id=self._source.id,
            dialect=self._source.dialect,
            label=SafeText(called(self._lines) or self._source.id),
            level=notice.level,
            why=notice.why,
            words=SafeText(notice.why.english()),
            detail=notice.detail,
        )
        self._standings.stands(stands, frozenset(line.site for line in self._lines))

    def _note(self, notice: Notice) -> None:
        """For the log, where `doctor` finds it: that it is well again, too, whatever else is kept there."""
        ill = notice.level in (Level.WARNING, Level.BROKEN)
        said = {"source": self._source.id, "dialect": self._source.dialect, "stands": notice.level.value}
        why = notice.why
        reason = {"why": why.english(), "code": why.code, "values": why.args, "detail": notice.detail}
        log.log(logging.WARNING if ill or self._ill else logging.INFO, STANDS, extra={**said, **reason})
        self._ill = ill

    # --- what was heard

    async def _take_in(self) -> None:
        while True:
            waiting = [await self._waiting.get()]
            while not self._waiting.empty() and len(waiting) < AT_ONCE:
                waiting.append(self._waiting.get_nowait())
            if self._left:
                self._heard.update(*((event.native_id, event.linked_id or "") for event in waiting))
            for events in _by_age(waiting, self._clock()):
                await self._take(events)
            for _ in waiting:
                self._waiting.task_done()

    async def _take(self, events: tuple[CallEvent, ...]) -> None:
        """All of them, or where one of them cannot be understood, the others."""
        try:
            await self._keep(Report(source=self._source.id, events=events, lines=self._lines))
        except Exception:
            log.exception("link.failed", extra={"source": self._source.id, "events": len(events)})
            for event in events if len(events) > 1 else ():
                await self._take((event,))

    async def _keep(self, report: Report) -> None:
        """On the disk, however long that takes."""
        while True:
            try:
                await self._central.hear(report)
            except Unavailable as error:
                log.warning("link.waits", extra={"source": report.source, "error": str(error)})
                if self._ending:
                    log.error("link.lost", extra={"source": report.source, "events": len(report.events)})
                    return
                await asyncio.sleep(AGAIN)
            else:
                return

    # --- what was left

    async def _lapse(self, line: Line) -> None:
        """Once the line has been up for long enough, what was left and is not heard of is over."""
        await self._up_for(self._rings_on)
        left, self._left = self._left, ()
        try:
            silent = [call for call in left if self._is_silent(call) and await self._central.call(call.id) == call]
        except Unavailable as error:
            log.warning("link.left", extra={"source": self._source.id, "error": str(error)})
            return
        for call in silent:
            event = unheard(call, self._clock(), listed=line.lists_calls)
            if event is not None:
                await self._waiting.put(event)
        self._heard.clear()

    def _is_silent(self, call: Call) -> bool:
        return self._heard.isdisjoint(key.native_id for key in call.sources)

    async def _up_for(self, seconds: float) -> None:
        """Until the line was up for so long without a break."""
        while True:
            await self._up.wait()
            since = self._loop.time()
            while self._up.is_set():
                if self._loop.time() - since >= seconds:
                    return
                await asyncio.sleep(min(seconds, 1.0))


def _by_age(events: list[CallEvent], now: float) -> Iterator[tuple[CallEvent, ...]]:
    """In order, apart where what is history begins or ends: a report pops if any of it is new."""
    for _, run in groupby(events, lambda event: is_history((event.at,), now)):
        yield tuple(run)
