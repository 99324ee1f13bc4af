"""The rows and their one order, on SQLite: the writer's BEGIN IMMEDIATE is every lock at once."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, cast
from uuid import UUID

import msgspec

from ringdesk.ids import space_of
from ringdesk.ops import RowKey
from ringdesk.wire.limits import ORIGINS_MAX
from ringdesk.wire.values import Proof
from server.store.head import Around, Batch, Decide, Decision, Ground, Head, RecentCall, Wanted
from server.store.schema import QUERIES
from server.store.sqlite_lane import Lane
from server.store.sqlite_rows import Db, append_audit, every, first, made, roster_of, rules_of, scalar
from server.store.values import (
    MAIN_SITE,
    Authorship,
    Device,
    Entry,
    Held,
    LineRow,
    News,
    Person,
    Roster,
    Settled,
    Slice,
    Source,
    Space,
    Tally,
)

RING_WINDOW: Final = 10_000
"""For so many seqs the ring keeps old tallies of a set; its newest always stays."""
RECENT: Final = 3600.0
"""Seconds for which it is known when a call began: long enough for a report that was on its way."""
MAX_AROUND: Final = 256
"""Calls that are loaded because they began at about the time of another."""
MAX_DIALLED: Final = 64
"""Callbacks and marks of one number that are loaded: a person may promise as many as they like."""
MAX_ROUNDS: Final = 8
"""How often a decision may ask for more ground before it is a fault of the program."""


def _space(db: Db) -> Space:
    timeline, epoch, organisation, seq, chain, rights = db.execute(QUERIES["space"]).fetchone()
    return Space(timeline, epoch, organisation, Proof(seq, chain), rights)


def _tally(db: Db, name: str) -> Tally:
    return first(db, Tally, "tally", name=name) or Tally()


def _found(keys: Iterable[Any], look: Callable[[Any], Any]) -> dict[Any, Any]:
    found = ((key, look(key)) for key in keys)
    return {key: value for key, value in found if value is not None}


class SqliteOrder:
    """See `server.store.base.Order`."""

    def __init__(self, writer: Lane, reader: Lane, link: Callable[[str, bytes], str]) -> None:
        self._writer = writer
        self._reader = reader
        self._link = link

    async def commit(self, wanted: Wanted, decide: Decide) -> Batch:
        """One transaction from lock to log."""
        return await self._writer.run(lambda db: self._commit(db, wanted, decide))

    def _commit(self, db: Db, wanted: Wanted, decide: Decide) -> Batch:
        for _ in range(MAX_ROUNDS):
            decision = decide(_ground(db, wanted))
            if isinstance(decision, Decision):
                break
            wanted = decision
        else:
            raise RuntimeError(f"a decision asked for more ground {MAX_ROUNDS} times")
        head = Head(_space(db).head, {name: _tally(db, name) for name in decision.sets})
        batch = decision.seal(head)
        _write(db, wanted.device, batch)
        for entry in batch.audit:
            append_audit(db, entry, self._link)
        return batch

    async def space(self) -> Space:
        """Where the order stands."""
        return await self._reader.run(_space)

    async def news(self, after: int) -> News:
        """What happened after a seq."""

        def look(db: Db) -> News:
            rows = db.execute(QUERIES["channels_after"], {"after": after})
            return News(_space(db), frozenset(channel for (line,) in rows for channel in line.split()))

        return await self._reader.run(look)

    async def slice(self, channel: str, name: str, after: int, max_bytes: int, device: str | None = None) -> Slice:
        """The next images of a channel."""
        return await self._reader.run(lambda db: _slice(db, channel, name, after, max_bytes, device))

    async def chains(self, seqs: Sequence[int]) -> dict[int, str]:
        """The chain at each seq of the log."""

        return await self._reader.run(lambda db: _found(seqs, lambda seq: scalar(db, "chain", seq=seq)))

    async def newest(self, channels: Sequence[str]) -> dict[str, int]:
        """The newest seq of each channel."""
        return await self._reader.run(lambda db: {channel: _newest(db, channel) for channel in channels})

    async def tally(self, name: str) -> Tally:
        """Count and digest of a set."""
        return await self._reader.run(lambda db: _tally(db, name))

    async def row(self, key: RowKey) -> Held | None:
        """A row where it is."""
        return await self._reader.run(lambda db: first(db, Held, "row", kind=key[0], id=key[1]))

    async def reached(self, e164: str, limit: int) -> tuple[Held, ...]:
        """Members under a number."""
        return await self._reader.run(lambda db: every(db, Held, "reached", e164=e164, limit=limit))

    async def silent_calls(self, now: float, limit: int) -> tuple[RecentCall, ...]:
        """Calls whose time is over."""
        return await self._reader.run(lambda db: every(db, RecentCall, "silent_calls", now=now, limit=limit))

    async def live_calls(self, limit: int) -> tuple[Held, ...]:
        """Calls that have not ended."""
        return await self._reader.run(lambda db: every(db, Held, "live_calls", limit=limit))

    async def hunted_calls(self, now: float, limit: int) -> tuple[RecentCall, ...]:
        """Calls of hunts whose turn is over."""
        return await self._reader.run(lambda db: every(db, RecentCall, "hunted_calls", now=now, limit=limit))

    async def roll_back(self, seen: str, fresh: str, entry: Entry) -> Space:
        """A new server epoch, if nobody has set one since."""

        def work(db: Db) -> Space:
            if db.execute(QUERIES["set_epoch"], {"seen": seen, "fresh": fresh}).rowcount:
                append_audit(db, entry, self._link)
            return _space(db)

        return await self._writer.run(work)


def _newest(db: Db, channel: str) -> int:
    return cast("int | None", scalar(db, "newest", channel=channel)) or 0


def _ground(db: Db, wanted: Wanted) -> Ground:
    device = first(db, Device, "device", id=wanted.device) if wanted.device else None

    def numbered(dev_seq: int) -> str | None:
        assert device is not None
        return cast("str | None", scalar(db, "numbered", device=device.id, epoch=device.epoch, dev_seq=dev_seq))

    def members(e164: str) -> tuple[str, ...]:
        return tuple(row[0] for row in db.execute(QUERIES["reachable"], {"e164": e164}))

    around = [held for each in wanted.around for held in _calls_around(db, each)]
    marked = [
        held for digits in wanted.dialled for held in every(db, Held, "dialled", digits=digits, limit=MAX_DIALLED)
    ]
    rules = rules_of(db) if wanted.rules else None
    return Ground(
        device=device,
        numbered=_found(wanted.numbers, numbered) if device else {},
        settled=_found(wanted.op_ids, lambda op_id: first(db, Settled, "settled", op_id=op_id)),
        rows={(held.kind, held.id): held for held in (*around, *marked)}
        | _found(wanted.rows, lambda key: first(db, Held, "row", kind=key[0], id=key[1])),
        reachable={e164: members(e164) for e164 in wanted.reachable},
        people=_found(wanted.people, lambda person: first(db, Person, "person", id=person)),
        attempts=_found(wanted.op_ids, lambda op_id: scalar(db, "attempts", op_id=op_id)),
        sites=_sites(db) if wanted.sources else {},
        rules=rules,
        roster=roster_of(db) if rules is not None and rules.routes else Roster(),
        hook_at=None if wanted.hook is None else scalar(db, "hook", id=wanted.hook),
        wanted=wanted,
    )


def _calls_around(db: Db, around: Around) -> tuple[Held, ...]:
    given = {"site": around.site, "since": around.since, "until": around.until, "limit": MAX_AROUND}
    if not around.callers:
        return every(db, Held, "calls_around", **given)
    return tuple(
        held for caller in around.callers for held in every(db, Held, "calls_around_of", **given, caller=caller)
    )


def _sites(db: Db) -> dict[UUID, frozenset[str]]:
    """The sites of every central source's lines, by the namespace of its calls."""
    lines: dict[str, set[str]] = {source.id: set() for source in every(db, Source, "sources")}
    for line in every(db, LineRow, "all_lines"):
        lines.setdefault(line.source, set()).add(line.site)
    return {space_of(source): frozenset(sites or {MAIN_SITE}) for source, sites in lines.items()}


def _write(db: Db, device: str | None, batch: Batch) -> None:
    for change in batch.changes:
        channels = " ".join(sorted({image.channel for image in change.images}))
        db.execute(QUERIES["put_change"], msgspec.structs.asdict(change) | {"channels": channels})
    images = [msgspec.structs.asdict(image) for change in batch.changes for image in change.images]
    db.executemany(QUERIES["put_image"], images)
    if batch.changes:
        newest = batch.changes[-1]
        db.execute(QUERIES["move_head"], {"seq": newest.seq, "chain": newest.chain})
        for name, tally in batch.tallies.items():
            given = {"name": name, "seq": newest.seq, "count": tally.count, "digest": tally.digest}
            db.execute(QUERIES["put_tally"], given)
            db.execute(QUERIES["prune_ring"], {"name": name, "floor": newest.seq - RING_WINDOW})
    for member, numbers in batch.reachable.items():
        db.execute(QUERIES["unreach"], {"member": member})
        db.executemany(QUERIES["reach"], [{"e164": e164, "member": member} for e164 in numbers])
    for (kind, row_id), every_form in batch.dialled.items():
        db.execute(QUERIES["forget_dialled"], {"kind": kind, "id": row_id})
        forms = [{"digits": digits, "kind": kind, "id": row_id} for digits in every_form]
        db.executemany(QUERIES["put_dialled"], forms)
    for call in batch.calls:
        given = msgspec.structs.asdict(call)
        db.execute(QUERIES["forget_recent_call" if call.merged else "put_recent_call"], given)
        db.execute(QUERIES["prune_recent_calls"], given | {"floor": call.started - RECENT})
    db.executemany(QUERIES["put_settled"], [msgspec.structs.asdict(op) for op in batch.settled])
    db.executemany(QUERIES["forget_attempts"], [{"op_id": op.op_id} for op in batch.settled])
    db.executemany(
        QUERIES["put_attempts"], [{"op_id": op_id, "attempts": count} for op_id, count in batch.attempts.items()]
    )
    if batch.hook is not None:
        db.execute(QUERIES["prune_hooks"], {"floor": batch.hook.floor})
        db.execute(QUERIES["put_hook"], {"id": batch.hook.id, "at": batch.hook.at})
    if device is not None:
        _advance(db, device, batch)


def _advance(db: Db, device: str, batch: Batch) -> None:
    if batch.fenced_at is not None:
        db.execute(QUERIES["fence_device"], {"id": device, "at": batch.fenced_at})
    if batch.last_dev_seq is not None:
        db.execute(QUERIES["advance_device"], {"id": device, "last_dev_seq": batch.last_dev_seq})
    if batch.numbered:
        epoch = first(db, Device, "device", id=device)
        assert epoch is not None
        rows = [
            {"device": device, "epoch": epoch.epoch, "dev_seq": dev_seq, "op_id": op_id}
            for dev_seq, op_id in batch.numbered
        ]
        db.executemany(QUERIES["put_numbered"], rows)


def _slice(db: Db, channel: str, name: str, after: int, max_bytes: int, device: str | None) -> Slice:
    images: list[Held] = []
    size, up = 0, True
    for row in db.execute(QUERIES["images_after"], {"channel": channel, "after": after}):
        image = made(Held, row)
        if size > max_bytes and image.seq != images[-1].seq:
            up = False
            break
        images.append(image)
        size += len(image.body or b"") + 100
    seq = images[-1].seq if images else after
    if device is None:
        authors = every(db, Authorship, "authors", after=after, upto=seq)
    else:
        authors = every(db, Authorship, "authors_of", device=device, after=after, upto=seq, limit=ORIGINS_MAX + 1)
    crowded = _crowded(authors)
    if crowded is not None:
        seq, up = crowded - 1, False
    return Slice(
        prev=after,
        seq=seq,
        chain=scalar(db, "chain", seq=seq) or "",
        images=tuple(image for image in images if image.seq <= seq),
        up=up,
        tally=_tally(db, name),
        authors=tuple(author for author in authors if author.seq <= seq),
        space=_space(db),
    )


def _crowded(authors: Iterable[Authorship]) -> int | None:
    """The first seq that is one own op too many for the envelope of some device: the page has to end before it, for an
    image that holds an op of which its terminal is not told would show that op twice."""
    counts: Counter[str] = Counter()
    for author in authors:
        counts[author.device] += 1
        if counts[author.device] > ORIGINS_MAX:
            return author.seq
    return None
