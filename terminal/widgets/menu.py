"""A short list of things to do, each a digit away: how to wrap up, to whom to hand on, when to call back."""

from typing import Final

from textual import events
from textual.geometry import Size

from ringdesk.safetext import SafeText
from terminal.messages import Chosen, Dismissed
from terminal.widgets.chooser import Choices
from terminal.widgets.panel import ListPanel, Picture
from terminal.widgets.row import BLANK, Row, Tone, chip, gap, piece, wrapped
from terminal.widgets.speech import say

DIGITS: Final = "123456789"
"""The keys of the first rows."""
KEYS: Final = DIGITS + "abcdefghilmnopqrstuvwxyz"
"""The keys of the rows: digits, then the letters that do not move in a list. Further rows are reached by arrows."""


class Menu(ListPanel[Choices]):
    """The menu. It answers `Chosen("menu", index)` or `Dismissed`."""

    def entries(self, value: Choices) -> int:
        """The rows."""
        return len(value.rows)

    @property
    def lit(self) -> bool:
        """It is only there while it has the focus."""
        return True

    def picture(self, value: Choices, inside: Size) -> Picture:
        """The rows in sight, each behind its digit or letter; where there are more, which."""
        rows = [] if value.rows else [Row((piece(value.saying, Tone.DIM),))]
        known = wrapped(value.over, inside.width) if value.over and value.rows else []
        room = Size(inside.width, inside.height - len(known))
        for index in self.in_sight(room) if value.rows else ():
            choice = value.rows[index]
            base = Tone.SELECTED if index == self.selected else Tone.TEXT
            key = chip(SafeText(KEYS[index]), Tone.CHIP_LINK) if index < len(KEYS) else gap(3)
            rows.append(Row((key, gap(), *choice.left), choice.right, base=base))
        rows += [BLANK] * min(1, room.height - len(rows)) if known else []
        rows += [Row((piece(line, Tone.DIM),)) for line in known]
        digits = say("A digit or Enter takes, Esc closes")
        foot = say("A digit, a letter or Enter takes, Esc closes") if len(value.rows) > len(DIGITS) else digits
        corner = self.extent(room) if value.rows else ()
        return Picture(tuple(rows), (piece(value.title, Tone.LINK),), corner, foot=(piece(foot, Tone.DIM),))

    def pressed(self, event: events.Key) -> None:
        """A digit or a letter takes its row at once."""
        if event.character and event.character in KEYS:
            event.stop()
            index = KEYS.index(event.character)
            if index < self.entries(self.value):
                self.post_message(Chosen(self.id or "", index))
        elif event.key == "escape":
            event.stop()
            self.post_message(Dismissed())
        else:
            super().pressed(event)
