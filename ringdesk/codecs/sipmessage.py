"""SIP messages (RFC 3261): bytes become messages, header values become parts.

A message is framed by its Content-Length, so that a datagram, a TCP stream and a recording are read alike. A message
without one has no body for us (RFC 3261, 18.3: in a datagram the rest is the body; no body is read here). A request line
in the middle of a message means that the message was cut off and another follows.
"""

import re
from enum import Enum, auto
from typing import Final

import msgspec

MAX_HEAD: Final = 16_384
"""Bytes of start line and headers; a long one has 2,000."""
MAX_BODY: Final = 16_384
"""Bytes of a body; session descriptions have some hundred."""
MAX_HEADERS: Final = 200

COMPACT: Final[dict[str, str]] = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "d": "request-disposition",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
    "y": "identity",
}
"""Compact forms of header names (RFC 3261, 7.3.3, and the IANA registry of SIP header fields)."""

_TOKEN: Final = rb"[A-Za-z0-9.!%*_+`'~-]{1,32}"
_REQUEST: Final = re.compile(rb"(?m)^(" + _TOKEN + rb") ([^ \r\n]{1,2000}) SIP/2\.0[ \t]*\r?\n")
_STATUS: Final = re.compile(rb"(?m)^SIP/2\.0 ([1-6][0-9]{2})(?: [^\r\n]{0,2000})?\r?\n")
_DIGITS: Final = re.compile(r"[0-9]{1,9}")


class Message(msgspec.Struct, frozen=True):
    """A request (`method` and `uri`) or a response (`status`).

    Header names are in lower case and long; values are Latin-1, which keeps every byte as it came.
    """

    method: str = ""
    uri: str = ""
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> list[str]:
        """The values of a header in their order."""
        return [value for key, value in self.headers if key == name]

    def first(self, name: str) -> str:
        """The first value of a header, empty if there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def call_id(self) -> str:
        """The Call-ID."""
        return self.first("call-id")

    @property
    def sequence(self) -> tuple[int, str]:
        """The number and the method of CSeq; (-1, "") if it has none that can be read."""
        number, _, method = self.first("cseq").partition(" ")
        return (int(number), method.strip()) if _DIGITS.fullmatch(number) else (-1, "")

    @property
    def branch(self) -> str:
        """The branch of the topmost Via: the name of the transaction (RFC 3261, 17.2.3)."""
        return parameters(split(self.first("via"))[0]).get("branch", "")


class Malformed(msgspec.Struct, frozen=True):
    """Something began like a message and cannot be used; `reason` says why."""

    reason: str


class _Part(Enum):
    NOISE = auto()
    HEAD = auto()
    BODY = auto()


class Splitter:
    """Cuts bytes into messages, in any chunking; what is between messages (keep-alives, noise) is skipped."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._part = _Part.NOISE
        self._seen = 0
        self._in_line = False
        self._message = Message()
        self._length = 0

    @property
    def pending(self) -> bool:
        """Whether something waits for its rest."""
        return bool(self._buffer) or self._part is not _Part.NOISE

    def feed(self, data: bytes) -> list[Message | Malformed]:
        """The messages that are complete with `data`."""
        self._buffer += data
        found: list[Message | Malformed] = []
        steps = {_Part.NOISE: self._noise, _Part.HEAD: self._head, _Part.BODY: self._body}
        while steps[self._part](found):
            pass
        return found

    def flush(self) -> list[Message | Malformed]:
        """No more comes: a message that lacks its rest is refused."""
        found: list[Message | Malformed] = []
        if self._part is not _Part.NOISE:
            found.append(self._cut_off())
        self._buffer.clear()
        self._restart(in_line=False)
        return found

    def _restart(self, *, in_line: bool) -> None:
        self._part, self._seen, self._in_line = _Part.NOISE, 0, in_line

    def _cut_off(self) -> Malformed:
        if self._part is _Part.BODY:
            return Malformed(f"truncated: need {self._length} bytes of body, have {len(self._buffer)}")
        return Malformed(f"truncated: no end of the headers in {len(self._buffer)} bytes")

    def _noise(self, _found: list[Message | Malformed]) -> bool:
        """Drop lines up to a start line."""
        end = self._buffer.find(b"\n", self._seen) + 1
        if not end:
            self._seen = len(self._buffer)
            if self._seen > MAX_HEAD:
                self._buffer.clear()
                self._restart(in_line=True)
            return False
        line = bytes(self._buffer[:end])
        self._seen = 0
        if not self._in_line and (_REQUEST.match(line) or _STATUS.match(line)):
            self._part, self._seen = _Part.HEAD, end
            return True
        del self._buffer[:end]
        self._in_line = False
        return True

    def _head(self, found: list[Message | Malformed]) -> bool:
        """Lines up to the empty one."""
        end = self._buffer.find(b"\n", self._seen) + 1
        if not end or end > MAX_HEAD:
            if len(self._buffer) <= MAX_HEAD:
                return False
            found.append(Malformed(f"the headers have more than {MAX_HEAD} bytes"))
            self._buffer = self._buffer[MAX_HEAD:]
            self._restart(in_line=True)
            return True
        line = bytes(self._buffer[self._seen : end])
        if _REQUEST.match(line) or _STATUS.match(line):
            found.append(Malformed(f"truncated: no end of the headers in {self._seen} bytes"))
            del self._buffer[: self._seen]
            self._seen = end - self._seen
            return True
        self._seen = end
        if line.strip(b"\r\n"):
            return True
        self._read_head(bytes(self._buffer[:end]), found)
        del self._buffer[:end]
        return True

    def _read_head(self, head: bytes, found: list[Message | Malformed]) -> None:
        message = read_head(head)
        self._restart(in_line=False)
        if isinstance(message, Malformed):
            found.append(message)
            return
        text = message.first("content-length") or "0"
        if not _DIGITS.fullmatch(text) or int(text) > MAX_BODY:
            found.append(Malformed(f"a Content-Length of {text[:20]!r} cannot be"))
            return
        self._message, self._length = message, int(text)
        self._part = _Part.BODY

    def _body(self, found: list[Message | Malformed]) -> bool:
        """Bytes, of which only the number matters, and that no request begins in them."""
        end = min(len(self._buffer), self._length)
        hit = _REQUEST.search(self._buffer, self._seen, end)
        if hit is not None and _known(hit[1]):
            found.append(Malformed(f"truncated: need {self._length} bytes of body, have {hit.start()}"))
            del self._buffer[: hit.start()]
            self._restart(in_line=False)
            return True
        # The start of the last line: a request line that is not whole yet begins nowhere before it.
        self._seen = self._buffer.rfind(b"\n", 0, end) + 1
        if end < self._length:
            return False
        del self._buffer[:end]
        self._restart(in_line=False)
        found.append(self._message)
        return True


def _known(method: bytes) -> bool:
    return method in (b"INVITE", b"ACK", b"CANCEL", b"BYE", b"OPTIONS", b"REGISTER")


def read_head(head: bytes) -> Message | Malformed:
    """A start line and its headers, up to and with the empty line."""
    text = head.decode("latin-1").replace("\r\n", "\n")
    first, _, rest = text.partition("\n")
    lines: list[str] = []
    for line in rest.split("\n"):
        if line[:1] in (" ", "\t") and lines:
            lines[-1] += " " + line.strip(" \t")
        elif line:
            lines.append(line)
    if len(lines) > MAX_HEADERS:
        return Malformed(f"more than {MAX_HEADERS} headers")
    headers: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.strip(" \t").lower()
        if colon and name:
            headers.append((COMPACT.get(name, name), value.strip(" \t\r")))
    message = Message(headers=tuple(headers))
    missing = [name for name in ("via", "from", "to", "call-id", "cseq") if not message.first(name)]
    if missing:
        return Malformed(f"no {missing[0]} header")
    if message.sequence == (-1, ""):
        return Malformed("the CSeq header cannot be read")
    words = first.split(" ")
    if words[0] == "SIP/2.0":
        return msgspec.structs.replace(message, status=int(words[1][:3]))
    if message.sequence[1] != words[0]:
        return Malformed(f"CSeq is of {message.sequence[1][:20]!r}, the request is {words[0]!r}")
    return msgspec.structs.replace(message, method=words[0], uri=words[1])


def split(value: str, separator: str = ",") -> list[str]:
    """The parts of a value, cut at separators outside of quotes and angle brackets; at least one part."""
    parts: list[str] = []
    start, quoted, angle, escaped = 0, False, False, False
    for at, char in enumerate(value):
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = char == "\\", char != '"'
        elif char == '"':
            quoted = True
        elif char in "<>":
            angle = char == "<"
        elif char == separator and not angle:
            parts.append(value[start:at].strip(" \t"))
            start = at + 1
    parts.append(value[start:].strip(" \t"))
    return parts


def parameters(value: str) -> dict[str, str]:
    """The `;name=value` behind the first part; names in lower case, values without quotes, the first of a name counts."""
    found: dict[str, str] = {}
    for part in split(value, ";")[1:]:
        name, _, text = part.partition("=")
        found.setdefault(name.strip(" \t").lower(), unquoted(text.strip(" \t")))
    return found


def unquoted(text: str) -> str:
    """A quoted string without its quotes and escapes (RFC 3261, 25.1); other text as it is."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def sent_by(via: str) -> tuple[str, int]:
    """The host and the port (5060 unless given) of a Via."""
    words = split(via, ";")[0].split()
    host, port = host_port(words[-1] if len(words) > 1 else "")
    return host, port or 5060


def host_port(text: str) -> tuple[str, int]:
    """`host:port`, `[v6]:port` or a host alone, which has the port 0."""
    host, colon, port = text.rpartition(":")
    if colon and _DIGITS.fullmatch(port) and (":" not in host or host.endswith("]")):
        return host.lower(), int(port)
    return text.lower(), 0
