"""The links to exchanges that the server holds itself: each `[[source]]` of the central settings that is a line and says where
on the network it is (sync.md 5). Of several processes on one database one holds a link (`Store.holds`).
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from ringdesk.calls import Call
from ringdesk.dialects import Level, Notice
from ringdesk.errors import BadInput
from ringdesk.tracker.unheard import sources_of, unheard
from ringdesk.why import Why, register
from server.callroom import Report
from server.hub.standings import Standings
from server.intake.backing import Central
from server.links.held import Held, Settings
from server.links.left import Left
from server.links.line import Line, MakeLine
from server.links.told import Told
from server.store.base import Store, Unavailable

LOOK: Final = 1.0
"""Seconds between two looks at the central settings, and at how the links stand."""

log = logging.getLogger("ringdesk.server.links")

register({"link_unusable": "the server cannot use this source: {reason}"})

__all__ = ["Line", "Links", "MakeLine"]


class Links:
    """Holds the links of this process, as the central settings say. `make` makes the lines; `clock` is seconds since 1970."""

    def __init__(
        self, store: Store, central: Central, standings: Standings, clock: Callable[[], float], make: MakeLine
    ) -> None:
        self._store = store
        self._central = central
        self._standings = standings
        self._clock = clock
        self._make = make
        self._told = Told(standings)
        self._held: dict[str, Held] = {}
        self._left: dict[str, asyncio.Task[None]] = {}
        self._going: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Look again and again, until cancelled; then the lines end."""
        try:
            while True:
                try:
                    await self.look()
                except Unavailable as error:
                    log.warning("links.unavailable", extra={"error": str(error)})
                except Exception:
                    log.exception("links.failed")
                self._tell()
                await asyncio.sleep(LOOK)
        finally:
            self._let_go(self._held)
            await self.gone()

    async def look(self) -> None:
        """Take up what is new in the central settings, let go what is there no more. Raises `Unavailable`."""
        placed = [_anywhere(each) for each in await self._central.sources()]
        wanted = {source.id: (source, lines) for source, lines in placed if await self._store.holds(source.id)}
        removed = self._held.keys() - {source.id for source, _ in placed}
        self._let_go([each for each, held in self._held.items() if wanted.get(each) != held.settings], removed)
        self._going = {each: task for each, task in self._going.items() if not task.done()}
        fresh = wanted.keys() - self._held.keys() - self._going.keys()
        on = await self._central.live() if fresh else ()
        for each in fresh:
            self._take_up(wanted[each], _of(each, on))

    async def gone(self) -> None:
        """Until what was let go has ended."""
        if self._going:
            await asyncio.wait(self._going.values())

    def _take_up(self, settings: Settings, left: tuple[Call, ...]) -> None:
        source, lines = settings
        self._held[source.id] = held = Held(settings, self._central, self._clock)
        try:
            line = self._make(source, lines, held.hear, held.stand)
        except BadInput as error:
            why = error.why or Why("link_unusable", {"reason": str(error)})
            held.stand(source.id, Notice(Level.BROKEN, why))
            return
        if line is None:
            return
        held.begin(line)
        if left:
            judging = Left(held, line, left, self._central, self._clock)
            self._left[source.id] = asyncio.create_task(judging.run())

    def _tell(self) -> None:
        for held in self._held.values():
            self._told.tell(held.settings, held.notice)
        self._standings.tell()

    def _let_go(self, sources: Iterable[str], removed: Iterable[str] = ()) -> None:
        """Begin to end links, all at once: an exchange that does not answer takes seconds."""
        for each in list(sources):
            held = self._held.pop(each)
            held.stop()
            judging = self._left.pop(each, None)
            if judging is not None:
                judging.cancel()
            self._told.forget(each)
            self._going[each] = asyncio.create_task(self._end(held, over=each in removed))

    async def _end(self, held: Held, *, over: bool) -> None:
        """`over`: nobody listens to this source any more, so its calls are over as far as anybody will know."""
        await held.end()
        if not over or held.line is None:
            return
        source, lines = held.settings
        try:
            calls = _of(source.id, await self._central.live())
            ends = [
                unheard(call, source.id, self._clock(), listed=True) for call in calls if len(sources_of(call)) == 1
            ]
            if events := tuple(filter(None, ends)):
                await self._central.hear(Report(source=source.id, events=events, lines=lines))
        except Unavailable as error:
            log.warning("link.left", extra={"source": source.id, "error": str(error)})


def _of(source: str, calls: Iterable[Call]) -> tuple[Call, ...]:
    """Those of which a source told, by itself or with others."""
    return tuple(call for call in calls if source in sources_of(call))


def _anywhere(settings: Settings) -> Settings:
    """The same wherever it stands in the file: a source that is put before it cuts no link."""
    source, lines = settings
    at = msgspec.structs.replace
    return at(source, position=0), tuple(at(line, position=0) for line in lines)
