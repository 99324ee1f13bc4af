"""Messages of the Asterisk Manager Interface: lines `Key: Value`, a blank line after each message.

Made to be cheap: an answered call with all classes of events is 92 messages and 37 kB, of which a dozen mean something
here; the others are skipped line by line and never decoded.
"""

import re
from typing import Final

import msgspec

from ringdesk.codecs import eightbit
from ringdesk.safetext import SafeText

LONGEST_LINE: Final = 4096
"""Bytes of a line; Asterisk itself takes 1 kB from a client and writes no line near this one."""
MOST_LINES: Final = 256
"""Lines of one message; the largest that is read here has some 60."""

_BANNER: Final = b"Asterisk Call Manager"
_EVENT: Final = b"Event: "
_RESPONSE: Final = b"Response: "
_BEGINNINGS: Final = frozenset(text[:1] for text in (_BANNER, _EVENT, _RESPONSE))
_NOTHING: Final = frozenset(("", "<unknown>"))
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_CONTROLS: Final = dict.fromkeys("abfnrtv", " ")


class Message(msgspec.Struct, frozen=True):
    """A message. `event` is the name of an event, "" for an answer; `fields` the lines as they came, the first of each key."""

    event: str
    fields: dict[bytes, bytes]

    def text(self, key: str) -> SafeText:
        """A value that a program reads (an id, a channel, a word); "" where there is none: `<unknown>` is none."""
        value = self.fields.get(key.encode(), b"").decode("utf-8", "replace")
        return SafeText("" if value in _NOTHING else value)

    def shown(self, key: str) -> SafeText | None:
        """A value that people read: its C escapes undone (main/manager_channels.c escapes names), cleaned; None if empty."""
        value = eightbit.read(self.fields.get(key.encode(), b""))
        if value in _NOTHING:
            return None
        # Twice: what is left is the quoted-pair of a SIP display name (RFC 3261, 25.1), which Asterisk hands through.
        for _ in range(2):
            value = SafeText(_ESCAPE.sub(lambda hit: _CONTROLS.get(hit[1], hit[1]), value)) if "\\" in value else value
        return SafeText(value.strip()) or None


class Banner(msgspec.Struct, frozen=True):
    """The first line that a manager says; `version` is the interface's, not Asterisk's."""

    version: SafeText


class Damaged(msgspec.Struct, frozen=True):
    """A message that cannot be believed: its rest is missing, or it is larger than any."""

    reason: str


class Splitter:
    """Bytes in, messages out. `wanted`: the events that are read; answers always are. `begun`: an event has begun, of any kind.

    What is no message is passed over until the next one begins: no value can hold a line end, so a line that begins with
    `Event: ` begins a message even where the blank line before it was lost.
    """

    def __init__(self, wanted: frozenset[bytes]) -> None:
        self._wanted = wanted
        self._rest = b""
        self._lines: list[bytes] | None = None
        self._damage = ""
        self.begun = False

    def feed(self, data: bytes) -> list[Message | Banner | Damaged]:
        """The messages that these bytes complete."""
        found: list[Message | Banner | Damaged] = []
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = self._rest + lines[0]
            self._rest = rest[: LONGEST_LINE + 2]
        elif len(self._rest) <= LONGEST_LINE + 1:
            self._rest = (self._rest + rest)[: LONGEST_LINE + 2]
        for line in lines:
            # Most lines are of messages that nobody reads: those do not even get a call.
            if self._lines is not None or line[:1] in _BEGINNINGS:
                self._line(line[:-1] if line.endswith(b"\r") else line, found)
        return found

    def _line(self, line: bytes, found: list[Message | Banner | Damaged]) -> None:
        if self._lines is None:
            self._begin(line, found)
        elif not line:
            self._end(found)
        elif line.startswith(_EVENT):
            found.append(Damaged("the message is cut short"))
            self._begin(line, found)
        elif len(line) > LONGEST_LINE:
            self._damage = f"a line is longer than {LONGEST_LINE} bytes"
        elif len(self._lines) >= MOST_LINES:
            self._damage = f"the message has more than {MOST_LINES} lines"
        else:
            self._lines.append(line)

    def _begin(self, line: bytes, found: list[Message | Banner | Damaged]) -> None:
        self._damage = ""
        self._lines = None
        if line.startswith(_EVENT):
            self.begun = True
            if line[len(_EVENT) :].strip() in self._wanted:
                self._lines = [line]
        elif line.startswith(_RESPONSE):
            self._lines = [line]
        elif line.startswith(_BANNER):
            found.append(Banner(SafeText(eightbit.read(line[:64].rpartition(b"/")[2]))))

    def _end(self, found: list[Message | Banner | Damaged]) -> None:
        lines, self._lines = self._lines or [], None
        if self._damage:
            found.append(Damaged(self._damage))
            return
        fields: dict[bytes, bytes] = {}
        for line in lines:
            # At the first colon only: names come from the wire and may hold `Event: Fake`.
            key, _, value = line.partition(b":")
            fields.setdefault(key, value.strip())
        event = fields.get(b"Event", b"") if lines[0].startswith(_EVENT) else b""
        found.append(Message(event.decode("ascii", "replace"), fields))


def action(name: str, **fields: str) -> bytes:
    """A request. Raises `ValueError` for a value with a control character: it would become a line of its own."""
    lines = [f"Action: {name}", *(f"{key}: {value}" for key, value in fields.items())]
    if not all(line.isprintable() for line in lines):
        raise ValueError("a value of a request has a control character in it")
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()
