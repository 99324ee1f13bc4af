"""FreeSWITCH's event socket: bytes become frames, frames become the fields of an event (docs: integration/event-socket).

A frame is header lines, an empty line, and Content-Length bytes. The values of a plain event are URL-encoded, those of a
JSON event are not.
"""

import re
from collections import deque
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import msgspec

from ringdesk.codecs import eightbit

MAX_LINE: Final = 2048
"""Bytes of a header line that count, from its end: a JSON body that was joined in the middle has its end on such a line."""
MAX_LINES: Final = 32
MAX_EVENT: Final = 262_144
"""Bytes of an event: one with all variables and two session descriptions has 30,000."""
MAX_ANSWER: Final = 4_194_304
"""Bytes of the answer to a command: some 6,000 channels."""

_HEADER: Final = re.compile(rb"([A-Za-z][A-Za-z0-9_-]{0,100}): ?(.*)", re.DOTALL)
_LENGTH: Final = re.compile(rb"[0-9]{1,9}")
_BEHIND_BODY: Final = (b"}Content-Length: ", b"}Content-Type: ", b"\nContent-Length: ")
_KINDS: Final = frozenset(
    {
        "auth/request",
        "command/reply",
        "api/response",
        "text/event-plain",
        "text/event-json",
        "text/event-xml",
        "text/disconnect-notice",
        "text/rude-rejection",
        "log/data",
    }
)


class Frame(msgspec.Struct, frozen=True):
    """One frame: its Content-Type, its other headers with names in lower case, its body."""

    kind: str
    headers: dict[str, str]
    body: bytes = b""


class Malformed(msgspec.Struct, frozen=True):
    """A frame that cannot be used; `reason` says why."""

    reason: str


class Splitter:
    """Cuts bytes into frames, in any chunking, and finds the next frame where it joins in the middle."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._lines: deque[bytes] = deque(maxlen=MAX_LINES)
        self._frame: Frame | None = None
        self._left = 0
        self._wanted = 0

    @property
    def pending(self) -> bool:
        """Whether a frame lacks a part of its body."""
        return self._left > 0

    def feed(self, data: bytes) -> list[Frame | Malformed]:
        """The frames that are complete with `data`."""
        found: list[Frame | Malformed] = []
        at = 0
        while at < len(data):
            at = self._body(data, at, found) if self._left else self._line(data, at, found)
        return found

    def flush(self) -> list[Frame | Malformed]:
        """No more comes: a frame that lacks a part of its body is refused."""
        cut = self._left > 0
        reason = f"truncated: need {self._wanted} bytes, have {self._wanted - self._left}"
        self._buffer.clear()
        self._lines.clear()
        self._frame, self._left = None, 0
        return [Malformed(reason)] if cut else []

    def _body(self, data: bytes, at: int, found: list[Frame | Malformed]) -> int:
        part = data[at : at + self._left]
        self._left -= len(part)
        if self._frame is not None:
            self._buffer += part
            if not self._left:
                found.append(msgspec.structs.replace(self._frame, body=bytes(self._buffer)))
                self._buffer.clear()
                self._frame = None
        return at + len(part)

    def _line(self, data: bytes, at: int, found: list[Frame | Malformed]) -> int:
        end = data.find(b"\n", at)
        self._buffer += data[at : len(data) if end < 0 else end]
        if len(self._buffer) > MAX_LINE:
            del self._buffer[:-MAX_LINE]
        if end < 0:
            return len(data)
        line = bytes(self._buffer).rstrip(b"\r")
        self._buffer.clear()
        if line:
            self._lines.append(line)
        elif self._lines:
            self._head(found)
            self._lines.clear()
        return end + 1

    def _head(self, found: list[Frame | Malformed]) -> None:
        headers = read_head(list(self._lines))
        kind = headers.pop("content-type", "")
        length = headers.pop("content-length", "0")
        if kind not in _KINDS:
            return
        if not _LENGTH.fullmatch(length.encode()):
            found.append(Malformed(f"a Content-Length of {length[:20]!r} cannot be"))
            return
        frame = Frame(kind, headers)
        self._left = self._wanted = int(length)
        if self._left > (MAX_ANSWER if kind == "api/response" else MAX_EVENT):
            found.append(Malformed(f"a frame of {self._left} bytes is too long"))
        elif self._left:
            self._frame = frame
        else:
            found.append(frame)


def read_head(lines: list[bytes]) -> dict[str, str]:
    """The headers at the end of some lines; what stands before them is the rest of something else."""
    headers: dict[str, str] = {}
    for line in reversed(lines):
        behind = max((line.rfind(mark) for mark in _BEHIND_BODY), default=-1)
        match = _HEADER.fullmatch(line[behind + 1 :])
        if match is None:
            break
        headers[match[1].decode("ascii").lower()] = str(eightbit.read(match[2]))
        if behind >= 0:
            break
    return headers


def fields(frame: Frame) -> dict[str, str] | None:
    """The fields of an event by their names as FreeSWITCH writes them; None if it cannot be read."""
    return _json(frame.body) if frame.kind == "text/event-json" else _plain(frame.body)


def dump(body: bytes) -> dict[str, str]:
    """The fields of `uuid_dump UUID json`, which older versions write as plain text; empty if there are none."""
    return (_json(body) if body.lstrip().startswith(b"{") else _plain(body)) or {}


def _plain(body: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in body.split(b"\n\n", 1)[0].split(b"\n"):
        match = _HEADER.fullmatch(line.rstrip(b"\r"))
        if match is not None:
            found.setdefault(match[1].decode("ascii"), str(eightbit.read(unquote_to_bytes(match[2]))))
    return found


def _json(body: bytes) -> dict[str, str] | None:
    """JSON whose strings may be in any encoding: FreeSWITCH passes the bytes of a name through."""
    value = read_json(body)
    if value is None:
        value = read_json(body.decode("latin-1").encode())
        if not isinstance(value, dict):
            return None
        texts = {key: text.encode("latin-1", "replace") for key, text in value.items() if isinstance(text, str)}
        return {key: str(eightbit.read(text)) for key, text in texts.items()}
    if not isinstance(value, dict):
        return None
    return {key: text for key, text in value.items() if isinstance(text, str)}


def read_json(body: bytes) -> Any:
    """Any JSON value; None if it is none."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def rows(body: bytes) -> list[dict[str, str]] | None:
    """The rows of `show channels as json`, which leaves `rows` out where there are none; None if it is something else."""
    value = read_json(body)
    if not isinstance(value, dict) or not isinstance(value.get("row_count"), int):
        return None
    given = value.get("rows", [])
    if not isinstance(given, list):
        return None
    texts = [
        {key: text for key, text in row.items() if isinstance(text, str)} for row in given if isinstance(row, dict)
    ]
    return [row for row in texts if row.get("uuid")]
