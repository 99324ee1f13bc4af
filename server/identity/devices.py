"""Making a device known, and knowing it again: a one-time code, then an Ed25519 key (RFC 8032) that signs a nonce."""

import binascii
from base64 import b64decode
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ringdesk.errors import Refused
from ringdesk.wire.messages import Enrol
from ringdesk.wire.signing import make_code, secret_text
from server.store.base import Register
from server.store.values import Device, DeviceClass, Enrolment, Entry

CODE_BYTES: Final = 16
KEY_BYTES: Final = 32


def secret_hash(secret: str) -> str:
    """What is kept of a code's secret. It has 128 random bits, so a plain hash tells nothing."""
    return sha256(secret.encode()).hexdigest()


async def new_code(
    register: Register,
    site: str,
    cls: DeviceClass,
    *,
    expires: float,
    fingerprint: bytes,
    random_bytes: Callable[[int], bytes],
    entry: Entry,
) -> str:
    """A one-time code for a device in `site`, to be typed at that device. Raises `Refused("unknown_store")`."""
    secret = random_bytes(CODE_BYTES)
    enrolment = Enrolment(secret_hash=secret_hash(secret_text(secret)), site=site, cls=cls, expires=expires)
    await register.add_enrolment(enrolment, entry)
    return make_code(secret, fingerprint)


async def enrol(register: Register, message: Enrol, nonce: str, now: float, random_id: Callable[[], str]) -> Device:
    """Make the device known that holds the key. Raises `Refused`: bad_key, bad_code, used_code, expired_code, revoked."""
    public_key = _decoded(message.public_key)
    if len(public_key) != KEY_BYTES or not signed(public_key, message.signature, nonce):
        raise Refused("bad_key", "the key of this device does not fit its signature; start with a new data directory")
    device = Device(
        id=random_id(),
        name=message.name,
        cls="desk",
        site="",
        public_key=public_key,
        epoch=random_id(),
        enrolled_at=now,
        seen_at=now,
    )
    entry = Entry(at=now, actor=message.name, action="device.enrol")
    return await register.enrol(secret_hash(message.code), device, now, entry)


def signed(public_key: bytes, signature: str, nonce: str) -> bool:
    """Whether `signature` (base64) is the key's over the nonce's characters."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(_decoded(signature), nonce.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
