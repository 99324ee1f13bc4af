"""The server's calls. A call is a row like any other: the events that a desk's line saw arrive as an op `call.report`, the
merge folds them, and the other desks get the image. What a source of the server's own saw (a webhook) is folded here
(`heard`). Two reports of one source's call have one id, so they make one call.

A report whose newest event is older than 30 s is **history only** (sync.md 5): it is folded like any other, because a call
whose end was seen must end, and its answer carries the flag `history`. The image needs no mark of its own: desks pop a
call by its age (`started`, `last_ring` against the server's clock), and a withdrawal is the image with `claimed_by`.

A call of which nothing more is heard is given up here (contracts.md 4): the desk that would do so may be dead.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from ringdesk.calls import Call
from ringdesk.ops import Args
from ringdesk.wire.signing import ServerKey
from server.accept.owing import Business, of_history
from server.callroom.heard import Hearing, Report, call_of
from server.callroom.timed import Silence, Turns
from server.fanout import Wake
from server.store.base import Order, Unavailable

HISTORY: Final = "history"
TICK: Final = 1.0
"""Seconds between two looks for calls that fell silent, or whose turn is over."""
AT_ONCE: Final = 100
"""Calls given up in one transaction: what the terminals push waits for no more than that."""
MOST_LIVE: Final = 20_000
"""Calls that are on at once, of which the newest are looked at."""

log = logging.getLogger("ringdesk.server.calls")


def flags(args: Args, now: float) -> tuple[str, ...]:
    """What the time of arrival says about an op. `now` is seconds since 1970."""
    return (HISTORY,) if of_history(args, now) else ()


__all__ = ["CallRoom", "Report", "flags"]


class CallRoom:
    """Takes in what the server's own sources report, and gives up the calls that fell silent. Any number of processes may do
    so: the row under its lock decides, and who comes second finds a newer one. `clock` is seconds since 1970; `business`:
    when stores are open."""

    def __init__(
        self,
        order: Order,
        key: ServerKey,
        wake: Wake,
        clock: Callable[[], float],
        business: Business = Business(),  # noqa: B008 - a frozen value
    ) -> None:
        self._order = order
        self._business = business
        self._key = key
        self._wake = wake
        self._clock = clock

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                while await self.hunt() == AT_ONCE or await self.look() == AT_ONCE:
                    pass
            except Unavailable as error:
                log.warning("calls.unavailable", extra={"error": str(error)})
            except Exception:
                log.exception("calls.failed")
            await asyncio.sleep(TICK)

    async def hear(self, report: Report) -> bool:
        """Take in what a source of the server's own reports; False for what was taken in before. It is durable on return,
        and on its way to the desks. Raises `Unavailable`: nothing happened."""
        hearing = Hearing(report, self._key, self._clock(), self._business)
        await self._order.commit(hearing.wanted, hearing.decide)
        if hearing.wrote:
            self._wake.poke()
        return not hearing.repeated

    async def live(self) -> tuple[Call, ...]:
        """The calls that are on. Raises `Unavailable`."""
        on = map(call_of, await self._order.live_calls(MOST_LIVE))
        return tuple(call for call in on if call is not None and call.live)

    async def call(self, call: str) -> Call | None:
        """A call, by its id. Raises `Unavailable`."""
        held = await self._order.row(("call", call))
        return None if held is None else call_of(held)

    async def hunt(self) -> int:
        """Let the next ones ring where a turn is over now, of `AT_ONCE` calls at most; how many were looked at. Raises
        `Unavailable`."""
        now = self._clock()
        due = await self._order.hunted_calls(now, AT_ONCE)
        if due:
            turns = Turns(due, self._key, now, self._business)
            if (await self._order.commit(turns.wanted, turns.decide)).changes:
                self._wake.poke()
        return len(due)

    async def look(self) -> int:
        """Give up what is due now, `AT_ONCE` calls at most; how many were looked at. Raises `Unavailable`."""
        now = self._clock()
        due = await self._order.silent_calls(now, AT_ONCE)
        if due:
            silence = Silence(due, self._key, now, self._business)
            batch = await self._order.commit(silence.wanted, silence.decide)
            if batch.changes:
                log.info("calls.given_up", extra={"calls": len(batch.changes)})
                self._wake.poke()
        return len(due)
