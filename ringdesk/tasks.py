"""Tasks: what somebody promised, with a time. A callback is a task to call a number within a window, with its attempts."""

from enum import StrEnum
from typing import Final

import msgspec

from ringdesk.safetext import SafeText


class TaskState(StrEnum):
    """`done` beats every edit; only `task.reopen` takes it back."""

    OPEN = "open"
    DONE = "done"


class TaskKind(StrEnum):
    """What is to be done."""

    TODO = "todo"
    CALLBACK = "callback"
    """Call `number` between `opens` and `due`."""


class AttemptResult(StrEnum):
    """What came of an attempt to call back. `reached` closes the task."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"


class Attempt(msgspec.Struct, frozen=True):
    """One attempt to call back: when (seconds since 1970), by whom, with what result."""

    at: float
    result: AttemptResult
    who: SafeText = SafeText("")


MAX_ATTEMPTS: Final = 50
"""Attempts that a task keeps; beyond it the oldest is forgotten."""


MAX_JOINED: Final = 20
"""Later calls that a callback names; of more the oldest is forgotten, and still counted."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One task. Its id is the id of the op that made it, or `ids.callback_id` of the call that it answers.

    `opens` and `due` are ISO dates or date-times in UTC, None without one: not before, not after. `number` is what a
    callback dials, as it was given. `assignee` is a person's id, None: whoever comes first. `title` is "" for a callback that
    the server made: the front end has the words. `called`: how often more the caller tried, with the ids of these `calls`,
    and when the last time (seconds since 1970).
    """

    id: str
    kind: TaskKind = TaskKind.TODO
    member: str | None = None
    call: str | None = None
    title: SafeText = SafeText("")
    number: SafeText | None = None
    opens: SafeText | None = None
    due: SafeText | None = None
    state: TaskState = TaskState.OPEN
    author: str = ""
    author_name: SafeText = SafeText("")
    assignee: str | None = None
    assignee_name: SafeText = SafeText("")
    at: float = 0.0
    attempts: tuple[Attempt, ...] = ()
    calls: tuple[str, ...] = ()
    called: int = 0
    called_at: float | None = None
    done_by: str | None = None
    done_at: float | None = None
