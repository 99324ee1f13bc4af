"""One process per data directory: an exclusive lock that the operating system frees, also when the process is killed."""

import os
import sys
from pathlib import Path
from typing import IO

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


class DirectoryLock:
    """Holds a data directory, and makes it where there is none. The file `lock` in it tells who does."""

    def __init__(self, directory: Path) -> None:
        """Take the lock at once. Raises `Refused("data_in_use")` naming the process that holds it."""
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file: IO[bytes] = (directory / "lock").open("a+b")
        except OSError as error:
            raise Refused(
                "read_only",
                f"{directory} cannot be written ({error.strerror}); make it writable, or give another --data",
            ) from error
        try:
            _take(self._file)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read(20).decode("ascii", "replace").strip() or "unknown"
            self._file.close()
            raise Refused(
                "data_in_use", f"{directory} is in use by process {holder}; end that one, or give another --data"
            ) from error
        self._file.seek(0)
        self._file.truncate()
        self._file.write(f"{os.getpid()}\n".encode("ascii"))
        self._file.flush()

    def release(self) -> None:
        """Let the next one in. The file stays: to delete it would let two in."""
        self._file.close()
