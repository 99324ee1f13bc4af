"""How a request gets its secret or its signature, and how it goes on the wire."""

import hashlib
from base64 import b64decode, b64encode
from urllib.parse import quote, urlencode

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ringdesk.codecs import jwt, macs, tokens, urlsigned
from ringdesk.codecs.http import Request
from ringdesk.dialects import placetel, plivo, signalwire, telnyx, twilio, zoom
from ringdesk.errors import BadInput
from ringdesk.simulators.hooks import FORM, JSON, Part, Stamp


def unsigned(part: Part, address: str) -> Request:
    """The request as the provider makes it before it signs. `address` is the public one of the webhook."""
    if part.query:
        return Request(method="GET", url=f"{address}{'&' if '?' in address else '?'}{urlencode(part.query)}")
    kind, body = (
        (FORM, urlencode(part.form).encode()) if part.form is not None else (JSON, msgspec.json.encode(part.data))
    )
    return Request(method="POST", url=address, headers=(("content-type", kind),), body=body)


def other(secret: str) -> str:
    """A secret that is not the one, of the same kind."""
    user, colon, password = secret.rpartition(":")
    return f"{user}{colon}{b64encode(hashlib.sha256(password.encode()).digest()).decode()}"


def by_twilio(request: Request, secret: str, _stamp: Stamp) -> Request:
    """HMAC-SHA1 over the address and the form."""
    return _with(request, twilio.HEADER, urlsigned.signature(request, secret))


def by_signalwire(request: Request, secret: str, _stamp: Stamp) -> Request:
    """The same in a header of its own, where it is a form."""
    return _with(request, signalwire.HEADERS[0], urlsigned.signature(request, secret))


def by_plivo(request: Request, secret: str, stamp: Stamp) -> Request:
    """Version 3, with a nonce."""
    whole = plivo.text(request, stamp.nonce) or b""
    return _with(_with(request, plivo.NONCE, stamp.nonce), plivo.SIGNATURE, macs.base64("sha256", secret, whole))


def by_vonage(request: Request, secret: str, stamp: Stamp) -> Request:
    """A token with the hash of the body."""
    claims = {
        "iat": int(stamp.now),
        "jti": stamp.nonce,
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(request.body).hexdigest(),
        "api_key": "a1b2c3d4",
    }
    return _with(request, "authorization", f"Bearer {jwt.signed(claims, secret)}")


def by_telnyx(request: Request, secret: str, stamp: Stamp) -> Request:
    """Ed25519 over time and body, with the private key (RFC 8032, 5.1.5: 32 bytes, in base64). Raises BadInput: it is none."""
    time = str(int(stamp.now))
    signature = _private(secret).sign(f"{time}|".encode() + request.body)
    return _with(_with(request, telnyx.TIMESTAMP, time), telnyx.SIGNATURE, b64encode(signature).decode())


def public_key(secret: str) -> str:
    """What the source is given for Telnyx. Raises BadInput: it is no private key."""
    return b64encode(_private(secret).public_key().public_bytes_raw()).decode()


def by_zoom(request: Request, secret: str, stamp: Stamp) -> Request:
    """HMAC-SHA256 over time and body."""
    stamped = _with(request, zoom.TIMESTAMP, str(int(stamp.now)))
    return _with(stamped, zoom.SIGNATURE, zoom.signature(stamped, secret))


def by_placetel(request: Request, secret: str, _stamp: Stamp) -> Request:
    """HMAC-SHA256 over the body."""
    return _with(request, placetel.SIGNATURE, macs.hexadecimal("sha256", secret, request.body))


def in_path(request: Request, secret: str, _stamp: Stamp) -> Request:
    """The secret as the last part of the path, as Zammad has it; `user:password` as basic auth."""
    if ":" in secret:
        return _with(request, "authorization", macs.basic([secret])[0])
    address, mark, asked = request.url.partition("?")
    return msgspec.structs.replace(request, url=f"{address.rstrip('/')}/{quote(secret, safe='')}{mark}{asked}")


def in_header(request: Request, secret: str, _stamp: Stamp) -> Request:
    """The secret in a header of ours."""
    return _with(request, tokens.HEADER, secret)


def in_verification(request: Request, secret: str, _stamp: Stamp) -> Request:
    """RingCentral's token of the subscription."""
    return _with(request, "verification-token", secret)


def in_body(request: Request, secret: str, _stamp: Stamp) -> Request:
    """Aircall's token, in the JSON."""
    said = request.json or {}
    return msgspec.structs.replace(request, body=msgspec.json.encode({**said, "token": secret}))


def _with(request: Request, name: str, value: str) -> Request:
    return msgspec.structs.replace(request, headers=(*request.headers, (name, value)))


def _private(secret: str) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(b64decode(secret, validate=True))
    except ValueError as error:
        raise BadInput(
            "to sign like Telnyx takes a private key of 32 bytes in base64; make one with `head -c 32 /dev/urandom | base64`"
        ) from error
