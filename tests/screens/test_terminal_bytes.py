"""What leaves through a real pty, byte for byte: only what Textual itself says to a terminal, and printable text."""

import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest

from tests.hostile import is_forbidden

OWN = re.compile(
    r"""
    \x1b\[[\d;:]*m                       # SGR: colours
  | \x1b\[\d+;\d+H                       # CUP: where the next text stands
  | \x1b\[\?(?:7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]   # modes that Textual sets and resets
  | \x1b\[\?(?:2026|2048)\$p             # DECRQM: does the terminal know synchronised output, in-band resize
  | \x1b\[>\d*u | \x1b\[<u               # kitty keyboard protocol: push, pop
  | \x1b\[\?4m | \x1b\[c                 # what it asks at the start
  | \x1b\]22;[a-z-]+(?:\x07|\x1b\\)     # pointer shape
  | \r | \n
    """,
    re.VERBOSE,
)
"""Everything that Textual 8.2.8 writes beside text (drivers/linux_driver.py, app.py, _compositor.py)."""


def escaped(output: str, *, printable: bool = False) -> list[str]:
    """What is neither text nor Textual's own: each with a little of what follows.

    `printable` lets characters pass that a terminal only prints (fillers that `SafeText` drops for the reader's sake).
    """
    found = []
    at = 0
    while at < len(output):
        own = OWN.match(output, at)
        if own:
            at = own.end()
            continue
        if is_forbidden(output[at]) and not (printable and output[at].isprintable()):
            found.append(repr(output[at : at + 12]))
        at += 1
    return found


def shown(layer: str, tmp_path: Path) -> tuple[str, str]:
    """Run the hostile desk; its bytes as text, and what it says about itself."""
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 45, 160, 0, 0))
    verdict = tmp_path / "verdict"
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.screens.hostile_desk", layer, str(verdict)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    )
    os.close(slave)
    output = bytearray()
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if not select.select([master], [], [], 0.5)[0]:
            continue
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        output += data
        if b"\x1b[?2026$p" in data:
            os.write(master, b"\x1b[?2026;2$y")
    child.kill() if child.poll() is None and time.monotonic() >= end else None
    child.wait(10)
    os.close(master)
    said = verdict.read_text() if verdict.exists() else "no verdict"
    return output.decode("utf-8", "surrogateescape"), said


def test_the_parser_knows_what_is_not_ours() -> None:
    assert escaped("\x1b[1;31m\x1b[3;4H陳 ok\x1b[?25l\n") == []
    for attack in ("\x1b]52;c;QQ==\x07", "\x1b[2J", "\x1b[?1049x", "\x9b2J", "a\u202eb", "\x07", "\x1bP1$r\x1b\\"):
        assert escaped(attack), attack


@pytest.mark.parametrize("layer", ["clean", "leak"])
def test_only_textuals_own_sequences_leave(layer: str, tmp_path: Path) -> None:
    output, said = shown(layer, tmp_path)
    assert said == "complete"
    assert len(output) > 200_000
    assert escaped(output, printable=layer == "leak")[:5] == []


def test_without_the_gate_the_leak_is_seen(tmp_path: Path) -> None:
    output, _said = shown("open", tmp_path)
    assert any("x1b]52" in found or "x1b[2J" in found for found in escaped(output))
