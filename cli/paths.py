"""Looking at the disk: what may not be looked at is one line for the person, never a traceback."""

import errno
import os
import stat
from pathlib import Path

from config.disk import is_read_only, remedy
from ringdesk.errors import BadInput, RingdeskError


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


def trouble(path: Path | str, error: Exception) -> str:
    """What is wrong with a path, and what to do."""
    reason = getattr(error, "strerror", None) or str(error)
    if isinstance(error, PermissionError):
        return f"{path}: {reason}; let this user read and write it, or give another place"
    if isinstance(error, IsADirectoryError):
        return f"{path} is a folder where a file belongs; move it away"
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return f"{path}: a file stands where a folder belongs; move it away, or give another place"
    todo = remedy(error, "") if isinstance(error, OSError) else ""
    return f"{path}: {reason}; {f'{todo}, or give another place' if todo else 'correct the path'}"


def told(error: OSError) -> RingdeskError:
    """An error of the disk that nobody has put into words. Raises it again where it names no file and nothing is to be done."""
    if error.filename is None:
        if not (todo := remedy(error, "")):
            raise error
        return RingdeskError(f"{error.strerror}: {todo}, then start again")
    return RingdeskError(trouble(error.filename2 or error.filename, error))
