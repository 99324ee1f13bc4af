"""The one line of a file that holds a password or a code. What is read has an end, and so has the wait for it, whatever the
name leads to: a pipe (`--password-file <(pass show shop)`) is as good as a file, an endless device is none."""

import errno
import os
import stat
import time
from pathlib import Path
from typing import Final

from cli.roots import steady
from ringdesk.errors import BadInput
from ringdesk.why import Why, register

register(
    {
        "line_missing": "{file} cannot be read: there is no such file; give a text file with one line",
        "line_forbidden": "{file} cannot be read: Permission denied; give a text file with one line",
        "line_folder": "{file} cannot be read: it is a directory; give a text file with one line",
        "line_unread": "{file} cannot be read: {reason}; give a text file with one line",
        "line_late": "{file}: nothing came within {seconds} s; give a text file with one line",
        "line_endless": "{file}: its first line does not end; give a text file with one line",
        "line_no_utf8": "{file} is not text in UTF-8; give a text file with one line",
        "line_no_text": "{file} is not text; give a text file with one line",
        "line_empty": "{file} is empty; it needs one line",
    }
)

_UNREAD: Final = {
    errno.ENOENT: "line_missing",
    errno.ENOTDIR: "line_missing",
    errno.EACCES: "line_forbidden",
    errno.EPERM: "line_forbidden",
    errno.EISDIR: "line_folder",
}
"""What the system says, in words of ours."""
MOST_READ: Final = 65_536
"""Bytes in which the first line has to end."""
PATIENCE: Final = 10.0
"""Seconds for whoever writes into a pipe."""
_PAUSE: Final = 0.02
_AT_ONCE: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""To open a pipe would wait for somebody who writes into it, perhaps for ever."""


def first_line(file: str) -> str:
    """The first line without the blanks around it. Raises `BadInput`."""
    try:
        descriptor = os.open(Path(file).expanduser(), os.O_RDONLY | _AT_ONCE)
        try:
            data = _read(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        code = _UNREAD.get(error.errno or 0, "line_unread")
        raise BadInput(Why(code, {"file": file, "reason": error.strerror or str(error)})) from error
    if data is None:
        raise BadInput(Why("line_late", {"file": file, "seconds": f"{PATIENCE:g}"}))
    if len(data) >= MOST_READ and b"\n" not in data:
        raise BadInput(Why("line_endless", {"file": file}))
    try:
        line = next(iter(data.removeprefix(b"\xef\xbb\xbf").splitlines()), b"").decode().strip()
    except UnicodeDecodeError as error:
        raise BadInput(Why("line_no_utf8", {"file": file})) from error
    if "\0" in line:
        raise BadInput(Why("line_no_text", {"file": file}))
    if not line:
        raise BadInput(Why("line_empty", {"file": file}))
    return line


def _read(descriptor: int) -> bytes | None:
    """What there is, up to `MOST_READ` bytes or to some byte behind the end of the first line. None where nothing comes."""
    data = b""
    is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    deadline = steady() + PATIENCE
    while len(data) < MOST_READ and b"\n" not in data:
        try:
            chunk = os.read(descriptor, MOST_READ - len(data))
            over = not chunk and not (
                is_pipe and not data
            )  # a pipe that nobody has opened yet looks like one at its end
        except BlockingIOError:
            chunk, over = b"", False
        data += chunk
        if over:
            break
        if not chunk:
            if steady() > deadline:
                return None
            time.sleep(_PAUSE)
    return data
