"""The terminal without a screen: the call flow and the note flow. Screens and the headless front end both stand on it."""

from collections.abc import Callable

import msgspec

from ringdesk.calls import Call
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.ops import MemberFields
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task
from ringdesk.timeline import Contact
from terminal.news import Match, News


class Card(msgspec.Struct, frozen=True):
    """All that a screen shows of one member."""

    member: Member
    timeline: tuple[Contact, ...]
    tasks: tuple[Task, ...]
    notes: tuple[Note, ...]
    greeting: SafeText


class Draft(msgspec.Struct, frozen=True):
    """A half-typed note. It belongs to its author, its member and its call; it survives a crash and a restart."""

    member: str | None
    call: str | None
    text: str
    saved_at: float


class Desk:
    """One desk. Every method that saves returns after the commit, never before."""

    def subscribe(self, listener: Callable[[News], None]) -> Callable[[], None]:
        """Hear all news from now on; the returned callable ends it. Listeners must not block."""
        raise NotImplementedError

    async def lookup(self, query: str, limit: int = 20) -> list[Match]:
        """The search box: number, tail, code, name."""
        raise NotImplementedError

    async def open(self, member: str) -> Card:
        """A member's card. Raises Refused("unknown_member")."""
        raise NotImplementedError

    async def note(self, text: SafeLines, member: str | None, call: str | None, ref: str | None = None) -> str:
        """Save a note; the op id. Raises Refused (unknown_member, unknown_call, not_allowed, disk_full)."""
        raise NotImplementedError

    async def task(self, title: SafeText, member: str | None, call: str | None = None, due: str | None = None) -> str:
        """Make a task; the op id."""
        raise NotImplementedError

    async def done(self, task: str) -> str:
        """Close a task; the op id."""
        raise NotImplementedError

    async def update(self, member: str, fields: MemberFields, base: dict[str, int] | None = None) -> str:
        """Change fields of a member; the op id."""
        raise NotImplementedError

    async def claim(self, call: str, member: str | None = None) -> str:
        """ "I have it": withdraws the pop elsewhere; the op id. Raises Refused("unknown_call")."""
        raise NotImplementedError

    async def wrapup(self, call: str, code: SafeText, member: str | None = None) -> str:
        """End the work on a call with a disposition code; the op id."""
        raise NotImplementedError

    async def save_draft(self, member: str | None, call: str | None, text: str) -> float:
        """Keep a half-typed note ("" forgets it); when it was saved."""
        raise NotImplementedError

    async def drafts(self) -> list[Draft]:
        """This person's half-typed notes, newest first."""
        raise NotImplementedError

    def calls(self) -> list[Call]:
        """The calls that are live or were within the last minutes, oldest first."""
        raise NotImplementedError
