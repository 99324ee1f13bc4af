"""The record of a NetCallerID box: `###DATE11221338...NMBR0912345678...NAMECHEN MEI LING+++`, then CR.

Fields come in any order and may be empty; `-UNKNOWN CALLER-` and the like stand in the place of a name, and
`-MSG OFF-` or `MESSAGE WAITING` make it the lamp of the voice mail (NCID API, feature set 1, "NetCallerID device to
server"; misterhouse, Telephony_Interface.pm).
"""

import re
from typing import Final

from ringdesk.codecs import eightbit, linetime, modemlines
from ringdesk.codecs.announcements import Announcement, Lamp, Refusal, Said

MAX_RECORD: Final = 256
"""Bytes of one record; the longest that a box makes has under 100."""

_START: Final = b"###"
_MARKS: Final = re.compile(rb"\+\+\+|###|[\r\n]")
_LABEL: Final = re.compile(rb"(?:\A#*|\.{2,3})(DATE|NMBR|NAME|LINE|CALL)")
_LAMP: Final = re.compile(r"MSG (ON|OFF)|MESSAGES? WAITING")


class Records:
    """A `Decoder` of such records; what is longer than `MAX_RECORD` is none."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def pending(self) -> bool:
        """Whether a record has begun."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[Said]:
        """What the records say that `data` completes."""
        self._buffer += data
        said: list[Said] = []
        at = 0
        while (start := self._buffer.find(_START, at)) >= 0:
            body = start + len(_START)
            end = _MARKS.search(self._buffer, body, body + MAX_RECORD)
            if end is None and len(self._buffer) < body + MAX_RECORD:
                del self._buffer[:start]
                return said
            at = end.start() if end else body + MAX_RECORD
            record = bytes(self._buffer[body:at])
            if end and end[0] == b"+++":
                said.append(read(record))
            elif record.strip(b"#"):
                said.append(_truncated(record))
        tail = len(self._buffer) - len(self._buffer.rstrip(b"#"))
        del self._buffer[: len(self._buffer) - min(tail, len(_START) - 1)]
        return said

    def flush(self) -> list[Said]:
        """A record whose end never came is refused."""
        record = bytes(self._buffer).lstrip(b"#")
        self._buffer.clear()
        return [_truncated(record)] if record else []


def read(record: bytes) -> Said:
    """What stands between `###` and `+++`; of a field given twice the first counts."""
    labels = list(_LABEL.finditer(record))
    ends = [label.start() for label in labels[1:]] + [len(record)]
    fields: dict[bytes, bytes] = {}
    for label, end in zip(labels, ends, strict=False):
        fields.setdefault(label[1], record[label.end() : end])
    number, name = fields.get(b"NMBR", b"").strip(), fields.get(b"NAME", b"").strip()
    if lamp := _LAMP.search(eightbit.read(name).upper()) if not number else None:
        return Lamp(lamp[1] != "OFF")
    if b"NMBR" not in fields and b"NAME" not in fields:
        return Refusal(f"neither a number nor a name: {_shown(record)}")
    return Announcement(
        caller=modemlines.caller(number, name),
        line=eightbit.read(fields.get(b"LINE", b"")),
        line_time=linetime.eight_digits(fields.get(b"DATE", b"")),
    )


def _truncated(record: bytes) -> Refusal:
    return Refusal(f"truncated: no +++ after {_shown(record)}")


def _shown(record: bytes) -> str:
    return record[:80].decode("ascii", "replace").strip()
