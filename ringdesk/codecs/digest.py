"""Digest authentication of a client (RFC 7616; in SIP RFC 3261, 22, and RFC 8760)."""

import hashlib
import re
from collections.abc import Callable
from typing import Final

import msgspec

ALGORITHMS: Final[dict[str, Callable[[bytes], str]]] = {
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
    "SHA-512-256": lambda data: hashlib.new("sha512_256", data).hexdigest(),
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
}
_PARAMETER: Final = re.compile(r'([A-Za-z0-9_-]{1,40})\s?=\s?("(?:[^"\\]|\\.){0,2000}"|[^\s,"]{1,2000})')


class Challenge(msgspec.Struct, frozen=True):
    """What a server asks. `algorithm` is a key of `ALGORITHMS`; `qop` says whether it knows `auth`."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    opaque: str | None = None
    qop: bool = False
    stale: bool = False


def challenge(values: list[str]) -> Challenge | None:
    """The first challenge of the headers that we can answer (RFC 8760, 2.4: the topmost); None if there is none."""
    for value in values:
        scheme, _, rest = value.partition(" ")
        if scheme.lower() != "digest":
            continue
        given = {name.lower(): _plain(text) for name, text in _PARAMETER.findall(rest)}
        algorithm = given.get("algorithm", "MD5").upper()
        offered = [each.strip().lower() for each in given.get("qop", "").split(",") if each.strip()]
        if algorithm in ALGORITHMS and given.get("nonce") and (not offered or "auth" in offered):
            return Challenge(
                realm=given.get("realm", ""),
                nonce=given["nonce"],
                algorithm=algorithm,
                opaque=given.get("opaque"),
                qop=bool(offered),
                stale=given.get("stale", "").lower() == "true",
            )
    return None


def answer(asked: Challenge, method: str, uri: str, secret: str, *, count: int, cnonce: str) -> str:
    """The value of the Authorization header.

    Args:
        asked: the challenge.
        method: of the request.
        uri: the Request-URI.
        secret: `user:password`; the password may hold colons.
        count: how many requests were answered with this nonce, this one counted.
        cnonce: unpredictable to others.
    """
    user, _, password = secret.partition(":")
    digest = ALGORITHMS[asked.algorithm]
    first = digest(f"{user}:{asked.realm}:{password}".encode())
    second = digest(f"{method}:{uri}".encode())
    middle = f"{asked.nonce}:{count:08x}:{cnonce}:auth" if asked.qop else asked.nonce
    parts = [
        f"username={_quoted(user)}",
        f"realm={_quoted(asked.realm)}",
        f"nonce={_quoted(asked.nonce)}",
        f"uri={_quoted(uri)}",
        f'response="{digest(f"{first}:{middle}:{second}".encode())}"',
        f"algorithm={asked.algorithm}",
    ]
    if asked.qop:
        parts += ["qop=auth", f"nc={count:08x}", f'cnonce="{cnonce}"']
    if asked.opaque is not None:
        parts.append(f"opaque={_quoted(asked.opaque)}")
    return "Digest " + ", ".join(parts)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
