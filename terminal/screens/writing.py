"""The note in its text field: it follows the person on show, and is kept a moment after every change.

The field shows the text of one owner at a time. Before anything else is looked at, `hold` files what stands in the field
under that owner; `settle` brings the text of whoever is on show now.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ringdesk.safetext import MAX_LINES, SafeText
from terminal.screens.board import Board
from terminal.screens.keeper import NOBODY, Keeper, Owner
from terminal.screens.saying import NOBODYS, Subject, subject
from terminal.widgets.note import NoteArea
from terminal.widgets.speech import say
from terminal.widgets.when import Now, clock

if TYPE_CHECKING:
    from ringdesk.notes import Note


class Writing:
    """Whose note stands in the field, and what was last said about saving it (`says`; `bad` when that failed).

    `field` finds the text field, `now` is this moment; `changed` is called when the owner or `says` changed by itself.
    """

    def __init__(self, board: Board, keeper: Keeper, field: Callable[[], NoteArea], now: Callable[[], Now]) -> None:
        self.owner = NOBODY
        self.says = SafeText()
        self.bad = False
        self._kept_at: float | None = None
        self.changed: Callable[[], None] = lambda: None
        self.left: Callable[[Subject], None] = lambda _: None
        """Called when a half-typed note left the field with its person: said of them, not of whoever came."""
        self._whose = NOBODYS
        self._full = NOBODY
        """Whose note was cut: that is said until it is shorter again; no word of saving may take its place."""
        self._board = board
        self._keeper = keeper
        self._field = field
        self._now = now
        keeper.refresh = self.hold
        keeper.loaded = self.load

    @property
    def others(self) -> list[Owner]:
        """Whose drafts are kept beside the one in the field, the newest first."""
        return self._keeper.others(self.owner)

    @property
    def revises(self) -> "Note | None":
        """The note that the one in the field revises."""
        return self._keeper.revises.get(self.owner)

    def hold(self) -> None:
        """What stands in the field belongs to its owner, this very moment."""
        text = self._field().text
        self._keeper.hold(self.owner, text)
        self._board.typed = bool(text) and self.owner != NOBODY
        if len(text) < MAX_LINES:
            self._full = NOBODY

    def settle(self) -> None:
        """The note follows the person on show: what was written stays with its owner, the text of the new one comes."""
        owner = self._board.person.key
        if owner == self.owner:
            return
        before, whose = self.owner, self._whose
        self._keeper.hold(before, self._field().text)
        text = self._keeper.texts.get(owner, "")
        left = self._keeper.texts.get(before, "").strip()
        self.load()
        self._field().history.clear()  # what was typed or deleted in it is not the next person's to undo
        self.say(say("draft kept") if text else SafeText())
        if left:
            self.left(whose)
        if text or left:
            self.changed()  # no text stands under another's name, not even until the card is drawn

    def became(self, before: Owner) -> None:
        """The caller on the card, whom nobody knew until `before`, is a member by now: what was written for the call is hers."""
        if self._keeper.became(before, self._board.person.key):
            self.changed()

    def load(self) -> None:
        """The text of whoever is on show, into the field."""
        area = self._field()
        self._whose = subject(self._board.person)
        self.owner = self._whose.owner
        text = self._keeper.texts.get(self.owner, "")
        area.read_only = self.owner == NOBODY
        area.show_cursor = not area.read_only
        self._board.typed = bool(text)
        if text != area.text:
            with area.prevent(NoteArea.Changed):
                area.load_text(text)
            area.move_cursor(area.document.end)
        elif not text:
            area.history.clear()

    def full(self) -> None:
        """The end of what was pasted or typed has no room in the note: the frame says so at once."""
        self._full = self.owner
        said = say("CUT: a note holds {count} characters, the end of the text is not in it", count=MAX_LINES)
        self.say(said, bad=True)

    def say(self, text: SafeText, *, bad: bool = False) -> None:
        """How saving stands, for the frame around the field."""
        self.says, self.bad, self._kept_at = text, bad, None

    def anew(self) -> None:
        """The words are looked up again: what was said is forgotten, but that the draft is kept."""
        if self._kept_at is None:
            self.say(SafeText())
        else:
            self._say_kept(self._kept_at)

    def _say_kept(self, at: float) -> None:
        self.say(say("draft saved {time}", time=clock(at, self._now())))
        self._kept_at = at

    async def keep(self) -> None:
        """Write the drafts that changed. Raises what the desk raises; then the frame says so."""
        owner = self.owner
        try:
            at = await self._keeper.keep()
        except Exception:
            self.say(say("the draft is not kept: save the note"), bad=True)
            self.changed()
            raise
        if at is not None and owner == self.owner != self._full:
            self._say_kept(at)
            self.changed()
