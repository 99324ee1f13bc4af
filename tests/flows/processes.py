"""Real processes for the flow tests: the server, desks without a screen, a simulated modem on a pty."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

RINGDESK = [sys.executable, "-m", "cli.main"]
ROOT = Path(__file__).parents[2]
PATIENCE = 60.0

Answer = dict[str, Any]


def run(*words: str, check: bool = True) -> str:
    """One command to its end; its standard output."""
    done = subprocess.run([*RINGDESK, *words], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{words} ended with {done.returncode}: {done.stderr}")
    return done.stdout


class Process:
    """A child that prints JSON lines; a thread collects them in order."""

    def __init__(self, words: Sequence[str], log: Path) -> None:
        self._log = log.open("ab")
        self.child = subprocess.Popen(
            [*RINGDESK, *words], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )
        self._log_path = log
        self.lines: queue.Queue[Answer | None] = queue.Queue()
        self.seen: list[Answer] = []
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()

    def _collect(self) -> None:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            with contextlib.suppress(json.JSONDecodeError):
                self.lines.put(json.loads(line))
        self.lines.put(None)

    def tell(self, **command: Any) -> None:
        assert self.child.stdin is not None
        self.child.stdin.write(json.dumps(command).encode() + b"\n")
        self.child.stdin.flush()

    def expect(
        self, wanted: Callable[[Answer], bool], timeout: float = PATIENCE, *, since: int | None = None
    ) -> Answer:
        """The first line from now on that is `wanted`, or from `since` on in `seen`, where everything stays that was read."""
        if since is not None and (found := next(filter(wanted, self.seen[since:]), None)) is not None:
            return found
        deadline = time.monotonic() + timeout
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                tail = self._log_path.read_text(errors="replace")[-1500:]
                raise AssertionError(f"not seen in {timeout} s; last lines: {self.seen[-5:]}; stderr: {tail}") from None
            if line is None:
                tail = self._log_path.read_text(errors="replace")[-1500:]
                raise AssertionError(
                    f"the process ended ({self.child.poll()}); last lines: {self.seen[-5:]}; stderr: {tail}"
                )
            self.seen.append(line)
            if wanted(line):
                return line

    def ask(self, do: str, timeout: float = PATIENCE, **more: Any) -> Answer:
        """A command of the headless desk and its answer (contracts: `did`)."""
        ref = f"{do}-{len(self.seen)}-{time.monotonic_ns()}"
        self.tell(do=do, ref=ref, **more)
        return self.expect(lambda line: line.get("ref") == ref, timeout)

    def kill(self) -> None:
        """kill -9, and wait."""
        self.child.kill()
        self.child.wait()

    def close(self) -> None:
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        for stream in (self.child.stdin, self.child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._reader.join(5)
        self._log.close()


class Shop:
    """A server, its people, and the desks that join it, all in one temporary directory."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.database = f"sqlite:///{room / 'server.db'}"
        self.state = room / "state"
        self.address = ""
        self.server: Process | None = None
        self._processes: list[Process] = []
        self._password = room / "password"
        self._password.write_text("correct horse battery\n")
        self.admin("user", "add", "mei", "--role", "agent", "--password-file", str(self._password))
        self.admin("user", "add", "ann", "--role", "agent", "--password-file", str(self._password))

    def admin(self, *words: str) -> str:
        return run("admin", "--database", self.database, "--state", str(self.state), *words)

    def start_server(self) -> None:
        """Start it, or start it again on the address that it had."""
        listen = self.address or "127.0.0.1:0"
        server = Process(
            ["server", "--listen", listen, "--database", self.database, "--state", str(self.state)],
            self.room / "server.err",
        )
        self._processes.append(server)
        self.address = server.expect(lambda line: "listening" in line)["listening"]
        self.server = server

    def desk(self, name: str, *sources: str, user: str = "mei", store: str = "main") -> Process:
        """A headless desk; enrolled at its first start."""
        data = self.room / name
        words = ["desk", "--headless", "--server", f"ws://{self.address}/sync", "--data", str(data)]
        words += ["--user", user, "--password-file", str(self._password)]
        if not data.exists():
            code = json.loads(self.admin("enrol", "--store", store, "--class", "desk"))["code"]
            words += ["--enrol", code]
        for source in sources:
            words += ["--source", source]
        process = Process(words, self.room / f"{name}.err")
        self._processes.append(process)
        return process

    def modem(self, *calls: str) -> tuple[Process, str]:
        """A simulated modem on a pty, and the source URL of its line."""
        process = self.process("simulate", "modem", "--pty", *calls)
        return process, process.expect(lambda line: "listening" in line)["listening"]

    def process(self, *words: str) -> Process:
        """A command that runs beside the others."""
        process = Process(words, self.room / f"{words[0]}-{len(self._processes)}.err")
        self._processes.append(process)
        return process

    def close(self) -> None:
        for process in reversed(self._processes):
            process.close()


@contextlib.contextmanager
def shop(room: Path) -> Iterator[Shop]:
    """A shop that leaves nothing running."""
    it = Shop(room)
    try:
        yield it
    finally:
        it.close()


def is_pop(line: Answer) -> bool:
    """Whether a desk says with it that somebody calls."""
    return line.get("event") == "screen_pop"


def pops(desk: Process) -> list[str]:
    """The calls that popped at a desk until it was in step with the server."""
    assert desk.ask("sync", timeout=30)["ok"]
    desk.ask("state")
    return [line["call"] for line in desk.seen if is_pop(line)]


def alive(pid: int) -> bool:
    """Whether a process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
