"""The links to exchanges that the server holds itself: each `[[source]]` of the central settings that is a line and says where
on the network it is (sync.md 5). Of several processes on one database one holds a link (`Store.holds`).
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import msgspec

from ringdesk.calls import Call
from ringdesk.dialects import Level, Notice
from ringdesk.errors import BadInput
from ringdesk.why import Why, register
from server.hub.standings import Standings
from server.intake.backing import Central
from server.links.held import Held, Settings
from server.links.line import Line, MakeLine
from server.store.base import Store, Unavailable

LOOK: Final = 1.0
"""Seconds between two looks at the central settings."""

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
        self._held: dict[str, Held] = {}

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
                await asyncio.sleep(LOOK)
        finally:
            await self._let_go(list(self._held))

    async def look(self) -> None:
        """Take up what is new in the central settings, let go what is there no more. Raises `Unavailable`."""
        placed = [_anywhere(each) for each in await self._central.sources()]
        wanted = {source.id: (source, lines) for source, lines in placed if await self._store.holds(source.id)}
        await self._let_go([each for each, held in self._held.items() if wanted.get(each) != held.settings])
        fresh = wanted.keys() - self._held.keys()
        on = await self._central.live() if fresh else ()
        for each in fresh:
            self._take_up(wanted[each], tuple(call for call in on if {key.source for key in call.sources} == {each}))

    def _take_up(self, settings: Settings, left: tuple[Call, ...]) -> None:
        source, lines = settings
        self._held[source.id] = held = Held(settings, left, self._central, self._standings, self._clock)
        try:
            line = self._make(source, lines, held.hear, held.stand)
        except BadInput as error:
            held.stands(Notice(Level.BROKEN, error.why or Why("link_unusable", {"reason": str(error)})))
            return
        if line is not None:
            held.begin(line)

    async def _let_go(self, sources: list[str]) -> None:
        await asyncio.gather(*(self._held.pop(each).end() for each in sources))


def _anywhere(settings: Settings) -> Settings:
    """The same wherever it stands in the file: a source that is put before it cuts no link."""
    source, lines = settings
    at = msgspec.structs.replace
    return at(source, position=0), tuple(at(line, position=0) for line in lines)
