"""Terminals that can do little, and environments that say so: a command works there, or says in one line what to do."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.processes import environment

ASCII = {
    "POSIX": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""},
    "ascii": {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "ascii"},
}
CHINESE = {"RINGDESK_GENERAL_LANGUAGE": "zh-Hant"}


def on_a_terminal(room: Path, *words: str, typed: str = "", **more: str) -> tuple[int, str]:
    """How a command ends on a terminal of its own, and all that it shows."""
    outside, inside = pty.openpty()
    try:
        child = subprocess.Popen(
            [sys.executable, "-m", "cli.main", *words],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            env={**environment(room), "LANGUAGE": "", **more},
        )
        os.close(inside)
        os.write(outside, typed.encode())
        shown = b""
        while chunk := _read(outside):
            shown += chunk
        return child.wait(60), shown.decode()
    finally:
        os.close(outside)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # EIO: nobody has it open any more
        return b""


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        (["desk"], "add --plain for lines", "請加上 `--plain`"),
        (["desk", "--practice"], "add --plain for lines", "請加上 `--plain`"),
        (["demo"], "`ringdesk desk --practice --plain`", "`ringdesk desk --practice --plain` 以逐行模式"),
    ],
    ids=" ".join,
)
def test_a_terminal_that_cannot_draw_is_offered_lines(
    tmp_path: Path, words: list[str], english: str, chinese: str
) -> None:
    code, shown = on_a_terminal(tmp_path, *words, TERM="dumb", LC_ALL="C.UTF-8")
    assert code == 2
    assert shown.startswith("ringdesk: this terminal cannot draw (TERM=dumb); ")
    assert english in shown
    assert shown.count("\n") == 1
    code, shown = on_a_terminal(tmp_path, *words, TERM="dumb", RINGDESK_GENERAL_LANGUAGE="zh-Hant")
    assert (code, shown.count("\n")) == (2, 1)
    assert chinese in shown


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["desk"], "add --plain for lines, --headless for JSON"),
        (["desk", "--practice"], "add --plain for lines\n"),
        (["demo"], "`ringdesk desk --practice --plain` shows much the same in lines, --headless prints JSON"),
    ],
    ids=" ".join,
)
def test_no_terminal_is_offered_what_the_command_has(tmp_path: Path, words: list[str], says: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**environment(tmp_path), "LANGUAGE": "en"},
        check=False,
    )
    assert done.returncode == 2
    assert says in done.stderr.decode()


@pytest.mark.parametrize("way", ASCII)
@pytest.mark.parametrize("words", [["doctor"], ["--help"], ["doctor", "--help"]], ids=" ".join)
def test_ascii_is_no_reason_to_end(tmp_path: Path, way: str, words: list[str]) -> None:
    own = {**environment(tmp_path), "LANGUAGE": "", **CHINESE, **ASCII[way]}
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=own,
        timeout=90,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert any("\u4e00" <= char <= "\u9fff" for char in done.stdout.decode())


@pytest.mark.parametrize("way", ASCII)
def test_setup_talks_where_the_environment_says_ascii(tmp_path: Path, way: str) -> None:
    typed = "1\n台灣\nquit\n"
    code, shown = on_a_terminal(tmp_path, "setup", typed=typed, TERM="xterm", **ASCII[way])
    assert (code, "Traceback" in shown) == (0, False), shown
    assert "電話線路的區碼" in shown
    assert "沒有「" not in shown, "what is typed is read as it was written"


def test_another_set_of_characters_loses_only_what_it_lacks(tmp_path: Path) -> None:
    own = {**environment(tmp_path), "LANGUAGE": "zh_TW", "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "--help"], capture_output=True, env=own, timeout=60, check=False
    )
    assert done.returncode == 0
    assert b"\\u7528\\u6cd5" in done.stdout
