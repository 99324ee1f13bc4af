"""The tasks of the person on show: closed with one key, opened again with the same, put off or handed on from a menu."""

from datetime import timedelta
from functools import partial

from ringdesk.ops import TaskFields, TaskReopen, TaskUpdate
from ringdesk.presence import Presence
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskState
from terminal.screens.menus import Entry, Menus
from terminal.screens.work import Work
from terminal.widgets.speech import doing, say
from terminal.widgets.telephone import title


class Duties:
    """What is done with a task of the list."""

    def __init__(self, work: Work, menus: Menus) -> None:
        self._work = work
        self._menus = menus

    async def turn(self, task: Task) -> SafeText:
        """Close the task; open one again that is closed."""
        if task.state is TaskState.DONE:
            await self._work.desk.do(TaskReopen(task=task.id))
            return say("Open again: {title}", title=title(task))
        await self._work.desk.done(task.id)
        return say("Done: {title}; Space opens it again", title=title(task))

    def more(self, task: Task) -> None:
        """Offer what else can be done."""
        done = task.state is TaskState.DONE
        entries = [Entry(say("Open again") if done else say("Done"), partial(self.turn, task))]
        if not done:
            today = self._work.now.today
            for words, days in (
                (say("Put off: tomorrow"), 1),
                (say("Put off: in three days"), 3),
                (say("Put off: in a week"), 7),
            ):
                day = (today + timedelta(days=days)).isoformat()
                entries.append(Entry(words, partial(self._put_off, task, day), SafeText(day)))
            board = self._work.board
            entries += [
                Entry(say("Hand on to {name}", name=each.name), partial(self._hand_on, task, each), doing(each))
                for each in board.day.colleagues(board.me)
            ]
            if task.assignee is not None:
                entries.append(Entry(say("Hand on to the team"), partial(self._to_team, task)))
        name, what = self._work.board.person.name, title(task)
        self._menus.open("task", what if name in what else say("{name}: {text}", name=name, text=what), entries)

    async def _put_off(self, task: Task, day: str) -> SafeText:
        await self._work.desk.do(TaskUpdate(task=task.id, fields=TaskFields(due=SafeText(day))))
        return say("Put off to {day}: {title}", day=SafeText(day), title=title(task))

    async def _hand_on(self, task: Task, to: Presence) -> SafeText:
        await self._work.desk.do(TaskUpdate(task=task.id, fields=TaskFields(assignee=to.id, assignee_name=to.name)))
        return say("Handed on to {name}: {title}", name=to.name, title=title(task))

    async def _to_team(self, task: Task) -> SafeText:
        nobody = TaskFields(assignee=None, assignee_name=SafeText())
        await self._work.desk.do(TaskUpdate(task=task.id, fields=nobody))
        return say("Handed on to the team: {title}", title=title(task))
