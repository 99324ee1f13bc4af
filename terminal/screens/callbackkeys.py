"""The keys about calling back: promised for later, tried, and what became of a call that nobody had."""

from ringdesk.tasks import AttemptResult, Task, TaskState
from terminal.screens.errands import Errand
from terminal.screens.keysoncalls import OVER, KeysOnCalls, Verdict
from terminal.screens.menus import Entry
from terminal.screens.promised import NOWHERE, to_dial
from terminal.screens.windows import Window, hours_of
from terminal.widgets.callrow import CallRow
from terminal.widgets.person import Who
from terminal.widgets.speech import RESULTS, say
from terminal.widgets.telephone import title


class CallbackKeys(KeysOnCalls):
    """The keys, as actions of the screen."""

    def action_later(self) -> None:
        """F8."""
        person = self.board.person
        if person.who is Who.NOBODY:
            self.painter.tell(say("Nobody is on the desk: open a card first."))
            return
        if to_dial(person) is None:
            self.painter.tell(say(NOWHERE))
            return

        def promise(window: Window) -> Errand:
            return lambda: self.callwork.later(window, person)

        now = self.work.now
        entries = [Entry(each.label, promise(each), hours_of(each, now)) for each in self.work.windows]
        self.menus.open("later", say("Callback to {name}: when?", name=person.name), entries)

    def action_attempt(self) -> None:
        """a: what came of a callback."""
        if self.panes.here in OVER:
            return
        owed = self._owed()
        if isinstance(owed, CallRow):
            said = say("No callback yet: {key} makes one of this call.", key=self.board.key("missed"))
            self.painter.tell(said)
            return
        member, call = self.board.person.key
        mine = [
            task for task in self.board.day.owed if (member and task.member == member) or (call and task.call == call)
        ]
        task = owed or (mine[0] if mine else None)
        if task is None:
            self.painter.tell(say("There is no callback to this person: choose one in the list."))
            return

        def tried(result: AttemptResult) -> Errand:
            return lambda: self.callwork.attempt(task, result)

        entries = [Entry(say(RESULTS[result]), tried(result)) for result in AttemptResult]
        self.menus.open("attempt", title(task), entries)

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
        if isinstance(row, Task) and row.state is TaskState.OPEN:
            key = self.board.key("attempt")
            self.painter.tell(say("This is a callback already: {key} notes what came of a try.", key=key))
        elif not isinstance(row, CallRow):
            self.painter.tell(say("Choose a missed call in the list first."))
        else:
            self.do("verdict", lambda: verdict(row), row)
