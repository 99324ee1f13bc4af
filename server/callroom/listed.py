"""What the business's own list of numbers says of callbacks that are open already: what is junk is not called back."""

from collections.abc import Sequence
from typing import Final

from ringdesk import callbacks, ops, routing
from ringdesk.marks import MarkLabel
from ringdesk.ops import Row, RowKey
from ringdesk.routing import MarkedNumbers
from ringdesk.tasks import Task, TaskKind, TaskState
from ringdesk.wire.signing import ServerKey
from server.callroom.timed import decision
from server.store.base import Order
from server.store.head import Decision, Ground, Wanted
from server.store.values import (
    Held,
)

CHANNEL: Final = "org"
SET: Final = "org@clear"
_PIECE: Final = 1 << 20
AT_ONCE: Final = 100
"""Callbacks closed in one transaction."""


async def drop(order: Order, key: ServerKey, marks: Sequence[MarkedNumbers], region: str, now: float) -> int:
    """Close the open callbacks to numbers that the list calls junk; how many those were. Raises `Unavailable`."""
    junk = tuple(each for each in marks if each.label is MarkLabel.JUNK)
    if not junk:
        return 0
    found: list[RowKey] = []
    after, head = 0, (await order.newest((CHANNEL,)))[CHANNEL]
    while after < head:
        page = await order.slice(CHANNEL, SET, after, _PIECE)
        found += [("task", held.id) for held in page.images if _owed(held, junk, region) is not None]
        after = max(page.seq, after + 1)
    for start in range(0, len(found), AT_ONCE):
        wanted = Wanted(rows=tuple(sorted(found[start : start + AT_ONCE])))
        await order.commit(wanted, lambda ground: _closed(ground, key, junk, region, now))
    return len(found)


def _closed(ground: Ground, key: ServerKey, junk: Sequence[MarkedNumbers], region: str, now: float) -> Decision:
    owed = (_owed(held, junk, region) for held in ground.rows.values())
    groups: list[dict[RowKey, Row]] = [
        {("task", task.id): callbacks.settled(task, "", now)} for task in owed if task is not None
    ]
    return decision(ground, key, groups, (), now)


def _owed(held: Held, junk: Sequence[MarkedNumbers], region: str) -> Task | None:
    """The open callback of such a number; None for any other row."""
    if held.kind != "task" or not held.body:
        return None
    row = ops.decode_row(held.kind, held.body)
    if not isinstance(row, Task) or row.kind is not TaskKind.CALLBACK or row.state is not TaskState.OPEN:
        return None
    return row if row.number and routing.label_of(row.number, junk, region) is not None else None
