"""`ringdesk setup` on a real terminal, broken off at each of its questions: the next one goes on with what was answered, and no
file is half written."""

import json
import os
import signal
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.cli.processes import PATIENCE, environment, gone, servers_in
from tests.cli.test_setup import written

if sys.platform == "win32":
    pytest.skip("a terminal of POSIX is needed", allow_module_level=True)

import pty
import select


class Question(NamedTuple):
    """What is asked, what is typed, and what is proposed the next time. A secret is never proposed."""

    asked: str
    typed: str
    proposed: str = ""


WITHOUT_PORTS: Final = """
import sys
from serial.tools import list_ports
list_ports.comports = lambda *_: []
from cli import setup_server
async def there(address): assert address == "ws://127.0.0.1:2/sync"
setup_server.expect_reachable = there
from cli.main import main
sys.exit(main())
"""
"""Setup where no serial port is, for those of the machine would be tried for ten seconds each; and where `SERVER` answers."""
PASSWORD: Final = "correct horse battery"
SERVER: Final = "127.0.0.1:2"
"""Where something answers to whoever looks for it."""
QUESTIONS: Final = (
    Question("語言 Language", "English", "2"),
    Question("Country of the lines", "JP", "JP"),
    Question("Area code", "3", "03"),
    Question("A check", "03-3123-4567"),
    Question("Which is your telephone line?", "2", "2"),
    Question("What is it?", "freeswitch", "2"),
    Question("Address of the exchange", "127.0.0.1:1", "127.0.0.1:1"),
    Question("Password:", PASSWORD),
    Question("It does not work yet.", "3"),
    Question("A test ring?", "3", "3"),
    Question("Where is the server?", SERVER, SERVER),
    Question("User:", "yijun", "yijun"),
    Question("Password:", PASSWORD),
)
"""Up to the code, which nobody has."""
LINE: Final = 4
RING: Final = 9
"""Where the line is asked for, and what comes after it: a line that is settled is asked for in another way."""


class Terminal:
    """Setup on a terminal that is its controlling one: Ctrl+C and the closing of the window do what they do."""

    def __init__(self, room: Path, *words: str) -> None:
        command = [sys.executable, "-c", WITHOUT_PORTS, "setup", *words]
        own = environment(room) | {"LC_ALL": "C.UTF-8", "LANGUAGE": "", "TERM": "xterm", "TMPDIR": str(room / "tmp")}
        (room / "tmp").mkdir(exist_ok=True)
        self.pid, self.window = pty.fork()
        if self.pid == 0:
            os.execve(sys.executable, command, own)
        termios.tcsetwinsize(self.window, (40, 200))
        self.said = ""
        self._status: int | None = None

    def see(self, text: str, since: int = 0) -> int:
        """Read until it stands there; where it ends."""
        deadline = time.monotonic() + PATIENCE
        while (at := self.said.find(text, since)) < 0:
            assert time.monotonic() < deadline, self.said
            assert self.read() or self.is_running(), self.said
        return at + len(text)

    def asks(self, text: str, since: int = 0) -> int:
        """Read until that is asked, and an answer is waited for; where the prompt ends."""
        self.see(text, since)
        deadline = time.monotonic() + PATIENCE
        while self.read(0.1) or not self.said.endswith(" "):
            assert time.monotonic() < deadline, self.said
        return len(self.said)

    def read(self, patience: float = 0.2) -> bool:
        ready, _, _ = select.select([self.window], [], [], patience)
        try:
            data = os.read(self.window, 65536) if ready else b""
        except OSError:  # nobody is on the other end any more
            data = b""
        self.said += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)

    def type(self, text: str) -> None:
        os.write(self.window, text.encode())

    def is_running(self) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = os.waitstatus_to_exitcode(status) if pid else None
        return self._status is None

    def ended(self) -> int | None:
        """Its exit code, or the number of the signal that ended it, negative."""
        deadline = time.monotonic() + PATIENCE
        while self.is_running() and time.monotonic() < deadline:
            if self.window >= 0:
                self.read(0.05)
            else:
                time.sleep(0.05)
        return self._status

    def close(self) -> None:
        if self.window >= 0:
            os.close(self.window)
            self.window = -1

    def end(self) -> None:
        if self.is_running():
            os.kill(self.pid, signal.SIGKILL)
            self.ended()
        self.close()


def interrupted(terminal: Terminal) -> None:
    """Ctrl+C."""
    terminal.type("\x03")
    assert terminal.ended() == 130, terminal.said
    while terminal.read(0.05):
        pass
    assert "goes on with your answers" in terminal.said
    assert termios.tcgetattr(terminal.window)[3] & termios.ECHO, "what is typed is seen again"


def killed(terminal: Terminal) -> None:
    """kill -9."""
    os.kill(terminal.pid, signal.SIGKILL)
    assert terminal.ended() == -signal.SIGKILL


def closed(terminal: Terminal) -> None:
    """The window is closed."""
    terminal.close()
    assert terminal.ended() in (130, 2)


WAYS: Final = (interrupted, killed, closed)


def walked(terminal: Terminal, upto: int, known: int) -> None:
    """Answer the first `upto` questions, by Enter those that are `known`, and come to the next. A line that is settled is
    kept."""
    at = 0
    for place, question in enumerate(QUESTIONS[: upto + 1]):
        if LINE <= place < RING and known >= RING:
            if place == LINE:
                at = terminal.asks("This desk has a line already.", at)
                terminal.type("\r")
            continue
        at = terminal.asks(question.asked, at)
        again = place < known and bool(question.proposed)
        assert terminal.said.endswith(f"[{question.proposed}] ") or not again, terminal.said
        if place < upto:
            terminal.type("\r" if again else f"{question.typed}\r")


TRIAL = "ringdesk-setup-"
"""The folder of a test call, which nobody clears up behind kill -9."""


def left(room: Path) -> str:
    """Everything that setup has written but for its test call; none of it is half of something."""
    files = [file for file in room.rglob("*") if file.is_file() and TRIAL not in file.parent.name]
    assert not [file for file in files if file.suffix == ".new"]
    assert not (room / "config" / "ringdesk" / "ringdesk.toml").exists()
    drafts = [file for file in files if file.name == "setup-draft.json"]
    assert all(json.loads(file.read_text("utf-8")) for file in drafts)
    return "".join(file.read_text("utf-8") for file in drafts)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_at_each_question_in_each_way(tmp_path: Path, way: Callable[[Terminal], None]) -> None:
    at_each_question(tmp_path, lambda _: way)


def test_at_each_question(tmp_path: Path) -> None:
    at_each_question(tmp_path, lambda place: WAYS[place % len(WAYS)])


def at_each_question(room: Path, way_at: Callable[[int], Callable[[Terminal], None]]) -> None:
    for place in range(len(QUESTIONS)):
        terminal = Terminal(room)
        try:
            walked(terminal, place, max(0, place - 1))
            way_at(place)(terminal)
        finally:
            terminal.end()
        assert PASSWORD not in left(room)
    terminal = Terminal(room)
    try:
        walked(terminal, len(QUESTIONS) - 3, len(QUESTIONS) - 1)
        terminal.type("quit\r")
        assert terminal.ended() == 0, terminal.said
    finally:
        terminal.end()
    file = room / "config" / "ringdesk"
    general = written(file)["general"]
    assert general == {"language": "en", "region": "JP", "area": "3"}
    assert str(written(file)["desk"]["sources"]).startswith("['tcp://127.0.0.1:1?dialect=esl")
    assert not (room / "state" / "ringdesk" / "setup-draft.json").exists()


@pytest.mark.parametrize("way", WAYS)
def test_in_the_test_call_nothing_stays_behind(tmp_path: Path, way: Callable[[Terminal], None]) -> None:
    terminal = Terminal(tmp_path, "--language", "en", "--region", "TW", "--area", "2", "--no-source", "--embedded")
    try:
        terminal.type("\r")
        terminal.see("A test call with a fictional member")
        time.sleep(1.0)
        way(terminal)
    finally:
        terminal.end()
    assert gone(lambda: servers_in(tmp_path))
    assert way is killed or not [each for each in tmp_path.rglob("*") if TRIAL in each.name]
    left(tmp_path)
