"""What is read: beside the timeline where there is room, else over the card; and what goes from there into the note."""

from collections.abc import Callable

from ringdesk.safetext import SafeLines, SafeText
from terminal.screens.keeper import NOBODY
from terminal.screens.painter import Painter
from terminal.screens.panes import Panes
from terminal.screens.writing import Writing
from terminal.widgets.note import NoteArea
from terminal.widgets.page import Leaf, fits
from terminal.widgets.speech import say

Act = Callable[[], SafeText]


class Reading:
    """The place to read."""

    def __init__(self, panes: Panes, painter: Painter, writing: Writing, field: Callable[[], NoteArea]) -> None:
        self._panes = panes
        self._painter = painter
        self._writing = writing
        self._field = field
        self._act: Act | None = None

    def show(self, leaf: Leaf, act: Act | None = None) -> None:
        """Beside the timeline, and the focus stays; where there is no room for all of it, over the card. `act` is what Enter
        does there."""
        if self._panes.has_detail and fits(leaf, self._painter.panel("detail").size - (4, 2)):
            self._painter.read(leaf)
        else:
            self.open(leaf, act)

    @property
    def in_chooser(self) -> bool:
        """Whether something is read in the chooser now."""
        return self._panes.chooser.display and self._panes.chooser.list.value.read is not None

    def keep(self, leaf: Leaf) -> None:
        """Beside the timeline where there is room for all of it; else nowhere, for it was read already."""
        if self._panes.has_detail and fits(leaf, self._painter.panel("detail").size - (4, 2)):
            self._painter.read(leaf)

    def open(self, leaf: Leaf, act: Act | None = None) -> None:
        """Over the card, at every size."""
        self._act = act
        self._panes.page(leaf)

    def entered(self) -> None:
        """Enter on the page."""
        act, self._act = self._act, None
        self._panes.close_over()
        if act is not None:
            self._painter.tell(act())

    def close(self) -> None:
        """Whatever lies on top."""
        self._panes.close_over()

    def moved(self) -> None:
        """The selection of the timeline moved: its entry is what is read."""
        self._painter.leaf = None
        self._painter.detail()

    def insert(self, text: SafeLines) -> SafeText:
        """Put words into the note, where its cursor is. What is to be said when there is no note."""
        area = self._field()
        if self._writing.owner == NOBODY:
            return say("A note belongs to a person or a call.")
        before = area.get_text_range((area.cursor_location[0], 0), area.cursor_location)
        area.insert(f" {text} " if before and not before.endswith(" ") else f"{text} ")
        area.focus()
        return SafeText()

    def write(self) -> None:
        """Into the note."""
        self._field().focus()
