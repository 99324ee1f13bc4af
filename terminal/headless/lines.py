"""Bytes of a conversation as its lines."""

from typing import Final

MAX_LINE: Final = 1 << 20
"""Bytes of one command; a longer line is refused and skipped."""


class Lines:
    """Cuts bytes into lines. A line over the limit is given as None, once, and skipped to its end."""

    def __init__(self, limit: int = MAX_LINE, *, keep_empty: bool = False) -> None:
        self._limit = limit
        self._keep_empty = keep_empty
        self._rest = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes | None]:
        """The lines that `data` completes, without their ends; empty ones are left out, unless they are kept."""
        lines: list[bytes | None] = []
        *complete, rest = data.split(b"\n")
        for piece in complete:
            self._take(piece, lines)
            if self._rest.strip() or (self._keep_empty and not self._skipping):
                lines.append(bytes(self._rest))
            self._rest.clear()
            self._skipping = False
        self._take(rest, lines)
        return lines

    def end(self) -> list[bytes | None]:
        """The last line, where it has no end."""
        return self.feed(b"\n")

    def _take(self, piece: bytes, lines: list[bytes | None]) -> None:
        if self._skipping:
            return
        self._rest += piece
        if len(self._rest) > self._limit:
            self._skipping = True
            self._rest.clear()
            lines.append(None)
