"""The floors: the least that Textual can do. `python -m benchmarks.floor paint` or `... line PORT`."""

import asyncio
import os
import sys
import tty

from textual.app import App, ComposeResult
from textual.widgets import Static

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


if __name__ == "__main__":
    Floor(sys.argv[2] if sys.argv[1] == "line" else None).run()
