"""What is older than a card brings along: fetched from the local store when somebody goes on at the end of the timeline."""

from collections.abc import Callable

import msgspec

from ringdesk.notes import Note
from ringdesk.safetext import SafeText
from ringdesk.timeline import Contact
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
        await self._fetch("contact")
        if lens.made:
            await self._fetch("note")
        if board.person.key == owner and panel.lens is lens:
            self._drawn()
            panel.turn_to(chosen, depth, index if index > panel.selected else None)
        return None if may_have_more(board.person, lens) or len(panel.shown) > len(shown) else say("That was all.")

    async def _fetch(self, kind: str) -> None:
        board, person = self._work.board, self._work.board.person
        known: list[Contact | Note] = [*(person.notes if kind == "note" else person.timeline)]
        if person.member is None or kind in person.whole or not known:
            return
        last = min(known, key=lambda each: (each.at, each.id))
        page = await self._work.desk.older(person.member.id, last, self._timeline().lens.kinds)
        if board.person.key != person.key:
            return
        now = board.person
        contacts = tuple(each for each in page.rows if isinstance(each, Contact))
        notes = tuple(each for each in page.rows if isinstance(each, Note))
        board.person = msgspec.structs.replace(
            now,
            timeline=(*now.timeline, *contacts),
            notes=(*now.notes, *notes),
            whole=now.whole if page.more else now.whole | {kind},
        )
