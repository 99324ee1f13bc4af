"""The outbox: ops made here, their answers, and when an op may leave.

An op leaves when it is answered AND every row that it wrote and that is held here is at least as new as the op: an image
may overtake its answer, and the other way round. An origin alone removes nothing: the op is pushed until its answer is
stored. Answered ops stay for seven days, for a server that is restored from a backup (sync.md 3, 7).
"""

from typing import Final, NamedTuple

import msgspec

from ringdesk import ops
from ringdesk.errors import BadInput, Refused
from ringdesk.ops import MAX_OP_BYTES, Actor, Args, CallReport, Op
from ringdesk.ops.touched import touches
from ringdesk.safetext import decode_hook
from ringdesk.wire.limits import ANSWERED_KEPT_SECONDS
from ringdesk.wire.messages import Answers
from ringdesk.wire.values import Answer
from terminal.store.connection import Transaction
from terminal.store.edit import Edit, Happened, Moved
from terminal.store.people import EXPIRED
from terminal.store.rows import effect_of, read_op, retargeted, shown, top
from terminal.store.standing import proven, stand, standing

_ANSWERS: Final = msgspec.json.Decoder(Answer, dec_hook=decode_hook)
_IN_TRAY: Final = ("rejected", "parked", "erased")
STATES: Final = {"waiting": "pending", "settled": "settled", "tray": "refused"}
"""The state of an op, and what a person is told of what it made."""
RENEW: Final = "renew"
"""In the place of a grant that died with the device for which it was given."""


class Intent(msgspec.Struct, frozen=True):
    """What a person wants, with all that labels it (`ops.Op` has the units)."""

    op_id: str
    args: Args
    actor: Actor
    grant: str = ""
    base: dict[str, int] = {}
    at: float = 0.0
    mono: int | None = None
    lives: bool = False
    """The grant was unlocked here, and has not yet lived as long as it was given for, whatever the clock says now."""


def save(tx: Transaction, intent: Intent) -> Happened:
    """Write the op and the rows as its author now sees them. Raises `Refused`: what `merge` refuses, too_large, expired."""
    _expect_grant(tx, intent)
    stood = standing(tx)
    args = retargeted(intent.args, lambda key: shown(tx, key))
    op = Op(
        op_id=intent.op_id,
        dev_seq=stood.last + 1,
        kind=ops.kind_of(args),
        grant=intent.grant,
        base=intent.base,
        at=intent.at,
        mono=intent.mono,
        args=msgspec.Raw(ops.encode(args)),
    )
    size = ops.size(op)
    if size > MAX_OP_BYTES:
        raise Refused("too_large", f"this is too long to send ({size} of {MAX_OP_BYTES} bytes); make it shorter")
    effect = effect_of(tx, op, intent.actor)
    keys = {*touches(op.op_id, args, intent.actor.person), *effect.rows}
    edit = Edit(tx)
    edit.touch(*keys)
    tx.do(
        "insert into outbox (op_id, epoch, dev_seq, op, actor) values (?, ?, ?, ?, ?)",
        *(op.op_id, stood.epoch, op.dev_seq, ops.encode(op), ops.encode(intent.actor)),
    )
    made = tx.value("select last_insert_rowid()")
    tx.many("insert into replay (kind, id, made) values (?, ?, ?)", [(*key, made) for key in sorted(keys)])
    stand(tx, msgspec.structs.replace(stood, last=op.dev_seq))
    edit.moved(op.op_id, "waiting")
    return edit.finish()


def _expect_grant(tx: Transaction, intent: Intent) -> None:
    """An expired grant stops new saves; what was saved before it expired is still sent (sync.md 2). What a line saw needs
    none: it is the device's own word."""
    if intent.lives or isinstance(intent.args, CallReport):
        return
    expires = tx.value("select expires from person where token = ?", intent.grant)
    if expires is not None and expires <= intent.at:
        raise Refused(EXPIRED, "this sign-in has expired; connect to the server and sign in again")


def answered(tx: Transaction, answers: Answers, now: float) -> Happened:
    """Keep the answers; settle what they settle. `now` is seconds since 1970."""
    edit = Edit(tx)
    stood = standing(tx)
    last = stood.answered
    for answer in answers.answers:
        if answers.epoch == stood.epoch:
            last = max(last, min(answer.dev_seq, stood.last))
        keep(edit, answer, now)
    stand(tx, msgspec.structs.replace(proven(stood, answers.head), answered=last))
    settle(edit)
    return edit.finish()


def keep(edit: Edit, answer: Answer, now: float) -> None:
    """Store one answer with its op. The first stands; one for an op that is not of here is ignored."""
    made = edit.tx.value("select made from outbox where op_id = ? and answer is null", answer.op_id)
    if made is None:
        return
    edit.touch_op(made)
    refused = answer.result in _IN_TRAY
    state = "tray" if refused else "waiting" if answer.seq else "settled"
    edit.tx.do(
        "update outbox set answer = ?, answered_at = ?, seq = ?, state = ? where made = ?",
        *(ops.encode(answer), now, None if refused else answer.seq, state, made),
    )
    if answer.result == "erased":
        forget(edit.tx, made)
    if state != "waiting":
        edit.moved(answer.op_id, state, answer)


def forget(tx: Transaction, made: int) -> None:
    """Overwrite what an op said; that there was one, and its answer, stay. Of a history that is put back it is no part."""
    line = tx.one("select op from outbox where made = ?", made)
    if line is not None:
        op = msgspec.json.decode(line[0], type=Op)
        empty = msgspec.structs.replace(op, args=msgspec.Raw(b"{}"), base={})
        tx.do(
            "update outbox set op = ?, seq = null, said = null, state = iif(state = 'waiting', 'settled', state) where made = ?",
            *(ops.encode(empty), made),
        )


def settle(edit: Edit) -> None:
    """Let go of every op that is answered and whose rows are all here."""
    waiting = edit.tx.all(
        "select made, answer from outbox where state = 'waiting' and answer is not null order by made"
    )
    for made, body in waiting:
        answer = _ANSWERS.decode(body)
        if _is_here(edit.tx, answer):
            edit.touch_op(made)
            edit.tx.do("update outbox set state = 'settled' where made = ?", made)
            edit.moved(answer.op_id, "settled", answer)


def _is_here(tx: Transaction, answer: Answer) -> bool:
    """Whether every row that the op wrote, and that is held here, is at least as new as the op.

    A page holds the newest images only: a row that was changed again is in a later one. So a row that is not here is gone
    for certain only where its set is caught up past the op.
    """
    for row in answer.rows:
        stands = top(tx, (row.kind, row.id))
        if stands is not None and stands.seq >= answer.seq:
            continue
        if stands is not None and (stands.body is not None or not stands.plain):
            return False
        if tx.one("select 1 from held where channel = ? and up_to < ?", row.channel, answer.seq) is not None:
            return False
    return True


def renumber(edit: Edit, epoch: str, *, rolled_back: bool) -> None:
    """Number the ops without an answer from 1, in a new epoch of the device.

    `rolled_back`: the server's history is another one. Then what it had applied goes out again, as facts with the answers
    that prove it, and nothing that it said about seqs holds any more.
    """
    tx = edit.tx
    if rolled_back:
        for (made,) in tx.all(
            "select made from outbox where state = 'waiting' or (state = 'settled' and seq is not null)"
        ):
            edit.touch_op(made)
        tx.do("update outbox set state = 'waiting' where state = 'settled' and seq is not null")
        tx.do(
            "update outbox set said = coalesce(answer, said), seq = null, answer = null, answered_at = null"
            " where state = 'waiting'"
        )
    tx.do("update outbox set epoch = '' where epoch = ?", epoch)  # a number of an earlier time in it is none any more
    unanswered = tx.all("select made from outbox where state = 'waiting' and answer is null order by made")
    tx.many(
        "update outbox set epoch = ?, dev_seq = ? where made = ?",
        [(epoch, number, made) for number, (made,) in enumerate(unanswered, 1)],
    )
    stand(tx, msgspec.structs.replace(standing(tx), epoch=epoch, last=len(unanswered), answered=0))


def outgoing(tx: Transaction, first: int, most: int, max_bytes: int) -> list[Op]:
    """Ops of this epoch from dev_seq `first` on without a gap, answered or not: at most `most`, about `max_bytes` in all.

    A single op is given whatever its size: it was measured when it was saved. What waits for a new grant holds up what
    comes after it, which may build on it.
    """
    lines = tx.all(
        "select op, dev_seq, said from outbox where epoch = ? and dev_seq >= ? order by dev_seq limit ?",
        *(standing(tx).epoch, first, most),
    )
    sent: list[Op] = []
    room = max_bytes
    for body, dev_seq, said in lines:
        room -= len(body) + len(said or b"")
        if sent and (room < 0 or dev_seq != sent[-1].dev_seq + 1):
            break
        op = read_op(body, dev_seq, said)
        if op.grant == RENEW:
            break
        sent.append(op)
    return sent


class Waiting(NamedTuple):
    """How the outbox stands: `ops` lie in it. Of those without an answer the first and last dev_seq, and the first and
    last in the order of their making (0: none). `refused` ops lie in the tray."""

    ops: int
    first: int
    last: int
    first_made: int
    last_made: int
    refused: int


def waiting(tx: Transaction) -> Waiting:
    """How the outbox stands. Ops that are answered and not yet settled lie in it, but need not be sent."""
    ops_waiting = tx.value("select count(*) from outbox where state = 'waiting'")
    edges = tx.all(
        "select coalesce(min(dev_seq), 0), coalesce(max(dev_seq), 0), coalesce(min(made), 0), coalesce(max(made), 0)"
        " from outbox where state = 'waiting' and answer is null"
    )[0]
    refused = tx.value("select count(*) from outbox where state = 'tray'")
    return Waiting(ops_waiting, edges[0], edges[1], edges[2], edges[3], refused)


def purge(tx: Transaction, now: float) -> None:
    """Forget ops that were answered more than seven days ago. What lies in the tray stays until its person has seen it."""
    old = now - ANSWERED_KEPT_SECONDS
    tx.do("delete from replay where made in (select made from outbox where state = 'settled' and answered_at < ?)", old)
    tx.do("delete from outbox where state = 'settled' and answered_at < ?", old)


def dismiss(tx: Transaction, op_id: str) -> Happened:
    """A refused op has been seen. Raises `Refused("unknown_op")`."""
    if not tx.do("update outbox set state = 'settled' where op_id = ? and state = 'tray'", op_id):
        raise Refused("unknown_op", f"there is nothing {op_id} in the tray; look at the tray again")
    return Happened(ops=(Moved(op_id, "settled"),))


def read_answer(body: bytes | None) -> Answer | None:
    """A stored answer; None where there is none yet."""
    return None if body is None else _ANSWERS.decode(body)


def usable_args(op: Op) -> Args | None:
    """The arguments of an op; None where they were forgotten."""
    try:
        return ops.decode_args(op)
    except BadInput:
        return None


def state_of(tx: Transaction, op_id: str) -> str:
    """pending, settled or refused; what other desks made is settled."""
    return STATES[tx.value("select state from outbox where op_id = ?", op_id) or "settled"]
