"""The state directory: the server's secret and its certificates, readable by its owner alone."""

import contextlib
import os
from collections.abc import Callable
from hmac import digest as hmac_digest
from pathlib import Path
from typing import Final

import msgspec

from config.disk import remedy
from ringdesk.errors import BadInput, RingdeskError
from ringdesk.wire.signing import ServerKey
from server.store.sqlite import path_of

KEY_FILE: Final = "server.key"
KEY_BYTES: Final = 32


def state_of(database: str, given: str) -> Path:
    """The state directory: the one given, else beside the database (`shop.db` -> `shop.state`)."""
    if given:
        return Path(given).expanduser()
    return path_of(database).with_suffix(".state")


def private_folder(folder: Path) -> Path:
    """Make a folder that only its owner can look into. Raises `BadInput` where that cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        todo = remedy(error, "let this user write there")
        raise BadInput(f"{folder}: {error.strerror}; {todo}, or give another place with --state") from error
    return folder


def write_private(target: Path, data: bytes) -> None:
    """Write a file with mode 0600, at once or not at all."""
    _aside(target, data).replace(target)


def write_private_once(target: Path, data: bytes) -> None:
    """The same, but a file that is there already stays: of two processes that make it the first one wins."""
    fresh = _aside(target, data)
    with contextlib.suppress(FileExistsError):
        os.link(fresh, target)
    fresh.unlink()


def _aside(target: Path, data: bytes) -> Path:
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:  # noqa: PTH123
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise OSError(
            error.errno, error.strerror, str(target)
        ) from error  # one that failed in the middle names no file
    return fresh


class Keys(msgspec.Struct, frozen=True):
    """What is made with the server's secret: signatures, and the link of the audit's chain (link before, entry -> link)."""

    server: ServerKey
    audit_link: Callable[[str, bytes], str]
    fingerprint: str


def keys_of(database: str, state: str, random_bytes: Callable[[int], bytes], *, renew: bool = False) -> Keys:
    """The keys for a database. A new secret is made for a new database only, unless a lost one is to be made anew (`renew`):
    it would break the chain of the audit. Raises `BadInput` where an existing database comes without one."""
    folder, path = state_of(database, state), path_of(database)
    if not renew and path.exists() and path.stat().st_size and not (folder / KEY_FILE).exists():
        raise BadInput(
            f"{folder.absolute()} holds no key of a server, and {path.absolute()} belongs to one;"
            " give its state directory with --state"
        )
    return keys(folder, random_bytes)


def keys(folder: Path, random_bytes: Callable[[int], bytes]) -> Keys:
    """The keys of a state directory; its secret is made at the first use."""
    target = private_folder(folder) / KEY_FILE
    if not target.exists():
        write_private_once(target, random_bytes(KEY_BYTES))
    try:
        secret = target.read_bytes()
    except OSError as error:
        raise RingdeskError(f"{target}: {error.strerror}; restore it from the backup of the state directory") from error
    if len(secret) != KEY_BYTES:
        raise RingdeskError(f"{target} is damaged; restore it from the backup of the state directory")

    def link(before: str, entry: bytes) -> str:
        return hmac_digest(secret, f"audit {before} ".encode() + entry, "sha256").hex()

    return Keys(ServerKey(secret), link, hmac_digest(secret, b"fingerprint", "sha256").hex())
