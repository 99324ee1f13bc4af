"""What a caller is owed: one callback whoever promises it, and the tasks that go along when the caller turns out to be somebody
else. Without a screen."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from ringdesk.calls import Call
from ringdesk.members import Member
from ringdesk.ops import TaskAdd, TaskFields, TaskUpdate
from ringdesk.reached import spoken
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task
from terminal.screens.day import Day
from terminal.widgets.caller import called_by
from terminal.widgets.speech import say

if TYPE_CHECKING:
    from terminal.desk import Desk


async def promise_call(desk: "Desk", day: Day, args: TaskAdd, call: Call | None) -> tuple[str, Task | None]:
    """A callback to whom `args` names, who is on the card with `call`; its id. Where one of a missed call of theirs is open,
    that one gets the window and whose it is, and is returned as it was: nobody is called back twice. Raises what the desk
    raises."""
    owed = day.owed_to(args.number) if args.number is not None else None
    if owed is None or owed.member not in (None, args.member) or (call is not None and spoken(call)):
        return await desk.do(args), None
    fields = TaskFields(
        member=args.member,
        title=args.title,
        opens=args.opens,
        due=args.due,
        assignee=args.assignee,
        assignee_name=args.assignee_name,
    )
    await desk.do(TaskUpdate(task=owed.id, fields=fields))
    return owed.id, owed


async def follow(desk: "Desk", call: Call, former: Member | None, member: Member | None) -> list[Task]:
    """The caller of `call`, who was `former`, is `member` (None: nobody we know): what was promised to them goes along. The
    tasks as they were before. Raises what the desk raises."""
    whose = former.id if former else None
    tasks = [task for task in await desk.business.promised(call) if task.member == whose]
    for task in tasks:
        known = say("Call back {name}", name=called_by(call, former))
        title = say("Call back {name}", name=called_by(call, member)) if task.title == known else task.title
        await _give(desk, task, member.id if member else None, title)
    return tasks


async def give_back(desk: "Desk", tasks: Iterable[Task]) -> None:
    """They are whose they were. Raises what the desk raises."""
    for task in tasks:
        await _give(desk, task, task.member, task.title)


async def _give(desk: "Desk", task: Task, member: str | None, title: SafeText) -> None:
    await desk.do(TaskUpdate(task=task.id, fields=TaskFields(member=member, title=title or msgspec.UNSET)))
