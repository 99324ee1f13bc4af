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
from ringdesk.ops import Args, CallReport, Row, RowKey
from ringdesk.wire import limits
from ringdesk.wire.signing import ServerKey
from server.accept.images import Sealer, draft, recent_call, recent_calls, sets_touched
from server.callroom.heard import Hearing, Report, call_of
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
    if not isinstance(args, CallReport) or not args.events:
        return ()
    newest = max(event.at for event in args.events) + args.uncertainty
    return (HISTORY,) if now - newest > limits.REPORT_FRESH_SECONDS else ()


__all__ = ["CallRoom", "Report", "flags"]


class CallRoom:
    """Takes in what the server's own sources report, and gives up the calls that fell silent. Any number of processes may do
    so: the row under its lock decides, and who comes second finds a newer one. `clock` is seconds since 1970."""

    def __init__(self, order: Order, key: ServerKey, wake: Wake, clock: Callable[[], float]) -> None:
        self._order = order
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
        hearing = Hearing(report, self._key, self._clock())
        await self._order.commit(hearing.wanted, hearing.decide)
        if hearing.wrote:
            self._wake.poke()
        return not hearing.repeated

    async def look(self) -> int:
        """Give up what is due now, `AT_ONCE` calls at most; how many were looked at. Raises `Unavailable`."""
        now = self._clock()
        due = await self._order.silent_calls(now, AT_ONCE)
        if due:
            wanted = Wanted(rows=tuple(sorted(("call", each.call) for each in due)))
            batch = await self._order.commit(wanted, lambda ground: self._decide(ground, due, now))
            if batch.changes:
                log.info("calls.given_up", extra={"calls": len(batch.changes)})
                self._wake.poke()
        return len(due)

    def _decide(self, ground: Ground, due: Sequence[RecentCall], now: float) -> Decision:
        over: dict[RowKey, Row] = {}
        rest: list[RecentCall] = []
        for each in due:
            held = ground.rows.get(("call", each.call))
            call = None if held is None else call_of(held)
            if held is None or call is None or not call.live:
                rest.append(msgspec.structs.replace(each, due=None))
            elif held.seq != each.seq:  # something was heard of it since
                rest.append(recent_call(call, held.seq, now))
            else:
                over["call", call.id] = tracker.give_up(call, now)
        drafts = [draft(key, row) for key, row in sorted(over.items())]

        def seal(head: Head) -> Batch:
            sealer = Sealer(self._key, head, ground.rows)
            changes = tuple(sealer.change([item]) for item in drafts)
            return Batch(
                changes=changes,
                tallies=sealer.tallies if changes else {},
                calls=(*rest, *recent_calls(changes, over, now)),
            )

        return Decision(seal=seal, changes=len(drafts), sets=sets_touched(drafts, ground.rows))
