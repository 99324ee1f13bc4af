"""The keys of the call story, as actions of the screen: each finds what is meant by where the focus is, and runs an errand."""

from collections.abc import Awaitable, Callable

from textual.screen import Screen

from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeText
from ringdesk.tasks import AttemptResult, Task
from terminal.messages import Chosen
from terminal.screens.attendance import Attendance
from terminal.screens.board import Board
from terminal.screens.callwork import CallWork
from terminal.screens.errands import Errand, Errands
from terminal.screens.finder import NAMING, Finder
from terminal.screens.menus import Entry, Menus
from terminal.screens.numberwork import HIDDEN, NumberWork
from terminal.screens.painter import Painter
from terminal.screens.panes import Panes
from terminal.screens.windows import Window, windows
from terminal.screens.work import Work
from terminal.screens.writing import Writing
from terminal.widgets.callbacks import Missed
from terminal.widgets.calls import Lines
from terminal.widgets.person import CallRow, Who, called_by
from terminal.widgets.speech import PRESENCES, RESULTS, say
from terminal.widgets.tasks import Tasks, by_urgency

Verdict = Callable[[CallRow], Awaitable[SafeText]]
"""What a key does with a call."""
OVER = ("menu", "help", "query")
"""Where a letter means something else."""


class CallKeys(Screen[None]):
    """A screen with calls. The one that inherits makes the parts."""

    board: Board
    work: Work
    writing: Writing
    painter: Painter
    panes: Panes
    errands: Errands
    menus: Menus
    finder: Finder
    callwork: CallWork
    numberwork: NumberWork
    attendance: Attendance

    # what happens beside the keys

    def attend(self) -> None:
        """Say what the person does if it changed; learn the names that the panels miss."""
        if self.attendance.due:
            self.errands.run("presence", self.attendance.say)
        if self.work.keeper.desk is not None and self.board.day.strangers():
            self.errands.run("names", self.callwork.learn)

    async def begin_day(self) -> SafeText:
        """The team and the callbacks that were there before."""
        business = self.work.desk.business
        self.board.day.begin(await business.team(), await business.agenda())
        return await self.attendance.say()

    def do(self, name: str, errand: Errand) -> None:
        """Run an errand on what is written and shown this very moment."""
        self.writing.hold()
        self.errands.run(name, errand)

    def turn_to(self, row: CallRow) -> None:
        """Turn to a call, the focus in its note."""

        async def turn() -> SafeText:
            await self.work.keeper.keep()
            said = await self.callwork.turn(row)
            self.writing.settle()
            self.painter.paint()
            self.panes.close_over()
            self.query_one("#card" if self.board.person.who is Who.SEVERAL else "#note").focus()
            await self.work.refill()
            return said

        self.do("answer", turn)

    # which is meant

    def _line(self) -> CallRow | None:
        """The selected row of the lines, while they have the focus."""
        lines = self.query_one(Lines)
        return lines.value.calls[lines.selected] if self.panes.here == "lines" and lines.value.calls else None

    def _owed(self) -> Task | CallRow | None:
        """The selected row of the missed calls and callbacks, while they have the focus."""
        return self.query_one(Missed).chosen if self.panes.here == "missed" else None

    def _pointed(self) -> CallRow | None:
        """The call that a key means: the selected one, else the one on the card, else the one in the banner."""
        owed = self._owed()
        if isinstance(owed, CallRow):
            return owed
        call = self.board.person.call
        return self._line() or self.board.row(call.id if call else None) or self.board.banner

    # one call or another

    def action_answer(self) -> None:
        """F2."""
        row = self.board.banner
        if row is None or not (row.calling or row.handed):
            self.painter.tell(say("No call is ringing."))
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
        if row.free or (row.mine and row.call.live):
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
        row = entry if isinstance(entry, CallRow) else self.board.row(entry.call)
        if row is None:
            self.painter.tell(say("Nobody here has the number {number}.", number=_number(entry)))
            return
        self.writing.hold()
        self.board.look(row.call)
        self.writing.settle()
        self.painter.paint()

    def _look(self, member: str) -> None:
        self.do("open", lambda: self.work.look(member))

    def take(self, message: Chosen) -> None:
        """A row of the panels about calls was taken."""
        if message.pane == "lines":
            self.take_line(message.index)
        elif message.pane == "missed":
            self.take_owed(message.index)

    # handing on

    def action_hand(self) -> None:
        """Ctrl+O."""
        row = self.board.current or self.board.serving
        if row is not None and row.call.live:
            call, title = row, say("Hand on {name}", name=called_by(row.call, row.sure))
            self._offer(title, lambda person, name: lambda: self.callwork.hand(call, person, name))
            return
        task = self._chosen_task()
        if task is None:
            self.painter.tell(say("There is nothing to hand on: take a call, or choose a task."))
            return
        self._offer(
            say("Hand on {name}", name=task.title),
            lambda person, name: lambda: self.callwork.hand_task(task, person, name),
        )

    def _chosen_task(self) -> Task | None:
        owed = self._owed()
        if isinstance(owed, Task):
            return owed
        tasks = self.query_one(Tasks)
        dated = by_urgency(tasks.value.person.tasks, tasks.value.now)
        return dated[tasks.selected][1] if self.panes.here == "tasks" and dated else None

    def _offer(self, title: SafeText, act: Callable[[str, SafeText], Errand]) -> None:
        """The colleagues, ready ones first."""
        self.writing.hold()
        entries = [
            Entry(name, self._held(act(person, name)), say(PRESENCES[presence.state]) if presence else SafeText())
            for person, name, presence in self.board.day.colleagues(self.board.me)
        ]
        self.menus.open("hand", title, entries, say("Nobody else has been seen here yet."))

    def _held(self, errand: Errand) -> Errand:
        async def act() -> SafeText | None:
            self.writing.hold()
            said = await errand()
            self.writing.settle()
            await self.work.refill()
            return said

        return act

    # callbacks

    def action_later(self) -> None:
        """F8."""
        person = self.board.person
        if person.who is Who.NOBODY:
            self.painter.tell(say("Nobody is on the desk: open a card first."))
            return

        def promise(window: Window) -> Errand:
            return lambda: self.callwork.later(window)

        entries = [Entry(each.label, promise(each)) for each in windows(self.work.now)]
        self.menus.open("later", say("Call back {name}: when?", name=person.name), entries)

    def action_attempt(self) -> None:
        """a: what came of a callback."""
        if self.panes.here in OVER:
            return
        owed = self._owed()
        member, call = self.board.person.key
        mine = [
            task for task in self.board.day.owed if (member and task.member == member) or (call and task.call == call)
        ]
        task = owed if isinstance(owed, Task) else mine[0] if mine else None
        if task is None:
            self.painter.tell(say("There is no callback to this person: choose one in the list."))
            return

        def tried(result: AttemptResult) -> Errand:
            return lambda: self.callwork.attempt(task, result)

        entries = [Entry(say(RESULTS[result]), tried(result)) for result in AttemptResult]
        self.menus.open("attempt", task.title, entries)

    def action_missed(self) -> None:
        """m."""
        self._verdict(self.callwork.missed)

    def action_elsewhere(self) -> None:
        """e."""
        self._verdict(self.callwork.elsewhere)

    def action_ignore(self) -> None:
        """i."""
        self._verdict(self.callwork.ignore)

    def _verdict(self, verdict: Verdict) -> None:
        row = self._owed()
        if self.panes.here in OVER:
            return
        if not isinstance(row, CallRow):
            self.painter.tell(say("Choose a missed call in the list first."))
            return
        self.do("verdict", lambda: verdict(row))

    # numbers

    def action_attach(self) -> None:
        """Ctrl+L."""
        self.do("number", self.numberwork.attach)

    def action_register(self) -> None:
        """Ctrl+R: the member is made at once; what they are called is asked meanwhile."""
        person = self.board.person
        if person.who is not Who.UNKNOWN or person.call is None or not person.name:
            self.painter.tell(say("Only an unknown caller is registered."))
            return
        if not self.numberwork.can_register:
            self.painter.tell(say(HIDDEN))
            return
        self.do("number", self.numberwork.register)
        self.finder.mode = NAMING
        self.panes.choose()

    def named(self) -> None:
        """The name of the new member was typed."""
        name = SafeText(self.panes.chooser.field.value)
        self.panes.close_over()
        if name.strip():
            self.do("name", lambda: self.numberwork.name(name))

    def action_detach(self) -> None:
        """n."""
        if self.panes.here not in OVER:
            self.do("number", self.numberwork.detach)

    def action_junk(self) -> None:
        """x."""
        self._close_call(self.numberwork.junk)

    def action_wrong(self) -> None:
        """w."""
        self._close_call(self.numberwork.wrong)

    def _close_call(self, close: Verdict) -> None:
        if self.panes.here in OVER:
            return
        row = self._pointed()
        if row is None:
            self.painter.tell(say("There is no call."))
        elif row.taken_by is not None:
            self.painter.tell(say("{name} has this call.", name=row.taken_by))
        else:
            self.do("number", lambda: close(row))

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


def _number(entry: Task | CallRow) -> SafeText:
    if isinstance(entry, Task):
        return entry.number or SafeText()
    return called_by(entry.call)
