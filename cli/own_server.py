"""A desk with a server of its own owns both ends: before the server starts, the desk and its person are made known to it.

So whatever of the small files was lost or damaged is made anew without asking anybody: `device.key` by enrolling again,
`local.password` by setting another one. The database cannot be made anew; there a person has to decide.
"""

import asyncio
import secrets
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from cli import roots
from cli.embedded import EmbeddedServer
from cli.paths import exists
from ringdesk.errors import Refused, RingdeskError
from ringdesk.why import Why, register
from server import admin
from server.admin import Office
from server.identity.people import HASHER, MIN_PASSWORD
from server.identity.state import KEY_FILE as SERVER_KEY_FILE
from server.store.base import Unavailable
from server.store.values import folded
from terminal.store.held import FILE
from terminal.store.replica import Store
from terminal.sync.key import DeviceKey, write_private

SECRET_FILE: Final = "local.password"  # noqa: S105 - the name of a file
"""In the data directory: the password of its person, made once."""
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_RESTORE: Final = (
    "put it and server.state back from a backup; without one start anew with another --data,"
    " and keep {copy}: it holds a copy"
)

register(
    {
        "own_missing": f"{{path}} is missing; {_RESTORE}",
        "own_damaged": f"{{path}} is damaged; {_RESTORE}",
    }
)

_log = structlog.get_logger(__name__)


class Admission(msgspec.Struct, frozen=True):
    """With what the desk comes to its server. `code` is "" for a device that is known there."""

    user: str
    password: str
    code: str


async def admit(
    store: Store, server: EmbeddedServer, user: str, prepare: Callable[[Office], Awaitable[None]] | None
) -> Admission:
    """Make the person and the device of a data directory known. `prepare` may fill the database then.

    Raises `RingdeskError` for a database that is gone or damaged: the replica would follow an empty one, and forget all.
    """
    database = store.directory / "server.db"
    stood = await store.standing()
    if stood.device and not (exists(database) and database.stat().st_size):
        raise RingdeskError(_lost("own_missing", database))
    secret_lost = not exists(server.state / SERVER_KEY_FILE)
    clock: dict[str, Any] = {"clock": roots.wall, "random_id": roots.random_id, "random_bytes": roots.random_bytes}
    try:
        async with admin.office(server.database, str(server.state), renew=True, **clock) as office:
            password = await _person(office, user, store.directory / SECRET_FILE)
            known = not secret_lost and await _is_known(office, store)
            code = "" if known else await admin.enrol_code(office, "main", "desk")
            if prepare is not None:
                await prepare(office)
    except Unavailable as error:
        if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
            raise
        raise RingdeskError(_lost("own_damaged", database)) from error
    return Admission(user, password, code)


def _lost(code: str, database: Path) -> Why:
    return Why(code, {"path": str(database), "copy": str(database.parent / FILE)})


async def _person(office: Office, user: str, file: Path) -> str:
    """The password of the person, who has it from now on whatever it was before."""
    password = _password(file)
    register = office.store.register
    try:
        await admin.add_user(office, user, "admin", password)
    except Refused as refusal:
        if refusal.code != "exists":
            raise
        person = await register.person_named(folded(user))
        if person is not None and not await asyncio.to_thread(_fits, person.password, password):
            _log.warning("the password of this desk is set anew", user=user)
            await register.set_password(person.id, await asyncio.to_thread(HASHER.hash, password))
            await register.note(office.entry("user.password", person.id))
    return password


def _fits(hashed: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return HASHER.verify(hashed, password)
    except (InvalidHashError, VerificationError):
        return False


def _password(file: Path) -> str:
    """The password in a file; a new one where there is none that can be used."""
    try:
        kept = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        kept = ""
    if len(kept) < MIN_PASSWORD or not kept.isprintable():
        kept = secrets.token_urlsafe(24)
        write_private(file, f"{kept}\n".encode())
    return kept


async def _is_known(office: Office, store: Store) -> bool:
    """Whether the server will let this device in, by the key that lies here."""
    stood = await store.standing()
    DeviceKey.settle(store.directory, stood.key)
    try:
        key = DeviceKey.load(store.directory)
    except RingdeskError:
        return False
    device = await office.store.register.device(stood.device)
    return (
        device is not None
        and device.public_key == key.public_bytes
        and device.revoked_at is None
        and device.fenced_at is None
    )
