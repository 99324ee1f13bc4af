"""A device and its server: enrolment, welcome, and what a new epoch means for what lies here (sync.md 3, 7)."""

import msgspec

from ringdesk.wire.messages import Enrolled, Proof, Welcome
from terminal.store import outbox, pages
from terminal.store.connection import Transaction
from terminal.store.edit import Edit, Happened
from terminal.store.standing import proven, stand, standing


def enrolled(tx: Transaction, message: Enrolled) -> Happened:
    """The device is known now. What another server said before counts no more; what waits goes to this one."""
    edit = Edit(tx)
    old = standing(tx)
    stand(
        tx,
        msgspec.structs.replace(
            old,
            device=message.device,
            cls=message.cls,
            store=message.store,
            organisation=message.organisation,
            server_epoch="",
            timeline="",
            proof=Proof(),
        ),
    )
    for each in pages.all_held(tx):
        pages.restart(tx, each.name)
    outbox.renumber(edit, message.epoch, rolled_back=bool(old.server_epoch))
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
