"""What the news of rows does to the person on the card: a member who changed, a note, a task, an entry of a timeline.

Card, timeline, tasks and notes are of one person: what is somebody else's does not come, and goes when it becomes theirs.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.reached import e164_of, number_of, numbers
from ringdesk.tasks import Task, TaskKind
from ringdesk.timeline import Contact
from ringdesk.why import Why
from terminal.news import Match, MemberNews, NoteNews, TaskNews
from terminal.screens.onshow import OnShow, Part
from terminal.widgets.callrow import CallRow
from terminal.widgets.matches import SHARED
from terminal.widgets.person import PAST, Person, of_members

if TYPE_CHECKING:
    from terminal.desk import Card, Past
    from terminal.screens.keeper import Owner


class CardNews(OnShow):
    """Whose card is on show, kept up to date."""

    def _row(self, news: MemberNews | NoteNews | TaskNews) -> Part:
        person = self.person
        if isinstance(news, MemberNews):
            member = person.member.id if person.member else None
            part = Part.CALLS if self.named(news.member) else Part.NOTHING
            if member is None and part and self._is_caller(news.member):
                self._became(news.member)
                return part | Part.PERSON
            if news.member.id != member:
                return part
            self.person = msgspec.structs.replace(person, member=news.member)
            if self.person.numbers != person.numbers:
                self.person = msgspec.structs.replace(self.person, notes=of_members(person.notes))
                self.keep_notes(person.notes)
            return part | Part.PERSON
        row = news.note if isinstance(news, NoteNews) else news.task
        self.states[row.id] = news.state
        notes = tuple(each for each in person.notes if each.id != row.id)
        tasks = tuple(each for each in person.tasks if each.id != row.id)
        if self._is_of(person, row):
            notes = tuple(sorted((news.note, *notes), key=lambda n: -n.at)) if isinstance(news, NoteNews) else notes
            tasks = (news.task, *tasks) if isinstance(news, TaskNews) else tasks
        elif not self._moved(person, row):
            return Part.STATUS
        self.person = msgspec.structs.replace(person, notes=notes, tasks=tasks, states=dict(self.states))
        return Part.PERSON

    def found(self, tasks: Iterable[Task], past: "Past") -> None:
        """What is promised to the caller on the card, whom nobody knows, and their past, beside what is there already."""
        person = self.person
        owed = {task.id: task for task in (*person.tasks, *tasks) if task.member is None}
        noted = {note.id: note for note in (*person.notes, *past.notes) if note.member is None}
        newest = sorted(noted.values(), key=lambda note: -note.at)
        self.person = msgspec.structs.replace(
            person, timeline=past.timeline, tasks=tuple(owed.values()), notes=tuple(newest)
        )

    def _is_of(self, person: Person, row: Note | Task) -> bool:
        """Whether a note or a task is of whoever is on the card: the member, or of no member what is of their call, a note from
        a number of theirs, and, of a caller whom nobody knows, a callback to it."""
        if row.member is not None:
            return person.member is not None and row.member == person.member.id
        call = person.call
        if isinstance(row, Note):
            written = self.row(row.call)
            if written is not None and e164_of(written.call) in person.numbers:
                return True
        elif person.member is not None:
            return False
        if call is None:
            return False
        if isinstance(row, Task) and row.kind is TaskKind.CALLBACK and not number_of(row).isdisjoint(numbers(call)):
            return True
        return row.call is not None and self._id(row.call) == self._id(call.id)

    @staticmethod
    def _moved(person: Person, row: Note | Task) -> bool:
        """Whether it stands beside the card and is somebody else's from now on. The same under an older id of the member is no
        move."""
        known: tuple[Note | Task, ...] = (*person.notes, *person.tasks)
        return any(each.id == row.id and each.member != row.member for each in known)

    def led(self, gone: str, card: "Card") -> None:
        """The member of the id `gone` turned out to be another, of whom `card` is: wherever they stood, that one stands now.
        The call on the card stays, and what was typed is the screen's to move."""
        into = card.member
        self.calls = {
            key: msgspec.structs.replace(
                row, matches=_led(row.matches, gone, into), owners=_one(row.owners, gone, into)
            )
            for key, row in self.calls.items()
        }
        self.pops = {
            key: msgspec.structs.replace(
                pop, matches=_led(pop.matches, gone, into), timeline=card.timeline, tasks=card.tasks, notes=card.notes
            )
            if any(match.member.id in (gone, into.id) for match in pop.matches[:1])
            else msgspec.structs.replace(pop, matches=_led(pop.matches, gone, into))
            for key, pop in self.pops.items()
        }
        self.day.names[gone] = into.name or into.code
        self.kept = {call: _turned(person, gone, card) for call, person in self.kept.items()}
        self.aside = [_turned(person, gone, card) for person in self.aside]
        noted = self.person.notes
        self.person = _turned(self.person, gone, card)
        self.keep_notes(noted)
        if self.person.member is None and self._is_caller(into):
            self._became(into)

    def recognised(self, call: str, matches: tuple[Match, ...]) -> None:
        """Whose number a call comes from, which became known late: it fills an empty card, and where something is typed already
        they are the caller of whom it is."""
        row = self.row(call)
        if row is None:
            return
        self.calls[row.call.id] = row = msgspec.structs.replace(row, matches=matches)
        self._follow(row, late=True)
        self._named_under_a_note(row)

    def _named_under_a_note(self, row: CallRow) -> None:
        """Where something is typed already, the caller on the card whom nobody knew is who the row of their call names."""
        if self.typed and self.person.member is None and row.sure is not None and self._is_caller(row.sure):
            self._became(row.sure)

    def of_call(self, call: str) -> Person | None:
        """Who is on the card of a call: on show, or kept under another card."""
        row = self.row(call)
        if row is None:
            return None
        return self.person if self._on_show(row) else self.kept.get(row.call.id)

    def turned(self, call: str, matches: tuple[Match, ...], card: "Card | None") -> "tuple[Owner, Owner] | None":
        """The caller of `call` is the one of `card` from now on (None: nobody we know), in its row and on its card, on show or
        kept; a card on show of somebody else stays. Whose its note was and is, where it has a card."""
        row, before = self.row(call), self.of_call(call)
        if row is None:
            return None
        self.calls[row.call.id] = msgspec.structs.replace(row, matches=matches)
        if before is None:
            return None
        shown = self.person
        self.person = before
        if before.key[0] != (card.member.id if card is not None else None):
            self.person = Person(call=before.call, matches=matches, states=dict(self.states))
            if card is not None:
                self.filled(card)
            self.keep_along(before)
        after = self.person
        if shown is not before:
            self.person, self.kept[row.call.id] = shown, after
        return before.key, after.key

    def _on_show(self, row: CallRow) -> bool:
        return self.person.call is not None and self._id(self.person.call.id) == row.call.id

    def _is_caller(self, member: Member) -> bool:
        """Whether the caller on the card, whom nobody knew, is this member beyond doubt."""
        row = self.row(self.person.call.id) if self.person.call is not None else None
        return row is not None and row.sure is not None and row.sure.id == member.id

    def _contact(self, row: Contact) -> Part:
        """A new entry of a timeline, or one that changed. A call that is in that of a member is no longer a number's."""
        person = self.person
        if person.member is None or row.member != person.member.id:
            stays = tuple(each for each in person.timeline if not _moved_by(row, each))
            if len(stays) == len(person.timeline):
                return Part.NOTHING
            self.person = msgspec.structs.replace(person, timeline=stays)
            return Part.PERSON
        rest = [each for each in person.timeline if each.id != row.id]
        if len(rest) == len(person.timeline) >= PAST and "contact" not in person.whole and row.at < rest[-1].at:
            return Part.NOTHING  # it comes with what lies between
        self.person = msgspec.structs.replace(person, timeline=tuple(sorted([row, *rest], key=lambda each: -each.at)))
        return Part.PERSON


def _moved_by(row: Contact, entry: Contact) -> bool:
    """Whether what an entry of the timeline on show tells is somebody else's by this row: itself, or the call of a number that
    was nobody's."""
    return entry.member != row.member and (entry.id == row.id or (not entry.member and entry.call == row.call))


def _turned(person: Person, gone: str, card: "Card") -> Person:
    """The same person, as the member that they turned out to be."""
    into, matches = card.member, _led(person.matches, gone, card.member)
    if person.member is None or person.member.id != gone:
        return msgspec.structs.replace(person, matches=matches)
    return msgspec.structs.replace(
        person,
        member=into,
        matches=matches,
        timeline=card.timeline,
        tasks=card.tasks,
        notes=card.notes,
        greeting=card.greeting,
        whole=frozenset(),
    )


def _one(members: tuple[Member, ...], gone: str, into: Member) -> tuple[Member, ...]:
    """The members, with the one for the other, and nobody twice."""
    there = (into if each.id in (gone, into.id) else each for each in members)
    return tuple({each.id: each for each in there}.values())


def _led(matches: tuple[Match, ...], gone: str, into: Member) -> tuple[Match, ...]:
    """The same of those who may be meant. A number that two shared who are one is theirs alone."""
    if all(match.member.id != gone for match in matches):
        return matches
    found: dict[str, Match] = {}
    for match in matches:
        member = into if match.member.id == gone else match.member
        before = found.get(member.id, match)
        found[member.id] = Match(member, before.why, before.guess and match.guess)
    alone = len(found) == 1 and len(matches) > 1
    return tuple(
        msgspec.structs.replace(match, why=Why("number_exact")) if alone and match.why.code == SHARED else match
        for match in found.values()
    )
