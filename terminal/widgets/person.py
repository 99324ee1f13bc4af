"""The one person that the panels show: all get the same `Person`, so they agree."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from ringdesk.calls import Call, Presentation
from ringdesk.members import Member
from ringdesk.notes import Note, Thread, threads
from ringdesk.reached import e164_of
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task
from ringdesk.timeline import Contact, ContactKind
from terminal.news import Match
from terminal.widgets.caller import called_by

PAST: Final = 20
"""Entries of a past that come with a card: where there are as many, there may be more."""
NOTES: Final = 50
"""Notes that come with a card."""
Entry = TypeVar("Entry", Contact, Note)


def more_contacts(person: "Person") -> bool:
    """Whether there may be contacts on this desk that are older than those that are here."""
    return len(person.timeline) >= PAST and "contact" not in person.whole


def contacts_here(person: "Person") -> SafeText:
    """How many contacts are here: `12`, `20+` where there may be more. The timeline and its tab say it alike."""
    return SafeText(f"{len(person.timeline)}{'+' if more_contacts(person) else ''}")


def beyond(fresh: tuple[Entry, ...], known: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The newest entries as they are now, and behind them what was loaded before that is older."""
    if not fresh:
        return fresh
    at, ident = fresh[-1].at, fresh[-1].id
    return fresh + tuple(each for each in known if (each.at, each.id) < (at, ident))


def of_members(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Without those of nobody, which are of whoever has the number: when that changes, the rest of the card says whose."""
    return tuple(note for note in notes if note.member is not None)


class Who(StrEnum):
    """What is known of the person."""

    NOBODY = "nobody"
    MEMBER = "member"
    SEVERAL = "several"
    """Several may be meant, or one is only a guess: somebody has to choose."""
    UNKNOWN = "unknown"
    WITHHELD = "withheld"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on the screen: a member, or whoever is on the line `call`. The empty one is nobody.

    `states` says of notes and tasks made here how they stand: pending, settled, refused.
    """

    member: Member | None = None
    call: Call | None = None
    matches: tuple[Match, ...] = ()
    timeline: tuple[Contact, ...] = ()
    tasks: tuple[Task, ...] = ()
    notes: tuple[Note, ...] = ()
    greeting: SafeText = SafeText("")
    states: dict[str, str] = {}
    whole: frozenset[str] = frozenset()
    """What has nothing older on this desk: contact, note."""

    @property
    def key(self) -> tuple[str | None, str | None]:
        """What a note written now belongs to: the member and the call."""
        return (self.member.id if self.member else None, self.call.id if self.call else None)

    @property
    def numbers(self) -> frozenset[str]:
        """Theirs (E.164): the member's, else the one that calls."""
        if self.member is not None:
            return frozenset(number.e164 for number in self.member.numbers if number.e164 is not None)
        number = e164_of(self.call) if self.call is not None else None
        return frozenset((number,)) if number is not None else frozenset()

    @property
    def who(self) -> Who:
        """What is known."""
        if self.member:
            return Who.MEMBER
        if self.call is None:
            return Who.NOBODY
        if self.matches:
            return Who.SEVERAL
        return Who.WITHHELD if self.call.caller.presentation is Presentation.PRIVATE else Who.UNKNOWN

    @property
    def noted(self) -> tuple[Thread, ...]:
        """What was noted about them, newest first: the notes made here with their revisions, and those that came from elsewhere
        as contacts of that kind, which are nobody's to revise."""
        brought = (each for each in self.timeline if each.kind is ContactKind.NOTE)
        return threads(
            (
                *self.notes,
                *(
                    Note(
                        id=each.id,
                        member=each.member,
                        call=each.call,
                        text=SafeLines(each.text),
                        author_name=each.who,
                        at=each.at,
                    )
                    for each in brought
                ),
            )
        )

    @property
    def name(self) -> SafeText:
        """For the titles: everybody who is shown has a name, if only a number."""
        if self.call:
            return called_by(self.call, self.member)
        if self.member:
            return self.member.name or self.member.code
        return SafeText()
