"""The terminal stops reading, as under Ctrl+S on the line or in a window that hangs: the desk goes on without it."""

import fcntl
import json
import os
import signal
import struct
import termios
import time
from pathlib import Path
from typing import Any, Final

import pytest

from benchmarks.exchange import Exchange
from benchmarks.pop import Caller
from tests.flows.processes import Answer, Process, shop
from tests.flows.screen import SIZE, Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

CTRL_S: Final = b"\x13"
CROWD: Final = tuple(Caller(f"09651184{last:02}", "") for last in range(40))
STALL: Final = 20.0
"""Seconds; at eight calls a second that is many times what a pty and the queue of Textual's writer hold."""


def drawn_anew(person: Person) -> list[str]:
    """The rows after the size changed and changed back, which draws every cell. The pty is not the one that controls the
    program, so the signal does not come by itself."""
    for columns in (SIZE.width - 1, SIZE.width):
        fcntl.ioctl(person._master, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE.height, columns, 0, 0))
        drawn = len(person.stream)
        os.kill(person.pid, signal.SIGWINCH)
        person.look(1.0)
        assert len(person.stream) - drawn > SIZE.width * SIZE.height
    return person.timeless()


def calls_until(ann: Process, end: float) -> int:
    """How many calls the desk of a colleague hears of until then (monotonic)."""
    seen: set[Any] = set()

    def called(line: Answer) -> bool:
        return line.get("event") in ("screen_pop", "call")

    while time.monotonic() < end:
        seen.add(ann.expect(called, timeout=30)["call"])
    return len(seen)


@pytest.mark.slow
def test_calls_notes_and_sync_go_on_and_the_screen_is_right_again(tmp_path: Path) -> None:
    with shop(tmp_path) as place, Exchange(4, 8.0, CROWD) as exchange:
        place.start_server()
        ann = place.desk("b", user="ann")
        assert ann.ask("sync", timeout=30)["ok"]
        code = json.loads(place.admin("enrol", "--store", "main", "--class", "desk"))["code"]
        words = ["desk", "--server", f"ws://{place.address}/sync", "--data", str(tmp_path / "a"), "--enrol", code]
        words += ["--user", "mei", "--password-file", str(tmp_path / "password"), "--language", "zh-Hant"]
        for source in exchange.sources:
            words += ["--source", source]
        with Person(tmp_path, words) as person:
            person.see(lambda: len(exchange.ready) == 4)
            exchange.ring()
            person.take()

            end = time.monotonic() + STALL  # from here on nobody reads
            person.write("下週三改送".encode())
            time.sleep(1)
            person.write(CTRL_S)
            saved = ann.expect(lambda line: line.get("event") == "note" and line.get("text") == "下週三改送")
            assert saved["author"]
            person.write("還在說".encode())
            heard = calls_until(ann, end)
            exchange.rest()
            assert heard >= 100
            time.sleep(1)

            waited = len(person.stream)
            person.see(lambda: "還在說" in person.pane("note") and "草稿已存" in person.pane("noteframe"))
            person.see(lambda: "響鈴中" not in person.pane("banner"))
            person.look(1.5)
            assert len(person.stream) - waited < 1_000_000  # what was drawn meanwhile was left out, not kept
            person.come_to_rest()
            assert person.timeless() == drawn_anew(person)
            assert "還在說" in person.pane("note")
            assert person.leave() == 0
