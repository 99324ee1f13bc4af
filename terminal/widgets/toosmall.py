"""What is shown on a terminal that is too small: how small it is, and that nothing is lost."""

from typing import Final

from textual.geometry import Size

from terminal.widgets.panel import Panel, Picture
from terminal.widgets.row import Row, Tone, piece
from terminal.widgets.speech import say

LEAST: Final = (80, 24)


class TooSmall(Panel[None]):
    """Two lines over everything."""

    framed = False

    def picture(self, value: None, inside: Size) -> Picture:
        """The size there is, the size there should be."""
        here = say(
            "This window has {width}x{height}; the desk needs {least_width}x{least_height}.",
            width=inside.width,
            height=inside.height,
            least_width=LEAST[0],
            least_height=LEAST[1],
        )
        return Picture((Row((piece(here, Tone.WARN),)), Row((piece(say("Nothing is lost: make it larger.")),))))
