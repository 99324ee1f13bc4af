"""What leaves through a real pty, byte for byte: only what Textual itself says to a terminal, and printable text."""

import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest

from tests.screens.strict import escaped


def shown(layer: str, tmp_path: Path, enough: tuple[bytes, ...] = ()) -> tuple[str, str]:
    """Run the hostile desk to its end, or until one of `enough` came out; its bytes as text, and what it says of itself."""
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
    end = time.monotonic() + 400
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
        if any(found in output for found in enough):
            break
        if b"\x1b[?2026$p" in data:
            os.write(master, b"\x1b[?2026;2$y")
    child.kill() if child.poll() is None and (enough or time.monotonic() >= end) else None
    child.wait(10)
    os.close(master)
    said = verdict.read_text() if verdict.exists() else "no verdict"
    return output.decode("utf-8", "surrogateescape"), said


def test_the_parser_knows_what_is_not_ours() -> None:
    assert escaped("\x1b[1;31m\x1b[3;4H陳 ok\x1b[?25l\n") == []
    for attack in ("\x1b]52;c;QQ==\x07", "\x1b[2J", "\x1b[?1049x", "\x9b2J", "a\u202eb", "\x07", "\x1bP1$r\x1b\\"):
        assert escaped(attack), attack


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["clean", "leak"])
def test_only_textuals_own_sequences_leave(layer: str, tmp_path: Path) -> None:
    output, said = shown(layer, tmp_path)
    assert said == "complete"
    assert len(output) > 200_000
    assert escaped(output, printable=layer == "leak")[:5] == []


def test_without_the_gate_the_leak_is_seen(tmp_path: Path) -> None:
    output, _said = shown("open", tmp_path, enough=(b"\x1b]52", b"\x1b[2J"))
    assert any("x1b]52" in found or "x1b[2J" in found for found in escaped(output))
