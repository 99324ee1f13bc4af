"""Who may do what and read what: one table each. What is not in a table is not allowed.

The server decides when an op arrives and when a row is sent; a screen only shows the answer (architecture.md 8). Rights
of several roles add up. The rows follow the permission matrix of the membership reference, section 2.
"""

from collections.abc import Iterable
from typing import Final

ROLES: Final = ("cashier", "agent", "senior", "supervisor", "marketing", "admin")

_ALL: Final = frozenset(ROLES)
_SERVICE: Final = frozenset({"cashier", "agent", "senior", "supervisor", "admin"})
"""Those who meet members. Marketing works on groups; an admin of a small shop also answers the telephone."""
_LEADING: Final = frozenset({"supervisor", "admin"})
"""Those who say how the business answers."""
_IN_CLEAR: Final = frozenset({"agent", "senior", "supervisor", "admin"})

OPS: Final[dict[str, frozenset[str]]] = {
    "note.add": _ALL,
    "task.add": _ALL,
    "task.update": _ALL,
    "task.attempt": _SERVICE,
    "task.done": _ALL,
    "task.reopen": _ALL,
    "contact.add": _SERVICE,
    "member.add": _SERVICE,
    "member.update": _SERVICE,
    "number.attach": _SERVICE,
    "number.detach": _SERVICE,
    "number.choose": _SERVICE,
    "number.mark": _SERVICE,
    "call.report": _ALL,  # the line of the desk reports, whoever has signed in there
    "call.claim": _SERVICE,
    "call.hold": _SERVICE,
    "call.hand": _SERVICE,
    "call.wrapup": _SERVICE,
    "call.verdict": _SERVICE,
    "call.same": _SERVICE,
    "presence.set": _SERVICE,
    "disposition.save": _LEADING,
    "article.save": _LEADING,
    "article.ask": _ALL,
}
"""Kind of op -> roles that may. A test compares it with `ops.KINDS`."""

HERE: Final[dict[str, frozenset[str]]] = {
    "outbox.let_go": _LEADING,
}
"""What is done on a desk alone, without an op -> roles that may."""

READS: Final[dict[str, frozenset[str]]] = {
    "member": _ALL,
    "note": _ALL,
    "task": _ALL,
    "contact": _ALL,
    "call": _SERVICE,
    "presence": _SERVICE,
    "disposition": _ALL,
    "article": _ALL,
    "mark": _SERVICE,
    "number": _IN_CLEAR,
    "ledger": _SERVICE,
    "outbox": _ALL,
    "tray": _ALL,
}
"""What -> roles that may read it: the kinds of row, a telephone number in clear, and what a headless desk dumps."""

DUMPS: Final[dict[str, str]] = {
    "notes": "note",
    "tasks": "task",
    "members": "member",
    "calls": "call",
    "contacts": "contact",
    "presence": "presence",
    "dispositions": "disposition",
    "articles": "article",
    "marks": "mark",
    "ledger": "ledger",
    "outbox": "outbox",
    "tray": "tray",
}
"""The dumps of contracts.md 6, and which line of `READS` rules each."""

_CASHIER_FIELDS: Final = frozenset({"numbers"})


def may(roles: Iterable[str], kind: str) -> bool:
    """Whether a person with `roles` may make ops of `kind`."""
    return not OPS.get(kind, frozenset()).isdisjoint(roles)


def may_here(roles: Iterable[str], what: str) -> bool:
    """Whether a person with `roles` may do `what` (a line of `HERE`) on a desk."""
    return not HERE.get(what, frozenset()).isdisjoint(roles)


def may_change(roles: Iterable[str], fields: Iterable[str]) -> bool:
    """Whether `member.update` may change these fields: a cashier corrects telephone numbers and nothing else."""
    held = set(roles)
    if not may(held, "member.update"):
        return False
    return not held.isdisjoint(OPS["member.update"] - {"cashier"}) or _CASHIER_FIELDS.issuperset(fields)


def may_read(roles: Iterable[str], what: str) -> bool:
    """Whether a person with `roles` may read `what`: a line of `READS`, or a dump."""
    return not READS.get(DUMPS.get(what, what), frozenset()).isdisjoint(roles)
