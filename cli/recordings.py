"""Recordings of a line on the disk: as they pass, or masked."""

from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

from cli import roots
from cli.output import complain
from ringdesk import masking, transcript
from ringdesk.errors import BadInput
from ringdesk.transcript import Chunk

_SALT: Final = 16
_MOST: Final = 50_000_000
"""Bytes that are kept in memory until they can be masked; beyond it the recording ends."""


class Recording:
    """One file, made anew; `with` ends it.

    `masked_as`: the dialect whose numbers and names are replaced. What is not masked yet never touches the disk: a number may
    be told again, in another spelling, as long as the recording lasts. So it is written when it ends.
    """

    def __init__(self, path: Path, *, masked_as: str | None = None) -> None:
        """Raises BadInput: the file is there, or cannot be made; or that dialect cannot be masked."""
        if masked_as is not None:
            masking.masked([], masked_as, b"")
        self._masked_as = masked_as
        self._held: list[Chunk] = []
        self._bytes = 0
        try:
            self._file = path.open("xb")
        except OSError as error:
            raise BadInput(f"cannot record to {path}: {error.strerror}; choose another file") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as stack:
            stack.callback(self._file.close)
            if self._masked_as is not None:
                self._file.writelines(map(transcript.line, mask(self._held, self._masked_as)))

    def keep(self, chunk: Chunk) -> None:
        """What passed."""
        if self._masked_as is None:
            self._file.write(transcript.line(chunk))
            self._file.flush()
            return
        before, self._bytes = self._bytes, self._bytes + len(chunk.hex) // 2
        if self._bytes <= _MOST:
            self._held.append(chunk)
        elif before <= _MOST:
            complain(f"the recording ends here: only {_MOST // 1_000_000} MB can be masked; Ctrl+C writes it")


def mask(chunks: list[Chunk], dialect: str) -> list[Chunk]:
    """The chunks with other numbers and names, each time others. Raises BadInput: that dialect cannot be masked."""
    return masking.masked(chunks, dialect, roots.random_bytes(_SALT))


def write_masked(source: Path, target: Path, dialect: str) -> int:
    """A recording once more, masked; how many chunks. Raises BadInput: it cannot be read, masked or written."""
    try:
        chunks = list(transcript.read(source.read_bytes().splitlines()))
    except OSError as error:
        raise BadInput(f"cannot read {source}: {error.strerror}; check the path") from error
    with Recording(target, masked_as=dialect) as made:
        for chunk in chunks:
            made.keep(chunk)
    return len(chunks)
