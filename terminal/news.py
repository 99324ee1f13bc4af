"""What the desk tells its listeners (a screen, the headless front end): one class per kind of news."""

from typing import Final

import msgspec

from ringdesk.articles import Article
from ringdesk.calls import Call
from ringdesk.dialects import Level
from ringdesk.dispositions import Disposition
from ringdesk.marks import MarkLabel, NumberMark
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.presence import Presence
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task
from ringdesk.timeline import Contact
from ringdesk.why import Why
from ringdesk.wire.values import SourceStands


class Match(msgspec.Struct, frozen=True):
    """A member that may be the one; `guess` marks what no exact number or code says, nor the end of a number with a name that
    nobody else has with it: it never opens by itself."""

    member: Member
    why: Why
    guess: bool = False


class ScreenPop(msgspec.Struct, frozen=True):
    """A call rings and this is what is known; exactly one per call and desk. `timeline`, `tasks` are of the first match.
    `mark`: the number is marked; such a call disturbs nobody."""

    call: Call
    matches: tuple[Match, ...]
    timeline: tuple[Contact, ...]
    tasks: tuple[Task, ...]
    notes: tuple[Note, ...]
    greeting: SafeText
    mark: MarkLabel | None = None


class CallNews(msgspec.Struct, frozen=True):
    """A call changed: late name, ring stopped, claimed by `claimed_name`, ended. `matches` when they became known late.
    `elsewhere`: it rings at other desks only, its turn here is over."""

    call: Call
    claimed_name: SafeText | None = None
    mine: bool = False
    matches: tuple[Match, ...] | None = None
    elsewhere: bool = False


class MemberNews(msgspec.Struct, frozen=True):
    """A member's row changed."""

    member: Member


class NoteNews(msgspec.Struct, frozen=True):
    """A note was saved here, came from elsewhere, or settled. `state`: pending, settled or refused."""

    note: Note
    state: str


class TaskNews(msgspec.Struct, frozen=True):
    """A task was made, changed or done."""

    task: Task
    state: str


class RowNews(msgspec.Struct, frozen=True):
    """A row of another kind is new or changed: a contact, the presence of a colleague, what the business says."""

    row: Contact | Presence | Article | Disposition | NumberMark


UNSAVED: Final = "sync_unsaved"
"""The reason of a server that is there, and cannot save."""
SLOWED: Final = "sync_slowed"
"""The reason of a server that is there, and looks at nothing that is sent for a while."""


class SyncNews(msgspec.Struct, frozen=True):
    """How the replica stands. `sources` are those of this store that the server listens to itself, while it is there."""

    connected: bool
    outbox: int
    cursor: int
    why: Why | None = None
    refused: int = 0
    sources: tuple[SourceStands, ...] = ()


class HealthNews(msgspec.Struct, frozen=True):
    """How a source stands, with the reason in words. `served`: the server listens to it, not this desk; `gone`: it is listened to
    no more, as far as this desk knows."""

    source: str
    level: Level
    why: Why
    detail: SafeText | None = None
    label: SafeText = SafeText("")
    served: bool = False
    gone: bool = False


class NoticeNews(msgspec.Struct, frozen=True):
    """A line for the person."""

    code: str
    message: SafeText


News = ScreenPop | CallNews | MemberNews | NoteNews | TaskNews | RowNews | SyncNews | HealthNews | NoticeNews
