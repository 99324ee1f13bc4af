"""The device's key."""

import stat
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ringdesk.errors import RingdeskError
from terminal.sync.key import KEY_FILE, DeviceKey


def test_made_once_and_private(tmp_path: Path) -> None:
    first = DeviceKey.ensure(tmp_path)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert DeviceKey.ensure(tmp_path).public == DeviceKey.load(tmp_path).public == first.public
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_the_signature_is_over_the_nonce(tmp_path: Path) -> None:
    key = DeviceKey.ensure(tmp_path)
    Ed25519PublicKey.from_public_bytes(b64decode(key.public)).verify(b64decode(key.sign("n0nce")), b"n0nce")


def test_none_and_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(RingdeskError, match="not enrolled"):
        DeviceKey.load(tmp_path)
    (tmp_path / KEY_FILE).write_bytes(b"-----BEGIN PRIVATE KEY-----\nno\n-----END PRIVATE KEY-----\n")
    with pytest.raises(RingdeskError, match="cannot be read"):
        DeviceKey.ensure(tmp_path)
