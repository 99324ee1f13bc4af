"""A recording of a line that can be given to somebody else: numbers and names in it are others, and all else is as it was.

The same number gets the same other one in every spelling of it, of the same length; so it does a name. What is left is as good
for the dialect as it was: lengths, columns and checksums (a wrong one stays wrong) hold.

    number   its last seven digits are others; what stands before them (country, area, the kind of a mobile) stays
    name     its letters are others; words that say that there is none (`Anonymous`, `NO NAME`) stay

Numbers of fewer than seven digits stay: extensions and short codes are nobody's. So do names of SIP accounts.
"""

from collections.abc import Iterable, Sequence

import msgspec

from ringdesk.errors import BadInput
from ringdesk.masking import marks, packets
from ringdesk.masking.books import Book
from ringdesk.masking.marks import MARKS, Marks
from ringdesk.transcript import Chunk


def maskable() -> tuple[str, ...]:
    """The dialects of which is known where numbers and names stand."""
    return tuple(MARKS)


def masked(chunks: Sequence[Chunk], dialect: str, salt: bytes) -> list[Chunk]:
    """The chunks with other numbers and names in them; `salt` is random, and decides which. Raises `BadInput`: it is not known
    where numbers and names stand in that dialect."""
    known = MARKS.get(dialect)
    if known is None:
        raise BadInput(
            f"where numbers and names stand in {dialect} is not known; it can be masked for {', '.join(MARKS)}"
        )
    book = Book(salt)
    streams: dict[tuple[str, str | None], bytearray] = {}
    for chunk in chunks:
        streams.setdefault((chunk.dir, chunk.peer), bytearray()).extend(chunk.data)
    for stream in streams.values():
        _learn(stream, known, book)
    for stream in streams.values():
        _rewrite(stream, known, book)
    return list(_parted(chunks, streams))


def _learn(stream: bytearray, known: Marks, book: Book) -> None:
    """Which numbers there are: a spelling that is not recognised in one place may be in another."""
    for packet in packets.found(stream, known):
        for number in packet.numbers:
            book.learn(number)
    for number in marks.numbers(bytes(stream), known):
        book.learn(number)


def _rewrite(stream: bytearray, known: Marks, book: Book) -> None:
    done = [packet.rewrite(stream, book) for packet in packets.found(stream, known)]
    for start, end in marks.names(bytes(stream), known):
        stream[start:end] = book.name(bytes(stream[start:end]))
    marks.replace(stream, known, book, done)


def _parted(chunks: Iterable[Chunk], streams: dict[tuple[str, str | None], bytearray]) -> Iterable[Chunk]:
    """As they came: nothing has become longer or shorter."""
    at = dict.fromkeys(streams, 0)
    for chunk in chunks:
        key = (chunk.dir, chunk.peer)
        end = at[key] + len(chunk.data)
        yield msgspec.structs.replace(chunk, hex=streams[key][at[key] : end].hex())
        at[key] = end
