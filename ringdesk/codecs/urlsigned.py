"""Twilio's signature, which SignalWire has too: over the address, then the names and values of the form, sorted
(twilio-python, request_validator.py; twilio.com, usage/security).
"""

import hashlib
import re
from collections.abc import Iterable
from typing import Final

from ringdesk.codecs import http, macs
from ringdesk.codecs.http import Fields, Request

BODY_HASH: Final = "bodySHA256"
"""In the query: SHA-256 of a body that is no form, in hexadecimal."""
_PORT: Final = re.compile(r":[0-9]*\Z")


def addresses(url: str) -> tuple[str, ...]:
    """The address, and the same without a port and with its scheme's: providers sign one or the other."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        return (url,)
    end = next((at for at, char in enumerate(rest) if char in "/?#"), len(rest))
    host, path = _PORT.sub("", rest[:end]), rest[end:]
    port = "443" if scheme == "https" else "80"
    return tuple(dict.fromkeys((url, f"{scheme}://{host}{path}", f"{scheme}://{host}:{port}{path}")))


def joined(values: Iterable[tuple[str, str]]) -> str:
    """Names and values without anything between; several values of one name sorted, each once."""
    return "".join(f"{name}{value}" for name, value in sorted(set(values)))


def values(request: Request) -> Fields | None:
    """The fields that the signature covers: of a GET the query, of a POST the form; of a POST with another body nothing, for
    that has only its hash in the address. None if they cannot be read."""
    if request.method == "GET":
        return request.query
    given = http.first(request.query, BODY_HASH)
    if request.form is not None or not given:
        return request.form
    return () if macs.same(given, [hashlib.sha256(request.body).hexdigest()]) else None


def signature(request: Request, secret: str) -> str:
    """The signature that a provider makes (HMAC-SHA1, base64)."""
    return macs.base64("sha1", secret, f"{request.url}{_behind(request, values(request) or ())}".encode())


def signed(request: Request, signature: str, secrets: tuple[str, ...], covered: Fields) -> bool:
    """Whether one of the secrets signed the address and the fields behind it (HMAC-SHA1, base64)."""
    more = _behind(request, covered)
    texts = [f"{address}{more}".encode() for address in addresses(request.url)]
    return macs.same(signature, [macs.base64("sha1", one, text) for one in secrets for text in texts])


def _behind(request: Request, covered: Fields) -> str:
    """What is signed behind the address: the query stands in it already."""
    return "" if request.method == "GET" else joined(covered)
