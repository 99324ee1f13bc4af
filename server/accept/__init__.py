"""May this device and person do this, in which order: one transaction a frame, and an answer for every op."""

from collections.abc import Callable, Iterable

import msgspec

from ringdesk.errors import BadInput, Refused
from ringdesk.ops import Row, RowKey
from ringdesk.wire.messages import Push
from ringdesk.wire.signing import ServerKey
from server.accept.bench import Flags
from server.accept.frame import Frame, Reply
from server.accept.images import Sealer, dialled, draft, expect_room, reachable, recent_calls, sets_touched
from server.accept.intents import read
from server.accept.owing import Business
from server.store.base import Order
from server.store.head import Batch, Decision, Ground, Head, Wanted
from server.store.values import (
    Device,
    Entry,
)

__all__ = ["Acceptor", "Business", "Reply", "import_rows"]


class Acceptor:
    """Takes push frames. `random_bytes(n)` gives the salts of payload hashes; `business`: when stores are open."""

    def __init__(
        self,
        order: Order,
        key: ServerKey,
        random_bytes: Callable[[int], bytes],
        flags: Flags,
        business: Business = Business(),  # noqa: B008 - a frozen value
    ) -> None:
        self._order = order
        self._key = key
        self._random_bytes = random_bytes
        self._flags = flags
        self._business = business

    async def push(self, device: Device, push: Push, now: float) -> Reply:
        """Judge and commit a frame; the reply may be sent as it is committed. Raises `Unavailable`: nothing happened.

        A frame of another epoch than the device's is not answered at all: a newer session has begun.
        """
        if push.epoch != device.epoch or not push.ops:
            return Reply()
        intents = tuple(read(op, self._key, device.id) for op in push.ops)
        salts = tuple(self._random_bytes(16) for _ in intents)
        flags, business = self._flags, self._business
        frame = Frame(device, intents, key=self._key, salts=salts, now=now, flags=flags, business=business)
        await self._order.commit(frame.wanted, frame.decide)
        return frame.reply


async def import_rows(
    order: Order, key: ServerKey, rows: Iterable[tuple[str, Row]], entry: Entry, chunk: int = 1000
) -> int:
    """Bring rows in, each with a seq of its own, `chunk` of them in a transaction; how many.

    `rows` are kind and row. Chunks are what keeps the head free for the terminals' pushes in between. Raises `BadInput` for
    a row that is too large; the chunks before it are in.
    """
    count = 0
    waiting: dict[RowKey, Row] = {}
    for kind, row in rows:
        waiting[kind, row.id] = row
        if len(waiting) >= chunk:
            count += await _import_chunk(order, key, waiting, entry)
            waiting = {}
    return count + (await _import_chunk(order, key, waiting, entry) if waiting else 0)


async def _import_chunk(order: Order, key: ServerKey, rows: dict[RowKey, Row], entry: Entry) -> int:
    drafts = [draft(row_key, row) for row_key, row in rows.items()]
    for item in drafts:
        try:
            expect_room(item, None)
        except Refused as refusal:
            raise BadInput(f"{item.id}: {refusal}") from refusal
    noted = msgspec.structs.replace(entry, detail=f"{len(drafts)} rows {entry.detail}".strip())

    def decide(ground: Ground) -> Decision:
        def seal(head: Head) -> Batch:
            sealer = Sealer(key, head, ground.rows)
            changes = tuple(sealer.change([item]) for item in drafts)
            return Batch(
                changes=changes,
                tallies=sealer.tallies,
                reachable=reachable(rows),
                dialled=dialled(rows),
                calls=recent_calls(changes, rows, entry.at),
                audit=(noted,),
            )

        return Decision(seal=seal, changes=len(drafts), sets=sets_touched(drafts, ground.rows))

    await order.commit(Wanted(rows=tuple(sorted(rows))), decide)
    return len(drafts)
