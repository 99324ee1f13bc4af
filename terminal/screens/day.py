"""What a desk knows of the day of the business: what its people do, and whom it owes a call. Without a screen."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import msgspec

from ringdesk.callbacks import one_each
from ringdesk.calls import Call
from ringdesk.dispositions import MISSED
from ringdesk.members import Member
from ringdesk.presence import Presence, PresenceState, by_readiness
from ringdesk.reached import digits_of, is_of_missed, number_of, numbers
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind, TaskState
from terminal.news import CallNews, MemberNews, News, NoteNews, RowNews, ScreenPop, TaskNews
from terminal.screens.clockset import Step

if TYPE_CHECKING:
    from terminal.desk import Desk
    from terminal.desk.values import LostCall

A_DAY: Final = 86400.0
STRANGERS: Final = 30
"""Members whose names are looked up at a time."""


class Day:
    """The team and the callbacks, as the news tells them; `names` are those of members that others are with."""

    def __init__(self) -> None:
        self.team: dict[str, Presence] = {}
        self.seen: dict[str, SafeText] = {}
        self.callbacks: dict[str, Task] = {}
        self.names: dict[str, SafeText] = {}

    def begin(self, team: Iterable[Presence], agenda: Iterable[Task]) -> None:
        """What was there before the screen was."""
        for presence in team:
            self.team.setdefault(presence.id, presence)
        for task in agenda:
            if task.kind is TaskKind.CALLBACK:
                self.callbacks.setdefault(task.id, task)

    def shifted(self, step: Step) -> None:
        """The clock was set: since when somebody does what they do is told by the old one."""
        self.team = {who: msgspec.structs.replace(row, since=step.of(row.since)) for who, row in self.team.items()}

    def hear(self, news: News) -> None:
        """Learn from the news."""
        match news:
            case RowNews(row=Presence() as presence):
                self.team[presence.id] = presence
            case TaskNews(task=task):
                self._see(task.author, task.author_name)
                if task.kind is TaskKind.CALLBACK:
                    self.callbacks[task.id] = task
            case NoteNews(note=note):
                self._see(note.author, note.author_name)
            case MemberNews(member=member):
                self._name(member)
            case ScreenPop() | CallNews():
                for match in news.matches or ():
                    self._name(match.member)
                self._see(news.call.claimed_by, news.call.claimed_name)

    def _see(self, person: str | None, name: SafeText | None) -> None:
        if person and name:
            self.seen[person] = name

    def _name(self, member: Member) -> None:
        self.names[member.id] = member.name or member.code

    def strangers(self) -> list[str]:
        """Members in the panels whose names nobody here knows yet."""
        wanted = [presence.member for presence in self.team.values()] + [task.member for task in self.owed]
        return [member for member in dict.fromkeys(wanted) if member and member not in self.names][:STRANGERS]

    @property
    def owed(self) -> list[Task]:
        """The open callbacks, one for each caller, the next due first."""
        instead = one_each(self.callbacks.values())
        rows = [task for task in self.callbacks.values() if task.state is TaskState.OPEN and task.id not in instead]
        return sorted(rows, key=lambda task: (task.due or "9", task.id))

    def owed_to(self, number: SafeText) -> Task | None:
        """The open callback of a missed call to a number: who is promised another time is not called back twice."""
        dialled = digits_of(number)
        found = (task for task in self.owed if is_of_missed(task) and not dialled.isdisjoint(number_of(task)))
        return next(found, None)

    @property
    def called(self) -> list[Task]:
        """The callbacks that were done while this desk looked, the newest first."""
        rows = [task for task in self.callbacks.values() if task.state is TaskState.DONE]
        return sorted(rows, key=lambda task: -(task.done_at or 0.0))

    def taken_care(self, calls: Iterable[Call]) -> dict[str, list[Call]]:
        """Which of these missed calls each callback takes care of: that of which it was made, those that joined it, and the
        others of its number."""
        own: dict[str, Task] = {}
        dialled: dict[str, list[Task]] = {}
        instead = one_each(self.callbacks.values())
        for task in self.callbacks.values():
            stays = self.callbacks[instead.get(task.id, task.id)]
            own |= dict.fromkeys(filter(None, (task.call, *task.calls)), stays)
            for digits in number_of(task):
                dialled.setdefault(digits, []).append(task)
        found: dict[str, list[Call]] = {}
        for call in calls:
            same = (task for digits in numbers(call) for task in dialled.get(digits, ()) if _settles(task, call))
            cares = own.get(call.id) or next(same, None)
            if cares is not None:
                found.setdefault(cares.id, []).append(call)
        return found

    def crew(self) -> list[Presence]:
        """The team: those who work before those who are away, by name. Whoever was only heard of, on a desk that says
        nothing of them, counts as away."""
        others = (Presence(id=person, name=name) for person, name in self.seen.items() if person not in self.team)
        rows = (*self.team.values(), *others)
        return sorted(rows, key=lambda row: (row.state is PresenceState.AWAY, row.name, row.id))

    def colleagues(self, me: str) -> list[Presence]:
        """The same without the person `me`, to hand something on to: ready ones first."""
        return by_readiness(row for row in self.crew() if row.id != me)

    def with_member(self, member: str, me: str) -> list[Presence]:
        """The colleagues who serve this member now."""
        at_work = (PresenceState.BUSY, PresenceState.WRAP_UP)
        return [row for row in self.crew() if row.member == member and row.id != me and row.state in at_work]


def _settles(task: Task, call: Call) -> bool:
    """Whether a callback to the number of a missed call takes care of it: one that was closed of all before it; an open one
    of those before it and, as on the server, of those that are missed for sure after it."""
    if task.state is TaskState.DONE:
        return call.started <= (task.done_at or task.at)
    missed = MISSED in (call.disposition, call.outcome)
    return call.started <= task.at or (missed and is_of_missed(task))


async def lost_before(desk: "Desk", now: float) -> "list[LostCall]":
    """The calls that nobody had since this person was here last, or within a day."""
    return await desk.business.lost_calls(min(desk.away_since or now, now - A_DAY))
