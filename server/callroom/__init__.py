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
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from ringdesk import tracker
from ringdesk.ops import Args, Row, RowKey
from ringdesk.wire.signing import ServerKey
from server.accept.images import Sealer, dialled, draft, recent_call, recent_calls, sets_touched
from server.accept.owing import Business, Owing, of_history
from server.callroom.heard import Hearing, Report, call_of, rows_of
from server.fanout import Wake
from server.store.base import Order, Unavailable
from server.store.values import Batch, Decision, Ground, Head, RecentCall, Wanted

HISTORY: Final = "history"
TICK: Final = 2.0
"""Seconds between two looks for calls that fell silent."""
AT_ONCE: Final = 100
"""Calls given up in one transaction: what the terminals push waits for no more than that."""

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
                while await self.look() == AT_ONCE:
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

    async def look(self) -> int:
        """Give up what is due now, `AT_ONCE` calls at most; how many were looked at. Raises `Unavailable`."""
        now = self._clock()
        due = await self._order.silent_calls(now, AT_ONCE)
        if due:
            silence = _Silence(due, self._key, now, self._business)
            batch = await self._order.commit(silence.wanted, silence.decide)
            if batch.changes:
                log.info("calls.given_up", extra={"calls": len(batch.changes)})
                self._wake.poke()
        return len(due)


class _Silence:
    """Calls whose time is over, to be given up on the ground that the store has locked.

    Attributes:
        wanted: what has to be locked and loaded.
    """

    def __init__(self, due: Sequence[RecentCall], key: ServerKey, now: float, business: Business) -> None:
        self._due = due
        self._key = key
        self._now = now
        self._business = business
        self.wanted = Wanted(rows=tuple(sorted(("call", each.call) for each in due)))

    def decide(self, ground: Ground) -> Decision | Wanted:
        """Each call is a change of its own, with the callback that follows."""
        owing = Owing(self.wanted, ground, self._business, self._now)
        known = rows_of(ground)
        rest: list[RecentCall] = []
        groups: list[dict[RowKey, Row]] = []
        for each in self._due:
            held = ground.rows.get(("call", each.call))
            call = None if held is None else call_of(held)
            if held is None or call is None or not call.live:
                rest.append(msgspec.structs.replace(each, due=None))
            elif held.seq != each.seq:  # something was heard of it since
                rest.append(recent_call(call, held.seq, self._now))
            else:
                over: dict[RowKey, Row] = {("call", call.id): tracker.give_up(call, self._now)}
                over = owing.after(known, over, fresh=not each.late)
                known |= over
                groups.append(over)
        if owing.more is not None:
            self.wanted = owing.more
            return self.wanted
        drafts = [[draft(key, row) for key, row in sorted(group.items())] for group in groups]
        written = {key: row for group in groups for key, row in group.items()}

        def seal(head: Head) -> Batch:
            sealer = Sealer(self._key, head, ground.rows)
            changes = tuple(sealer.change(group) for group in drafts)
            return Batch(
                changes=changes,
                tallies=sealer.tallies if changes else {},
                dialled=dialled(written),
                calls=(*rest, *recent_calls(changes, written, self._now)),
            )

        touched = [item for group in drafts for item in group]
        return Decision(seal=seal, changes=len(drafts), sets=sets_touched(touched, ground.rows))
