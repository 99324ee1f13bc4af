"""Which rows an op touches, and which it makes: what has to be locked, loaded and looked at."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from ringdesk.ids import callback_id
from ringdesk.ops import Args, RowKey
from ringdesk.ops.business import ArticleAsk, ArticleSave, DispositionSave, PresenceSet
from ringdesk.ops.calls import MAX_ALSO, CallClaim, CallHand, CallHold, CallReport, CallSame, CallVerdict, CallWrapup
from ringdesk.ops.members import MemberAdd, MemberUpdate, NumberAttach, NumberChoose, NumberDetach, NumberMarked
from ringdesk.ops.notes import ContactAdd, NoteAdd, TaskAdd, TaskAttempt, TaskDone, TaskReopen, TaskUpdate


def touches(op_id: str, args: Args, person: str = "") -> tuple[RowKey, ...]:
    """The rows that an op of `person` reads or writes, sorted: the order in which the server locks them (sync.md 2)."""
    return tuple(sorted(set(_TOUCHED[type(args)](op_id, args, person))))


def makes(op_id: str, args: Args) -> RowKey | None:
    """The row that an op makes under its own id, if it makes one."""
    kind = _MADE.get(type(args))
    if (isinstance(args, NumberMarked) and args.mark) or (isinstance(args, ArticleSave) and args.article):
        return None
    return None if kind is None else (kind, op_id)


_MADE: Final[dict[type, str]] = {
    NoteAdd: "note",
    TaskAdd: "task",
    ContactAdd: "contact",
    MemberAdd: "member",
    MemberUpdate: "contact",
    NumberMarked: "mark",
    CallWrapup: "contact",
    ArticleSave: "article",
    ArticleAsk: "article",
}
"""The kind of the row that each makes under its own id; a test compares it with what `merge` does."""


def _subjects(member: str | None, call: str | None = None) -> list[RowKey]:
    """Whom and what an op is about."""
    return [(kind, row_id) for kind, row_id in (("member", member), ("call", call)) if row_id]


def _note(op_id: str, args: NoteAdd, _person: str) -> list[RowKey]:
    parent: list[RowKey] = [("note", args.parent)] if args.parent else []
    return [("note", op_id), *_subjects(args.member, args.call), *parent]


def _wrapup(op_id: str, args: CallWrapup, _person: str) -> list[RowKey]:
    return [("call", args.call), ("contact", op_id), *_subjects(args.member)]


def _verdict(_op_id: str, args: CallVerdict, _person: str) -> list[RowKey]:
    return [("call", args.call), ("task", callback_id(args.call)), *_subjects(args.member)]


def _same(_op_id: str, args: CallSame, _person: str) -> list[RowKey]:
    return [
        (kind, row_id)
        for each in (args.call, args.other)
        for kind, row_id in (("call", each), ("task", callback_id(each)))
    ]


def _update(_op_id: str, args: TaskUpdate, _person: str) -> list[RowKey]:
    member = args.fields.member
    return [("task", args.task), *_subjects(None if isinstance(member, msgspec.UnsetType) else member)]


def _its_task(_op_id: str, args: TaskDone, _person: str) -> list[RowKey]:
    return [("task", args.task)]


def _its_member(_op_id: str, args: NumberAttach, _person: str) -> list[RowKey]:
    return [("member", args.member)]


def _its_call(_op_id: str, args: CallClaim, _person: str) -> list[RowKey]:
    return [("call", args.call)]


_TOUCHED: Final[dict[type, Callable[[str, Any, str], list[RowKey]]]] = {
    NoteAdd: _note,
    TaskAdd: lambda op_id, args, _: [("task", op_id), *_subjects(args.member, args.call)],
    TaskUpdate: _update,
    TaskAttempt: _its_task,
    TaskDone: _its_task,
    TaskReopen: _its_task,
    ContactAdd: lambda op_id, args, _: [("contact", op_id), ("member", args.member)],
    MemberAdd: lambda op_id, _args, _: [("member", op_id)],
    MemberUpdate: lambda op_id, args, _: [("member", args.member), ("contact", op_id)],
    NumberAttach: _its_member,
    NumberDetach: _its_member,
    NumberChoose: _its_member,
    NumberMarked: lambda op_id, args, _: [("mark", args.mark or op_id)],
    CallReport: lambda _op_id, args, _: [("call", call) for call in (args.call, *args.also[:MAX_ALSO])],
    CallClaim: _its_call,
    CallHold: _its_call,
    CallHand: _its_call,
    CallWrapup: _wrapup,
    CallVerdict: _verdict,
    CallSame: _same,
    PresenceSet: lambda _op_id, args, person: [("presence", person), *_subjects(None, args.call)],
    DispositionSave: lambda _op_id, args, _: [("disposition", args.code)],
    ArticleSave: lambda op_id, args, _: [("article", args.article or op_id)],
    ArticleAsk: lambda op_id, args, _: [("article", op_id), *_subjects(None, args.call)],
}
"""The rows of each kind; a test compares it with `KINDS`."""
