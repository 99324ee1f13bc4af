"""Intents about notes, tasks and contacts."""

import msgspec

from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import AttemptResult, TaskKind
from ringdesk.timeline import ContactKind


class NoteAdd(msgspec.Struct, frozen=True, kw_only=True):
    """`note.add`: write a note to a member, a call, or both. `parent` makes it a revision."""

    member: str | None = None
    call: str | None = None
    text: SafeLines
    parent: str | None = None


class TaskAdd(msgspec.Struct, frozen=True, kw_only=True):
    """`task.add`: promise something. `ringdesk.tasks.Task` has the fields."""

    kind: TaskKind = TaskKind.TODO
    member: str | None = None
    call: str | None = None
    title: SafeText
    number: SafeText | None = None
    opens: SafeText | None = None
    due: SafeText | None = None
    assignee: str | None = None
    assignee_name: SafeText = SafeText("")


class TaskFields(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A patch of a task: only what is set is changed; the last to arrive wins. `member`: whose it is, once that is known."""

    member: str | msgspec.UnsetType | None = msgspec.UNSET
    title: SafeText | msgspec.UnsetType = msgspec.UNSET
    number: SafeText | msgspec.UnsetType | None = msgspec.UNSET
    opens: SafeText | msgspec.UnsetType | None = msgspec.UNSET
    due: SafeText | msgspec.UnsetType | None = msgspec.UNSET
    assignee: str | msgspec.UnsetType | None = msgspec.UNSET
    assignee_name: SafeText | msgspec.UnsetType = msgspec.UNSET


class TaskUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """`task.update`: another time, another title, or hand it on (`assignee`). A task that is done stays as it is."""

    task: str
    fields: TaskFields


class TaskAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """`task.attempt`: a callback was tried."""

    task: str
    result: AttemptResult


class TaskDone(msgspec.Struct, frozen=True, kw_only=True):
    """`task.done`: close a task; closing it twice is no error."""

    task: str


class TaskReopen(msgspec.Struct, frozen=True, kw_only=True):
    """`task.reopen`: it was closed by mistake."""

    task: str


class ContactAdd(msgspec.Struct, frozen=True, kw_only=True):
    """`contact.add`: a meeting that was no call: a visit, a message, an e-mail, a letter. `state` is a disposition code."""

    member: str
    kind: ContactKind
    text: SafeText = SafeText("")
    state: SafeText = SafeText("")
