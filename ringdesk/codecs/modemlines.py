"""What a modem says: its bytes cut into lines, its lines into tokens.

Caller ID in formatted form is V.253's `DATE`, `TIME`, `NMBR`, `NAME`, `MESG` and what makers made of them; in raw form it
is a message of `codecs.callerid` in hexadecimal. A word counts only where it stands as a tag before `=` or `:`, so that a
name may contain RING, TIME or DATE.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec

from ringdesk.calls import Caller, Presentation
from ringdesk.codecs import callerid, eightbit
from ringdesk.safetext import SafeText

MAX_LINE: Final = 1024
"""Bytes of one line. A message of 258 bytes in spaced hexadecimal has 774; what is longer is no line of a modem."""

_DLE: Final = b"\x10"
_VOICE_RING: Final = b"\x10R"
_LINE_ENDS: Final = re.compile(b"[\r\n]")


class Tag(StrEnum):
    """What a field is about."""

    DATE = "date"
    TIME = "time"
    DATE_TIME = "date_time"
    NUMBER = "number"
    CALLED = "called"
    DIVERTING = "diverting"
    NAME = "name"
    MESSAGE = "message"
    CLIP = "clip"


class Ring(msgspec.Struct, frozen=True):
    """The line rings. `cadence`: it is told by its on and off times, perhaps with a `RING` after them."""

    cadence: bool = False


class Field(msgspec.Struct, frozen=True):
    """A tag and what stands behind it, without the spaces around it."""

    tag: Tag
    value: bytes


class Packet(msgspec.Struct, frozen=True):
    """Bytes of a raw message, as one line of hexadecimal gave them: all of it, one row of it, or something else that is
    made of the same letters, such as a product code."""

    data: bytes


class Result(msgspec.Struct, frozen=True):
    """How a command ended; `text` is the line."""

    ok: bool
    text: SafeText


Token = Ring | Field | Packet | Result


class Splitter:
    """Cuts bytes into lines at CR, LF or both, in any chunking; what is longer than `MAX_LINE` is dropped.

    In voice mode (V.253, 9.1) a modem puts events between the bytes as DLE and a letter: `R`, a ring, comes out as a line
    of its own; `X` and `.`, which enclose caller ID, end a line; the others are dropped. The end of a line that never
    came is never guessed: half a number is a wrong number.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._overlong = False
        self._escaped = False

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes, without the empty ones."""
        lines: list[bytes] = []
        for index, part in enumerate(data.split(_DLE)):
            if index:
                # DLE DLE is an escaped DLE, which no line of ours needs.
                self._escaped = not self._escaped
            text = part
            if self._escaped and part:
                self._escaped, text = False, part[1:]
                self._event(part[:1], lines)
            self._add(text, lines)
        return lines

    def _event(self, code: bytes, lines: list[bytes]) -> None:
        if code == b"R":
            lines.append(_VOICE_RING)
        elif code in b"X.\r\n":
            self._end(lines)

    def _add(self, text: bytes, lines: list[bytes]) -> None:
        first, *others = _LINE_ENDS.split(text)
        self._extend(first)
        for part in others:
            self._end(lines)
            self._extend(part)

    def _extend(self, part: bytes) -> None:
        room = MAX_LINE - len(self._line)
        self._overlong = self._overlong or len(part) > room
        self._line += part[:room]

    def _end(self, lines: list[bytes]) -> None:
        line = bytes(self._line).strip(b" \t\0")
        if line and not self._overlong:
            lines.append(line)
        self._line.clear()
        self._overlong = False


_WORDS: Final = {
    b"DATE TIME": Tag.DATE_TIME,
    b"DATE": Tag.DATE,
    b"TIME": Tag.TIME,
    b"DDN_NMBR": Tag.NUMBER,
    b"NMBR": Tag.NUMBER,
    b"DDN": Tag.NUMBER,
    b"NBR": Tag.NUMBER,
    b"NAME": Tag.NAME,
    b"MESG": Tag.MESSAGE,
}
_PHRASES: Final = {
    b"TIME": Tag.DATE_TIME,
    b"CALLER NUMBER": Tag.NUMBER,
    b"CALLER'S NUMBER": Tag.NUMBER,
    b"CALLERID": Tag.NUMBER,
    b"CALLER NAME": Tag.NAME,
    b"DIVERTING NUMBER": Tag.DIVERTING,
    b"+CLIP": Tag.CLIP,
}
_RING: Final = rb"RING(?:[ \t]+[A-H1-9])?"
_RINGS: Final = re.compile(
    rb"\W*(" + _RING + rb"(?:\s+" + _RING + rb")*)\s*(?=\Z|(?:DATE|TIME|DDN|NMBR|NBR|NAME|MESG)[\w ]*=)", re.I
)
_FIRST: Final = re.compile(rb"\W*(DATE TIME|DATE|TIME|DDN_NMBR|NMBR|DDN|NBR|NAME|MESG)\s*=", re.I)
# A second field on the line is one only if it stands apart and its value has the right form; else it is part of a name.
_NEXT: Final = re.compile(
    rb"\s+(DATE|TIME)\s*=\s*(?=[\d/:]{4,8}(?:\s|\Z))"
    rb"|\s+(NAME)\s*="
    rb"|\s+(MESG)\s*=\s*(?=[0-9A-F]{4,}\s*\Z)"
    rb"|\s+(DDN_NMBR|NMBR|DDN|NBR)\s*="
    rb"|(NMBR)\s*=\s*(?=[\d+]|[OP](?:\s|\Z))",
    re.I,
)
_PHRASE: Final = re.compile(rb"\s*(" + b"|".join(map(re.escape, _PHRASES)) + rb")\s*:\s*(.*)\Z", re.I | re.S)
_ISDN: Final = re.compile(rb"\s*FM:(\S*)(?:\s+TO:(\S*))?", re.I)
_CADENCE: Final = re.compile(rb"\s*DRON\s*=\s*\d+", re.I)
_HEX: Final = re.compile(rb"\s*(?:\+?VCIDR?\s*:)?((?:\s*[0-9A-F]{2})+)\s*\Z", re.I)
_OK: Final = re.compile(rb"\s*(OK|0)\s*\Z")
_ERROR: Final = re.compile(rb"\s*(ERROR|4|\+CM[ES] ERROR:.*)\s*\Z")


def tokens(line: bytes) -> list[Token]:
    """What one line says; nothing for a line that says nothing of ours (echo, answers to questions, noise)."""
    if line == _VOICE_RING:
        return [Ring()]
    if _CADENCE.match(line):
        return [Ring(cadence=True)]
    rings: list[Token] = []
    if match := _RINGS.match(line):
        rings = [Ring()] * len(re.findall(rb"RING", match[1], re.I))
        line = line[match.end() :]
    # A line with rings and fields is one ring cycle that somebody joined: the facts belong to the first ring.
    return [*rings[:1], *_rest(line), *rings[1:]]


def _rest(line: bytes) -> list[Token]:
    if match := _FIRST.match(line):
        return list(_fields(match, line))
    if match := _PHRASE.match(line):
        tag = _PHRASES[match[1].upper()]
        return [Field(tag, match[2].strip())]
    if match := _ISDN.match(line):
        numbers = ((Tag.CALLED, match[2]), (Tag.NUMBER, match[1]))
        return [Field(tag, number) for tag, number in numbers if number]
    if match := _HEX.match(line):
        return [Packet(bytes.fromhex(match[1].decode("ascii")))]
    text = eightbit.read(line)
    if _OK.match(line):
        return [Result(ok=True, text=text)]
    return [Result(ok=False, text=text)] if _ERROR.match(line) else []


def _fields(first: re.Match[bytes], line: bytes) -> list[Field]:
    found: list[Field] = []
    match: re.Match[bytes] | None = first
    while match:
        word = next(group for group in match.groups() if group)
        following = _NEXT.search(line, match.end())
        value = line[match.end() : following.start() if following else len(line)]
        found.append(Field(_WORDS[b" ".join(word.upper().split())], value.strip()))
        match = following
    return found


_PRIVATE: Final = (
    "PRIVATE",
    "PRIVDIROFF",
    "WITHHELD",
    "RESTRICTED",
    "ANONYMOUS",
    "BLOCKED",
    "PRIVATECALLER",
    "PRIVATENUMBER",
    "P",
    "A",
)
_UNAVAILABLE: Final = (
    "UNAVAILABLE",
    "OUTOFAREA",
    "UNKNOWN",
    "NONUMBER",
    "NONAME",
    "NOTAVAILABLE",
    "UNKNOWNNAME",
    "UNKNOWNCALLER",
    "NOCALLERID",
    "O",
    "S",
)
_PAYPHONE: Final = ("PAYPHONE", "COIN", "C")
_ABSENT: Final = (
    dict.fromkeys(_PRIVATE, Presentation.PRIVATE)
    | dict.fromkeys(_UNAVAILABLE, Presentation.UNAVAILABLE)
    | dict.fromkeys(_PAYPHONE, Presentation.PAYPHONE)
)
_CLIP_FORM: Final = re.compile(rb'\s*"([^"]*)"\s*,\s*(\d+)((?:\s*,\s*(?:"[^"]*"|[^,]*)){0,4})')
_CLIP_VALIDITY: Final = {b"1": Presentation.PRIVATE, b"2": Presentation.UNAVAILABLE, b"3": Presentation.PAYPHONE}


def absence(text: str) -> Presentation | None:
    """Why there is no number or name, where a letter or a word stands in its place; None: it is none of these."""
    word = "".join(char for char in text.upper() if char.isalnum())
    if word.isdigit() and not word.strip("0") and len(word) >= 5:
        return Presentation.UNAVAILABLE
    return _ABSENT.get(word)


def number(value: bytes) -> Caller | None:
    """The caller by a `NMBR`; None for an empty one, which says nothing."""
    text = eightbit.read(value)
    if not text:
        return None
    if absent := absence(text):
        return Caller(presentation=absent)
    shown = any(char.isdigit() for char in text)
    return Caller(raw=text, presentation=Presentation.SHOWN if shown else Presentation.UNREADABLE)


def name(value: bytes) -> SafeText | None:
    """The name, None where a letter or a word stands for its absence."""
    text = eightbit.read(value)
    return None if not text or absence(text) else text


def message(value: bytes) -> callerid.Parameters | None:
    """The parameters of a `MESG`; None if it holds none (`CALID_202` of the Intel 536: the line was seized, nothing read)."""
    try:
        data = bytes.fromhex(value.decode("ascii"))
    except ValueError:
        return None
    return callerid.parameters(data) or None


def clip(value: bytes) -> Caller | None:
    """The caller by `+CLIP: number,type[,subaddress,its type[,name[,validity]]]` (3GPP TS 27.007, 7.6); None if malformed."""
    match = _CLIP_FORM.match(value)
    if match is None:
        return None
    rest = [part.strip().strip(b'"') for part in match[3].split(b",")][1:]
    _, _, alpha, validity = (*rest, b"", b"", b"", b"")[:4]
    digits = eightbit.read(match[1])
    if not digits or validity == b"1":
        return Caller(presentation=_CLIP_VALIDITY.get(validity, Presentation.UNAVAILABLE), name=name(alpha))
    # Type 145 is an international number (3GPP TS 24.008, 10.5.4.7); some modems leave its plus out.
    plus = "+" if match[2] == b"145" and not digits.startswith("+") else ""
    return Caller(raw=SafeText(plus + digits), presentation=Presentation.SHOWN, name=name(alpha))


def line_time(date: bytes, time: bytes) -> SafeText | None:
    """`MM-DD HH:MM` of the line's own clock; a form that nobody knows is kept as it is."""
    day, hour = eightbit.read(date), eightbit.read(time)
    if len(day) == 4 and day.isascii() and day.isdigit():
        day = SafeText(f"{day[:2]}-{day[2:]}")
    if len(hour) == 4 and hour.isascii() and hour.isdigit():
        hour = SafeText(f"{hour[:2]}:{hour[2:]}")
    return SafeText(f"{day} {hour}".strip()) or None


def caller(number_value: bytes, name_value: bytes) -> Caller:
    """The caller by a record that has a place for both. Without a number the name's place may say why there is none."""
    said = number(number_value) or Caller(presentation=absence(eightbit.read(name_value)) or Presentation.UNAVAILABLE)
    return msgspec.structs.replace(said, name=name(name_value))
