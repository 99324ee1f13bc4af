"""What the news of rows does to the person on the card: a member who changed, a note, a task, an entry of a timeline.

Card, timeline, tasks and notes are of one person: what is somebody else's does not come, and goes when it becomes theirs.
"""

import msgspec

from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.tasks import Task
from ringdesk.timeline import Contact
from terminal.news import MemberNews, NoteNews, TaskNews
from terminal.screens.onshow import OnShow, Part
from terminal.widgets.person import PAST, Person


class CardNews(OnShow):
    """Whose card is on show, kept up to date."""

    def _row(self, news: MemberNews | NoteNews | TaskNews) -> Part:
        person = self.person
        if isinstance(news, MemberNews):
            member = person.member.id if person.member else None
            part = Part.CALLS if self.named(news.member) else Part.NOTHING
            if member is None and part and self._is_caller(news.member):
                self.person = msgspec.structs.replace(person, member=news.member, matches=())
                return part | Part.PERSON
            if news.member.id != member:
                return part
            self.person = msgspec.structs.replace(person, member=news.member)
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

    def _is_of(self, person: Person, row: Note | Task) -> bool:
        """Whether a note or a task is of whoever is on the card: the member; of a caller whom nobody knows, what is of their
        call and of no member."""
        if person.member is not None or row.member is not None:
            return person.member is not None and row.member == person.member.id
        return row.call is not None and person.call is not None and self._id(row.call) == self._id(person.call.id)

    @staticmethod
    def _moved(person: Person, row: Note | Task) -> bool:
        """Whether it stands beside the card and is somebody else's from now on. The same under an older id of the member is no
        move."""
        known: tuple[Note | Task, ...] = (*person.notes, *person.tasks)
        return any(each.id == row.id and each.member != row.member for each in known)

    def _is_caller(self, member: Member) -> bool:
        """Whether the caller on the card, whom nobody knew, is this member beyond doubt."""
        row = self.row(self.person.call.id) if self.person.call is not None else None
        return row is not None and row.sure is not None and row.sure.id == member.id

    def _contact(self, row: Contact) -> Part:
        """A new entry of a timeline, or one that changed."""
        person = self.person
        rest = [each for each in person.timeline if each.id != row.id]
        if person.member is None or row.member != person.member.id:
            if all(each.id != row.id or each.member == row.member for each in person.timeline):
                return Part.NOTHING
            self.person = msgspec.structs.replace(person, timeline=tuple(rest))
            return Part.PERSON
        if len(rest) == len(person.timeline) >= PAST and "contact" not in person.whole and row.at < rest[-1].at:
            return Part.NOTHING  # it comes with what lies between
        self.person = msgspec.structs.replace(person, timeline=tuple(sorted([row, *rest], key=lambda each: -each.at)))
        return Part.PERSON
