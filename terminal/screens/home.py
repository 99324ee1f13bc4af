"""Home: what an idle desk shows. It is asked for in the background and changes nothing but what stands on an idle desk."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from textual.screen import Screen

from ringdesk.safetext import SafeText
from ringdesk.tasks import TaskKind
from terminal.messages import Trouble
from terminal.screens.onshow import Part
from terminal.screens.work import Work
from terminal.widgets.caller import callers
from terminal.widgets.callrow import CallRow
from terminal.widgets.morning import Item, Kind, Morning, when
from terminal.widgets.person import Who
from terminal.widgets.speech import counted, say
from terminal.widgets.telephone import title
from terminal.widgets.when import Now, is_due

if TYPE_CHECKING:
    from ringdesk.articles import Article
    from ringdesk.members import Member
    from ringdesk.tasks import Task
    from terminal.desk import Desk, Draft

AGAIN: Final = 60.0
"""Seconds after which it is asked anew although nothing was heard."""


class Home:
    """What the idle desk of `screen` shows. `drawn` is told what has to be drawn."""

    def __init__(self, screen: Screen[None], work: Work, drawn: Callable[[Part], None]) -> None:
        self._screen = screen
        self._work = work
        self._drawn = drawn
        self._asked = float("-inf")
        self._whole = False
        """Whether all late tasks and missed calls are listed: somebody asked for them."""

    def stale(self) -> None:
        """Something happened that may be on it."""
        self._asked = float("-inf")

    def tick(self) -> None:
        """A second passed: ask again where it is time and somebody looks at it."""
        board, now = self._work.board, self._work.wall()
        if self._work.keeper.desk is None or board.person.who is not Who.NOBODY or now - self._asked < AGAIN:
            return
        self._asked = now
        self._screen.run_worker(self._ask(), group="home", exclusive=True, exit_on_error=False)

    async def _ask(self) -> None:
        try:
            board = self._work.board
            found = await items(self._work.desk, self._work.now, board.lost, board.row)
            morning = self._listed(tuple(found))
        except Exception as error:  # noqa: BLE001  an idle desk without its list is still a desk
            self._screen.post_message(Trouble(error))
            return
        if morning != self._work.board.morning:
            self._work.board.morning = morning
            self._drawn(Part.PERSON)

    def _listed(self, found: tuple[Item, ...]) -> Morning:
        return Morning(found, known=True, rows=found if self._whole else shortened(found, self._work.now))

    async def take(self, item: Item) -> SafeText:
        """What Enter does on a row: the card of whom it is about, the draft, the notice."""
        if item.kind in (Kind.MORE, Kind.MORE_LOST):
            self._whole = True
            self._work.board.morning = self._listed(self._work.board.morning.items)
            return SafeText()
        if item.kind is Kind.DRAFT:
            return await self._work.resume(item.owner)
        if item.kind is Kind.NOTICE:
            return SafeText(f"{item.text}  {' '.join(item.body.each())}".strip())
        member = item.member.id if item.member is not None else await self._member_of(item)
        if member is None:
            return say("No member is known for this: {text}", text=item.text)
        self._work.board.opened(await self._work.desk.open(member))
        return SafeText()

    async def _member_of(self, item: Item) -> str | None:
        """The one member whose number a callback is to dial."""
        if item.number is None:
            return None
        found = [match for match in await self._work.desk.lookup(item.number) if not match.guess]
        return found[0].member.id if len(found) == 1 else None


async def items(
    desk: "Desk", now: Now, missed: Iterable[CallRow], row: Callable[[str | None], CallRow | None]
) -> list[Item]:
    """Everything that is there, in the order in which it stands; `missed` are the calls that nobody had, one for each caller,
    `row` finds a call by its id. Raises what the desk raises."""
    business = desk.business
    tasks = await business.agenda(mine=True)
    drafts = await desk.drafts()
    about = {task.member for task in tasks if task.member} | {draft.member for draft in drafts if draft.member}
    people = await business.members(about)
    rows = [_task(task, people) for task in tasks]
    callbacks = {call for task in tasks if task.kind is TaskKind.CALLBACK for call in (task.call, *task.calls)}
    due = [row for row, task in zip(rows, tasks, strict=True) if is_due(task, now)]
    due.sort(key=lambda row: (_place(row, now), when(row, now).order))
    ahead = [row for row in due if _place(row, now) == AHEAD]
    due = [row for row in due if _place(row, now) != AHEAD]
    due += [_lost(row) for row in missed if row.call.id not in callbacks]
    for notice in await business.notices(now.today.isoformat()):
        due.append(_notice(notice))
    due += [_draft(draft, people, row(draft.call)) for draft in drafts]
    return due + ahead + [_birthday(member) for member in await business.anniversaries(now.today)]


LATE, TODAY, AHEAD = range(3)
"""The places of what is late, of what is due today, and of the tasks of other days, far behind."""
FEW: Final = 3
"""Late tasks, and missed calls, that are listed before somebody asks for all."""


def _place(row: Item, now: Now) -> int:
    """What is late first, callbacks and tasks alike, then what is due today, then all others."""
    moment = when(row, now)
    return LATE if moment.late else TODAY if moment.today else AHEAD


def shortened(found: tuple[Item, ...], now: Now) -> tuple[Item, ...]:
    """The same with only the first few of the tasks that are late, and of the missed calls: hundreds would push everything
    else out of sight."""
    late = [item for item in found if item.kind is Kind.TASK and _place(item, now) == LATE][FEW:]
    lost = [item for item in found if item.kind in (Kind.LOST, Kind.MAYBE_LOST)][FEW:]
    tasks = counted("{count} more late task", "{count} more late tasks", len(late))
    calls = counted("{count} more missed call", "{count} more missed calls", len(lost))
    found = _folded(found, late, Item(kind=Kind.MORE, text=tasks))
    return _folded(found, lost, Item(kind=Kind.MORE_LOST, text=calls))


def _folded(found: tuple[Item, ...], rest: list[Item], more: Item) -> tuple[Item, ...]:
    """`more` in the place of the `rest`; of one that is left the row itself says no less."""
    if len(rest) < 2:
        return found
    hidden = {id(item) for item in rest[1:]}
    return tuple(more if item is rest[0] else item for item in found if id(item) not in hidden)


def _task(task: "Task", people: "dict[str, Member]") -> Item:
    return Item(
        kind=Kind.CALLBACK if task.kind is TaskKind.CALLBACK else Kind.TASK,
        id=task.id,
        text=title(task, _called(people.get(task.member or ""))),
        opens=task.opens,
        due=task.due,
        who=task.assignee_name or say("anybody"),
        number=task.number,
        member=people.get(task.member or ""),
    )


def _called(member: "Member | None") -> str:
    return "" if member is None else member.name or member.code


def _notice(notice: "Article") -> Item:
    return Item(
        kind=Kind.NOTICE,
        id=notice.id,
        text=notice.title,
        body=notice.text,
        at=notice.at,
        who=notice.author_name,
    )


def _lost(row: CallRow) -> Item:
    call, name = row.call, callers(row)
    return Item(
        kind=Kind.MAYBE_LOST if row.undecided else Kind.LOST,
        id=(call.id, *row.also)[-1],
        text=say("{name}, called {count}x", name=name, count=1 + len(row.also)) if row.also else name,
        at=call.started,
        number=SafeText(call.caller.e164) if call.caller.e164 else call.caller.raw,
        member=row.sure,
        call=call,
    )


def _birthday(member: "Member") -> Item:
    return Item(kind=Kind.BIRTHDAY, id=member.id, text=member.name or member.code, member=member, who=member.tier)


def _draft(draft: "Draft", people: "dict[str, Member]", row: CallRow | None) -> Item:
    first = draft.text.strip().split("\n", 1)[0]
    return Item(
        kind=Kind.DRAFT,
        text=SafeText(first),
        at=draft.saved_at,
        who=callers(row) if row is not None else SafeText(),
        member=people.get(draft.member or ""),
        owner=(draft.member, draft.call),
    )
