"""The rows that one transaction changes: seen before, derived anew once at its end, with their index entries."""

from collections.abc import Iterable
from typing import NamedTuple

from ringdesk.calls import Call
from ringdesk.members import Member
from ringdesk.ops import ROW_TYPES, Row, RowKey
from ringdesk.wire.values import Answer
from terminal.store import index
from terminal.store.connection import Transaction
from terminal.store.rows import Change, refresh, shown


class Moved(NamedTuple):
    """An op came into a state: waiting, settled or tray (see schema/0001_replica.sql)."""

    op_id: str
    state: str
    answer: Answer | None = None


class Happened(NamedTuple):
    """What a transaction did, for those who look: told after the commit."""

    changes: tuple[Change, ...] = ()
    ops: tuple[Moved, ...] = ()


def together(happened: Iterable[Happened]) -> Happened:
    """What several edits of one transaction did, in their order."""
    parts = tuple(happened)
    return Happened(
        tuple(change for part in parts for change in part.changes), tuple(moved for part in parts for moved in part.ops)
    )


class Edit:
    """Collects what a transaction touches. `touch` comes before the change, `finish` after the last one."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self._before: dict[RowKey, Row | None] = {}
        self._changes: list[Change] = []
        self._ops: list[Moved] = []

    def touch(self, *keys: RowKey) -> None:
        """These rows, or the ops on them, are about to change."""
        for key in keys:
            if key not in self._before:
                self._before[key] = shown(self.tx, key)

    def touch_op(self, made: int) -> None:
        """How an op stands is about to change, and so every row on which it is replayed."""
        self.touch(*self.tx.all("select kind, id from replay where made = ?", made))

    def moved(self, op_id: str, state: str, answer: Answer | None = None) -> None:
        """An op came into `state`."""
        self._ops.append(Moved(op_id, state, answer))

    def lay(self) -> None:
        """Lay every row touched so far anew. Members and calls first: the others move their entries, and follow an alias."""
        for kinds in (("member",), ("call",), tuple(ROW_TYPES)):
            for key in [key for key in self._before if key[0] in kinds]:
                self._lay(key)

    def _lay(self, key: RowKey) -> None:
        change = refresh(self.tx, key, self._before.pop(key))
        if change is None:
            return
        index.reindex(self.tx, *change)
        self._changes.append(change)
        if isinstance(change.after, Member | Call) and change.after.merged_into is not None:
            for (made,) in self.tx.all("select made from replay where kind = ? and id = ?", *key):
                self.touch_op(made)  # what waits was meant for the member or call that this one turned out to be

    def finish(self) -> Happened:
        """Lay what is left, and tell all that happened."""
        self.lay()
        return Happened(tuple(self._changes), tuple(self._ops))
