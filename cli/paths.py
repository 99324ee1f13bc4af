"""Looking at the disk: what may not be looked at is one line for the person, never a traceback."""

import errno
import os
import stat
from pathlib import Path

from config.disk import FULL, is_read_only, remedy
from ringdesk.errors import BadInput, RingdeskError
from ringdesk.why import Why, register

register(
    {
        "path_forbidden": "{path}: Permission denied; let this user read and write it, or give another place",
        "path_folder": "{path} is a folder where a file belongs; move it away",
        "path_file": "{path}: a file stands where a folder belongs; move it away, or give another place",
        "path_full": "{path}: {reason}; make room on its disk, or give another place",
        "path_read_only": "{path}: Read-only file system; make its disk writable, or give another place",
        "path_wrong": "{path}: {reason}; correct the path",
        "disk_no_room": "{reason}: make room on its disk, then start again",
        "disk_read_only": "{reason}: make its disk writable, then start again",
    }
)


def is_file(path: Path) -> bool:
    """Whether there is a file. Raises `BadInput` where this user may not see that, or the path is none."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise BadInput(trouble(path, error)) from error


def exists(path: Path) -> bool:
    """Whether there is anything. Raises `BadInput` as `is_file` does."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise BadInput(trouble(path, error)) from error
    return True


def expect_usable(path: Path, *, is_folder: bool = False) -> None:
    """Raises `BadInput` for what is there and not what it should be, or may not be read and written."""
    if not exists(path):
        return
    if path.is_dir() != is_folder:
        raise BadInput(trouble(path, NotADirectoryError() if is_folder else IsADirectoryError()))
    if is_read_only(path):
        raise BadInput(trouble(path, OSError(errno.EROFS, os.strerror(errno.EROFS))))
    if not os.access(path, os.R_OK | os.W_OK | (os.X_OK if is_folder else 0)):
        raise BadInput(trouble(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES))))


def trouble(path: Path | str, error: Exception) -> Why:
    """What is wrong with a path, and what to do."""
    reason = getattr(error, "strerror", None) or str(error)
    number = getattr(error, "errno", None)
    if isinstance(error, PermissionError):
        code = "path_forbidden"
    elif isinstance(error, IsADirectoryError):
        code = "path_folder"
    elif isinstance(error, (FileExistsError, NotADirectoryError)):
        code = "path_file"
    else:
        code = "path_full" if number in FULL else "path_read_only" if number == errno.EROFS else "path_wrong"
    return Why(code, {"path": str(path), "reason": reason})


def told(error: OSError) -> RingdeskError:
    """An error of the disk that nobody has put into words. Raises it again where it names no file and nothing is to be done."""
    if error.filename is not None:
        return RingdeskError(trouble(error.filename2 or error.filename, error))
    if not remedy(error, ""):
        raise error
    code = "disk_read_only" if error.errno == errno.EROFS else "disk_no_room"
    return RingdeskError(Why(code, {"reason": error.strerror or str(error)}))
