"""The device's key."""

import stat
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cli import own_server
from cli.own_server import SECRET_FILE
from ringdesk.errors import RingdeskError
from terminal.sync.key import FRESH_FILE, KEY_FILE, DeviceKey


def test_fresh_until_it_is_settled_and_private(tmp_path: Path) -> None:
    first = DeviceKey.fresh(tmp_path)
    assert DeviceKey.fresh(tmp_path).public == first.public
    DeviceKey.settle(tmp_path, "another")
    assert [path.name for path in tmp_path.iterdir()] == [FRESH_FILE]
    DeviceKey.settle(tmp_path, first.public)
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert DeviceKey.load(tmp_path).public == first.public
    assert DeviceKey.fresh(tmp_path).public != first.public


def test_the_signature_is_over_the_nonce(tmp_path: Path) -> None:
    key = DeviceKey.fresh(tmp_path)
    Ed25519PublicKey.from_public_bytes(b64decode(key.public)).verify(b64decode(key.sign("n0nce")), b"n0nce")


def test_none_and_a_damaged_one_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RingdeskError, match=r"is missing; get a code .* start this desk once with --enrol CODE"):
        DeviceKey.load(tmp_path)
    (tmp_path / KEY_FILE).write_bytes(b"-----BEGIN PRIVATE KEY-----\nno\n-----END PRIVATE KEY-----\n")
    with pytest.raises(RingdeskError, match="cannot be read; get a code"):
        DeviceKey.load(tmp_path)
    (tmp_path / FRESH_FILE).write_bytes(b"no")
    assert DeviceKey.fresh(tmp_path).public


@pytest.mark.parametrize("name", [KEY_FILE, FRESH_FILE])
def test_a_folder_in_the_place_of_a_key_is_said_in_a_line(tmp_path: Path, name: str) -> None:
    key = DeviceKey.fresh(tmp_path)
    if name == FRESH_FILE:
        (tmp_path / name).unlink()
    (tmp_path / name).mkdir()

    def act() -> None:
        if name == FRESH_FILE:
            DeviceKey.fresh(tmp_path)
        DeviceKey.settle(tmp_path, key.public)

    with pytest.raises(RingdeskError, match=f"{name} cannot be written.*move away") as caught:
        act()
    assert "\n" not in str(caught.value)


def test_a_folder_in_the_place_of_the_password_too(tmp_path: Path) -> None:
    (tmp_path / SECRET_FILE).mkdir()
    with pytest.raises(RingdeskError, match="cannot be written"):
        own_server._password(tmp_path / SECRET_FILE)
