"""The TCI record (Telephone Collectors International; the same as Bek-Tel's, CallerID.com POS manual, "Output format").

    01     11/22      2:23 PM       407-555-1212           WIRELESS CALL
    0-1    7-11       17-24         29-43                  55-69

70 columns, a line end behind them; all is aligned to the right but the name, and blanks stand between the fields (NCID
API, feature set 1, "TCI device to server"). Incoming calls only. `PRIVATE` and `OUT-OF-AREA` stand in the number's place.
"""

import re
from typing import Final

from ringdesk.codecs import linetime, modemlines
from ringdesk.codecs.announcements import Announcement, Refusal, Said
from ringdesk.codecs.boxlines import Lines

WIDTH: Final = 70

_NUMBER: Final = slice(29, 44)
_NAME: Final = slice(55, 70)
_GAPS: Final = (slice(25, 29), slice(44, 55))
_BEGINS: Final = re.compile(rb"[ \d]\d {5}[ \d]\d/")
_HEAD: Final = re.compile(rb"([ \d]\d) {5}([ \d]\d/[ \d]\d) {5}([ \d]\d:\d\d [AP]M)")


class Records:
    """A `Decoder` of such records."""

    def __init__(self) -> None:
        self._lines = Lines()

    @property
    def pending(self) -> bool:
        """Whether a line has begun."""
        return self._lines.pending

    def feed(self, data: bytes) -> list[Said]:
        """What the lines say that `data` completes."""
        return [said for line in self._lines.feed(data) if (said := read(line)) is not None]

    def flush(self) -> list[Said]:
        """A line whose end never came is refused: half a number is a wrong number."""
        begins = _BEGINS.search(line := self._lines.flush())
        return [] if begins is None else [_refused(line[begins.start() :], _short(line[begins.start() :], WIDTH))]


def read(line: bytes) -> Announcement | Refusal | None:
    """The call that a line tells of, or why it cannot be believed; None for a line that is none of the box's."""
    begins = _BEGINS.search(line)
    if begins is None:
        return None
    line = line[begins.start() :]
    head = _HEAD.match(line)
    if head is None:
        return _refused(line, "the fields are not in their columns")
    if len(line) < _NUMBER.stop:
        return _refused(line, _short(line, _NUMBER.stop))
    if any(line[gap].strip() for gap in _GAPS):
        return _refused(line, "the fields are not in their columns")
    number, name = line[_NUMBER], line[_NAME]
    if len(line) != WIDTH and number.endswith(b" ") and number.strip():
        return _refused(line, "a part of the number is missing")
    return Announcement(
        caller=modemlines.caller(number, name),
        line=head[1].decode("ascii").strip(),
        line_time=linetime.twelve_hours(head[2] + b" " + head[3]),
    )


def _short(line: bytes, need: int) -> str:
    return f"truncated: need {need} columns, have {len(line)}"


def _refused(line: bytes, reason: str) -> Refusal:
    return Refusal(f"{reason}: {line[:WIDTH].decode('ascii', 'replace').strip()}")
