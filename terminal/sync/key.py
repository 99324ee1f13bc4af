"""Who this device is: an Ed25519 key (RFC 8032) in its data directory, readable by its user alone."""

import contextlib
import errno
import os
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Final

from config.disk import FULL
from ringdesk.errors import RingdeskError
from ringdesk.why import Why, register

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE: Final = "device.key"
FRESH_FILE: Final = "device.key.fresh"
"""A key that no server knows yet, as far as is known here: the next enrolment is with it."""
CA_FILE: Final = "ca.pem"
_ANEW: Final = "get a code with `ringdesk admin enrol` at the server and start this desk once with --enrol CODE"

register(
    {
        "key_missing": f"{{path}} is missing; {_ANEW}",
        "key_unread": f"{{path}} cannot be read; {_ANEW}",
        "key_odd": f"{{path}} is not a key of this program; {_ANEW}",
        "key_full": "{path} cannot be written: {reason}; make room on its disk, then start again",
        "key_read_only": "{path} cannot be written: {reason}; make its disk writable, then start again",
        "key_unwritten": "{path} cannot be written: {reason}; move away what is there, then start again",
    }
)


class DeviceKey:
    """Signs what proves that this device is the one that was enrolled."""

    def __init__(self, key: "Ed25519PrivateKey") -> None:
        self._key = key

    @classmethod
    def load(cls, directory: Path) -> "DeviceKey":
        """The key of a data directory. Raises `RingdeskError` where there is none, or none that can be read."""
        return cls._read(directory / KEY_FILE)

    @classmethod
    def _read(cls, path: Path) -> "DeviceKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except FileNotFoundError as error:
            raise RingdeskError(Why("key_missing", {"path": str(path)})) from error
        except (OSError, ValueError) as error:
            raise RingdeskError(Why("key_unread", {"path": str(path)})) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise RingdeskError(Why("key_odd", {"path": str(path)}))
        return cls(key)

    @classmethod
    def fresh(cls, directory: Path) -> "DeviceKey":
        """The key for an enrolment. It is on the disk when this returns, and stays the same until the enrolment is through:
        a server that answered into a broken line finds the device again instead of making another."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        with contextlib.suppress(RingdeskError):
            return cls._read(directory / FRESH_FILE)
        key = Ed25519PrivateKey.generate()
        write_private(directory / FRESH_FILE, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return cls(key)

    @classmethod
    def settle(cls, directory: Path, public: str) -> None:
        """Put the fresh key in its place, if it is the one that was enrolled. Twice is no error."""
        try:
            if cls._read(directory / FRESH_FILE).public != public:
                return
        except RingdeskError:
            return
        try:
            (directory / FRESH_FILE).replace(directory / KEY_FILE)
        except OSError as error:
            raise _unwritten(directory / KEY_FILE, error) from error

    @property
    def public_bytes(self) -> bytes:
        """The public key: 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    @property
    def public(self) -> str:
        """The public key, its 32 bytes in base64."""
        return b64encode(self.public_bytes).decode("ascii")

    def sign(self, nonce: str) -> str:
        """The signature over the nonce's characters, in base64."""
        return b64encode(self._key.sign(nonce.encode())).decode("ascii")


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its user may read; whole or not at all, on the disk when this returns."""
    try:
        _write(path, content)
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> RingdeskError:
    full, fixed = error.errno in FULL, error.errno == errno.EROFS
    code = "key_full" if full else "key_read_only" if fixed else "key_unwritten"
    return RingdeskError(Why(code, {"path": str(path), "reason": error.strerror or str(error)}))


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
