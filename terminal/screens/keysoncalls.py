"""What the keys of the desk screen stand on: its parts, and which call, task or line a key means where the focus is."""

from collections.abc import Awaitable, Callable

from textual.screen import Screen

from ringdesk.safetext import SafeText
from ringdesk.tasks import Task
from terminal.screens.attendance import Attendance
from terminal.screens.board import Board
from terminal.screens.callwork import CallWork
from terminal.screens.errands import Errand, Errands
from terminal.screens.finder import Finder
from terminal.screens.menus import Menus
from terminal.screens.numberwork import NumberWork
from terminal.screens.painter import Painter
from terminal.screens.panes import Panes
from terminal.screens.registering import Registering
from terminal.screens.saying import NOBODYS, caller
from terminal.screens.work import Work
from terminal.screens.writing import Writing
from terminal.widgets.callbacks import Missed
from terminal.widgets.callrow import CallRow
from terminal.widgets.calls import Lines
from terminal.widgets.steadfast import Steadfast

Verdict = Callable[[CallRow], Awaitable[SafeText]]
"""What a key does with a call."""
OVER = ("menu", "help", "query", "page")
"""Where a letter means something else."""


class KeysOnCalls(Steadfast, Screen[None]):
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
    registering: Registering
    attendance: Attendance

    def do(self, name: str, errand: Errand, row: CallRow | None = None) -> None:
        """Run an errand on what is written and shown this very moment; `row` is the call that it is about."""
        self.writing.hold()
        self.errands.run(name, errand, caller(row) if row is not None else NOBODYS)

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
        shown = self._line() or self.board.row(call.id if call else None)
        return shown or self.board.just_left(self.work.wall()) or self.board.banner
