"""What the keys do, made of the table of keys."""

from typing import NamedTuple

from textual.geometry import Size

from ringdesk.safetext import SafeText
from terminal.bindings import KEYS, Where
from terminal.widgets.panel import ListPanel, Picture
from terminal.widgets.row import Row, Tone, column, gap, piece
from terminal.widgets.speech import say


class Manual(NamedTuple):
    """Nothing to tell the help but the remapped keys."""

    changed: tuple[tuple[str, str], ...] = ()


class Help(ListPanel[Manual]):
    """One row a key."""

    def entries(self, value: Manual) -> int:
        """The keys, and the hints below them."""
        return len(_rows(value))

    @property
    def lit(self) -> bool:
        """It is only there while it has the focus."""
        return True

    def picture(self, value: Manual, inside: Size) -> Picture:
        """The rows in sight."""
        rows = _rows(value)
        shown = tuple(rows[index] for index in self.in_sight(inside))
        return Picture(shown, (piece(say("Help"), Tone.LINK),), foot=(piece(say("Esc closes"), Tone.DIM),))


def _rows(value: Manual) -> list[Row]:
    other = dict(value.changed)
    outside = (piece(say("outside text"), Tone.DIM),)
    rows = [
        _row(SafeText(other.get(key.id, key.shown)), say(key.help))._replace(
            right=outside if key.where is Where.OUTSIDE_TEXT else ()
        )
        for key in KEYS
    ]
    rows.append(_row(SafeText("1 - 9"), say("Choose a person, or a tab"))._replace(right=outside))
    rows.append(_row(SafeText("j k"), say("Down and up in a list"))._replace(right=outside))
    rows.append(Row())
    rows.append(Row((piece(say("A ringing call never moves the focus and never touches your note.")),)))
    return rows


def _row(key: SafeText, words: SafeText) -> Row:
    return Row((column(key, 8, Tone.LINK), gap(), piece(words)))
