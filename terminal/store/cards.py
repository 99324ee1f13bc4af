"""What people look at: a member's card, a call, what is around them. Each is one hop."""

from collections.abc import Container, Iterable, Set
from functools import partial
from typing import Final, NamedTuple

import msgspec

from ringdesk import ids
from ringdesk.calls import Call
from ringdesk.errors import Refused
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.ops import Row
from ringdesk.tasks import Task, TaskState
from ringdesk.timeline import Contact, ContactKind
from ringdesk.tracker.unheard import sources_of
from terminal.store.connection import Transaction
from terminal.store.rows import shown

TIMELINE: Final = 20
"""Entries of a timeline, and of each page of what is older."""
LONGEST_LOOK: Final = 500
"""Rows that are looked at for a page: a kind that is rare comes in several."""
NOTES: Final = 50
TASKS: Final = 200

_TOGETHER: Final = 60.0
"""Seconds between the beginnings of two calls that may have been one."""


class Card(msgspec.Struct, frozen=True):
    """One member and what is around them, newest first; `tasks` are the open ones, the next due first."""

    member: Member
    timeline: tuple[Contact, ...]
    tasks: tuple[Task, ...]
    notes: tuple[Note, ...]


def member(tx: Transaction, member_id: str) -> Member | None:
    """A member; an alias leads to the one that it turned out to be."""
    row = shown(tx, ("member", ids.goes_on(member_id, partial(_merged_into, tx, "member"))))
    return row if isinstance(row, Member) else None


def _merged_into(tx: Transaction, kind: str, row_id: str) -> str | None:
    row = shown(tx, (kind, row_id))
    return row.merged_into if isinstance(row, Member | Call) else None


def known(tx: Transaction, member_id: str) -> Member:
    """A member who is here. Raises `Refused("unknown_member")`."""
    found = member(tx, member_id)
    if found is None:
        raise Refused("unknown_member", f"there is no member {member_id} on this desk; look the member up again")
    return found


def card(tx: Transaction, member_id: str) -> Card:
    """A member's card. Raises `Refused("unknown_member")`."""
    found = known(tx, member_id)
    ours = {member_id, found.id}
    tasks = [row for row in _about(tx, ours, "task", TASKS) if isinstance(row, Task) and row.state is TaskState.OPEN]
    return Card(
        member=found,
        timeline=_once(tx, (row for row in _about(tx, ours, "contact", TIMELINE) if isinstance(row, Contact))),
        tasks=tuple(sorted(tasks, key=lambda task: (task.due is None, task.due or "", task.at))),
        notes=tuple(row for row in _about(tx, ours, "note", NOTES, _numbers(found)) if isinstance(row, Note)),
    )


def _once(tx: Transaction, contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """The contacts, newest first; of a call that was wrapped up under two ids, until a person made one of them, the later."""
    found: list[Contact] = []
    for each in contacts:
        near = (other for other in found if other.call and other.at - each.at <= _TOGETHER)
        if each.call is None or not any(_are_one(tx, each.call, other.call) for other in near):
            found.append(each)
    return tuple(found)


def _are_one(tx: Transaction, call_id: str, other: str | None) -> bool:
    one = find_call(tx, call_id) if other not in (None, call_id) else None
    two = find_call(tx, other) if one is not None and other is not None else None
    return one is not None and two is not None and one.id == two.id


def tasks_of(tx: Transaction, who: Member) -> list[Task]:
    """The tasks of a member, done ones too, the newest first."""
    return [row for row in _about(tx, {who.id}, "task", TASKS) if isinstance(row, Task)]


Place = tuple[float, str]
"""Where a row stands in a past: its time (seconds since 1970) and its id."""


_END: Final[Place] = (float("inf"), "")


def _about(tx: Transaction, members: Iterable[str], kind: str, limit: int, numbers: Iterable[str] = ()) -> list[Row]:
    """Rows about a member, newest first; also those that still name an alias of theirs, and notes of the calls of their
    `numbers` that are nobody's."""
    places = _places(tx, members, kind, limit, numbers=numbers)
    return [row for place in places if (row := shown(tx, (kind, place[1]))) is not None]


def _numbers(who: Member) -> frozenset[str]:
    return frozenset(number.e164 for number in who.numbers if number.e164 is not None)


_OF_NUMBER: Final = """
select at, id from about indexed by about_call
where kind = 'note' and member is null and call in (select id from about where number = ?) and (at, id) < (?, ?)
order by at desc, id desc limit ?
"""
"""By the calls of the number: left to itself, the database reads through every note."""


def notes_of(tx: Transaction, number: str) -> list[Note]:
    """The newest notes, of no member, of the calls of a number (E.164)."""
    rows = _about(tx, (), "note", NOTES, (number,))
    return [row for row in rows if isinstance(row, Note)]


def _places(
    tx: Transaction, members: Iterable[str], kind: str, limit: int, before: Place = _END, numbers: Iterable[str] = ()
) -> list[Place]:
    lines: list[Place] = []
    for each in numbers:
        lines += tx.all(_OF_NUMBER, each, *before, limit)
    for each in members:
        lines += tx.all(
            "select at, id from about where member = ? and kind = ? and (at, id) < (?, ?) order by at desc, id desc limit ?",
            *(each, kind, *before, limit),
        )
    return sorted(lines, reverse=True)[:limit]


class Older(NamedTuple):
    """The next part of a past, newest first, without a gap to what was there; `more`: there is something older still."""

    rows: tuple[Contact | Note, ...]
    more: bool


def older(tx: Transaction, member_id: str, kind: str, before: Place, wanted: Container[ContactKind]) -> Older:
    """The rows of `kind` (contact or note) about a member that are older than `before`: a page of those that are `wanted`,
    and what lies between them. Raises `Refused("unknown_member")`."""
    found = known(tx, member_id)
    numbers = _numbers(found) if kind == "note" else ()
    rows: list[Contact | Note] = []
    hits, looked = 0, 0
    while hits < TIMELINE and looked < LONGEST_LOOK:
        places = _places(tx, {member_id, found.id}, kind, TIMELINE, before, numbers)
        for place in places:
            row = shown(tx, (kind, place[1]))
            if isinstance(row, Contact | Note):
                rows.append(row)
                hits += isinstance(row, Note) or row.kind in wanted
        looked += len(places)
        if len(places) < TIMELINE:
            return Older(tuple(rows), more=False)
        before = places[-1]
    return Older(tuple(rows), more=True)


def call(tx: Transaction, call_id: str) -> Call:
    """A call; one that turned out to be another leads to it. Raises `Refused("unknown_call")`."""
    found = find_call(tx, call_id)
    if found is None:
        raise Refused("unknown_call", f"there is no call {call_id} on this desk; choose the call again")
    return found


def find_call(tx: Transaction, call_id: str) -> Call | None:
    """A call, or the one that it turned out to be; None if there is none."""
    row = shown(tx, ("call", ids.goes_on(call_id, partial(_merged_into, tx, "call"))))
    return row if isinstance(row, Call) else None


def recent_calls(tx: Transaction, since: float) -> list[Call]:
    """Calls that began after `since` (seconds since 1970), oldest first."""
    found = tx.all("select id from about where kind = 'call' and at >= ? order by at, id", since)
    rows = (shown(tx, ("call", row_id)) for (row_id,) in found)
    return [row for row in rows if isinstance(row, Call)]


def live_calls(tx: Transaction, since: float, sources: Set[str]) -> list[Call]:
    """Of the calls that began after `since`, those that are on and that one of these sources saw."""
    return [call for call in recent_calls(tx, since) if call.live and not sources.isdisjoint(sources_of(call))]


def last_began(tx: Transaction) -> float | None:
    """When the newest call of all began, seconds since 1970; None where there is none."""
    newest: float | None = tx.value("select max(at) from about where kind = 'call'")
    return newest


def call_notes(tx: Transaction, call_id: str) -> list[Note]:
    """The notes of a call, newest first; also those that still name a call which turned out to be this one."""
    return [row for row in _of_call(tx, call_id, "note") if isinstance(row, Note)]


def call_tasks(tx: Transaction, call_id: str) -> list[Task]:
    """The open tasks of a call, newest first; also those that still name a call which turned out to be this one."""
    rows = _of_call(tx, call_id, "task")
    return [row for row in rows if isinstance(row, Task) and row.state is TaskState.OPEN]


def _of_call(tx: Transaction, call_id: str, kind: str) -> Iterable[Row | None]:
    found = find_call(tx, call_id)
    sources = () if found is None else found.sources
    ours = {call_id, found.id if found else call_id, *(ids.call_id(key.source, key.native_id) for key in sources)}
    lines: list[tuple[float, str]] = []
    for each in ours:
        lines += tx.all("select at, id from about where call = ? and kind = ?", each, kind)
    return (shown(tx, (kind, row_id)) for _, row_id in sorted(lines, reverse=True))
