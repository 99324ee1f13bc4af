"""Commands as real processes that print JSON lines."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 60.0
Line = dict[str, Any]


def environment(room: Path) -> dict[str, str]:
    """Settings, data and logs of the test's own."""
    own = {f"XDG_{name}_HOME": str(room / name.lower()) for name in ("CONFIG", "DATA", "STATE")}
    return {name: value for name, value in os.environ.items() if not name.startswith("RINGDESK_")} | own


def run(room: Path, *words: str, timeout: float = 180.0) -> "subprocess.CompletedProcess[bytes]":
    """One command to its end, with nothing on its stdin."""
    command = [sys.executable, "-m", "cli.main", *words]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, env=environment(room), check=False
    )


class Child:
    """A process; a thread collects what it prints."""

    def __init__(self, room: Path, *words: str) -> None:
        self.errors = (room / f"{words[0]}-{time.monotonic_ns()}.err").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=environment(room),
        )
        self.seen: list[Line] = []
        self._lines: queue.Queue[Line | None] = queue.Queue()
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()

    def _collect(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def until(self, wanted: Callable[[Line], Any], patience: float = PATIENCE) -> Line:
        """The first line, also among those seen, that is wanted."""
        for line in self.seen:
            if wanted(line):
                return line
        deadline = time.monotonic() + patience
        while True:
            try:
                line_or_end = self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                line_or_end = None
            if line_or_end is None:
                self.errors.seek(0)
                raise AssertionError(f"not seen; seen: {self.seen[-8:]}; stderr: {self.errors.read()[-1000:]!r}")
            self.seen.append(line_or_end)
            if wanted(line_or_end):
                return line_or_end

    def event(self, name: str, wanted: Callable[[Line], Any] = lambda _: True) -> Line:
        return self.until(lambda line: line.get("event") == name and wanted(line))

    def ask(self, do: str, **more: Any) -> Line:
        """A command and its answer."""
        assert self.process.stdin is not None
        ref = time.monotonic_ns()
        self.process.stdin.write(json.dumps({"do": do, "ref": ref, **more}).encode() + b"\n")
        self.process.stdin.flush()
        return self.until(lambda line: line.get("ref") == ref)

    def end_of_input(self) -> int:
        """Close its stdin; the exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(10)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.errors.close()


@contextmanager
def child(room: Path, *words: str) -> Iterator[Child]:
    """A process that is over at the end."""
    it = Child(room, *words)
    try:
        yield it
    finally:
        it.close()


def servers_in(folder: Path) -> list[int]:
    """The embedded servers whose database is in a folder (Linux)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if "cli.embedded" in words and str(folder) in words:
                found.append(int(entry.name))
    return found


def gone(condition: Callable[[], Any], patience: float = PATIENCE) -> bool:
    """Whether a condition becomes false in time."""
    deadline = time.monotonic() + patience
    while condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
