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

import msgspec

from ringdesk.calls import Call, CallEvent
from ringdesk.dialects import Notice
from ringdesk.servedwords import at_server
from ringdesk.tracker import again
from server.accept.owing import is_history
from server.callroom import Report
from server.intake.backing import Central
from server.links.line import Line
from server.store.base import Unavailable
from server.store.values import LineRow, Source

ROOM: Final = 200
"""Events of one source that may wait; then its thread does."""
AT_ONCE: Final = 50
"""Events of one source in one transaction: what the desks push waits for no more than that."""
AGAIN: Final = 1.0
"""Seconds before what the database did not take is tried again."""
GRACE: Final = 5.0
"""Seconds for what was heard to get onto the disk when a link ends."""
LET_GO: Final = "link.let_go"
"""What the log says of a link that is held no more."""

log = logging.getLogger("ringdesk.server.links")

Settings = tuple[Source, tuple[LineRow, ...]]
"""A source of the central settings, and its lines."""


class Held:
    """A link from `begin` to `end`.

    Attributes:
        settings: what it was taken up for.
        notice: how it stands, as its line said last.
    """

    def __init__(self, settings: Settings, central: Central, clock: Callable[[], float]) -> None:
        self.settings = settings
        self.notice: Notice | None = None
        self._source, self._lines = settings
        self._central = central
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._line: Line | None = None
        self._waiting: asyncio.Queue[tuple[CallEvent, float]] = asyncio.Queue(ROOM)
        self._work: asyncio.Task[None] | None = None
        self._said: set[str] = set()
        self._taking = 0
        """Events that were taken from those that wait, and are not on the disk yet."""

    # --- in the thread of the line

    def hear(self, event: CallEvent) -> None:
        """Wait until there is room for it."""
        with contextlib.suppress(RuntimeError, asyncio.CancelledError):  # the loop is closed
            asyncio.run_coroutine_threadsafe(self.put(event), self._loop).result()

    def stand(self, _source: str, notice: Notice) -> None:
        """How it stands now; whoever tells of it looks by itself, so that a line that cannot make up its mind floods nobody."""
        self.notice = msgspec.structs.replace(notice, why=at_server(notice.why))

    # --- in the loop

    @property
    def line(self) -> Line | None:
        """What listens; None where nothing can."""
        return self._line

    def begin(self, line: Line) -> None:
        """Listen."""
        self._line = line
        log.info("link.held", extra={"source": self._source.id, "dialect": self._source.dialect})
        self._work = asyncio.create_task(self._take_in(), name=f"link {self._source.id}")
        line.start()

    async def put(self, event: CallEvent) -> None:
        """An event that is heard now."""
        await self._waiting.put((event, self._clock()))

    def silent_on(self, call: Call) -> bool:
        """Whether nothing was heard of a call so far."""
        return self._said.isdisjoint(again.id_of(key.native_id) for key in call.sources)

    def stop(self) -> None:
        """Ask it to end, without waiting."""
        if self._line is not None:
            self._line.stop()

    async def end(self) -> None:
        """End it, and take in what it had heard by then; what the database does not take by then is lost, and the log says so."""
        if self._line is None or self._work is None:
            return
        log.warning(LET_GO, extra={"source": self._source.id})
        closing = asyncio.create_task(asyncio.to_thread(self._line.close))
        try:
            async with asyncio.timeout(GRACE):
                await asyncio.shield(closing)
                await self._waiting.join()
        except TimeoutError:
            log.exception("link.ends_late", extra={"source": self._source.id})
        self._work.cancel()
        lost = self._waiting.qsize() + self._taking
        while not closing.done():  # the thread may wait for room
            while not self._waiting.empty():
                self._waiting.get_nowait()
            await asyncio.wait({closing}, timeout=0.05)
        await asyncio.wait({self._work})
        if lost:
            log.error("link.lost", extra={"source": self._source.id, "events": lost})

    # --- what was heard

    async def _take_in(self) -> None:
        while True:
            waiting = [await self._waiting.get()]
            while not self._waiting.empty() and len(waiting) < AT_ONCE:
                waiting.append(self._waiting.get_nowait())
            self._taking = len(waiting)
            self._said.update(*((event.native_id, event.linked_id or "") for event, _ in waiting))
            for events, delayed in _by_age(waiting, self._clock()):
                await self._take(events, delayed=delayed)
            self._taking = 0
            for _ in waiting:
                self._waiting.task_done()

    async def _take(self, events: tuple[CallEvent, ...], *, delayed: bool) -> None:
        """All of them, or where one of them cannot be understood, the others."""
        try:
            await self._keep(Report(source=self._source.id, events=events, lines=self._lines, delayed=delayed))
        except Exception:
            log.exception("link.failed", extra={"source": self._source.id, "events": len(events)})
            for event in events if len(events) > 1 else ():
                await self._take((event,), delayed=delayed)

    async def _keep(self, report: Report) -> None:
        """On the disk, however long that takes."""
        while True:
            try:
                await self._central.hear(report)
            except Unavailable as error:
                log.warning("link.waits", extra={"source": report.source, "error": str(error)})
                await asyncio.sleep(AGAIN)
            else:
                return


def _by_age(waiting: list[tuple[CallEvent, float]], now: float) -> Iterator[tuple[tuple[CallEvent, ...], bool]]:
    """In order, apart where what is history begins or ends: a report rings if any of it is new. And whether it is history only
    because it waited here."""

    def age(item: tuple[CallEvent, float]) -> tuple[bool, bool]:
        event, heard = item
        return is_history((event.at,), now), not is_history((event.at,), heard)

    for (late, in_time), run in groupby(waiting, age):
        yield tuple(event for event, _ in run), late and in_time
