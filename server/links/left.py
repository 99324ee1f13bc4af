"""What became of the calls that were on when a link was held last, by this process or one that was killed."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from ringdesk.calls import Call
from ringdesk.dialects import Level
from ringdesk.tracker.unheard import RINGS_ON, unheard
from server.intake.backing import Central
from server.links.held import Held
from server.links.line import Line
from server.store.base import Unavailable

LEASE: Final = 60.0
"""Seconds for which it is believed that a telephone rings on while its line cannot be reached (sync.md 5)."""
_UP: Final = (Level.OK, Level.WARNING)

log = logging.getLogger("ringdesk.server.links")


class Left:
    """Judges them once. What waits and is not heard of while the line is up for `rings_on` seconds, or is not up for `lease`, has
    stopped; what is not heard of for as long after the line has listed all calls that are on is over, whoever had it."""

    def __init__(
        self,
        held: Held,
        line: Line,
        calls: tuple[Call, ...],
        central: Central,
        clock: Callable[[], float],
        rings_on: float = RINGS_ON,
        lease: float = LEASE,
    ) -> None:
        self._held = held
        self._line = line
        self._calls = calls
        self._central = central
        self._clock = clock
        self._rings_on = rings_on
        self._lease = lease

    async def run(self) -> None:
        """Until all is judged that can be."""
        loop, tick = asyncio.get_running_loop(), min(self._rings_on / 4, 1.0)
        up = listed = loop.time()
        ends, waits = up + self._lease, True
        while loop.time() - listed < self._rings_on:
            await asyncio.sleep(tick)
            now = loop.time()
            up = up if self._up else now
            listed = listed if self._up and self._line.listed else now
            if waits and not self._line.listed and (now - up >= self._rings_on or now >= ends):
                waits = False
                await self._judge(listed=False)
                if self._line.listed is None:
                    return
        await self._judge(listed=True)

    @property
    def _up(self) -> bool:
        return self._held.notice is not None and self._held.notice.level in _UP

    async def _judge(self, *, listed: bool) -> None:
        source = self._held.settings[0].id
        for left in self._calls:
            alone = {key.source for key in left.sources} == {source}
            if not self._held.silent_on(left) or not (alone or listed):
                continue
            try:
                call = await self._central.call(left.id)
            except Unavailable as error:
                log.warning("link.left", extra={"source": source, "error": str(error)})
                continue
            if call is not None and _told_of(call) == _told_of(left):
                event = unheard(call, source, self._clock(), listed=listed)
                if event is not None:
                    await self._held.put(event)


def _told_of(call: Call) -> object:
    """What sources say of a call, and no person: who claims it, holds it or lets it go round hears nothing of its line."""
    return call.sources, call.last_ring, call.legs, call.answered_by
