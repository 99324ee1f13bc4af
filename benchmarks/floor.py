"""The floors: the least that Textual can do. `python -m benchmarks.floor paint`, `... line PORT` or `... type`."""

import asyncio
import os
import sys
import tty

from textual.app import App, ComposeResult
from textual.widgets import Static, TextArea

READY = "floor is ready"


class Floor(App[None]):
    """One widget of one line; it shows the number of each NMBR line that comes from the modem. No lookup."""

    CSS = "Static { height: 1; }"

    def __init__(self, port: str | None) -> None:
        super().__init__()
        self._port = port
        self._rest = b""

    def compose(self) -> ComposeResult:
        """The one widget."""
        yield Static(READY, markup=False)

    def on_mount(self) -> None:
        """Listen to the modem, if there is one."""
        if self._port is None:
            return
        line = os.open(self._port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(line)
        asyncio.get_running_loop().add_reader(line, self._hear, line)

    def _hear(self, line: int) -> None:
        *lines, self._rest = (self._rest + os.read(line, 4096)).split(b"\r\n")
        for text in lines:
            if text.startswith(b"NMBR = "):
                self.query_one(Static).update(text[7:].decode())


class Field(App[None]):
    """One text area, which has the focus."""

    def compose(self) -> ComposeResult:
        """The one widget."""
        yield TextArea(READY)

    def on_mount(self) -> None:
        """Behind the text, as in a field that somebody typed."""
        self.query_one(TextArea).action_cursor_line_end()


if __name__ == "__main__":
    (Field() if sys.argv[1] == "type" else Floor(sys.argv[2] if sys.argv[1] == "line" else None)).run()
