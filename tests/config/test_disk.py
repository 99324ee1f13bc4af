"""What is said to do about a disk."""

import errno
import os
from pathlib import Path

import pytest

from config.disk import is_full, is_read_only, remedy
from tests.full import fill, make_room, small_disk


@pytest.mark.parametrize(
    ("code", "todo"),
    [
        (errno.ENOSPC, "make room on its disk"),
        (errno.EDQUOT, "make room on its disk"),
        (errno.EFBIG, "make room on its disk"),
        (errno.EROFS, "make its disk writable"),
        (errno.EACCES, "something else"),
    ],
)
def test_what_to_do(code: int, todo: str) -> None:
    assert remedy(OSError(code, os.strerror(code)), "something else") == todo


def test_a_disk_is_full_when_nothing_more_fits(tmp_path: Path) -> None:
    assert not is_full(tmp_path / "file")
    assert not is_full(tmp_path / "no" / "such" / "folder")
    assert not is_read_only(tmp_path / "nothing")
    with small_disk(tmp_path / "disk") as disk:
        fill(disk)
        assert is_full(disk / "file")
        make_room(disk)
        assert not is_full(disk / "file")
