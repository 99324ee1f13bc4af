"""What each kind of op does to rows: the same function at both ends.

The server applies an op once, in its order; a terminal applies its own waiting ops to the rows that it holds, so that a
person sees what they did. Both call `apply`, which knows no clock and no randomness: equal input, equal rows.

Only a domain error refuses (sync.md 2). An op that is a **fact** had been applied before the server was restored: it is
not judged again, but where something it needs is gone it is still refused (`unknown_...`), and the server parks it.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final, Literal, TypeVar

import msgspec

from ringdesk import ids, tracker
from ringdesk.calls import Call, Direction, EventKind
from ringdesk.channels import is_masked
from ringdesk.errors import Refused
from ringdesk.members import GUARDED, Member, MemberNumber
from ringdesk.notes import Note
from ringdesk.ops import (
    Actor,
    Args,
    CallClaim,
    CallReport,
    CallWrapup,
    MemberAdd,
    MemberFields,
    MemberUpdate,
    NoteAdd,
    Row,
    RowKey,
    TaskAdd,
    TaskDone,
)
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskState
from ringdesk.timeline import Contact, ContactKind

_MAX_REV: Final = 2**53
"""The largest integer on the wire (sync.md 3)."""


class Effect(msgspec.Struct, frozen=True):
    """What an op did.

    `rows` are the rows written, with their new values; empty when everything was already so. `kept` are the fields where
    the op's value stands over one that somebody else wrote since the person looked; `lost` those where the op's own value
    did not stand. Either makes the answer `merged`. `into` is the member that a new one turned out to be.
    """

    rows: dict[RowKey, Row]
    kept: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    into: str | None = None

    @property
    def result(self) -> Literal["applied", "merged", "merged_into"]:
        """How the server's answer calls it."""
        if self.into is not None:
            return "merged_into"
        return "merged" if self.kept or self.lost else "applied"


def apply(
    op_id: str,
    args: Args,
    *,
    actor: Actor,
    at: float,
    base: dict[str, int],
    rows: Mapping[RowKey, Row],
    fact: bool = False,
    site: str = "",
) -> Effect:
    """Apply one op.

    `at` is seconds since 1970, `base` the rev of each field as the person saw it (absent: 0). `rows` holds the existing
    rows among `ops.touches(op_id, args)`; absent means that there is none. `site` is where the device stands: a call
    that it opens belongs there. Raises `Refused`: unknown_member, unknown_call, unknown_note, unknown_task, empty_note,
    empty_task, empty_member, moved_note, not_own_note, stale_field, masked_number, bad_date,
    already_claimed, empty_report.
    """
    case = _Case(op_id=op_id, actor=actor, at=at, base=base, rows=rows, fact=fact, site=site)
    return _EFFECTS[type(args)](case, args)


SUBJECTS: Final = ("member", "call")
"""The fields, and kinds of rows, that say whom and what an op is about."""


def retarget(args: Args, aliases: Mapping[RowKey, str]) -> Args:
    """The same intent for the member, and the call, that an alias stands for. `aliases` maps each to its `merged_into`."""
    ends: dict[str, str] = {}
    for kind in SUBJECTS:
        row_id: str | None = getattr(args, kind, None)
        seen: set[str] = set()
        while row_id is not None and (kind, row_id) in aliases and row_id not in seen:
            seen.add(row_id)
            row_id = ends[kind] = aliases[kind, row_id]
    return msgspec.structs.replace(args, **ends) if ends else args


def leads(rows: Collection[Row]) -> dict[RowKey, str]:
    """Where the aliases among `rows` lead, for `retarget`."""
    members = {("member", row.id): row.merged_into for row in rows if isinstance(row, Member) and row.merged_into}
    calls = {("call", row.id): row.merged_into for row in rows if isinstance(row, Call) and row.merged_into}
    return members | calls


def enrol_twin(op_id: str, args: MemberAdd, twin: Member) -> Effect:
    """What `member.add` does when the server finds that `twin` has the number already: an alias with what was typed."""
    alias = Member(id=op_id, code=args.code, merged_into=twin.id, **_given(args.fields))
    return Effect({("member", op_id): alias}, into=twin.id)


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """All that an op is applied under."""

    op_id: str
    actor: Actor
    at: float
    base: dict[str, int]
    rows: Mapping[RowKey, Row]
    fact: bool
    site: str


_R = TypeVar("_R", Member, Note, Task, Contact, Call)


def _find(case: _Case, kind: str, row_id: str, shape: type[_R]) -> _R | None:
    row = case.rows.get((kind, row_id))
    return row if isinstance(row, shape) else None


def _call(case: _Case, call_id: str) -> Call:
    call = _find(case, "call", call_id, Call)
    if call is None:
        raise Refused("unknown_call", f"there is no call {call_id}; choose the call again")
    return call


def _expect_subject(case: _Case, member: str | None, call: str | None) -> None:
    """Whom or what an op is about must exist; a fact is written even so."""
    if case.fact:
        return
    if member is not None and ("member", member) not in case.rows:
        raise Refused("unknown_member", f"there is no member {member}; look the member up again")
    if call is not None:
        _call(case, call)


def _expect_date(case: _Case, text: str | None) -> None:
    if text is None or case.fact:
        return
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("bad_date", f"{text!r} is not a date; write it as 2026-12-31") from error


# --- notes and tasks --------------------------------------------------------------------------------------------------


def _note_add(case: _Case, args: NoteAdd) -> Effect:
    if ("note", case.op_id) in case.rows:
        return Effect({})
    member, call = args.member, args.call
    if args.parent is not None:
        member, call = _revised(case, args, args.parent)
    if not case.fact and not args.text.strip():
        raise Refused("empty_note", "the note is empty; write something first")
    _expect_subject(case, args.member, args.call)
    note = Note(
        id=case.op_id,
        member=member,
        call=call,
        text=args.text,
        author=case.actor.person,
        author_name=case.actor.name,
        at=case.at,
        parent=args.parent,
    )
    return Effect({("note", case.op_id): note})


def _revised(case: _Case, args: NoteAdd, parent_id: str) -> tuple[str | None, str | None]:
    """The member and the call of a revision: its parent's, for a note never changes whom it is about."""
    parent = _find(case, "note", parent_id, Note)
    if parent is None and case.fact:
        return args.member, args.call
    if parent is None:
        raise Refused("unknown_note", f"there is no note {parent_id}; write a new one")
    if case.fact:
        return parent.member, parent.call
    if parent.author != case.actor.person:
        raise Refused("not_own_note", "only its author may change a note; write a new one")
    if args.member not in (None, parent.member) or not _is_call_of(case, args.call, parent.call):
        raise Refused("moved_note", "a note stays with its member and call; write a new one")
    return parent.member, parent.call


def _is_call_of(case: _Case, named: str | None, call: str | None) -> bool:
    """Whether a revision that names a call leaves the note with its own: also under the id under which that goes on."""
    if named in (None, call):
        return True
    row = _find(case, "call", named or "", Call)
    return row is not None and call in {ids.call_id(key.source, key.native_id) for key in row.sources}


def _task_add(case: _Case, args: TaskAdd) -> Effect:
    if ("task", case.op_id) in case.rows:
        return Effect({})
    if not case.fact and not args.title.strip():
        raise Refused("empty_task", "the task says nothing; write what is to be done")
    _expect_date(case, args.due)
    _expect_subject(case, args.member, args.call)
    task = Task(
        id=case.op_id,
        member=args.member,
        call=args.call,
        title=args.title,
        due=args.due,
        author=case.actor.person,
        author_name=case.actor.name,
        assignee=args.assignee,
        at=case.at,
    )
    return Effect({("task", case.op_id): task})


def _task_done(case: _Case, args: TaskDone) -> Effect:
    task = _find(case, "task", args.task, Task)
    if task is None:
        raise Refused("unknown_task", f"there is no task {args.task}; choose the task again")
    if task.state is TaskState.DONE:
        return Effect({})
    done = msgspec.structs.replace(task, state=TaskState.DONE, done_by=case.actor.person, done_at=case.at)
    return Effect({("task", args.task): done})


# --- members ----------------------------------------------------------------------------------------------------------


def _given(fields: MemberFields) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(fields).items() if value is not msgspec.UNSET}


def _expect_fields(case: _Case, fields: MemberFields) -> None:
    numbers = () if isinstance(fields.numbers, msgspec.UnsetType) else fields.numbers
    if any(is_masked(number.raw) for number in numbers):
        raise Refused("masked_number", "this desk sees only the end of the number; type all of it")
    if not isinstance(fields.birthday, msgspec.UnsetType):
        _expect_date(case, fields.birthday)


def _member_add(case: _Case, args: MemberAdd) -> Effect:
    if ("member", case.op_id) in case.rows:
        return Effect({})
    _expect_fields(case, args.fields)
    given = _given(args.fields)
    if not case.fact and not (args.code.strip() or given.get("name", "").strip() or given.get("numbers")):
        raise Refused("empty_member", "a member needs a name, a number or a member code; type one")
    return Effect({("member", case.op_id): Member(id=case.op_id, code=args.code, **given)})


def _member_update(case: _Case, args: MemberUpdate) -> Effect:
    """Field by field: the last to arrive wins, the value that it overwrote unseen is kept in the timeline.

    A guarded field is refused instead. A fact with an old base loses: after a restore facts arrive in any order, and the
    newer base tells which value was the later one.
    """
    member = _find(case, "member", args.member, Member)
    if member is None:
        raise Refused("unknown_member", f"there is no member {args.member}; look the member up again")
    _expect_fields(case, args.fields)
    changed = {name: value for name, value in _given(args.fields).items() if getattr(member, name) != value}
    moved = tuple(name for name in changed if member.revs.get(name, 0) > case.base.get(name, 0))
    stale = sorted(GUARDED.intersection(moved))
    if stale and not case.fact:
        raise Refused("stale_field", f"{', '.join(stale)} was changed by somebody else; look again, then change it")
    written = {name: value for name, value in changed.items() if not (case.fact and name in moved)}
    rows: dict[RowKey, Row] = {}
    if written:
        revs = member.revs | {name: _next_rev(case, member, name) for name in written}
        rows["member", member.id] = msgspec.structs.replace(member, revs=revs, **written)
    if moved:
        losers = {name: changed[name] if case.fact else getattr(member, name) for name in moved}
        rows["contact", case.op_id] = _conflict(case, member.id, losers)
    return Effect(rows, kept=() if case.fact else moved, lost=moved if case.fact else ())


def _next_rev(case: _Case, member: Member, name: str) -> int:
    """One more; a fact also restores the count that its author saw, which the restored server has forgotten."""
    seen = member.revs.get(name, 0)
    return min(max(seen, case.base.get(name, 0)) + 1 if case.fact else seen + 1, _MAX_REV)


def _conflict(case: _Case, member: str, losers: dict[str, Any]) -> Contact:
    text = "; ".join(f"{name}: {_readable(value)}" for name, value in losers.items())
    fields = SafeText(" ".join(losers))
    contact = Contact(id=case.op_id, member=member, kind=ContactKind.CONFLICT, at=case.at, text=SafeText(text))
    return msgspec.structs.replace(contact, who=case.actor.name, state=fields)


def _readable(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(part.e164 or part.raw if isinstance(part, MemberNumber) else str(part) for part in value)
    return "" if value is None else str(value)


# --- calls ------------------------------------------------------------------------------------------------------------


def _call_report(case: _Case, args: CallReport) -> Effect:
    before = call = _find(case, "call", args.call, Call)
    for event in args.events:
        if event.event not in (EventKind.MESSAGE_WAITING, EventKind.REJECTED):
            call = tracker.step(call, event, call_id=args.call, site=case.site)
    if call is None:
        raise Refused("empty_report", "the report says nothing about the call; report it with its events")
    rows: dict[RowKey, Row] = {}
    for other in args.also:
        gone = _find(case, "call", other, Call)
        if gone is not None and gone.id != call.id and gone.merged_into is None and gone.site == call.site:
            call = tracker.united(call, gone)
            rows["call", gone.id] = tracker.went_on(gone, call.id, case.at)
    return Effect(rows if call == before else rows | {("call", call.id): call})


def _call_claim(case: _Case, args: CallClaim) -> Effect:
    call = _call(case, args.call)
    if call.claimed_by == case.actor.person:
        return Effect({})
    if call.claimed_by is not None:
        if case.fact:
            return Effect({}, lost=("claimed_by",))
        holder = call.claimed_name or call.claimed_by
        raise Refused("already_claimed", f"{holder} has this call already; leave it to them")
    return Effect({("call", args.call): tracker.claim(call, case.actor.person, case.at, case.actor.name)})


def _call_wrapup(case: _Case, args: CallWrapup) -> Effect:
    call = _call(case, args.call)
    _expect_subject(case, args.member, None)
    over = tracker.wrap_up(call, args.code, case.at)
    rows: dict[RowKey, Row] = {} if over == call else {("call", args.call): over}
    if args.member is not None:
        rows["contact", case.op_id] = Contact(
            id=case.op_id,
            member=args.member,
            kind=ContactKind.CALL_OUT if call.direction is Direction.OUT else ContactKind.CALL_IN,
            at=call.started or case.at,
            text=args.code,
            who=case.actor.name,
            call=args.call,
            state=SafeText(over.outcome or ""),
        )
    return Effect(rows)


_EFFECTS: Final[dict[type, Callable[[_Case, Any], Effect]]] = {
    NoteAdd: _note_add,
    TaskAdd: _task_add,
    TaskDone: _task_done,
    MemberAdd: _member_add,
    MemberUpdate: _member_update,
    CallReport: _call_report,
    CallClaim: _call_claim,
    CallWrapup: _call_wrapup,
}
"""What each kind does; a test compares it with `ops.KINDS`."""
