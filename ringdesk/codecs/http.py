"""An HTTP request as a value, and what its body holds: the part that all webhook dialects share. RFC 9112, 9110; forms by
the URL standard's `application/x-www-form-urlencoded`.

Nothing here raises for what a peer sent: what cannot be read is None. The bytes stay as they came, because signatures are
over bytes.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from ringdesk.errors import BadInput

MOST_FIELDS: Final = 200
"""Fields of a form or a query; providers send some thirty."""
LARGEST_BODY: Final = 256 * 1024
"""Bytes of a request's body."""
DEEPEST: Final = 32
"""Levels of a JSON body."""

Fields = tuple[tuple[str, str], ...]
"""Names and values in the order in which they came; a name may stand there more than once."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came. `url` is the public address from the settings with the path and the query that were asked for:
    behind a proxy the `Host` header says something else. Names of headers are in lower case. `peer` is the address of whoever
    is believed to have sent it, "" if nobody knows."""

    method: str
    url: str
    headers: Fields = ()
    body: bytes = b""
    peer: str = ""

    def header(self, name: str) -> str:
        """The value of a header (name in lower case), "" without it."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def query(self) -> Fields | None:
        """The fields behind the question mark; None if they cannot be read."""
        return fields(_query(self.url))

    @property
    def path(self) -> tuple[str, ...]:
        """The parts of the path, still percent-encoded; () if the address has none."""
        address = self.url.partition("#")[0].partition("?")[0]
        return tuple(address.partition("://")[2].split("/")[1:])

    @property
    def form(self) -> Fields | None:
        """The fields of a form in the body; None for another kind of body, or one that cannot be read."""
        kind = self.header("content-type").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            return None
        try:
            return fields(self.body.decode("utf-8"))
        except UnicodeDecodeError:
            return None

    @property
    def json(self) -> dict[str, Any] | None:
        """The JSON object in the body, whatever the content type says; None if it is none, or too deep."""
        return json_object(self.body)


class Answer(msgspec.Struct, frozen=True):
    """What is answered. Every provider's answer that lets the call go on is an answer of the dialect."""

    status: int
    body: bytes = b""
    headers: Fields = ()


def fields(text: str) -> Fields | None:
    """A query or the body of a form, decoded; None if it is no such text, too long, or has too many fields."""
    if len(text) > LARGEST_BODY:
        return None
    try:
        return tuple(
            parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MOST_FIELDS)
        )
    except ValueError:  # a UnicodeDecodeError is one
        return None


def json_object(data: bytes) -> dict[str, Any] | None:
    """A JSON object; None if the bytes are none, too many, or it is nested deeper than `DEEPEST`."""
    if len(data) > LARGEST_BODY:
        return None
    try:
        found = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) and not _deeper(found, DEEPEST) else None


def text_of(data: Mapping[str, Any], *path: str) -> str:
    """The text or whole number at a path of names in nested objects, "" if there is none."""
    found: Any = data
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return str(found)


def first(values: Fields | None, name: str) -> str:
    """The first value of a name, "" if it is not there."""
    return next((value for key, value in values or () if key == name), "")


def parse(data: bytes, *, url: str = "") -> Request:
    """A request as it was captured: request line, headers, empty line, body. `url` is the public address instead of the one
    that the request itself names. Raises `BadInput`: it is no HTTP/1 request.
    """
    head, _, body = data.partition(b"\r\n\r\n")
    if not body and b"\n\n" in head:
        head, _, body = data.partition(b"\n\n")
    lines = head.decode("latin-1").splitlines()
    words = lines[0].split(" ") if lines else []
    if len(words) != 3 or not words[2].startswith("HTTP/1"):
        raise BadInput("this is no HTTP request: its first line must be like `POST /hook HTTP/1.1`")
    headers = tuple(_header(line) for line in lines[1:] if line)
    method, target, _version = words
    host = next((value for name, value in headers if name == "host"), "localhost")
    own = target if "://" in target else f"https://{host}{target}"
    query = _query(own)
    public = f"{url}{'&' if '?' in url else '?'}{query}" if url and query and query not in url else url
    length = next((value for name, value in headers if name == "content-length"), "")
    return Request(
        method=method.upper(),
        url=public or own,
        headers=headers,
        body=body[: int(length)] if length.isascii() and length.isdigit() and len(length) < 10 else body,
    )


def _query(url: str) -> str:
    """What stands behind the question mark. By hand, for `urlsplit` raises for what is no host (`https://[`)."""
    return url.partition("#")[0].partition("?")[2]


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise BadInput(f"this is no HTTP request: the header {line[:40]!r} has no colon")
    return name.strip().lower(), value.strip()


def _deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if not levels:
        return True
    return any(_deeper(each, levels - 1) for each in (value.values() if isinstance(value, dict) else value))
