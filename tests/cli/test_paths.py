"""What may not be read, is a folder, or is a file where a folder belongs: one line that says so, whatever the command."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONG = "x" * 300
"""No name on any disk: the system refuses to look, also for somebody who may look everywhere."""
MAY_LOOK_EVERYWHERE = hasattr(os, "geteuid") and os.geteuid() == 0
ORDINARY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if MAY_LOOK_EVERYWHERE else []
A_DESK = ["desk", "--headless", "--server", "ws://127.0.0.1:9/sync", "--user", "mei"]
needs_permissions = pytest.mark.skipif(
    os.name == "nt" or (MAY_LOOK_EVERYWHERE and shutil.which("setpriv") is None),
    reason="nothing is forbidden to this user",
)


def said(*words: str) -> str:
    """What a command complains of; it must be one line."""
    done = subprocess.run(
        [*ORDINARY, sys.executable, "-m", "cli.main", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode in (1, 2), done
    lines = done.stderr.splitlines()
    assert len(lines) <= 1, done.stderr
    assert "rrno" not in done.stderr
    return done.stderr


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0)
    return folder


@needs_permissions
@pytest.mark.parametrize(
    "words",
    [
        ["lookup", "678", "--data", "{}"],
        ["server", "--listen", "127.0.0.1:0", "--database", "sqlite:///{}/s.db"],
        ["decode", "modem", "{}/file"],
        ["desk", "--headless", "--data", "{}"],
        ["desk", "--headless", "--data", "{}/below"],
        [*A_DESK, "--password-file", "README.md", "--data", "{}"],
        [*A_DESK, "--password-file", "{}/file", "--data", "{}"],
        ["simulate", "modem", "--listen", "127.0.0.1:0", "--from", "{}/file"],
    ],
    ids=" ".join,
)
def test_what_may_not_be_read_is_one_line(locked: Path, words: list[str]) -> None:
    assert "Permission denied" in said(*(word.format(locked) for word in words))


@needs_permissions
def test_doctor_says_what_it_may_not_look_at(locked: Path) -> None:
    done = subprocess.run(
        [*ORDINARY, sys.executable, "-m", "cli.main", "doctor", "--data", str(locked / "below")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert "cannot be looked at; let this user read it, or correct the path (Permission denied)" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize(
    "words",
    [
        ["lookup", "678", "--data", LONG],
        ["server", "--tls-cert", LONG, "--tls-key", LONG],
        ["desk", "--headless", "--data", LONG],
    ],
    ids=lambda words: words[0],
)
def test_a_path_that_is_none_is_one_line(words: list[str]) -> None:
    assert "too long" in said(*words)


def test_a_folder_with_a_name_that_is_none_is_one_line(tmp_path: Path) -> None:
    settings = tmp_path / "ringdesk.toml"
    settings.write_text('[desk]\ndata = "x\\u0000y"\n')
    assert "is no name of a folder" in said("desk", "--headless", "--config", str(settings))


BELONGS = "is a folder where a file belongs"
INSTEAD = "cannot be written: Is a directory; move away what is there, then start again"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("replica.db", BELONGS),
        ("server.db", BELONGS),
        ("local.password", INSTEAD),
        ("device.key", INSTEAD),
        ("device.key.fresh", INSTEAD),
    ],
)
def test_a_folder_where_a_file_of_the_desk_belongs(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / name / "below").mkdir(parents=True)
    assert f"{tmp_path / name} {words}" in said("desk", "--headless", "--data", str(tmp_path))


@pytest.mark.parametrize("place", [".", "server.state"])
def test_a_file_where_a_folder_of_the_desk_belongs(tmp_path: Path, place: str) -> None:
    data = tmp_path / "data"
    if place != ".":
        data.mkdir()
    (data / place).touch()
    assert "a file stands where a folder belongs; move it away" in said("desk", "--headless", "--data", str(data))


@needs_permissions
@pytest.mark.parametrize("name", ["replica.db", "server.db"])
def test_a_database_that_may_not_be_read(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.touch()
    file.chmod(0)
    assert f"{name}: Permission denied" in said("desk", "--headless", "--data", str(tmp_path))


@needs_permissions
def test_without_a_log_nothing_of_it_reaches_the_output(tmp_path: Path, locked: Path) -> None:
    done = subprocess.run(
        [*ORDINARY, sys.executable, "-m", "cli.main", "desk", "--headless", "--data", str(tmp_path / "data")],
        cwd=ROOT,
        env={**os.environ, "XDG_STATE_HOME": str(locked), "HOME": str(locked)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done
    assert "nothing is logged" in done.stderr
    assert [line for line in done.stdout.splitlines() if not line.startswith("{")] == []
    assert stat.S_IMODE(locked.stat().st_mode) == 0
