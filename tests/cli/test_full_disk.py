"""A desk or a server that is started on a disk that takes nothing says so in one line, and what to do."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.processes import environment, run
from tests.full import fill, small_disk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="full disks are made with what Linux has")

OLD = "a folder that was used before"
KINDS = ("server", "desk", "joined desk")


def words(kind: str, place: Path, password: Path) -> list[str]:
    if kind == "server":
        return ["server", "--listen", "127.0.0.1:0", "--database", f"sqlite:///{place / 'server.db'}"]
    desk = ["desk", "--headless", "--data", str(place / "data")]
    if kind == "desk":
        return desk
    join = ["--server", "ws://127.0.0.1:9/sync", "--enrol", "AAAA", "--user", "mei", "--password-file", str(password)]
    return [*desk, *join]


def use(kind: str, place: Path, password: Path) -> None:
    """What is there after a first start."""
    if kind == "server":
        database = f"sqlite:///{place / 'server.db'}"
        user = ["user", "add", "mei", "--role", "agent", "--password-file", str(password)]
        assert run(password.parent, "admin", "--database", database, *user).returncode == 0
    else:
        run(password.parent, *words(kind, place, password), timeout=60)
        assert (place / "data" / "replica.db").exists()


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("correct horse battery\n")
    return file


def said(room: Path, *command: str) -> str:
    done = run(room, *command, timeout=60)
    assert done.returncode in (1, 2), done
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1, done.stderr.decode()
    assert b"rrno" not in done.stderr
    return done.stderr.decode()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left", [0, 8, 40, 120, OLD], ids=str)
def test_on_a_full_disk(kind: str, left: int | str, tmp_path: Path, password: Path) -> None:
    """`left` KiB are free: enough for the first files, or not even for them."""
    with small_disk(tmp_path / "disk") as place:
        if left == OLD:
            use(kind, place, password)
        fill(place, left=0 if isinstance(left, str) else left * 1024)
        line = said(tmp_path, *words(kind, place, password))
    assert "make room on" in line
    assert str(place) in line


@pytest.mark.parametrize("left", [320, 600])
def test_a_desk_with_room_for_itself_and_none_for_its_server(left: int, tmp_path: Path, password: Path) -> None:
    with small_disk(tmp_path / "disk") as place:
        fill(place, left * 1024)
        assert "make room on" in said(tmp_path, *words("desk", place, password))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
def test_on_a_disk_that_is_read_only(kind: str, *, old: bool, tmp_path: Path, password: Path) -> None:
    with small_disk(tmp_path / "disk") as place:
        if old:
            use(kind, place, password)
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        line = said(tmp_path, *words(kind, place, password))
    assert "Read-only file system; make its disk writable, or give another" in line
    assert str(place) in line


@pytest.mark.parametrize("kind", KINDS)
def test_where_files_may_not_grow(kind: str, tmp_path: Path, password: Path) -> None:
    """The limit of a person's session (`ulimit -f`), in blocks of 512 bytes: enough for a key, not for a database."""
    limited = ["/bin/sh", "-c", 'ulimit -f 8; exec "$@"', "sh", sys.executable, "-m", "cli.main"]
    command, env = [*limited, *words(kind, tmp_path, password)], environment(tmp_path)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, env=env, check=False)
    assert done.returncode in (1, 2), done
    assert done.stderr.count(b"\n") == 1, done.stderr.decode()
    assert b"cannot be written" in done.stderr or b"did not do it" in done.stderr
