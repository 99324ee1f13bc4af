"""What stands before the desk and what may lie over it. Light on purpose: the first frame waits for nothing but this."""

from rich.text import Text
from textual.screen import Screen


class Shell(Screen[None]):
    """The first frame: who we are, while the desk's screen is loaded behind it."""

    AUTO_FOCUS = ""

    def render(self) -> Text:
        """The brand, where the top bar will show it."""
        return Text(f" {self.app.TITLE} ", style="bold")


class Cover(Screen[bool]):
    """Lies over the desk; nothing from under it reaches the terminal."""
