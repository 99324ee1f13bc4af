"""The demo as a person starts it: the whole real path, and nothing left behind."""

import json
import os
import sys
import tempfile
from pathlib import Path

import pytest

from cli import demo
from ringdesk.sample import as_written, english
from tests.cli.processes import child, gone, run, servers_in
from tests.terminal.plain.talking import spoken


def leftovers() -> set[str]:
    """Demo directories of this machine."""
    return {entry.name for entry in Path(tempfile.gettempdir()).glob("ringdesk-demo-*")}


def test_headless_it_prints_the_calls_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    done = run(tmp_path, "demo", "--headless", "--calls", "2", "--members", "60", "--every", "1")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert all("event" in line for line in lines)
    pops = [line for line in lines if line["event"] == "screen_pop"]
    assert len([pop for pop in pops if pop["matches"]]) == 2
    assert len({pop["call"] for pop in pops}) == len(pops)
    assert all(pop["caller"]["presentation"] == "shown" and pop["greeting"] for pop in pops)
    assert done.stderr == b""
    assert not list(tmp_path.glob("ringdesk-demo-*"))
    if sys.platform == "linux":
        assert servers_in(tmp_path) == []


def test_the_same_seed_rings_the_same_people(tmp_path: Path) -> None:
    said = [run(tmp_path, "demo", "--headless", "--calls", "1", "--seed", "7", "--members", "60") for _ in range(2)]
    numbers = [
        [json.loads(line)["caller"]["raw"] for line in each.stdout.splitlines() if b'"screen_pop"' in line]
        for each in said
    ]
    assert numbers[0]
    assert numbers[0] == numbers[1]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_told_to_end_it_cleans_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with child(tmp_path, "demo", "--headless", "--calls", "1000", "--members", "20", "--every", "1") as demo:
        demo.event("screen_pop")
        (server,) = servers_in(tmp_path)
    assert demo.process.returncode == 0
    assert gone(lambda: Path(f"/proc/{server}").exists() and servers_in(tmp_path))
    assert not list(tmp_path.glob("ringdesk-demo-*"))


def test_drawn_into_a_pipe_it_refuses(tmp_path: Path) -> None:
    done = run(tmp_path, "demo")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert b"--headless prints JSON" in done.stderr


@pytest.mark.parametrize("words", [["--members", "0"], ["--calls", "-1"]])
def test_bad_use(tmp_path: Path, words: list[str]) -> None:
    done = run(tmp_path, "demo", "--headless", *words)
    assert done.returncode == 2
    assert os.linesep.encode() in done.stderr


def test_while_members_are_made_their_number_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(demo, "_tell", told.append)
    monkeypatch.setattr(demo, "TELL_SECONDS", 0.0)
    rows = list(demo._rows(1, 3, as_written))
    assert list(demo._counted(iter(rows), 3)) == rows
    assert told[-1] == "3 of 3 members made"


@pytest.mark.parametrize(("language", "says"), [("en", english), ("zh_TW", as_written)])
def test_the_sample_speaks_the_language_of_the_screen(language: str, says: object) -> None:
    with spoken(language):
        assert demo.spoken() is says
