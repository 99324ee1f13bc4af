"""A terminal program under a real pty: starts it, answers what a terminal answers, stamps every byte that it draws."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from typing import Final, Self

from benchmarks.figures import cpu_of

SYNC_QUERY: Final = b"\x1b[?2026$p"
SYNC_ANSWER: Final = b"\x1b[?2026;2$y"


class Screen:
    """A child on a pty of its own. Use as a context manager; it ends the child, by force if it must."""

    def __init__(
        self, command: Sequence[str], *, columns: int = 120, rows: int = 40, env: dict[str, str] | None = None
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = dict(os.environ, TERM="xterm-256color", COLORTERM="truecolor")
        for name in ("NO_COLOR", "COLUMNS", "LINES"):  # the size is the pty's, whatever ran us says of its own
            environment.pop(name, None)
        environment.update(env or {})
        self.started = time.perf_counter()
        self._child = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        self.stream = bytearray()

    def __enter__(self) -> Self:
        return self

    def hang_up(self, patience: float = 20.0) -> int:
        """The window is closed; the exit code of the child. Raises subprocess.TimeoutExpired where it stays."""
        os.close(self._master)
        self._master = -1
        return self._child.wait(patience)

    def __exit__(self, *_: object) -> None:
        if self._master < 0:
            self._child.kill()
            self._child.wait()
            return
        self._child.send_signal(signal.SIGTERM)
        deadline = time.perf_counter() + 10
        while self._child.poll() is None and time.perf_counter() < deadline:
            self.read(0.05)
        if self._child.poll() is None:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
        os.close(self._master)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def cpu_ms(self) -> float:
        """CPU time that the child has used so far, in milliseconds."""
        return cpu_of(self.pid)

    def write(self, data: bytes) -> None:
        """Press keys."""
        os.write(self._master, data)

    def read(self, timeout: float) -> bytes:
        """What was drawn within `timeout` seconds: returns at the first bytes, empty at the time-out or the end."""
        ready, _, _ = select.select([self._master], [], [], timeout)
        if not ready:
            return b""
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return b""
        if SYNC_QUERY in data:
            self.write(SYNC_ANSWER)
        self.stream += data
        return data

    def until(self, text: bytes, timeout: float, *, since: int = 0) -> float:
        """Read until `text` is in the stream after offset `since`; when that was seen (perf_counter). Raises TimeoutError."""
        deadline = time.perf_counter() + timeout
        while True:
            if self.stream.find(text, max(0, since)) >= 0:
                return time.perf_counter()
            left = deadline - time.perf_counter()
            if left <= 0:
                raise TimeoutError(
                    f"{text!r} was not drawn within {timeout} s; the last bytes: {bytes(self.stream[-300:])!r}"
                )
            self.read(left)

    def settle(self, quiet: float = 0.15, timeout: float = 5.0) -> None:
        """Read until nothing was drawn for `quiet` seconds."""
        deadline = time.perf_counter() + timeout
        while time.perf_counter() < deadline and self.read(quiet):
            pass
