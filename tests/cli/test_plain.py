"""`ringdesk desk --plain` as a person starts it: over pipes, and on a terminal."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ringdesk.members import Member, MemberNumber
from ringdesk.safetext import SafeText
from tests.cli.processes import PATIENCE, child, environment
from tests.flows.members import filled
from tests.hostile import CASES, is_forbidden

HOSTILE = str.__new__(SafeText, "\x1b[2J\x1b]0;owned\x07小\u202e明\x9b31m")
LIN = Member(
    id="m1",
    code=SafeText("M1"),
    name=SafeText("林淑芬"),
    honorific=SafeText("小姐"),
    numbers=(MemberNumber(SafeText("0912-345-678"), "+886912345678"),),
    flags=(HOSTILE,),
)


class Talk:
    """A plain desk over pipes, or on a pty (`terminal`)."""

    def __init__(self, room: Path, *words: str, terminal: bool = False) -> None:
        command = [sys.executable, "-m", "cli.main", "desk", "--plain", *words]
        if terminal:
            master, device = os.openpty()
            self.process = subprocess.Popen(
                command,
                stdin=device,
                stdout=device,
                stderr=subprocess.PIPE,
                env=environment(room),
                start_new_session=True,
            )
            os.close(device)
            self._in = self._out = master
        else:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(room)
            )
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self._in, self._out = self.process.stdin.fileno(), self.process.stdout.fileno()
        self.said = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            while data := os.read(self._out, 65536):
                self.said += data
        except OSError:
            pass

    @property
    def text(self) -> str:
        return self.said.decode()

    def type(self, text: str) -> None:
        os.write(self._in, text.encode())

    def see(self, wanted: str, after: int = 0) -> int:
        """Wait until it was said; where it ends."""
        deadline = time.monotonic() + PATIENCE
        while (at := self.said.find(wanted.encode(), after)) < 0:
            assert time.monotonic() < deadline, f"{wanted!r} was not said:\n{self.text}"
            assert self.process.poll() is None or wanted.encode() in self.said, self.text
            time.sleep(0.02)
        return at + len(wanted.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        _, errors = self.process.communicate(timeout=30) if self.process.stdin is None else (b"", b"")
        self.process.wait(30)
        self._reader.join(5)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        assert not errors


@contextmanager
def talk(room: Path, *words: str, terminal: bool = False) -> Iterator[Talk]:
    it = Talk(room, *words, terminal=terminal)
    try:
        yield it
    finally:
        it.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    asyncio.run(filled(tmp_path / "data", [("member", LIN)]))
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("language", "rings", "mine", "saved", "closed", "again"),
    [
        (
            "en",
            "Line 1 rings: 林淑芬 Ms, 0912-345-678.",
            "You have it: 林淑芬",
            "Note saved",
            "Closed: 林淑芬",
            "Order",
        ),
        ("zh-Hant", "1 線響了：林淑芬 小姐、0912-345-678。", "由您接聽：林淑芬", "備註已存", "已結案：林淑芬", "訂購"),
    ],
)
def test_a_call_from_ring_to_end_through_pipes(
    tmp_path: Path, data: Path, language: str, rings: str, mine: str, saved: str, closed: str, again: str
) -> None:
    call = [
        "--call",
        "0912345678",
        "--name",
        CASES[sorted(CASES)[0]].replace("\x00", ""),
        "--rings",
        "2",
        "--cadence",
        "1",
    ]
    with child(tmp_path, "simulate", "modem", "--listen", "127.0.0.1:0", *call) as modem:
        source = modem.until(lambda line: "listening" in line)["listening"]
        with talk(tmp_path, "--data", str(data), "--language", language, "--source", f"{source}?line=1") as desk:
            desk.see(rings)
            desk.type("t\n")
            desk.see(mine)
            desk.type("n\n下週三改送\n要開統編\n\n")
            desk.see(saved)
            desk.type("w\n2\n")
            at = desk.see(closed)
            desk.type("s 678\n1\n")
            desk.see(again, at)
            desk.type("q\n")
            assert desk.process.wait(PATIENCE) == 0
            assert "\x1b" not in desk.text
            assert not [char for char in desk.text if is_forbidden(char, line_feeds=True)]
            assert "[2J]0;owned小明31m" in desk.text


@pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")
def test_on_a_terminal_a_call_does_not_touch_what_is_typed(tmp_path: Path, data: Path) -> None:
    """Half a line is typed when the call comes: Enter sends it as if nothing had come."""
    with child(
        tmp_path, "simulate", "modem", "--listen", "127.0.0.1:0", "--call", "0912345678", "--after", "4"
    ) as modem:
        source = modem.until(lambda line: "listening" in line)["listening"]
        words = ["--data", str(data), "--source", f"{source}?line=1"]
        with talk(tmp_path, *words, terminal=True) as desk:
            desk.see("? reads the commands.")
            desk.type("s 34")
            rung = desk.see("\r\nLine 1 rings: 林淑芬 Ms")
            desk.type("5\n")
            desk.see("Nobody was found.", rung)
            desk.type("s 678\n1\nn\nhalf")
            desk.see("Note for 林淑芬")
            desk.process.send_signal(signal.SIGINT)
            assert desk.process.wait(PATIENCE) == 130
            assert b"\x1b" not in desk.said


def test_the_end_of_input_ends_it_and_a_kept_note_comes_back(tmp_path: Path, data: Path) -> None:
    words = ["--data", str(data)]
    with talk(tmp_path, *words) as desk:
        desk.see("All is clear.")
        desk.type("s 678\n1\nn\nhalf a note\n")
        desk.see("Note for 林淑芬")
        assert desk.process.stdin is not None
        desk.process.stdin.close()
        assert desk.process.wait(PATIENCE) == 0
    with talk(tmp_path, *words) as desk:
        desk.see("1 Draft: 林淑芬, half a note")
        desk.type("q\n")
        assert desk.process.wait(PATIENCE) == 0
