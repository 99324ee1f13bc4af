"""What intents about notes, tasks and contacts do."""

from typing import Any

import msgspec

from ringdesk import ids
from ringdesk.calls import Call
from ringdesk.errors import Refused
from ringdesk.merge.case import Case, Effect, expect_date, expect_subject, find
from ringdesk.notes import Note
from ringdesk.ops import (
    ContactAdd,
    NoteAdd,
    Row,
    RowKey,
    TaskAdd,
    TaskAttempt,
    TaskDone,
    TaskReopen,
    TaskUpdate,
)
from ringdesk.tasks import MAX_ATTEMPTS, Attempt, AttemptResult, Task, TaskState
from ringdesk.timeline import Contact, ContactKind


def note_add(case: Case, args: NoteAdd) -> Effect:
    """A note, or a revision of one."""
    if ("note", case.op_id) in case.rows:
        return Effect({})
    member, call = args.member, args.call
    if args.parent is not None:
        member, call = _revised(case, args, args.parent)
    if not case.fact and not args.text.strip():
        raise Refused("empty_note", "the note is empty; write something first")
    expect_subject(case, args.member, args.call)
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


def _revised(case: Case, args: NoteAdd, parent_id: str) -> tuple[str | None, str | None]:
    """The member and the call of a revision: its parent's, for a note never changes whom it is about."""
    parent = find(case, "note", parent_id, Note)
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


def _is_call_of(case: Case, named: str | None, call: str | None) -> bool:
    """Whether a revision that names a call leaves the note with its own: also under the id under which that goes on."""
    if named in (None, call):
        return True
    row = find(case, "call", named or "", Call)
    return row is not None and call in {ids.call_id(key.source, key.native_id) for key in row.sources}


def task_add(case: Case, args: TaskAdd) -> Effect:
    """A new task."""
    if ("task", case.op_id) in case.rows:
        return Effect({})
    _expect_title(case, args.title)
    expect_date(case, args.opens)
    expect_date(case, args.due)
    expect_subject(case, args.member, args.call)
    task = Task(
        id=case.op_id,
        author=case.actor.person,
        author_name=case.actor.name,
        at=case.at,
        **msgspec.structs.asdict(args),
    )
    return Effect({("task", case.op_id): task})


def _expect_title(case: Case, title: str) -> None:
    if not case.fact and not title.strip():
        raise Refused("empty_task", "the task says nothing; write what is to be done")


def _task(case: Case, task_id: str) -> Task:
    task = find(case, "task", task_id, Task)
    if task is None:
        raise Refused("unknown_task", f"there is no task {task_id}; choose the task again")
    return task


def task_update(case: Case, args: TaskUpdate) -> Effect:
    """Fields that are set; a task that is done stays as it is."""
    task = _task(case, args.task)
    given: dict[str, Any] = {
        name: value for name, value in msgspec.structs.asdict(args.fields).items() if value is not msgspec.UNSET
    }
    if "title" in given:
        _expect_title(case, given["title"])
    expect_date(case, given.get("opens"))
    expect_date(case, given.get("due"))
    expect_subject(case, given.get("member"))
    after = msgspec.structs.replace(task, **given)
    return Effect({} if after == task or task.state is TaskState.DONE else {("task", task.id): after})


def task_attempt(case: Case, args: TaskAttempt) -> Effect:
    """One attempt more; who was reached need not be called again. An attempt that two ends report is one."""
    task = _task(case, args.task)
    attempt = Attempt(at=case.at, result=args.result, who=case.actor.name)
    if attempt in task.attempts:
        return Effect({})
    task = msgspec.structs.replace(task, attempts=(*task.attempts, attempt)[-MAX_ATTEMPTS:])
    return Effect({("task", task.id): done(case, task) if args.result is AttemptResult.REACHED else task})


def task_done(case: Case, args: TaskDone) -> Effect:
    """Closed, once."""
    task = _task(case, args.task)
    return Effect({} if task.state is TaskState.DONE else {("task", task.id): done(case, task)})


def done(case: Case, task: Task) -> Task:
    """The task, closed by the one who acts; one that is closed stays as it is."""
    if task.state is TaskState.DONE:
        return task
    return msgspec.structs.replace(task, state=TaskState.DONE, done_by=case.actor.person, done_at=case.at)


def task_reopen(case: Case, args: TaskReopen) -> Effect:
    """Open again."""
    task = _task(case, args.task)
    if task.state is TaskState.OPEN:
        return Effect({})
    return Effect({("task", task.id): msgspec.structs.replace(task, state=TaskState.OPEN, done_by=None, done_at=None)})


_NO_MEETING = (ContactKind.CONFLICT, ContactKind.NOTE, ContactKind.MISSED)


def contact_add(case: Case, args: ContactAdd) -> Effect:
    """An entry of the timeline."""
    if ("contact", case.op_id) in case.rows:
        return Effect({})
    if args.kind in _NO_MEETING and not case.fact:
        raise Refused(
            "bad_contact", f"{args.kind} is no meeting; use visit, message, email, letter, call_in or call_out"
        )
    expect_subject(case, args.member)
    contact = Contact(id=case.op_id, at=case.at, who=case.actor.name, **msgspec.structs.asdict(args))
    rows: dict[RowKey, Row] = {("contact", case.op_id): contact}
    return Effect(rows)
