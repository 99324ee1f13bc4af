"""One process per data directory."""

import subprocess
import sys
from pathlib import Path

import pytest

from ringdesk.errors import Refused
from terminal.store.lock import DirectoryLock

HOLD = """
import sys
from pathlib import Path
from terminal.store.lock import DirectoryLock
lock = DirectoryLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_process_is_told_who_is_first(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(Refused, match=f"in use by process {first.pid};") as refusal:
            DirectoryLock(tmp_path)
        assert refusal.value.code == "data_in_use"
        assert "\n" not in str(refusal.value)
    finally:
        first.kill()
        first.communicate()
    DirectoryLock(tmp_path).release()


def test_the_same_process_cannot_open_it_twice(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path / "new")
    with pytest.raises(Refused):
        DirectoryLock(tmp_path / "new")
    lock.release()
    DirectoryLock(tmp_path / "new").release()
