"""A person at a terminal: a real pty, what stands on it cell by cell, and keys."""

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pyte
from textual.geometry import Region, Size

from benchmarks.screen import Screen
from terminal.screens.arrangement import plan
from tests.cli.processes import environment

PATIENCE: Final = 60.0
TRIES: Final = 4
SIZE: Final = Size(120, 40)
F2: Final = b"\x1bOQ"
CTRL_Q: Final = b"\x11"

_DRAWN: Final = re.compile(rb"\x1b\[[<>?][0-9;]*\$?[a-z]|\x1b\[c|\x1b\]22;[^\x07\x1b]*(?:\x07|\x1b\\)")
"""Modes and questions, which draw nothing; pyte takes some of them for text."""
_LONGEST: Final = 64
"""Bytes that a sequence may have: one that is not whole waits for the rest."""


class Person(Screen):
    """Sits at `ringdesk WORDS` on a terminal of `SIZE`, with settings and logs of the test's own in `room`.

    `more` is environment.
    """

    def __init__(self, room: Path, words: Sequence[str], **more: str) -> None:
        command = [sys.executable, "-m", "cli.main", *words]
        own = {name: value for name, value in environment(room).items() if name.startswith("XDG_")}
        super().__init__(command, columns=SIZE.width, rows=SIZE.height, env=own | more)
        self._screen = pyte.Screen(SIZE.width, SIZE.height)
        self._drawing = pyte.ByteStream(self._screen)
        self._rest = b""

    def read(self, timeout: float) -> bytes:
        """What was drawn within `timeout` seconds; it stands on the screen then."""
        data = super().read(timeout)
        data_so_far = self._rest + data
        last = data_so_far.rfind(b"\x1b", max(0, len(data_so_far) - _LONGEST))
        cut = last if last >= 0 and not re.match(rb"\x1b\[[0-9;]*[A-Za-z]", data_so_far[last:]) else len(data_so_far)
        if cut < len(data_so_far) and _DRAWN.match(data_so_far, cut):
            cut = len(data_so_far)
        self._rest = data_so_far[cut:]
        self._drawing.feed(_DRAWN.sub(b"", data_so_far[:cut]))
        return data

    def rows(self, region: Region | None = None) -> list[str]:
        """The text of every row; of a region of the screen, only what stands there."""
        x, y, width, height = region or Region(0, 0, *SIZE)
        buffer = self._screen.buffer
        return ["".join(buffer[row][column].data for column in range(x, x + width)) for row in range(y, y + height)]

    def pane(self, name: str) -> str:
        """The text of a panel."""
        return "\n".join(row.rstrip() for row in self.rows(plan(SIZE)[name]))

    def title(self, name: str) -> str:
        """The title in the frame of a panel."""
        return self.pane(name).split("\n")[0]

    @property
    def in_the_note(self) -> bool:
        """Whether what is typed goes into somebody's note, by the word in its frame."""
        return any(word in self.title("noteframe") for word in ("可輸入", "輸入中"))

    def see(self, wanted: Callable[[], object], patience: float = PATIENCE) -> None:
        """Look until it is so."""
        deadline = time.monotonic() + patience
        while not wanted():
            if time.monotonic() > deadline or self._child.poll() is not None:
                raise AssertionError("not seen; on the screen stands:\n" + "\n".join(self.rows()))
            self.read(0.1)

    def look(self, seconds: float) -> None:
        """Only look."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.read(0.1)

    def take(self) -> None:
        """Take the call in the banner with F2, and be in its note. Of a crowd the one that was in the banner may be over before
        the key comes; then the next."""
        for _ in range(TRIES):
            self.see(lambda: "響鈴中" in self.pane("banner"))
            self.write(F2)
            until = time.monotonic() + PATIENCE / TRIES
            while time.monotonic() < until:
                self.read(0.1)
                if self.in_the_note and "通話中" in self.title("card"):
                    return
        raise AssertionError("no call was taken; on the screen stands:\n" + "\n".join(self.rows()))

    def come_to_rest(self, seconds: float = 6.0) -> None:
        """Look until nothing but clocks has changed for as long."""
        since, before = time.monotonic(), self.timeless()
        deadline = since + 3 * PATIENCE
        while time.monotonic() - since < seconds:
            assert time.monotonic() < deadline, "the screen does not come to rest"
            self.read(0.1)
            now = self.timeless()
            if now != before:
                since, before = time.monotonic(), now

    def timeless(self) -> list[str]:
        """The rows without numbers and their units: clocks go on."""
        return [re.sub(" *[0-9]+( 秒| 分)?", "#", row) for row in self.rows()]

    def type(self, text: str) -> None:
        """Type, a character at a time."""
        for char in text:
            self.write(char.encode())
            self.read(0.01)

    def look_up(self, code: str) -> None:
        """Open the card of a member by their code, from outside a text field: the query and the reason of the hit both name
        it."""
        self.type(f"/{code}")
        self.see(lambda: "\n".join(self.rows()).count(code) >= 2)
        self.write(b"\r")
        self.see(lambda: code in self.title("card"))

    def kill(self) -> None:
        """kill -9, as when the power goes."""
        os.kill(self.pid, signal.SIGKILL)
        self._child.wait(10)

    def leave(self) -> int:
        """Ctrl+Q; the exit code."""
        self.write(CTRL_Q)
        return self.ended()

    def ended(self) -> int:
        """Read until it has ended; the exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._child.poll() is None and time.monotonic() < deadline:
            self.read(0.05)
        return self._child.wait(1)
