"""Rows as the server made them and rows as they are shown.

A row may lie in several sets at once while it moves between them. The newest image stands; a tombstone of a move waits
until its new channel has caught up. On top of it the ops that still wait are replayed with `merge`, the function with which
the server will judge them. So a download never waits for the outbox, and an own write neither vanishes nor shows twice.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from ringdesk import merge, ops
from ringdesk.errors import BadInput, Refused
from ringdesk.merge import Effect
from ringdesk.ops import Actor, Args, Op, Row, RowKey
from ringdesk.ops.touched import touches
from ringdesk.safetext import decode_hook
from terminal.store.connection import Transaction
from terminal.store.standing import standing

_NEWEST: Final = """
select image.seq * (image.life = held.life), image.body, image.moved_to
from image join held on held.name = image.held
where image.kind = ? and image.id = ?
order by image.life = held.life desc, image.seq desc, image.body is null
limit 1
"""
"""The image that stands: of the present life before an older one, the newest, and an image before a tombstone."""


class Top(NamedTuple):
    """The image that stands. `plain`: it is simply the newest, so that nothing needs to be kept beside it."""

    seq: int
    body: bytes | None
    plain: bool = True


def top(tx: Transaction, key: RowKey) -> Top | None:
    """The image that stands, without what waits here; None where the server has said nothing.

    While a row is on its way into another set of here, what stood before stands on; a row of which only the departure has
    come stands as nothing, at seq -1: whatever waits is older than its image to come.
    """
    line = tx.one(_NEWEST, *key)
    if line is None:
        return None
    seq, body, moved_to = line
    if body is None and tx.one("select 1 from held where channel = ? and up_to < ?", moved_to, seq) is not None:
        parted = tx.one("select seq, body from parting where kind = ? and id = ?", *key)
        return Top(-1, None, plain=False) if parted is None else Top(parted[0], parted[1], plain=False)
    return Top(seq, body)


def decode(key: RowKey, body: bytes | None) -> Row | None:
    """A body as a row; None for a tombstone, and for a body that is no row of that kind and id to this version."""
    if body is None:
        return None
    try:
        row = ops.decode_row(key[0], body)
    except BadInput:
        return None
    return row if row.id == key[1] else None


def shown(tx: Transaction, key: RowKey) -> Row | None:
    """A row as it is shown; None when it is not."""
    laid = tx.one("select body from overlay where kind = ? and id = ?", *key)
    if laid is not None:
        return decode(key, laid[0])
    line = tx.one(_NEWEST, *key)
    return None if line is None else decode(key, line[1])


def shown_rows(tx: Transaction, kind: str) -> Iterator[tuple[RowKey, Row]]:
    """Every row of a kind as it is shown, in the order of their ids."""
    ids = tx.all("select id from image where kind = ?1 union select id from overlay where kind = ?1", kind)
    for (row_id,) in ids:
        row = shown(tx, (kind, row_id))
        if row is not None:
            yield (kind, row_id), row


def read_op(body: bytes, dev_seq: int, said: bytes | None) -> Op:
    """An op as it goes out now: its number and what was said to it in an earlier history may have changed since it was made."""
    op = msgspec.structs.replace(_OPS.decode(body), dev_seq=dev_seq)
    return op if said is None else msgspec.structs.replace(op, fact=True, said=msgspec.Raw(said))


_OPS: Final = msgspec.json.Decoder(Op)
_ACTORS: Final = msgspec.json.Decoder(Actor, dec_hook=decode_hook)


class Change(NamedTuple):
    """A row that is shown otherwise than before; None: no more, or not yet."""

    key: RowKey
    before: Row | None
    after: Row | None


def refresh(tx: Transaction, key: RowKey, before: Row | None) -> Change | None:
    """Lay the overlay of a row anew, after its images or its ops have changed; None where it looks as it did `before`."""
    base = top(tx, key)
    under = decode(key, base.body) if base else None
    after, replayed = _replay(tx, key, base.seq if base else -1, under)
    if replayed or (base is not None and not base.plain):
        body = None if after is None else ops.encode(after)
        tx.do("insert or replace into overlay (kind, id, body) values (?, ?, ?)", *key, body)
    else:
        tx.do("delete from overlay where kind = ? and id = ?", *key)
    return None if after == before else Change(key, before, after)


_WAITING: Final = """
select outbox.op, outbox.dev_seq, outbox.said, outbox.actor
from replay join outbox on outbox.made = replay.made
where replay.kind = ? and replay.id = ? and outbox.state = 'waiting' and (outbox.seq is null or outbox.seq > ?)
order by outbox.made
"""

_WRITTEN: Final = ("note", "task")
"""Kinds that a person types: they stay on the screen until the server has answered, whatever became of their subject."""


def _replay(tx: Transaction, key: RowKey, seq: int, row: Row | None) -> tuple[Row | None, bool]:
    """The row with every op on it that its image does not hold yet; whether one of them changed it."""
    changed = False
    for op_bytes, dev_seq, said, actor in tx.all(_WAITING, *key, seq):
        op = read_op(op_bytes, dev_seq, said)
        effect = _predict(tx, op, _ACTORS.decode(actor), key, row)
        if effect is not None and key in effect.rows:
            row, changed = effect.rows[key], True
    return row, changed


def _predict(tx: Transaction, op: Op, actor: Actor, key: RowKey, row: Row | None) -> Effect | None:
    """What a waiting op does now; None where the server will refuse it: until then the row is as the others see it."""
    try:
        return effect_of(tx, op, actor, instead={key: row})
    except Refused:
        if key[0] not in _WRITTEN or key[1] != op.op_id or op.fact:
            return None
        return _predict(tx, msgspec.structs.replace(op, fact=True), actor, key, row)


def effect_of(tx: Transaction, op: Op, actor: Actor, instead: Mapping[RowKey, Row | None] | None = None) -> Effect:
    """What an op does to the rows as they are shown, some of them given `instead`. Raises `Refused`."""
    known = instead or {}

    def look(key: RowKey) -> Row | None:
        return known[key] if key in known else shown(tx, key)

    args = retargeted(ops.decode_args(op), look)
    rows = {key: row for key in touches(op.op_id, args, actor.person) if (row := look(key)) is not None}
    site = standing(tx).store
    return merge.apply(op.op_id, args, actor=actor, at=op.at, base=op.base, rows=rows, fact=op.fact, site=site)


def retargeted(args: Args, look: Callable[[RowKey], Row | None]) -> Args:
    """The same intent for the member, and the call, that an alias turned out to be."""
    fields = (*((kind, kind) for kind in merge.SUBJECTS), ("call", "other"))
    ahead = [(kind, row_id) for kind, field in fields if (row_id := getattr(args, field, None)) is not None]
    found: dict[RowKey, Row | None] = {}
    for key in ahead:
        if key not in found:
            found[key] = look(key)
            ahead += [(kind, into) for (kind, _), into in merge.leads([row for row in (found[key],) if row]).items()]
    return merge.retarget(args, merge.leads([row for row in found.values() if row is not None]))
