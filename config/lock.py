"""One process at a time: an exclusive lock that the operating system frees, also when the process is killed."""

import os
import sys
from pathlib import Path
from typing import IO

from config.disk import remedy
from ringdesk.errors import Refused

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


_FAR = 1 << 20
"""Windows locks bytes against reading too: the locked one lies behind the process number."""


def is_free(file: Path) -> bool:
    """Whether no process holds the lock; False also where that cannot be known. Who wants it in the same instant is refused."""
    try:
        with file.open("rb") as locked:
            _take(locked)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


_OPEN = os.O_RDWR | os.O_CREAT | os.O_APPEND


class ProcessLock:
    """Holds `file`, which tells who does, for what it stands for: a data directory, a database."""

    def __init__(self, file: Path, subject: Path, otherwise: str) -> None:
        """Take the lock at once; the folder is made where there is none.

        Raises `Refused`: `data_in_use` naming the process that holds it, `read_only`, `disk_full`. `subject` is what is locked
        and `otherwise` what a person could do instead, for the messages.
        """
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file: IO[bytes] = os.fdopen(os.open(file, _OPEN, 0o600), "a+b", buffering=0)
        except OSError as error:
            todo = remedy(error, "make it writable")
            raise Refused(
                "read_only", f"{subject} cannot be written ({error.strerror}); {todo}, or {otherwise}"
            ) from error
        try:
            _take(self._file)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read(20).decode("ascii", "replace").strip() or "unknown"
            self._file.close()
            raise Refused(
                "data_in_use", f"{subject} is in use by process {holder}; end that one, or {otherwise}"
            ) from error
        try:
            self._file.seek(0)
            self._file.truncate()
            self._file.write(f"{os.getpid()}\n".encode("ascii"))
        except OSError as error:
            self._file.close()
            todo = remedy(error, "make it writable")
            raise Refused(
                "disk_full", f"{subject} cannot be written ({error.strerror}); {todo}, or {otherwise}"
            ) from error

    def release(self) -> None:
        """Let the next one in. The file stays: to delete it would let two in."""
        self._file.close()
