"""What the server signs, and the code that enrols a device. Pure HMAC-SHA256: no I/O, no clock, no randomness.

* **chain**: a link for each seq, over the one before, with a MAC that proves the link even to a server that was restored
  and has forgotten that seq (sync.md 3, rollback).
* **grant**: who may work on a device until when; every op carries one (sync.md 2).
* **answer**: over what was said and the op that it was said to. Kept by the terminal with the op, so that a restored server
  believes what it once applied, and nothing else (sync.md 7).
* **payload hash**: tells a repeated op from another one under the same id; its salt is erased with the op (sync.md 9).
* **enrolment code**: the one-time secret and the fingerprint of the server's certificate, typed by a person.
"""

import binascii
import unicodedata
from base64 import b32decode, b32encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Any, Final

import msgspec

from ringdesk.errors import BadInput, Refused
from ringdesk.ops import Op
from ringdesk.safetext import SafeText, decode_hook, encode_hook
from ringdesk.why import Why, register
from ringdesk.wire import limits
from ringdesk.wire.values import Answer

register({"code_mistyped": "the code has a typing error; compare it with the one on the server, group by group"})

_HALF: Final = 16
"""Bytes of a link and of its MAC; 128 bits each."""
_MIN_SECRET: Final = 16

_ENCODER: Final = msgspec.json.Encoder(enc_hook=encode_hook, order="sorted")


class GrantBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a grant says. `issued` and `expires` are seconds since 1970; whoever reads it judges the expiry."""

    person: str
    name: SafeText
    device: str
    roles: tuple[str, ...]
    issued: float
    expires: float


_GRANT: Final = msgspec.json.Decoder(GrantBody, dec_hook=decode_hook)


class ServerKey:
    """The server's secret, at least 16 bytes, and all that is made with it. Each use has a key of its own."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < _MIN_SECRET:
            raise BadInput(f"the server's secret has under {_MIN_SECRET} bytes; let the server make a new one")
        self._secret = secret

    def _mac(self, use: str, content: Any) -> bytes:
        """HMAC over the JSON of `content`: lists and lengths cannot run into each other."""
        key = hmac_digest(self._secret, use.encode(), "sha256")
        return hmac_digest(key, _ENCODER.encode(content), "sha256")

    def chain(self, prev: str, seq: int, op_ids: Iterable[str]) -> str:
        """The chain at `seq`, after `prev` (its chain; "" at the start), in 64 hexadecimal digits: link and MAC."""
        link = self._mac("link", (prev, seq, tuple(op_ids)))[:_HALF]
        return (link + self._proof(seq, link)).hex()

    def proves(self, seq: int, chain: str) -> bool:
        """Whether this server once was at `seq` with `chain`, also when it no longer knows it. Nothing seen proves itself."""
        if seq == 0 and not chain:
            return True
        try:
            link_and_mac = bytes.fromhex(chain)
        except ValueError:
            return False
        link, mac = link_and_mac[:_HALF], link_and_mac[_HALF:]
        return len(chain) == 4 * _HALF and compare_digest(mac, self._proof(seq, link))

    def _proof(self, seq: int, link: bytes) -> bytes:
        return self._mac("proof", (seq, link.hex()))[:_HALF]

    def grant(self, body: GrantBody) -> str:
        """The signed token of `body`: base64url of its JSON, a dot, base64url of the MAC."""
        text = _to_text(_ENCODER.encode(body))
        return f"{text}.{_to_text(self._mac('grant', text))}"

    def read_grant(self, token: str, device: str | None = None) -> GrantBody:
        """What a token says, if this server signed it, and for `device` where given. Raises `Refused("bad_grant")`."""
        refusal = Refused("bad_grant", "the sign-in of this change is not valid; sign in again")
        text, _, mac = token.partition(".")
        if len(token) > limits.TOKEN or not token.isascii():
            raise refusal
        try:
            if not compare_digest(_to_bytes(mac), self._mac("grant", text)):
                raise refusal
            body = _GRANT.decode(_to_bytes(text))
        except (msgspec.MsgspecError, ValueError) as error:
            raise refusal from error
        if device not in (None, body.device):
            raise refusal
        return body

    def sign_answer(self, answer: Answer, op_bytes: bytes) -> str:
        """The signature of an answer to an op, hexadecimal. `op_bytes` is `payload(op)`: an answer vouches for nothing else.

        Its `dev_seq` is left out: an op that is numbered anew keeps its answer.
        """
        said = (
            op_bytes,
            answer.op_id,
            answer.result,
            answer.seq,
            answer.chain,
            answer.into,
            answer.code,
            answer.kept,
            answer.lost,
        )
        return self._mac("answer", said).hex()

    def said(self, answer: Answer, op_bytes: bytes) -> bool:
        """Whether this server gave `answer` to the op whose payload is `op_bytes`."""
        return compare_digest(answer.signature.encode(), self.sign_answer(answer, op_bytes).encode())


def payload(op: Op) -> bytes:
    """What is the same whenever an op is sent: not its number, its grant, or whether it is a fact by now."""
    return _ENCODER.encode((op.op_id, op.kind, op.v, op.base, op.at, op.args))


def payload_hash(salt: bytes, op_bytes: bytes) -> str:
    """HMAC-SHA256 of `payload(op)` with a salt of the op's own, hexadecimal."""
    return hmac_digest(salt, op_bytes, "sha256").hex()


def _to_text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _to_bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


# --- enrolment codes --------------------------------------------------------------------------------------------------

_FINGERPRINT: Final = 32
_PINNED: Final = 0x80
"""Bit of the first byte: a fingerprint follows the secret. The other bits are the length of the secret."""
_MAX_CODE_SECRET: Final = 64
_CHECK: Final = 3
_GROUP: Final = 4
_MISREAD: Final = str.maketrans("018", "OIB")
"""Digits that base32 (RFC 4648, section 6) leaves out because they look like letters."""


def secret_text(secret: bytes) -> str:
    """The secret part of a code as `enrol` sends it: base32 without padding."""
    return b32encode(secret).rstrip(b"=").decode()


def make_code(secret: bytes, fingerprint: bytes = b"") -> str:
    """A one-time code in groups of four. `secret` has 16 to 64 bytes; `fingerprint` is the SHA-256 of the server's
    certificate or of one above it (32 bytes), or empty for a loopback server, or a certificate that every system trusts."""
    if not _MIN_SECRET <= len(secret) <= _MAX_CODE_SECRET or len(fingerprint) not in (0, _FINGERPRINT):
        raise ValueError("a code needs a secret of 16 to 64 bytes and a fingerprint of 32 bytes or none")
    content = bytes([len(secret) | (_PINNED if fingerprint else 0)]) + secret + fingerprint
    text = secret_text(content + _checksum(content))
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def read_code(text: str) -> tuple[str, bytes]:
    """The secret part and the fingerprint (b"" without one) of a code as somebody typed it.

    Spaces, dashes, lower case, full-width letters and misread digits do not matter. Raises `BadInput` for a typing error;
    whether the code is the right one only the server knows.
    """
    wrong = BadInput(Why("code_mistyped"))
    letters = "".join(
        char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char)[0] not in "ZCP"
    )
    letters = letters.upper().translate(_MISREAD)
    try:
        data = b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError) as error:
        raise wrong from error
    content, check = data[:-_CHECK], data[-_CHECK:]
    if not content or check != _checksum(content):
        raise wrong
    length, pinned = content[0] & ~_PINNED, bool(content[0] & _PINNED)
    secret, fingerprint = content[1 : 1 + length], content[1 + length :]
    if len(fingerprint) != (_FINGERPRINT if pinned else 0):
        raise wrong
    return secret_text(secret), fingerprint


def _checksum(content: bytes) -> bytes:
    return sha256(b"ringdesk enrolment code" + content).digest()[:_CHECK]
