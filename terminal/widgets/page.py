"""Something to read, whole: an answer, a script, an old note, the notices. In the place of the detail, or over the card."""

from typing import Final, NamedTuple

from textual import events
from textual.geometry import Size

from ringdesk.safetext import SafeText
from terminal.messages import Dismissed
from terminal.widgets.panel import ListPanel, Panel, Picture
from terminal.widgets.row import Piece, Row, Tone, piece, spaced, wrapped
from terminal.widgets.speech import counted, say


class Line(NamedTuple):
    """A line of a page: what it says, and what it says at the right end."""

    text: SafeText
    tone: Tone = Tone.TEXT
    right: SafeText = SafeText()


class Leaf(NamedTuple):
    """What is to be read: `kind` is the word for it, `title` what it is called; `hint` is what Enter does with it."""

    kind: SafeText = SafeText()
    title: SafeText = SafeText()
    lines: tuple[Line, ...] = ()
    hint: SafeText = SafeText()
    rows: tuple[Row, ...] = ()
    """Lines that are laid already, before the others."""


LEAST: Final = 10
"""Cells of a line at least: a panel that was never laid out has none."""


def fits(leaf: Leaf, inside: Size) -> bool:
    """Whether it can be read whole in so many cells and rows."""
    return len(laid(leaf, inside.width)) <= inside.height


def laid(leaf: Leaf, cells: int) -> list[Row]:
    """Its lines in rows of so many cells."""
    cells = max(LEAST, cells)
    rows = list(leaf.rows)
    for line in leaf.lines:
        parts = wrapped(line.text, cells)
        rows.append(Row((piece(parts[0], line.tone),), (piece(line.right, Tone.DIM),) if line.right else ()))
        rows += [Row((piece(part, line.tone),)) for part in parts[1:]]
    return rows


def titled(leaf: Leaf) -> tuple[Piece, ...]:
    """What stands over it: the word for it, and what it is called."""
    return spaced((piece(leaf.kind, Tone.LINK), piece(leaf.title, Tone.LINK)), 2)


class Detail(Panel[Leaf]):
    """What is read beside the timeline; what does not fit is counted."""

    def picture(self, value: Leaf, inside: Size) -> Picture:
        """As many lines as fit."""
        rows = laid(value, inside.width)
        left = len(rows) - inside.height
        more = counted("{count} line more: Enter in the list", "{count} lines more: Enter in the list", left)
        foot = (piece(more, Tone.DIM),) if left > 0 else ()
        return Picture(tuple(rows), titled(value), foot=foot)


class Page(ListPanel[Leaf]):
    """What is read over the card; arrows scroll. It answers `Chosen("page", 0)` to Enter, or `Dismissed`."""

    def entries(self, value: Leaf) -> int:
        """The places that the top of the page can have, and one."""
        return max(1, len(laid(value, self.size.width - 4)) - (self.size.height - 2) + 1)

    @property
    def lit(self) -> bool:
        """It is only there while it has the focus."""
        return True

    def picture(self, value: Leaf, inside: Size) -> Picture:
        """The lines from the top on."""
        rows = laid(value, inside.width)
        foot = spaced((piece(value.hint, Tone.WARN), piece(say("Esc closes"), Tone.DIM)), 2)
        last = min(len(rows), self.selected + inside.height)
        corner: tuple[Piece, ...] = ()
        if len(rows) > inside.height:
            corner = (piece(say("{first} to {last}", first=self.selected + 1, last=last), Tone.DIM),)
        return Picture(tuple(rows[self.selected :]), titled(value), corner, foot)

    def pressed(self, event: events.Key) -> None:
        """Escape closes it."""
        if event.key == "escape":
            event.stop()
            self.post_message(Dismissed())
        else:
            super().pressed(event)
