"""`ringdesk replay`: a recording is heard again, as `listen` hears it."""

import json
import time
from pathlib import Path

import pytest

from tests.cli.processes import run

TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"


def test_a_recording_is_played_as_it_was_heard(tmp_path: Path) -> None:
    file = TRANSCRIPTS / "whozz" / "serial-answered.jsonl"
    done = run(tmp_path, "replay", str(file), "--dialect", "whozz", "--speed", "1000")
    assert (done.returncode, done.stderr) == (0, b"")
    *_, call = [json.loads(line) for line in done.stdout.splitlines()]
    assert (call["caller"]["raw"], call["outcome"]) == ("02-2720-8889", "answered")
    once = run(tmp_path, "listen", f"replay:{file}?dialect=whozz&speed=1000")
    kinds = [[json.loads(line).get("event") for line in each.stdout.splitlines()] for each in (done, once)]
    assert kinds[0] == kinds[1]


def test_it_takes_as_long_as_it_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a line & more.jsonl"
    chunk = {"dir": "in", "hex": b"\r\nRING\r\n".hex()}
    file.write_text("".join(json.dumps({"at": at, **chunk}) + "\n" for at in (0.0, 6.0)))
    began = time.monotonic()
    done = run(tmp_path, "replay", str(file), "--speed", "3", "--follow")
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began >= 2.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.jsonl"], b"No such file"),
        (["none.jsonl", "--dialect", "nobodys"], b"there is no dialect 'nobodys'"),
        (["none.jsonl", "--speed", "0"], b"above 0"),
    ],
)
def test_what_cannot_be_played_is_one_line(tmp_path: Path, words: list[str], said: bytes) -> None:
    done = run(tmp_path, "replay", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_recording_of_another_dialect_says_what_to_name(tmp_path: Path) -> None:
    file = str(TRANSCRIPTS / "ami" / "sipp-inbound.jsonl")
    done = run(tmp_path, "replay", file, "--speed", "1000")
    assert (done.returncode, done.stderr.count(b"\n")) == (0, 1)
    assert b"no caller could be read in it as modem" in done.stderr
    assert b"--dialect NAME" in done.stderr
    done = run(tmp_path, "replay", file, "--speed", "1000", "--dialect", "ami")
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_recording_is_written_with_other_numbers(tmp_path: Path) -> None:
    file, out = TRANSCRIPTS / "whozz" / "serial-answered.jsonl", tmp_path / "masked.jsonl"
    done = run(tmp_path, "replay", str(file), "--dialect", "whozz", "--mask", str(out))
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) == {"masked": str(out), "chunks": len(file.read_text().splitlines())}
    assert b"2720-8889".hex() not in out.read_text()
    played = run(tmp_path, "replay", str(out), "--dialect", "whozz", "--speed", "1000")
    *_, call = [json.loads(line) for line in played.stdout.splitlines()]
    assert call["caller"]["raw"].startswith("02-2")
    assert call["outcome"] == "answered"
    for words in (
        [str(file), "--mask", str(out)],
        ["none.jsonl", "--mask", "x"],
        [str(file), "--mask", "x", "--dialect", "acme"],
    ):
        again = run(tmp_path, "replay", "--dialect", "whozz", *words)
        assert (again.returncode, again.stderr.count(b"\n")) == (2, 1)
