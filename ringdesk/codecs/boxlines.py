"""Lines of a box on a serial port: bytes cut at CR, LF or both, in any chunking."""

import re
from typing import Final

MAX_LINE: Final = 256
"""Bytes of one line; the longest record of a box has under 100."""

_ENDS: Final = re.compile(rb"[\r\n]")


class Lines:
    """Keeps the beginning of one line at most; one that is longer than `MAX_LINE` is dropped."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._overlong = False

    @property
    def pending(self) -> bool:
        """Whether a line has begun."""
        return bool(self._line)

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes, without the empty ones."""
        lines: list[bytes] = []
        first, *others = _ENDS.split(data)
        self._extend(first)
        for part in others:
            lines += self._end()
            self._extend(part)
        return lines

    def flush(self) -> bytes:
        """The beginning of a line whose end will not come."""
        return b"".join(self._end())

    def _extend(self, part: bytes) -> None:
        room = MAX_LINE - len(self._line)
        self._overlong = self._overlong or len(part) > room
        self._line += part[:room]

    def _end(self) -> list[bytes]:
        line, overlong = bytes(self._line), self._overlong
        self._line.clear()
        self._overlong = False
        return [line] if line and not overlong else []
