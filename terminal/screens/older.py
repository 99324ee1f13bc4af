"""What is older than a card brings along: fetched from the local store when somebody goes on at the end of the timeline."""

from collections.abc import Callable

from ringdesk.safetext import SafeText
from terminal.screens.further import fetch
from terminal.screens.work import Work
from terminal.widgets.speech import say
from terminal.widgets.timeline import Timeline, may_have_more


class Older:
    """The way back in the timeline of the person on show."""

    def __init__(self, work: Work, timeline: Callable[[], Timeline], drawn: Callable[[], None]) -> None:
        """`drawn` draws the panels of the person now."""
        self._work = work
        self._timeline = timeline
        self._drawn = drawn

    async def load(self, index: int) -> SafeText | None:
        """Fetch the next page of the lens in use; the selection moves to `index`, or as far as there is something."""
        panel, board = self._timeline(), self._work.board
        owner, lens = board.person.key, panel.lens
        shown = panel.shown
        if not may_have_more(board.person, lens) or not shown:
            return say("There is nothing older on this desk.")
        chosen = shown[panel.selected].id
        depth = panel.selected - panel.top
        await fetch(self._work, "contact", lens.kinds)
        if lens.made:
            await fetch(self._work, "note", lens.kinds)
        if board.person.key == owner and panel.lens is lens:
            self._drawn()
            panel.turn_to(chosen, depth, index if index > panel.selected else None)
        return None if may_have_more(board.person, lens) or len(panel.shown) > len(shown) else say("That was all.")
