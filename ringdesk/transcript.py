"""Transcripts: what went over a wire, as JSON lines `{"at": seconds, "dir": "in"|"out", "peer"?, "hex"}`."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from ringdesk.errors import BadInput


class Chunk(msgspec.Struct, frozen=True, omit_defaults=True):
    """Bytes that crossed the wire. `dir` is seen from us: `in` came from the peer."""

    at: float
    dir: Literal["in", "out"]
    hex: str
    peer: str | None = None

    @property
    def data(self) -> bytes:
        """The bytes."""
        return bytes.fromhex(self.hex)


def read(lines: Iterable[bytes]) -> Iterator[Chunk]:
    """The chunks of a transcript, line by line; empty lines are skipped. Raises `BadInput` naming the line."""
    decoder = msgspec.json.Decoder(Chunk)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            chunk = decoder.decode(line)
            bytes.fromhex(chunk.hex)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise BadInput(f"line {number} of the transcript is not a chunk: {error}") from error
        yield chunk


def line(chunk: Chunk) -> bytes:
    """One line of a transcript, with its line end."""
    return msgspec.json.encode(chunk) + b"\n"
