"""The first line of whatever a name leads to: it is read, or refused in words; nothing hangs, nothing is read without end."""

import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cli import firstline
from cli.firstline import MOST_READ, first_line
from ringdesk.errors import BadInput
from tests.cli.processes import environment, run

GIGABYTE = 1 << 30


@pytest.mark.parametrize(
    "content",
    [
        b"correct horse",
        b"correct horse\n",
        b"\xef\xbb\xbfcorrect horse\r\nanother line\r\n",
        b"  correct horse\t\n\xff\xff",
        b"correct horse\rold mac",
        b"correct horse\n" + "的".encode() * MOST_READ,
    ],
)
def test_the_line(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    assert first_line(str(file)) == "correct horse"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"  \nsecond\n", "is empty"),
        (b"\xff\xfec\x00o\x00\n", "is not text in UTF-8"),
        (b"a\x00b\n", "is not text"),
        (b"a" * MOST_READ, "its first line does not end"),
    ],
)
def test_what_is_no_line(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=f"{said}.*; .*one line"):
        first_line(str(file))


def test_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    zeros, text = tmp_path / "zeros", tmp_path / "text"
    text.write_bytes(b"correct horse\n")
    zeros.touch()
    for file in (zeros, text):
        os.truncate(file, GIGABYTE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert first_line(str(text)) == "correct horse"
    with pytest.raises(BadInput, match="its first line does not end"):
        first_line(str(zeros))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


@pytest.mark.parametrize(
    ("device", "said"),
    [("/dev/zero", "its first line does not end"), ("/dev/null", "is empty"), ("/dev", "it is a directory")],
)
def test_devices_and_folders(device: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        first_line(device)


def test_a_pipe_gives_its_line_also_to_who_came_first_and_to_who_waits_for_the_rest(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        time.sleep(0.1)
        with pipe.open("wb", buffering=0) as stream:
            for part in (b"correct ", b"horse", b"\nmore"):
                time.sleep(0.1)
                stream.write(part)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert first_line(str(pipe)) == "correct horse"
    finally:
        writer.join()


def test_a_pipe_into_which_nobody_writes_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firstline, "PATIENCE", 0.2)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(BadInput, match="nothing came within"):
        first_line(str(pipe))
    writer = os.open(pipe, os.O_RDWR)  # somebody holds it open, and is silent
    try:
        with pytest.raises(BadInput, match="nothing came within"):
            first_line(str(pipe))
    finally:
        os.close(writer)


@pytest.mark.parametrize("flag", ["--password-file", "--enrol-file"])
def test_the_desk_refuses_an_endless_file_at_once_and_in_little_memory(flag: str, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("correct horse battery\n")
    files = {"--password-file": str(password), "--enrol-file": str(password)} | {flag: "/dev/zero"}
    words = ["desk", "--headless", "--server", "ws://127.0.0.1:9/sync", "--user", "mei", "--data", str(tmp_path / "d")]
    limited = ["/bin/sh", "-c", 'ulimit -v 2000000; exec "$@"', "sh", sys.executable, "-m", "cli.main"]
    command = [*limited, *words, *(word for pair in files.items() for word in pair)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, env=environment(tmp_path), check=False
    )
    assert done.returncode == 2
    assert done.stderr.endswith(b"/dev/zero: its first line does not end; give a text file with one line\n")


def test_so_does_the_administrator(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'server.db'}"
    done = run(
        tmp_path,
        "admin",
        "--database",
        database,
        "user",
        "add",
        "mei",
        "--role",
        "agent",
        "--password-file",
        "/dev/zero",
        timeout=30,
    )
    assert done.returncode == 2
    assert done.stderr.endswith(b"/dev/zero: its first line does not end; give a text file with one line\n")
