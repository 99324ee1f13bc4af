"""What became of the calls that were on when a link was held last, by this process or one that was killed."""

import asyncio
import logging
from collections.abc import Callable

from ringdesk.calls import Call
from ringdesk.tracker.unheard import LEASE, RINGS_ON, Judging, judged
from server.intake.backing import Central
from server.links.held import Held
from server.links.line import Line
from server.store.base import Unavailable

log = logging.getLogger("ringdesk.server.links")


class Left:
    """Judges them once (`Judging`)."""

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
        judging = Judging(loop.time(), self._rings_on, self._lease)
        while not judging.done:
            await asyncio.sleep(tick)
            listed = judging.look(loop.time(), up=self._up, listed=self._line.listed)
            if listed is not None:
                await self._judge(listed=listed)

    @property
    def _up(self) -> bool:
        return self._held.notice is not None and self._held.notice.level.is_up

    async def _judge(self, *, listed: bool) -> None:
        source = self._held.settings[0].id
        for left in self._calls:
            if not self._held.silent_on(left):
                continue
            try:
                call = await self._central.call(left.id)
            except Unavailable as error:
                log.warning("link.left", extra={"source": source, "error": str(error)})
                continue
            event = judged(left, call, source, self._clock(), own={source}, listed=listed)
            if event is not None:
                await self._held.put(event)
