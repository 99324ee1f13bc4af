"""Who sent it: the comparisons and signatures that webhook dialects share. All compare in constant time, and every active
secret is tried, so that neither the time nor the order of the secrets tells anything.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WINDOW: Final = 300.0
"""Seconds by which a signed time may differ from ours, both ways (Telnyx's own; Zoom and Vonage leave it to us)."""

PUBLIC_BYTES: Final = 32
"""Of a public key (RFC 8032, 5.1.5)."""

Digest = Literal["sha1", "sha256"]


def digest(kind: Digest, secret: str, message: bytes) -> bytes:
    """HMAC (RFC 2104)."""
    return hmac.digest(secret.encode(), message, getattr(hashlib, kind))


def hexadecimal(kind: Digest, secret: str, message: bytes) -> str:
    """HMAC in lower-case hexadecimal."""
    return digest(kind, secret, message).hex()


def base64(kind: Digest, secret: str, message: bytes) -> str:
    """HMAC in base64."""
    return b64encode(digest(kind, secret, message)).decode()


def same(given: str, wanted: Iterable[str]) -> bool:
    """Whether it is one of the wanted ones. Nothing is no match, whatever is wanted."""
    found = False
    for each in wanted:
        found |= hmac.compare_digest(given.encode(), each.encode())
    return found and bool(given)


def ed25519(public: Iterable[str], signature: str, message: bytes) -> bool:
    """Whether one of the public keys (base64 of 32 bytes) signed it (RFC 8032; signature in base64 as RFC 4648, 4 writes it:
    no other spelling of the same bytes)."""
    found = [_signed(key, signature, message) for key in public]
    return any(found)


def is_ed25519(key: str) -> bool:
    """Whether it is a public key as `ed25519` takes it."""
    try:
        return len(b64decode(key, validate=True)) == PUBLIC_BYTES
    except ValueError:
        return False


def basic(user_and_password: Iterable[str]) -> list[str]:
    """The values of `Authorization` for basic auth (RFC 7617)."""
    return ["Basic " + b64encode(each.encode()).decode() for each in user_and_password]


def in_window(signed: float, now: float) -> bool:
    """Whether a signed time is close enough to ours."""
    return abs(signed - now) <= WINDOW


def seconds(text: str) -> float | None:
    """A signed time as providers write it, whole seconds since 1970; None for anything else."""
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def _signed(key: str, signature: str, message: bytes) -> bool:
    try:
        made = b64decode(signature)
        Ed25519PublicKey.from_public_bytes(b64decode(key)).verify(made, message)
    except (ValueError, InvalidSignature):
        return False
    return b64encode(made).decode() == signature
