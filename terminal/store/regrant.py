"""What happens to the grants when a device is enrolled as a new one.

A grant is for one person on one device (sync.md 2), and the server takes none that was given for another. So whatever waits
at that moment keeps its id, its content and its place, and is sent once its person has signed in here again. What a line
saw needs no person, and goes at once. What waits for somebody who never comes again can be let go of: it lies in the tray
then, to be read, and what waited behind it goes out.
"""

from typing import Final, NamedTuple

import msgspec

from ringdesk import ops
from ringdesk.errors import Refused
from ringdesk.ops import Actor, CallReport, Op
from ringdesk.safetext import SafeText, decode_hook
from ringdesk.wire.messages import Granted
from ringdesk.wire.values import Answer
from terminal.store.connection import Transaction
from terminal.store.edit import Edit, Happened
from terminal.store.outbox import RENEW
from terminal.store.standing import stand, standing

LET_GO: Final = "let_go"
"""What the tray says of an op that was let go of."""

_OPS = msgspec.json.Decoder(Op)
_ACTORS = msgspec.json.Decoder(Actor, dec_hook=decode_hook)


def withdraw(tx: Transaction) -> None:
    """Every grant given here is void: those that wait in the outbox, and those that people are remembered by."""
    tx.do("delete from person")
    for made, op, _ in _unanswered(tx):
        if op.grant:
            _keep(tx, made, msgspec.structs.replace(op, grant="" if ops.KINDS.get(op.kind) is CallReport else RENEW))


def give(tx: Transaction, granted: Granted, device: str) -> None:
    """A person has signed in: what they wrote as another device goes out with their new grant."""
    for made, op, actor in _unanswered(tx):
        if op.grant == RENEW and actor.person == granted.person:
            _keep(tx, made, msgspec.structs.replace(op, grant=granted.grant))
            here = msgspec.structs.replace(actor, device=device)
            tx.do("update outbox set actor = ? where made = ?", ops.encode(here), made)


class Awaited(NamedTuple):
    """A person whose sign-in is waited for, by id and name, and how many of their ops wait."""

    person: str
    name: SafeText
    ops: int


def awaited(tx: Transaction) -> list[Awaited]:
    """Everybody whose sign-in is waited for; first the one who holds up the others."""
    found: dict[str, Awaited] = {}
    for _, op, actor in _unanswered(tx):
        if op.grant == RENEW:
            before = found.get(actor.person, Awaited(actor.person, actor.name, 0))
            found[actor.person] = before._replace(ops=before.ops + 1)
    return list(found.values())


def let_go(tx: Transaction, person: str, by: SafeText, now: float) -> Happened:
    """Put what waits for the sign-in of `person` into the tray, with a word of who (`by`) did that; it is not sent any more.
    `now` is seconds since 1970. Raises `Refused("unknown_op")` where nothing waits.

    Nothing behind an op that waits so was ever sent under its number (`outbox.outgoing`): what follows moves up.
    """
    edit, stood = Edit(tx), standing(tx)
    gone = [(made, op) for made, op, actor in _unanswered(tx) if op.grant == RENEW and actor.person == person]
    if not gone:
        raise Refused("unknown_op", "nothing waits for the sign-in of this person any more; look again")
    first = tx.value("select dev_seq from outbox where made = ?", gone[0][0])
    for made, op in gone:
        said = Answer(op_id=op.op_id, dev_seq=0, result="rejected", code=LET_GO, message=SafeText(f"let go of by {by}"))
        edit.touch_op(made)
        tx.do(
            "update outbox set state = 'tray', epoch = '', answer = ?, answered_at = ? where made = ?",
            *(ops.encode(said), now, made),
        )
        edit.moved(op.op_id, "tray")
    behind = tx.all("select made from outbox where epoch = ? and dev_seq > ? order by dev_seq", stood.epoch, first)
    tx.many("update outbox set dev_seq = ? where made = ?", [(first + at, made) for at, (made,) in enumerate(behind)])
    stand(tx, msgspec.structs.replace(stood, last=stood.last - len(gone)))
    return edit.finish()


def held_for(tx: Transaction) -> SafeText:
    """The person whose sign-in the first op without an answer waits for; "" when it waits for none."""
    line = tx.one(
        "select op, actor from outbox where epoch = ? and state = 'waiting' and answer is null order by dev_seq limit 1",
        standing(tx).epoch,
    )
    waits = line is not None and _OPS.decode(line[0]).grant == RENEW
    return _ACTORS.decode(line[1]).name if line is not None and waits else SafeText()


def _unanswered(tx: Transaction) -> list[tuple[int, Op, Actor]]:
    lines = tx.all("select made, op, actor from outbox where state = 'waiting' and answer is null order by made")
    return [(made, _OPS.decode(op), _ACTORS.decode(actor)) for made, op, actor in lines]


def _keep(tx: Transaction, made: int, op: Op) -> None:
    tx.do("update outbox set op = ? where made = ?", ops.encode(op), made)
