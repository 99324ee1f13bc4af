"""What is shown on a terminal that is too small: how small it is, and that nothing is lost."""

from typing import Final

from rich.cells import cell_len
from textual.geometry import Size

from terminal.widgets.panel import Panel, Picture
from terminal.widgets.row import Row, Tone, piece
from terminal.widgets.speech import say

LEAST: Final = (80, 24)


class TooSmall(Panel[None]):
    """Two lines over everything."""

    framed = False

    def picture(self, value: None, inside: Size) -> Picture:
        """The size there is, the size there should be; shorter where that does not fit."""
        window = self.app.size
        sizes = {
            "width": window.width,
            "height": window.height,
            "least_width": LEAST[0],
            "least_height": LEAST[1],
        }
        here = say("This window has {width}x{height}; the desk needs {least_width}x{least_height}.", **sizes)
        if cell_len(here) > inside.width:
            here = say("{width}x{height}; {least_width}x{least_height} needed", **sizes)
        return Picture((Row((piece(here, Tone.WARN),)), Row((piece(say("Nothing is lost: enlarge it.")),))))
