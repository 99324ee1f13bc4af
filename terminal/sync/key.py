"""Who this device is: an Ed25519 key (RFC 8032) in its data directory, readable by its user alone."""

import os
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ringdesk.errors import RingdeskError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE: Final = "device.key"
CA_FILE: Final = "ca.pem"


class DeviceKey:
    """Signs what proves that this device is the one that was enrolled."""

    def __init__(self, key: "Ed25519PrivateKey") -> None:
        self._key = key

    @classmethod
    def load(cls, directory: Path) -> "DeviceKey":
        """The key of a data directory. Raises `RingdeskError` where there is none, or none that can be read."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        path = directory / KEY_FILE
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except FileNotFoundError as error:
            raise RingdeskError(
                f"{directory} is not enrolled; start once with --enrol and a code of the server"
            ) from error
        except (OSError, ValueError) as error:
            raise RingdeskError(f"{path} cannot be read ({error}); enrol this device anew") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise RingdeskError(f"{path} is not a key of this program; enrol this device anew")
        return cls(key)

    @classmethod
    def ensure(cls, directory: Path) -> "DeviceKey":
        """The key of a data directory, made where there is none. It is on the disk when this returns."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        if (directory / KEY_FILE).exists():
            return cls.load(directory)
        key = Ed25519PrivateKey.generate()
        write_private(directory / KEY_FILE, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return cls(key)

    @property
    def public(self) -> str:
        """The public key, its 32 bytes in base64."""
        return b64encode(self._key.public_key().public_bytes_raw()).decode("ascii")

    def sign(self, nonce: str) -> str:
        """The signature over the nonce's characters, in base64."""
        return b64encode(self._key.sign(nonce.encode())).decode("ascii")


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its user may read; whole or not at all, on the disk when this returns."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
