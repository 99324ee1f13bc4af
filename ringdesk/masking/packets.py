"""Caller-ID messages (`ringdesk.codecs.callerid`) in a stream of bytes, or as hexadecimal text in one."""

import re
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from ringdesk.codecs import callerid
from ringdesk.masking.books import Book
from ringdesk.masking.marks import Marks, Span

_HEX: Final = re.compile(rb"(?:[0-9A-F]{2}[ \t\r\n]*){4,}", re.IGNORECASE)
_NUMBER, _DIALABLE, _NAME, _REDIRECTING = 0x02, 0x03, 0x07, 0x1A
_DATE_DIGITS: Final = 8
_FIELDS: Final = (0x01, 0x04, 0x08)
"""Parameters without a number or a name in them, however many digits they have: a date, the reasons of absence."""


class Packet(msgspec.Struct, frozen=True):
    """One message: its `data` as bytes, and in `places` where each of them stands in the stream: one byte, or two digits."""

    data: bytes
    places: tuple[Span, ...]

    @property
    def numbers(self) -> Iterator[str]:
        """The digits of its numbers."""
        for start, end, is_name in self._parts():
            if not is_name:
                yield "".join(
                    char for char in self.data[start:end].decode("latin-1") if char.isascii() and char.isdigit()
                )

    def rewrite(self, stream: bytearray, book: Book) -> Span:
        """Put other numbers and names into the stream, and the checksum that is as right or wrong as it was; where it stands."""
        made = bytearray(self.data)
        for start, end, is_name in self._parts():
            part = bytes(made[start:end])
            made[start:end] = book.name(part) if is_name else _number(part, book)
        made[-1] = (self.data[-1] + sum(self.data[:-1]) - sum(made[:-1])) % 256
        for byte, (start, end) in zip(made, self.places, strict=True):
            stream[start:end] = bytes([byte]) if end - start == 1 else _as_it_was(stream[start:end], byte)
        return self.places[0][0], self.places[-1][1]

    def _parts(self) -> Iterator[tuple[int, int, bool]]:
        """Where numbers and names stand in it."""
        if self.data[0] in (callerid.SDMF_CALL, callerid.SDMF_WAITING):
            yield 2 + _DATE_DIGITS, len(self.data) - 1, False
            return
        at = 2
        while at + 2 <= len(self.data) - 1:
            kind, end = self.data[at], at + 2 + self.data[at + 1]
            if kind not in _FIELDS:
                yield at + 2, end, kind == _NAME
            at = end


def found(stream: bytearray, known: Marks) -> list[Packet]:
    """The messages in a stream, in their order; also those whose checksum is wrong."""
    if not known.packets:
        return []
    data = bytes(stream)
    if not known.hexadecimal:
        return list(_messages(data, lambda at: (at, at + 1)))
    packets: list[Packet] = []
    for match in _HEX.finditer(data):
        digits = [at for at in range(*match.span()) if not data[at : at + 1].isspace()]
        pairs = [(digits[at], digits[at + 1] + 1) for at in range(0, len(digits) - 1, 2)]
        packets += _messages(bytes.fromhex("".join(chr(data[at]) for at in digits)), pairs.__getitem__)
    return packets


def _messages(data: bytes, place: Callable[[int], Span]) -> Iterator[Packet]:
    at = 0
    while at + 4 <= len(data):
        end = at + 3 + data[at + 1]
        if data[at] in callerid.TYPES and end <= len(data) and _is_message(data[at:end]):
            yield Packet(data[at:end], tuple(place(index) for index in range(at, end)))
            at = end
        else:
            at += 1


def _is_message(data: bytes) -> bool:
    """Whether the body is of the form, whatever the checksum says."""
    body = data[2:-1]
    if data[0] in (callerid.SDMF_CALL, callerid.SDMF_WAITING):
        return len(body) > _DATE_DIGITS and body[:_DATE_DIGITS].isdigit()
    parts = callerid.parameters(body)
    return bool(parts) and sum(2 + len(value) for _, value in parts) == len(body)


def _number(part: bytes, book: Book) -> bytes:
    """The digits of a number among what else is in it."""
    places = [at for at, byte in enumerate(part) if 0x30 <= byte <= 0x39]
    given = "".join(chr(part[at]) for at in places)
    made = bytearray(part)
    for at, digit in zip(places, book.number(given), strict=True):
        made[at] = ord(digit)
    return bytes(made)


def _as_it_was(pair: bytearray, byte: int) -> bytes:
    """Two hexadecimal digits in the case of those that stood there, with whatever stood between them."""
    text = f"{byte:02x}" if any(0x61 <= one <= 0x66 for one in pair) else f"{byte:02X}"
    return text[:1].encode() + bytes(pair[1:-1]) + text[1:].encode()
