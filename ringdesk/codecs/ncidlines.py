"""Lines of an NCID server (NCID API 1.0 to 1.12): `LABEL: *KEY*value*KEY*value*`, or a number and a text.

No encoding is stated and a `*` in a name is not escaped. A line ends with LF, CR LF or CR.
"""

import re
from typing import Final

import msgspec

from ringdesk.calls import Caller, Presentation
from ringdesk.codecs import eightbit, modemlines
from ringdesk.safetext import SafeText

LONGEST_LINE: Final = 8192
"""Bytes of a line; those of a call have some 200, a message 512."""

_ENDS: Final = re.compile(rb"[\r\n]")
_LABELLED: Final = re.compile(rb"([A-Z]{2,12}): ?")
_NUMBERED: Final = re.compile(rb"([0-9]{3}) ")
_KEYS: Final = frozenset(
    (
        b"DATE", b"TIME", b"LINE", b"NMBR", b"MESG", b"NAME", b"RING", b"HTYPE", b"SCALL", b"ECALL", b"CTYPE", b"MTYPE",
        b"FNMBR", b"NTYPE", b"CTRY", b"LOCA", b"CARI",
    )
)  # fmt: skip
_HIDDEN: Final = b"-"
"""What stands for an empty field, or one that the server was told not to show."""


class Line(msgspec.Struct, frozen=True):
    """`label` is `CID`, `CIDLOG`, `300`...; `fields` the known keys of the rest, the first of each; `text` the rest itself."""

    label: str
    fields: dict[bytes, bytes]
    text: SafeText

    def value(self, key: bytes) -> bytes:
        """The value of a field; b"" where there is none."""
        found = self.fields.get(key, b"").strip()
        return b"" if found == _HIDDEN else found

    @property
    def phone(self) -> SafeText:
        """Which of the server's lines it is about, by its label."""
        return eightbit.read(self.value(b"LINE"))

    @property
    def caller(self) -> Caller:
        """Who calls: words such as `OUT-OF-AREA` are no numbers, nor is the `RING` of a call without caller ID."""
        name = modemlines.name(self.value(b"NAME"))
        number = self.value(b"NMBR")
        if number == b"RING":
            return Caller(presentation=Presentation.UNAVAILABLE)
        caller = modemlines.number(number) or Caller(presentation=Presentation.UNAVAILABLE)
        hidden = caller.presentation is Presentation.PRIVATE
        return caller if hidden or name is None else msgspec.structs.replace(caller, name=name)

    @property
    def line_time(self) -> SafeText | None:
        """Date and time as the server wrote them: it says not which of day and month comes first, and knows no time zone."""
        return eightbit.read(self.value(b"DATE") + b" " + self.value(b"TIME")) or None


class Splitter:
    """Bytes in, lines out; what has no known form is left out."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Line]:
        """The lines that these bytes complete."""
        first, *others = _ENDS.split(data)
        if len(self._rest) <= LONGEST_LINE:
            self._rest = (self._rest + first)[: LONGEST_LINE + 1]
        if not others:
            return []
        *lines, rest = [self._rest, *others]
        self._rest = rest[: LONGEST_LINE + 1]
        return [line for one in lines if len(one) <= LONGEST_LINE and (line := read(one)) is not None]


def read(line: bytes) -> Line | None:
    """One line; None if it is none of NCID's."""
    if match := _NUMBERED.match(line):
        return Line(match[1].decode("ascii"), {}, eightbit.read(line[match.end() :]))
    if match := _LABELLED.match(line):
        rest = line[match.end() :]
        return Line(match[1].decode("ascii"), _fields(rest), eightbit.read(rest))
    return None


def _fields(rest: bytes) -> dict[bytes, bytes]:
    """Read by the known keys, not in pairs: a name may hold asterisks, and then it goes on to the next key that is new."""
    body = rest.partition(b"*")[2]
    fields: dict[bytes, bytes] = {}
    words = body.removesuffix(b"*").split(b"*")
    at = 0
    while at < len(words):
        key = words[at]
        at += 1
        if key not in _KEYS or key in fields:
            continue
        end = at + 1
        while key == b"NAME" and end < len(words) and (words[end] not in _KEYS or words[end] in fields):
            end += 1
        fields[key] = b"*".join(words[at:end])
        at = end
    return fields
