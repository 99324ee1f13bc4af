"""The rows as the headless desk prints them: each kind whole, and one by one."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from ringdesk.errors import BadInput
from ringdesk.notes import Note
from ringdesk.ops import NoteAdd, Op, Row
from ringdesk.safetext import encode_hook
from ringdesk.tasks import Task, TaskState
from ringdesk.times import iso
from terminal import words
from terminal.store.connection import Transaction
from terminal.store.outbox import read_answer, state_of, usable_args
from terminal.store.rows import read_op, shown_rows


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
