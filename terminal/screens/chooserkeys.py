"""The keys of the chooser: what it is opened for, what is typed in it, and what becomes of the row that is taken."""

from functools import partial

from terminal.messages import Asked, Dismissed
from terminal.screens.casework import ANSWERS, PIN, Casework
from terminal.screens.finder import NAMING, PALETTE, SEARCH
from terminal.screens.numberkeys import NumberKeys
from terminal.screens.saying import NOBODYS
from terminal.widgets.speech import say


class ChooserKeys(NumberKeys):
    """The keys, as actions of the screen. Who is made a member is named in it too."""

    casework: Casework
    _opened_for = NOBODYS
    """Whoever was on the card when the chooser was opened."""

    def action_search(self) -> None:
        """The search box."""
        self._choose(SEARCH)

    def action_palette(self) -> None:
        """The palette."""
        self._choose(PALETTE)

    def action_answers(self) -> None:
        """F12."""
        self.casework.faq.begin()
        self._choose(ANSWERS)

    def _choose(self, mode: str) -> None:
        self.finder.mode, self._opened_for = mode, self.errands.subject
        self.panes.choose()

    def on_asked(self, message: Asked) -> None:
        """What is typed in the chooser."""
        # no coroutine: of quick keys all but the last are never begun
        asked = partial(self._answer_query, message.query)
        self.run_worker(asked, group="lookup", exclusive=True, exit_on_error=False)  # type: ignore[arg-type]

    def ask_again(self) -> None:
        """The desk is open by now: what stands in the chooser was asked before."""
        if self.panes.chooser.display:
            self.on_asked(Asked(self.panes.chooser.field.value))

    async def _answer_query(self, query: str) -> None:
        asked = {ANSWERS: self.casework.faq.ask, PIN: self.casework.pinning.ask}.get(self.finder.mode, self.finder.ask)
        choices = await asked(query)
        self.panes.chooser.list.show(choices)

    def on_dismissed(self, _message: Dismissed) -> None:
        """The chooser was closed."""
        if self.finder.mode == NAMING and self.panes.chooser.display:
            self.unnamed()
        self.panes.close_over()

    async def took(self, index: int) -> None:
        """A row was taken."""
        if self.finder.mode == NAMING:
            self.named()
            return
        if self.finder.mode in (ANSWERS, PIN):
            self.writing.hold()
            self.casework.took(self.finder.mode, index)
            return
        taken = self.finder.chosen(index)
        self.panes.close_over()
        if isinstance(taken, str) and not self._opened_for.same(self.errands.subject):
            self.painter.tell(say("Another person is on the card by now: nothing was done."), bad=True)
        elif isinstance(taken, str):
            await self.run_action(taken)
        elif taken is not None:
            self.writing.hold()
            key = self.board.key("palette")
            self.errands.run("open", lambda: self.work.open(taken, key))
