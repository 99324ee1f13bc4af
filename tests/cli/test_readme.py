"""The commands of the README that need neither a modem nor a second PC run as they stand."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.processes import run

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
PARTS = [
    words
    for words in re.findall(r"^\| `ringdesk ([^`]+)` \|", README, re.MULTILINE)
    if words.startswith(("number", "decode"))
]


@pytest.mark.parametrize("words", PARTS)
def test_a_look_at_a_part_runs_as_it_stands(tmp_path: Path, words: str) -> None:
    done = run(tmp_path, *shlex.split(words), timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"{")


def test_both_are_there() -> None:
    assert len(PARTS) == 2
