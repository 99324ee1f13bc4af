"""A device and its server: enrolment, welcome, and what a new epoch means for what lies here (sync.md 3, 7)."""

import msgspec

from ringdesk.wire.messages import Enrolled, Welcome
from ringdesk.wire.values import Proof
from terminal.store import outbox, pages, regrant
from terminal.store.connection import Transaction
from terminal.store.edit import Edit, Happened
from terminal.store.standing import proven, stand, standing


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """With what a device was enrolled: see `Standing`. `server_epoch` is the history of the server that did it."""

    key: str = ""
    code: str = ""
    server_epoch: str = ""


def enrolled(tx: Transaction, message: Enrolled, by: Credentials) -> Happened:
    """The device is known now, and what waits goes out in its name.

    By the server that it had before, it keeps what it holds. By another one, what the first said counts no more.
    """
    edit = Edit(tx)
    old = standing(tx)
    another = not old.server_epoch or old.server_epoch != by.server_epoch
    new = msgspec.structs.replace(
        old,
        device=message.device,
        cls=message.cls,
        store=message.store,
        organisation=message.organisation,
        key=by.key,
        code=by.code,
    )
    if another:
        new = msgspec.structs.replace(new, server_epoch="", timeline="", proof=Proof())
        for each in pages.all_held(tx):
            pages.restart(tx, each.name)
    stand(tx, new)
    outbox.renumber(edit, message.epoch, rolled_back=another and bool(old.server_epoch))
    if old.device not in ("", message.device):
        regrant.withdraw(tx)
    return edit.finish()


def welcomed(tx: Transaction, message: Welcome) -> Happened:
    """The session is open. A new server epoch means another history: every set starts again, applied ops go out as facts.

    A server that asks for a bootstrap does not share what we prove: the proof would otherwise be in the way for ever.
    """
    edit = Edit(tx)
    old = standing(tx)
    rolled_back = old.server_epoch not in ("", message.server_epoch)
    from_nothing = rolled_back or message.action == "bootstrap"
    if from_nothing:
        for each in pages.all_held(tx):
            pages.restart(tx, each.name)
    if rolled_back or message.epoch != old.epoch:
        outbox.renumber(edit, message.epoch, rolled_back=rolled_back)
    for info in message.sets:
        pages.hold(tx, info.name)
    new = msgspec.structs.replace(
        standing(tx),
        server_epoch=message.server_epoch,
        timeline=message.timeline,
        cls=message.cls,
        store=message.store,
        organisation=message.organisation,
        lease=message.lease,
        caps=message.caps,
        lines=message.lines,
        audit_head=message.audit_head,
        proof=Proof() if from_nothing else old.proof,
    )
    stand(tx, proven(new, message.head))
    return edit.finish()


def diverged(tx: Transaction, name: str) -> Happened:
    """A set differs from the server's."""
    stood = standing(tx)
    stand(tx, msgspec.structs.replace(stood, divergences=stood.divergences + 1))
    pages.restart(tx, name)
    return Happened()
