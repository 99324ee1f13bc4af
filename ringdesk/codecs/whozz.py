"""Records of CallerID.com's Whozz Calling? on a serial port and of its Ethernet Link in UDP packets.

    01 I S 0276 G B3 09/26 11:28 AM 800-240-4637   CallerID.com        62 characters
    01 R             09/26 11:28:05                                    31 characters

Line, I inbound or O outbound, S start or E end or B blocked, seconds, G good or B bad checksum of the caller ID, ring type
and count, date, time, number (14), name (15): "Comprehensive format" of the manual. R ring, F off hook, N on hook, H hook
flash, "Detail mode". CR LF ends a record on the serial port; a packet may go without, but has before it

    ^^<U>uuuuuu<S>ssssss$     20 bytes: unit number and serial number in binary, then none, one or two $

(CallerID.com's Ethernet emulator; NCID, wc2ncid). Other output of a unit (its settings, its memory) says nothing of a call.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec

from ringdesk.calls import Caller, Presentation
from ringdesk.codecs import linetime, modemlines
from ringdesk.safetext import SafeText

CALL_LENGTH: Final = 62
DETAIL_LENGTH: Final = 31

_HEADER: Final = rb"\^\^<U>(?s:(.{6}))<S>(?s:(.{6}))"
_HEADER_LENGTH: Final = 20
_HEADER_BEGINS: Final = b"^^<U>"
# Not behind a digit or a colon: `13:28 I E` is a record of the unit's memory, of a call that is long over.
_BEGINS: Final = rb"(?<![\d:])(?:(\d\d) [IO] [A-Z] |(\d\d) [RFNH] {8})"
_NEXT: Final = re.compile(_HEADER + rb"|" + _BEGINS)
# What ends a record that is shorter than it should be: the end of the line, the next record.
_ENDS: Final = re.compile(rb"([\r\n])|\d\d [IO] [A-Z] \d|\d\d [RFNH] {13}")
_CALL: Final = re.compile(
    rb"(\d\d) ([IO]) ([A-Z]) (\d{4}) ([GB]) .. ([ \d]\d/[ \d]\d [ \d]\d:\d\d [AP]M) ?(.{0,14}) ?(.{0,15})", re.DOTALL
)
_DETAIL: Final = re.compile(rb"(\d\d) ([RFNH]) {13}[ \d]\d/[ \d]\d [ \d]\d:\d\d:\d\d")
_NUMBER_END: Final = 46
_CERTAIN: Final = 53
"""Characters of a record without its end after which its number is believed: another record that begins in it shows then."""


class Kind(StrEnum):
    """What a record reports."""

    RING = "R"
    OFF_HOOK = "F"
    ON_HOOK = "N"
    FLASH = "H"
    START = "S"
    END = "E"
    BLOCKED = "B"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record. `unit` is what the packet said of the unit, empty on a serial port; `text` the record as it came.

    `caller` is the one who calls in, `dialled` the number that was dialled out; `seconds` lie between off hook and on hook.
    `doubt`: the unit found the checksum of the caller ID wrong.
    """

    unit: bytes
    line: str
    kind: Kind
    text: bytes
    outbound: bool = False
    seconds: int = 0
    caller: Caller | None = None
    dialled: SafeText | None = None
    line_time: SafeText | None = None
    doubt: bool = False


class Malformed(msgspec.Struct, frozen=True):
    """What begins like a record and is none; `reason` in words."""

    reason: str


class Scanner:
    """Finds records in a stream or in packets, in any chunking; holds one record at most."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = 0
        self._unit = b""

    @property
    def pending(self) -> bool:
        """Whether bytes are held that may be the beginning of a record."""
        return self._at < len(self._buffer)

    def feed(self, data: bytes) -> list[Record | Malformed]:
        """The records that `data` completes."""
        self._buffer += data
        found = self._scan(final=False)
        # One byte before the place stays: whether a record may begin there depends on it.
        spare = max(0, self._at - 1)
        del self._buffer[:spare]
        self._at -= spare
        return found

    def flush(self) -> list[Record | Malformed]:
        """Silence, or the end: what is left is a record without its name, or cut short."""
        found = self._scan(final=True)
        self._buffer.clear()
        self._at, self._unit = 0, b""
        return found

    def _scan(self, *, final: bool) -> list[Record | Malformed]:
        found: list[Record | Malformed] = []
        while match := _NEXT.search(self._buffer, self._at):
            if match[1] is not None:
                self._unit = match[1] + match[2]
                self._pass(match.end())
                continue
            self._at = match.start()
            length = CALL_LENGTH if match[3] else DETAIL_LENGTH
            end, ended = self._end(length)
            if end is None and not final:
                return found
            text = bytes(self._buffer[self._at : self._at + length if end is None else end])
            record = read(text, self._unit, ended=ended)
            self._pass(max(self._at + len(text), match.end()))
            self._unit = b""
            if record is not None:
                found.append(record)
        self._at = max(self._at, len(self._buffer) - _HEADER_LENGTH + 1)
        return found

    def _pass(self, place: int) -> None:
        """Go on at `place`. What has been read must not keep a record from beginning there: it may end in a digit."""
        self._at = place
        self._buffer[place - 1] = ord("$")

    def _end(self, length: int) -> tuple[int | None, bool]:
        """Where the record ends that begins here, None while that is not known; whether it ends as it should."""
        longest = self._at + length
        end = _ENDS.search(self._buffer, self._at + 1, longest)
        header = self._buffer.find(_HEADER_BEGINS, self._at + 1, longest + len(_HEADER_BEGINS) - 1)
        if header >= 0 and (end is None or header < end.start()):
            return header, False
        if end is not None:
            return end.start(), end[1] is not None
        if len(self._buffer) < longest:
            return None, False
        following = range(max(longest - len(_HEADER_BEGINS) + 1, len(self._buffer) - len(_HEADER_BEGINS) + 1), longest)
        begun = any(_HEADER_BEGINS.startswith(self._buffer[place:]) for place in following)
        return (None, False) if begun else (longest, True)


def read(text: bytes, unit: bytes, *, ended: bool) -> Record | Malformed | None:
    """What a record says; None for one of a kind that says nothing new (`C`, call accounting after the end).

    `ended`: its end was seen, so that blanks may be missing there but no part of a number.
    """
    if detail := _DETAIL.fullmatch(text):
        line = detail[1].decode("ascii")
        return Record(unit=unit, line=line, kind=Kind(detail[2].decode("ascii")), text=text)
    match = _CALL.fullmatch(text)
    if not ended and (match is None or len(text) < _CERTAIN or b" " in match[7].strip()):
        return _malformed(text, "truncated")
    if match is None:
        return _malformed(text, "no record of the unit's form")
    if text[_NUMBER_END : _NUMBER_END + 1].strip() or (len(text) != CALL_LENGTH and ended and text.endswith(b" ")):
        return _malformed(text, "a part is missing")
    try:
        kind = Kind(match[3].decode("ascii"))
    except ValueError:
        return None
    return _call(match, unit, kind)


def _call(match: re.Match[bytes], unit: bytes, kind: Kind) -> Record:
    caller, doubt = modemlines.caller(match[7], match[8]), False
    if match[5] == b"B" and caller.raw is not None:
        doubt = True
        caller = Caller(raw=caller.raw, presentation=Presentation.UNREADABLE)
    outbound = match[2] == b"O"
    return Record(
        unit=unit,
        line=match[1].decode("ascii"),
        kind=kind,
        text=match[0],
        outbound=outbound,
        seconds=int(match[4]),
        caller=None if outbound else caller,
        dialled=caller.raw if outbound else None,
        line_time=linetime.twelve_hours(match[6]),
        doubt=doubt and not outbound,
    )


def _malformed(text: bytes, reason: str) -> Malformed:
    return Malformed(f"{reason}: {text.decode('ascii', 'replace').strip()}")
