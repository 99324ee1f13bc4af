"""What people look at: a member's card, a call, and the dumps (contracts: the headless desk). Each is one hop."""

from collections.abc import Callable, Container, Iterable
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from ringdesk import ids
from ringdesk.calls import Call
from ringdesk.errors import BadInput, Refused
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.ops import NoteAdd, Op, Row
from ringdesk.safetext import encode_hook
from ringdesk.tasks import Task, TaskState
from ringdesk.timeline import Contact, ContactKind
from ringdesk.times import iso
from terminal import words
from terminal.store.connection import Transaction
from terminal.store.outbox import read_answer, usable_args
from terminal.store.rows import read_op, shown, shown_rows

TIMELINE: Final = 20
"""Entries of a timeline, and of each page of what is older."""
LONGEST_LOOK: Final = 500
"""Rows that are looked at for a page: a kind that is rare comes in several."""
NOTES: Final = 50
TASKS: Final = 200

_TOGETHER: Final = 60.0
"""Seconds between the beginnings of two calls that may have been one."""
STATES: Final = {"waiting": "pending", "settled": "settled", "tray": "refused"}
"""The state of an op, and what a person is told of what it made."""


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
    """Calls that are live or began after `since` (seconds since 1970), oldest first."""
    found = tx.all("select id from about where kind = 'call' and at >= ? order by at, id", since)
    rows = (shown(tx, ("call", row_id)) for (row_id,) in found)
    return [row for row in rows if isinstance(row, Call)]


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


def state_of(tx: Transaction, op_id: str) -> str:
    """pending, settled or refused; what other desks made is settled."""
    return STATES[tx.value("select state from outbox where op_id = ?", op_id) or "settled"]


def dump(tx: Transaction, what: str) -> list[dict[str, Any]]:
    """Every row of a kind, as the headless desk prints it. Raises `BadInput` for a kind that there is not."""
    make = _DUMPS.get(what)
    if make is None:
        raise BadInput(f"there is no dump of {what!r}; use one of {', '.join(_DUMPS)}")
    return make(tx)


def _plain(row: msgspec.Struct) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(row, enc_hook=encode_hook)
    return plain


def _notes(tx: Transaction) -> list[dict[str, Any]]:
    rows = [note_object(row, state_of(tx, row.id)) for _, row in shown_rows(tx, "note") if isinstance(row, Note)]
    return rows + _refused_notes(tx)


def note_object(note: Note, state: str) -> dict[str, Any]:
    """A note as it is printed."""
    return {
        "id": note.id,
        "op_id": note.id,
        "member": note.member,
        "call": note.call,
        "text": str(note.text),
        "author": note.author,
        "at": iso(note.at),
        "state": state,
    }


def _refused_notes(tx: Transaction) -> list[dict[str, Any]]:
    """What somebody wrote and the server refused is not lost: its text lies in the tray."""
    found = []
    for op_bytes, dev_seq, said, actor in tx.all(
        "select op, dev_seq, said, actor from outbox where state = 'tray' order by made"
    ):
        op = read_op(op_bytes, dev_seq, said)
        args = usable_args(op)
        if isinstance(args, NoteAdd):
            author = str(msgspec.json.decode(actor)["person"])
            note = Note(id=op.op_id, member=args.member, call=args.call, text=args.text, author=author, at=op.at)
            found.append(note_object(note, "refused"))
    return found


def _tasks(tx: Transaction) -> list[dict[str, Any]]:
    return [task_object(row, state_of(tx, row.id)) for _, row in shown_rows(tx, "task") if isinstance(row, Task)]


def task_object(task: Task, state: str) -> dict[str, Any]:
    """A task as it is printed; `done` is whether it is, `state` how its making stands."""
    plain = _plain(task)
    plain["title"] = str(task.title) or words.call_back(str(task.number or ""))
    plain.update(
        done=task.state is TaskState.DONE, state=state, at=iso(task.at), done_at=iso(task.done_at), op_id=task.id
    )
    return plain


def _plain_rows(kind: str) -> Callable[[Transaction], list[dict[str, Any]]]:
    def rows(tx: Transaction) -> list[dict[str, Any]]:
        return [row_object(row) for _, row in shown_rows(tx, kind)]

    return rows


def row_object(row: Row) -> dict[str, Any]:
    """A row as it is printed: its fields, `at` as ISO 8601."""
    plain = _plain(row)
    times = {name: iso(plain[name]) for name in ("at", "since") if isinstance(plain.get(name), float)}
    return {**plain, **times}


def _ledger(_: Transaction) -> list[dict[str, Any]]:
    return []


def _ops_in(state: str) -> Callable[[Transaction], list[dict[str, Any]]]:
    def rows(tx: Transaction) -> list[dict[str, Any]]:
        lines = tx.all("select op, dev_seq, said, seq, answer, actor from outbox where state = ? order by made", state)
        return [
            {**_op_object(read_op(*line[:3]), line[3], line[4]), "author_name": msgspec.json.decode(line[5])["name"]}
            for line in lines
        ]

    return rows


def _op_object(op: Op, seq: int | None, answer_bytes: bytes | None) -> dict[str, Any]:
    answer = read_answer(answer_bytes)
    return {
        "op_id": op.op_id,
        "dev_seq": op.dev_seq,
        "kind": op.kind,
        "at": iso(op.at),
        "args": msgspec.json.decode(op.args),
        "fact": op.fact,
        "seq": seq,
        "result": None if answer is None else answer.result,
        "code": None if answer is None else answer.code,
        "message": None if answer is None or answer.message is None else str(answer.message),
    }


_DUMPS: Final[dict[str, Callable[[Transaction], list[dict[str, Any]]]]] = {
    "notes": _notes,
    "tasks": _tasks,
    "members": _plain_rows("member"),
    "calls": _plain_rows("call"),
    "contacts": _plain_rows("contact"),
    "presence": _plain_rows("presence"),
    "dispositions": _plain_rows("disposition"),
    "articles": _plain_rows("article"),
    "marks": _plain_rows("mark"),
    "ledger": _ledger,
    "outbox": _ops_in("waiting"),
    "tray": _ops_in("tray"),
}
