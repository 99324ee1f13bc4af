"""Where numbers and names stand in the bytes of each dialect."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

import msgspec

from ringdesk.masking.books import CORE, Book

Span = tuple[int, int]

_RUN: Final = re.compile(rb"\+?[0-9](?:[-()]?[0-9]){6,}")
"""Seven digits and more, as people write them."""
_DIGITS: Final = re.compile(rb"[0-9](?:[-.()]?[0-9])+")
_DIALLED: Final = re.compile(rb"(?<![0-9A-Za-z.])(?:\+[0-9]|0)[0-9]{8,14}(?![0-9])")
"""What can hardly be anything but a number, wherever it stands."""
_IN_HEX: Final = re.compile(rb"(?:3[0-9][ \t\r\n]*){7,}")
"""Digits whose characters are written in hexadecimal."""
_TAG: Final = rb"(?:DATE|TIME|DDN_NMBR|NMBR|DDN|NBR|MESG)[ \t]*="


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """Of one dialect. `fields`: in whose first group numbers stand; None: anywhere. `names`: whose first group is a name. `kept`
    is never touched: times, ids. `packets`: caller-ID messages, as they are or in hexadecimal."""

    fields: tuple[re.Pattern[bytes], ...] | None = None
    names: tuple[re.Pattern[bytes], ...] = ()
    kept: tuple[re.Pattern[bytes], ...] = ()
    packets: bool = False
    hexadecimal: bool = False


def _patterns(*texts: bytes) -> tuple[re.Pattern[bytes], ...]:
    return tuple(re.compile(text, re.IGNORECASE | re.MULTILINE) for text in texts)


_LINE_NAME: Final = rb"NAME[ \t]*[=:][ \t]?((?:(?!" + _TAG + rb")[^\r\n])*)"
_WHOZZ: Final = rb"[0-9]{2} [IO] [ESB] "
"""How a record begins; one that was cut off has no line end."""
_UUID: Final = rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"

MARKS: Final[dict[str, Marks]] = {
    "modem": Marks(names=_patterns(_LINE_NAME), packets=True, hexadecimal=True),
    "mdmf": Marks(kept=(re.compile(rb"\x01\x08[0-9]{8}"),), packets=True),
    "dtmf": Marks(),
    "tci": Marks(names=(re.compile(rb"(?:\A|[\r\n])[^\r\n]{44}([^\r\n]{1,40})"),)),
    "netcallerid": Marks(
        names=_patterns(rb"NAME(?!-)((?:(?!\+\+\+|\.\.\.)[^\r\n])*)"), kept=_patterns(rb"DATE[0-9]{8}")
    ),
    "whozz": Marks(
        names=_patterns(
            rb"[0-9]{2} [IO] [ESB] [0-9]{4} [GB] .[0-9] [0-9/ ]{5} [0-9: ]{5} [AP]M "
            rb"(?:(?!" + _WHOZZ + rb").){14}((?:(?!" + _WHOZZ + rb")[^\r\n]){1,15})"
        ),
        kept=_patterns(rb"<U>.{6}<S>.{6}"),
    ),
    "ncid": Marks(
        fields=_patterns(rb"\*F?NMBR\*([^*\r\n]*)\*"),
        names=_patterns(
            rb"\*NAME\*([^\r\n]*?)\*?(?=[\r\n]|\Z|\*(?:DATE|TIME|LINE|NMBR|MESG|FNMBR|NTYPE|CTRY|LOCA|CARI)\*)",
            rb"^(?:MSG|NOT)(?:LOG)?: ([^\r\n]*?)\*\*\*",
        ),
        kept=_patterns(rb"\*(?:DATE|TIME|SCALL|ECALL)\*[^*\r\n]*"),
        hexadecimal=True,
    ),
    "ami": Marks(
        fields=_patterns(rb"^[\w-]+: ?([^\r\n]*)"),
        names=_patterns(
            rb"^\w*(?:CallerIDName|ConnectedLineName|MemberName|AgentName|CallerName)\w*: ?([^\r\n]*)",
            rb"^CallerID: ?([^\r\n]*)",
        ),
        kept=_patterns(
            rb"^\w*(?:UniqueID|LinkedID|ActionID|Time|Timestamp|LastCall|LastPause|LoginTime|Date): ?[^\r\n]*",
            rb"-[0-9a-f]{8}(?![0-9a-z])",
            rb"[0-9]{10}\.[0-9]+",
        ),
    ),
    "esl": Marks(
        names=_patterns(
            rb"(?:Caller|Other-Leg|variable)[\w-]*(?:ID[-_]Name|id_name|ani_name|display)[\w-]*(?:\"[ \t]*:[ \t]*\"|:[ \t]*)"
            rb"((?:\\.|[^\"\r\n\\])*)"
        ),
        kept=_patterns(
            _UUID,
            rb"[\w-]*(?:date|time|epoch|sequence|length|line-number|usec|uuid|pid)[\w-]*\"?[ \t]*:[ \t]*\"?[^\"\r\n,}]*",
        ),
    ),
    "sip": Marks(
        fields=_patterns(rb"(?:sips?|tel):((?:%2B)?[-+0-9().]*)", rb"\"((?:[^\"\\\r\n]|\\.)*)\"[ \t]*<"),
        names=_patterns(
            rb"\"((?:[^\"\\\r\n]|\\.)*)\"[ \t]*<",
            rb"^[\w-]+[ \t]*:[ \t]*([^\"<>,:;\r\n]+?)[ \t]*<(?=sips?:|tel:)",
            rb">[^,<\r\n]*,[ \t]*([^\"<>,:;\r\n]+?)[ \t]*<(?=sips?:|tel:)",
        ),
        kept=_patterns(rb"^(?:CSeq|Content-Length|l|Max-Forwards|Expires)[ \t]*:[^\r\n]*"),
    ),
}
"""By the name of the dialect."""


def numbers(data: bytes, known: Marks) -> Iterator[str]:
    """The digits of the numbers, of seven and more."""
    kept = _kept(data, known)
    for run in _runs(data, known):
        if not any(kept[run.start() : run.end()]):
            yield _bare(run[0])
    for run in _DIALLED.finditer(data):
        if known.fields is not None and not any(kept[run.start() : run.end()]):
            yield _bare(run[0])
    if known.hexadecimal:
        for run in _IN_HEX.finditer(data):
            yield _bare(bytes.fromhex(run[0].decode()))[8 * (data[run.start() - 4 : run.start()] == b"0108") :]


def names(data: bytes, known: Marks) -> Iterator[Span]:
    """Where names stand."""
    for pattern in known.names:
        for match in pattern.finditer(data):
            yield match.span(1)


def replace(stream: bytearray, known: Marks, book: Book, done: list[Span]) -> None:
    """Every number that the book knows, wherever it stands but in what is `done` or kept."""
    data = bytes(stream)
    kept = _kept(data, known, done)
    for run in _DIGITS.finditer(data):
        places = [at for at in range(run.start(), run.end()) if data[at : at + 1].isdigit()]
        _write(stream, [at for at in places if not kept[at]], data, book)
    if known.hexadecimal:
        for run in _IN_HEX.finditer(data):
            halves = [at for at in range(run.start(), run.end()) if data[at : at + 1].isdigit()][1::2]
            _write(stream, [at for at in halves if not kept[at]], data, book)


def _write(stream: bytearray, places: list[int], data: bytes, book: Book) -> None:
    """What stands at the places, as digits of one number."""
    if len(places) < CORE:
        return
    given = "".join(chr(data[at]) for at in places)
    for at, was, digit in zip(places, given, book.digits(given), strict=True):
        if digit != was:
            stream[at] = ord(digit)


def _runs(data: bytes, known: Marks) -> Iterator[re.Match[bytes]]:
    if known.fields is None:
        yield from _RUN.finditer(data)
        return
    for field in known.fields:
        for match in field.finditer(data):
            yield from _RUN.finditer(data, *match.span(1))


def _kept(data: bytes, known: Marks, done: Iterable[Span] = ()) -> bytearray:
    """For each byte, 1 where nothing is touched."""
    found = bytearray(len(data))
    spans = (match.span() for pattern in known.kept for match in pattern.finditer(data))
    for start, end in chain(spans, done):
        found[start:end] = b"\x01" * (end - start)
    return found


def _bare(text: bytes) -> str:
    return "".join(chr(char) for char in text if chr(char).isdigit())
