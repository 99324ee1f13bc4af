"""The keys of the call story, as actions of the screen: each finds what is meant by where the focus is, and runs an errand."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskState
from terminal.messages import Chosen
from terminal.news import MemberNews, ScreenPop
from terminal.screens.callbackkeys import CallbackKeys
from terminal.screens.day import lost_before
from terminal.screens.errands import Errand
from terminal.screens.keysoncalls import OVER, Verdict
from terminal.screens.menus import Entry
from terminal.screens.numberkeys import NumberKeys
from terminal.screens.onshow import Part
from terminal.widgets.callbacks import Missed
from terminal.widgets.caller import called_by
from terminal.widgets.callrow import CallRow
from terminal.widgets.calls import Lines
from terminal.widgets.person import Person
from terminal.widgets.speech import VOICE_STAYS, doing, say
from terminal.widgets.tasks import Tasks
from terminal.widgets.telephone import dialled, title

if TYPE_CHECKING:
    from terminal.news import News


class CallKeys(NumberKeys, CallbackKeys):
    """A screen with calls; `KeysOnCalls` says what it is made of."""

    # what happens beside the keys

    def attend(self) -> None:
        """Say what the person does if it changed; learn the names that the panels miss."""
        if self.attendance.due:
            self.errands.run("presence", self.attendance.say)
        if self.work.keeper.desk is not None and self.board.day.strangers():
            self.errands.run("names", self.callwork.learn)

    async def begin_day(self) -> SafeText:
        """The team, the callbacks and the missed calls that were there before."""
        business = self.work.desk.business
        self.board.remember(await lost_before(self.work.desk, self.work.wall()))
        team = await business.team()
        self.board.day.begin(team, await business.agenda())
        for each in team:
            self.board.came(each)
        return await self.attendance.say()

    def freshen(self, before: Person, news: "News | None" = None) -> None:
        """A card that opened by itself, unless just now by the pop of its own call: what that brought may be old by now. Of a
        caller whom nobody knows that brings nothing. One whose numbers changed: what was noted of a number is of whoever has
        it. And a member who turned out to be another."""
        person = self.board.person
        new = isinstance(news, ScreenPop) and person.call is not None and news.call.id == person.call.id
        stranger = person.member is None and person.call is not None
        other = person.key != before.key and (stranger or (person.member is not None and not new))
        renumbered = person.key == before.key and person.numbers != before.numbers
        if other or renumbered:
            self.errands.run(f"card {person.key}", self.work.freshen)
        for member in (news.member if isinstance(news, MemberNews) else None, person.member):
            if member is not None and member.merged_into is not None:
                self.errands.run(f"merged {member.id}", partial(self.work.merged, member))

    def turn_to(self, row: CallRow) -> None:
        """Turn to a call, the focus in its note."""

        async def turn() -> SafeText:
            await self.work.keeper.keep()
            said = await self.callwork.turn(row)
            self.painter.past()
            self.writing.settle()
            self.painter.paint()
            self.panes.close_over()
            self.set_focus(self.query_one("#note"))  # at once: what is typed behind the key is text
            await self.work.refill()
            return said

        self.do("answer", turn, row)

    # one call or another

    def point(self) -> None:
        """F2 means the call that is selected in the lines, while they have the focus; a list that was left begins at its top."""
        line = self._line()
        pointed = line.call.id if line is not None else None
        if self.panes.here not in OVER:
            for left in (
                each for each in (self.query_one(Lines), self.query_one(Missed)) if each.id != self.panes.here
            ):
                left.rest()
        if pointed != self.board.pointed:
            self.board.pointed = pointed
            self.painter.soon(Part.CALLS)

    def action_answer(self) -> None:
        """F2."""
        row = self.board.banner
        if row is None or not row.offered:
            self.painter.tell(say("There is no call to take."))
            return
        self.turn_to(row)

    def action_hold(self) -> None:
        """F5."""
        row, current = self._line(), self.board.current
        other = row is not None and (current is None or row.call.id != current.call.id)
        if row is not None and other and row.mine and row.call.live:
            self.turn_to(row)
        elif current is None and self.board.serving is None and self.board.mine:
            self.turn_to(self.board.mine[0])
        else:
            self.do("hold", self.callwork.hold)

    def take_line(self, index: int) -> None:
        """Enter on a line: turn to it, or look at the caller of somebody else's."""
        calls = self.query_one(Lines).value.calls
        row = self.board.row(calls[index].call.id) if index < len(calls) else None
        if row is None:
            return
        if row.free or row.unclaimed or (row.mine and row.call.live):
            self.turn_to(row)
        elif row.sure is not None:
            self._look(row.sure.id)

    def take_owed(self, index: int) -> None:
        """Enter on a missed call or a callback: the card."""
        entry = self.query_one(Missed).value.entry(index)
        if entry is None:
            return
        member = entry.member if isinstance(entry, Task) else entry.sure.id if entry.sure else None
        if member is not None:
            self._look(member)
            return
        if isinstance(entry, CallRow):
            row = entry
        elif (known := self.board.row(entry.call)) is not None:
            row = known
        else:
            number = dialled(entry.number)
            gone = say(
                "The call of {number} is not on this desk any more; {key} looks for the number.",
                number=number,
                key=self.board.key("search"),
            )
            self.painter.tell(gone)
            return
        self.writing.hold()
        self.board.look(row.call)
        self.writing.settle()
        self.painter.paint()
        self.errands.run(f"card {self.board.person.key}", self.work.freshen)

    def _look(self, member: str) -> None:
        self.do("open", lambda: self.work.look(member))

    def take(self, message: Chosen) -> None:
        """A row of the panels about calls was taken."""
        if message.pane == "lines":
            self.take_line(message.index)
        elif message.pane == "missed":
            self.take_owed(message.index)

    def action_same(self) -> None:
        """s: two calls that may be one are."""
        self._same(self.callwork.same)

    def action_another(self) -> None:
        """d: they are two."""
        self._same(self.callwork.another)

    def _same(self, said: Verdict) -> None:
        if self.panes.here in OVER:
            return
        pointed = self._line()
        row = pointed if pointed is not None and pointed.call.perhaps is not None else self.board.doubtful
        if row is None:
            self.painter.tell(say("There are no two calls that may be one."))
            return
        self.do("verdict", lambda: said(row), row)

    # handing on

    def action_hand(self) -> None:
        """Ctrl+O."""
        row = self.board.current or self.board.serving
        if row is not None and row.call.live:
            call, asked = row, say("Hand on {name}", name=called_by(row.call, row.sure))
            self._offer(asked, lambda person, name: lambda: self.callwork.hand(call, person, name), say(VOICE_STAYS))
            return
        task = self._chosen_task()
        if task is None:
            self.painter.tell(say("There is nothing to hand on: take a call, or choose a task."))
            return
        self._offer(
            say("Hand on {name}", name=title(task)),
            lambda person, name: lambda: self.callwork.hand_task(task, person, name),
        )

    def _chosen_task(self) -> Task | None:
        owed = self._owed()
        if isinstance(owed, Task):
            return owed
        chosen = self.query_one(Tasks).chosen if self.panes.here == "tasks" else None
        return chosen if chosen is not None and chosen.state is TaskState.OPEN else None

    def _offer(self, title: SafeText, act: Callable[[str, SafeText], Errand], over: SafeText | None = None) -> None:
        """The colleagues, ready ones first; `over` is what must be known before one is chosen."""
        self.writing.hold()
        entries = [
            Entry(each.name, self._held(act(each.id, each.name)), doing(each))
            for each in self.board.day.colleagues(self.board.me)
        ]
        self.menus.open("hand", title, entries, say("Nobody else has been seen here yet."), over)

    def _held(self, errand: Errand) -> Errand:
        async def act() -> SafeText | None:
            self.writing.hold()
            said = await errand()
            self.writing.settle()
            await self.work.refill()
            return said

        return act

    # the palette

    def action_undo(self, index: int) -> None:
        """Take something back."""
        back = self.work.undo.take(index)
        if back is not None:
            self.do("undo", back)

    def action_presence(self, state: str) -> None:
        """A break, away, ready again."""
        self.do("presence", lambda: self.attendance.set(PresenceState(state)))

    def action_wish(self) -> None:
        """Help is wanted, or no longer."""
        self.do("presence", self.attendance.wish)

    def action_go(self, pane: str) -> None:
        """To a pane by its name."""
        self.panes.go(pane)
