"""One process per data directory, and per database."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.lock import ProcessLock, is_free
from ringdesk.errors import Refused

HOLD = """
import sys
from pathlib import Path
from config.lock import ProcessLock
folder = Path(sys.argv[1])
lock = ProcessLock(folder / "lock", folder, "wait")
print("held", flush=True)
sys.stdin.read()
"""


def locked(folder: Path) -> ProcessLock:
    return ProcessLock(folder / "lock", folder, "wait")


def test_the_second_process_is_told_who_is_first(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(Refused, match=f"in use by process {first.pid};") as refusal:
            locked(tmp_path)
        assert refusal.value.code == "data_in_use"
        assert "\n" not in str(refusal.value)
    finally:
        first.kill()
        first.communicate()
    locked(tmp_path).release()


def test_the_same_process_cannot_open_it_twice(tmp_path: Path) -> None:
    lock = locked(tmp_path / "new")
    with pytest.raises(Refused):
        locked(tmp_path / "new")
    lock.release()
    locked(tmp_path / "new").release()


def test_it_is_seen_from_outside_whether_anybody_holds_it(tmp_path: Path) -> None:
    assert is_free(tmp_path / "lock")
    lock = locked(tmp_path)
    assert not is_free(tmp_path / "lock")
    lock.release()
    assert is_free(tmp_path / "lock")
    locked(tmp_path).release()
    assert not is_free(tmp_path), "what is no file is not known to be free"


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="make it writable, or wait") as refusal:
        locked(tmp_path / "file" / "folder")
    assert "\n" not in str(refusal.value)
