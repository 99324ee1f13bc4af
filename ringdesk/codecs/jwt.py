"""JSON Web Tokens with HMAC-SHA256 (RFC 7519; RFC 7515, 5.2), and nothing else: not `none`, no other algorithm."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ringdesk.codecs import http, macs

_LONGEST: Final = 8 * 1024
"""Characters; a provider's token has some 500."""


def claims(token: str, secrets: tuple[str, ...]) -> dict[str, Any] | None:
    """The claims of a token that one of the secrets signed; None for any other. Times are not looked at."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _LONGEST or not token.isascii():
        return None
    head, body, signature = parts
    header = _object(head)
    if header is None or header.get("alg") != "HS256" or "crit" in header:
        return None
    message = f"{head}.{body}".encode()
    if not macs.same(signature, [_encoded(macs.digest("sha256", one, message)) for one in secrets]):
        return None
    return _object(body)


def signed(claims: Mapping[str, Any], secret: str) -> str:
    """A token with the claims."""
    parts = ({"typ": "JWT", "alg": "HS256"}, dict(claims))
    message = ".".join(_encoded(msgspec.json.encode(part)) for part in parts)
    return f"{message}.{_encoded(macs.digest('sha256', secret, message.encode()))}"


def _object(part: str) -> dict[str, Any] | None:
    try:
        return http.json_object(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return None


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
