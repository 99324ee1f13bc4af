"""What a person can do about a disk that does not take something."""

import errno
import os
import shutil
from pathlib import Path
from typing import Final

FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""No room: on the disk, within the limit on the size of a file, within a person's quota."""
NOTHING: Final = 64 * 1024
"""Bytes that are free on a disk on which SQLite finds no room: it asks for 32 KiB at once, and calls what it does not get an
I/O error."""


def remedy(error: OSError, otherwise: str) -> str:
    """What to do about a file that could not be written, in a few words; `otherwise` where it is not the disk."""
    if error.errno in FULL:
        return "make room on its disk"
    if error.errno == errno.EROFS:
        return "make its disk writable"
    return otherwise


def is_full(path: Path) -> bool:
    """Whether nothing more fits where a file is, or would be."""
    try:
        return shutil.disk_usage(path.absolute().parent).free < NOTHING
    except OSError:
        return False


def is_read_only(path: Path) -> bool:
    """Whether nobody may write there, whoever it is."""
    try:
        return hasattr(os, "statvfs") and bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        return False
