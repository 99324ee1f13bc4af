"""Callbacks and other promises of a call: what is open, and what needs nobody any more."""

from ringdesk.calls import Call
from ringdesk.reached import is_of_missed, number_of, numbers, spoken
from ringdesk.tasks import Task, TaskKind
from terminal.store import cards
from terminal.store.connection import Transaction
from terminal.store.rows import shown


def promised(tx: Transaction, call: Call) -> list[Task]:
    """The open tasks of a call, and the open callbacks to its number that are no member's."""
    tasks = {task.id: task for task in cards.call_tasks(tx, call.id)}
    dialled = numbers(call)
    mine = {task.id: task for task in _open(tx) if task.member is None and not dialled.isdisjoint(number_of(task))}
    return list((tasks | mine).values())


def settled_by_call(tx: Transaction, call_id: str, member: str | None = None) -> list[str]:
    """The open callbacks (ids) of missed calls that this call settles: somebody spoke with their number in it. It was about
    `member`, if that is known: of several people on one number nobody's callback but theirs is closed."""
    call = cards.find_call(tx, call_id)
    if call is None or not spoken(call):
        return []
    return _of_missed(tx, numbers(call), call.started, call.site, member)


def settled_by_attempt(tx: Transaction, task_id: str, now: float) -> list[str]:
    """The open callbacks (ids), beside it, of missed calls whose number this one reached at `now` (seconds since 1970)."""
    task = shown(tx, ("task", task_id))
    if not isinstance(task, Task) or task.kind is not TaskKind.CALLBACK:
        return []
    return [each for each in _of_missed(tx, number_of(task), now, None, task.member) if each != task_id]


def _of_missed(
    tx: Transaction, dialled: frozenset[str], before: float, site: str | None, member: str | None
) -> list[str]:
    """Those of missed calls of this store that began before then, and of nobody else than `member`."""
    found = []
    for task in _open(tx):
        if not is_of_missed(task) or dialled.isdisjoint(number_of(task)):
            continue
        if None not in (member, task.member) and member != task.member:
            continue
        lost = cards.find_call(tx, task.call or "")
        last = max(lost.started, task.called_at or 0.0) if lost is not None else before
        if lost is not None and last < before and site in (None, lost.site):
            found.append(task.id)
    return found


def _open(tx: Transaction) -> list[Task]:
    lines = tx.all("select id from agenda where kind = ?", TaskKind.CALLBACK.value)
    rows = (shown(tx, ("task", row_id)) for (row_id,) in lines)
    return [row for row in rows if isinstance(row, Task)]
