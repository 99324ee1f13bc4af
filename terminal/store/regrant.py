"""What happens to the grants when a device is enrolled as a new one.

A grant is for one person on one device (sync.md 2), and the server takes none that was given for another. So whatever waits
at that moment keeps its id, its content and its place, and is sent once its person has signed in here again. What a line
saw needs no person, and goes at once.
"""

import msgspec

from ringdesk import ops
from ringdesk.ops import Actor, CallReport, Op
from ringdesk.safetext import SafeText, decode_hook
from ringdesk.wire.messages import Granted
from terminal.store.connection import Transaction
from terminal.store.outbox import RENEW
from terminal.store.standing import standing

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
