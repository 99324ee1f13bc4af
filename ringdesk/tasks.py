"""Tasks: what somebody promised, with a time."""

from enum import StrEnum

import msgspec

from ringdesk.safetext import SafeText


class TaskState(StrEnum):
    """`done` beats every edit."""

    OPEN = "open"
    DONE = "done"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One task. Its id is the id of the op that made it. `due` is an ISO date or date-time in UTC, None without one."""

    id: str
    member: str | None = None
    call: str | None = None
    title: SafeText = SafeText("")
    due: SafeText | None = None
    state: TaskState = TaskState.OPEN
    author: str = ""
    author_name: SafeText = SafeText("")
    assignee: str | None = None
    at: float = 0.0
    done_by: str | None = None
    done_at: float | None = None
