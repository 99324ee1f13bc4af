"""SQLite as the server's database: one writing connection, one reading, each in its thread."""

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from config.disk import remedy
from config.lock import ProcessLock
from ringdesk.channels import MASKED, Digest, content_digest, project
from ringdesk.errors import BadInput, RingdeskError
from ringdesk.ops import decode_row, encode
from ringdesk.reached import dialled_of
from server.store.base import Unavailable
from server.store.schema import MIGRATIONS, OLDEST_CODE, QUERIES, VERSION, migration, schema
from server.store.sqlite_lane import Lane
from server.store.sqlite_order import SqliteOrder
from server.store.sqlite_register import SqliteRegister
from server.store.sqlite_rows import Link, first
from server.store.values import MAIN_SITE, Audited, audit_content, entry_of

log = logging.getLogger("ringdesk.server.store")

PREFIX: Final = "sqlite:///"
ENOUGH: Final = 1 << 20
"""Bytes that are free on a disk that is not full: a few frames of ops."""
MASKS_SINCE: Final = 6
"""The version of the database since which its tallies are those of the present masks: raise it when they change."""

DIALLED_SINCE: Final = 6
"""The version of the database since which its callbacks and marks are found by their digits."""


def path_of(url: str) -> Path:
    """The file behind `sqlite:///PATH`. Raises `BadInput` for another URL."""
    if url.startswith("postgresql:"):
        raise BadInput("this version keeps its data in SQLite only; give --database sqlite:///PATH")
    if not url.startswith(PREFIX) or len(url) == len(PREFIX):
        raise BadInput(f"{url!r} is no database; give --database sqlite:///PATH")
    return Path(url.removeprefix(PREFIX)).expanduser()


class SqliteStore:
    """A database in one file (see `server.store.base.Store`)."""

    def __init__(self, path: Path, writer: Lane, reader: Lane, link: Link, lock: ProcessLock | None = None) -> None:
        self._folder = path.absolute().parent
        self._lanes = (writer, reader)
        self._lock = lock
        self.order = SqliteOrder(writer, reader, link)
        self.register = SqliteRegister(writer, reader, link)

    @property
    def failures(self) -> int:
        """How many writes the disk did not take."""
        return self._lanes[0].failures

    async def can_write(self) -> bool:
        """Write a page, and look what is free."""

        def work(db: sqlite3.Connection) -> int:
            for name in ("put_attempts", "forget_attempts"):  # the same values again would not be written at all
                db.execute(QUERIES[name], {"op_id": "", "attempts": 1})
            return shutil.disk_usage(self._folder).free

        try:
            return await self._lanes[0].run(work) >= ENOUGH
        except Unavailable:
            return False

    async def holds(self, source: str) -> bool:
        """The one server of the file holds every link."""
        return self._lock is not None

    def hurry(self, seconds: float) -> None:
        """Writes alone wait for others."""
        asyncio.get_running_loop().call_later(seconds, self._lanes[0].hurry)

    async def close(self) -> None:
        """Both connections; the last one to go folds the log into the file."""
        for lane in reversed(self._lanes):
            await lane.close()
        if given_up := self._lanes[0].given_up:
            log.error("store.not_written", extra={"writes": given_up})
        if self._lock is not None:
            self._lock.release()


async def open_store(
    url: str,
    *,
    link: Link,
    random_id: Callable[[], str],
    organisation: str = "",
    owner: bool = False,
    key_print: str = "",
    renewed: bool = False,
) -> SqliteStore:
    """Open the database of `url`, making or migrating it first.

    `owner` is the server: there is one, and it alone checkpoints; admin commands beside it are not. `key_print` is the
    fingerprint of the key behind `link` ("": do not look); a database keeps its first one, unless it is `renewed`. Raises
    `BadInput` for a URL that is none, and `RingdeskError` for a database that another server uses, that belongs to another
    key, or that is newer than this code.
    """
    path = path_of(url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # people and their password hashes: for the server's user alone
    except OSError as error:
        todo = remedy(error, "let this user write there")
        raise BadInput(f"{path}: {error.strerror}; {todo}, or give another place with --database") from error
    lock = ProcessLock(path.with_name(f"{path.name}.lock"), path, "give another --database") if owner else None
    writer = Lane(path, writes=True, checkpoints=owner)
    try:
        await writer.run(lambda db: _prepare(db, path, random_id, organisation))
        if key_print:
            await writer.run(lambda db: _expect_key(db, path, link, key_print, renewed=renewed))
    except BaseException:
        await writer.close()
        if lock is not None:
            lock.release()
        raise
    return SqliteStore(path, writer, Lane(path, writes=False), link, lock)


def _prepare(db: sqlite3.Connection, path: Path, random_id: Callable[[], str], organisation: str) -> None:
    found: int = db.execute("PRAGMA user_version").fetchone()[0]
    if found == VERSION:
        return
    if found > VERSION:
        oldest = db.execute("SELECT oldest_code FROM space").fetchone()[0]
        if oldest > VERSION:
            raise RingdeskError(f"{path} was written by a newer Ringdesk; install that version again")
        return
    if found == 0:
        _run_script(db, schema())
        fresh = {"timeline": random_id(), "server_epoch": random_id(), "organisation": organisation}
        db.execute(QUERIES["begin_space"], fresh | {"oldest_code": OLDEST_CODE})
        db.execute(QUERIES["add_site"], {"id": MAIN_SITE, "name": MAIN_SITE})
    for version in range(found + 1 if found else len(MIGRATIONS) + 1, VERSION + 1):
        _run_script(db, migration(version))
    if 0 < found < MASKS_SINCE:
        _count_masked(db)
    if 0 < found < DIALLED_SINCE:
        _index_dialled(db)
    db.execute("UPDATE space SET oldest_code = ?", (OLDEST_CODE,))
    db.execute(f"PRAGMA user_version = {VERSION}")


def _count_masked(db: sqlite3.Connection) -> None:
    """Count the masked sets anew after what they show has changed; a till whose sum differs takes the set again."""
    for (channel,) in db.execute("SELECT DISTINCT channel FROM image").fetchall():
        digest = Digest()
        for kind, row_id, seq, body in db.execute(
            "SELECT kind, id, seq, body FROM image WHERE channel = ? AND body IS NOT NULL", (channel,)
        ):
            shown = encode(project(kind, decode_row(kind, body), MASKED))
            digest = digest.add(content_digest(kind, row_id, seq, shown))
        db.execute(
            "UPDATE ring SET count = :count, digest = :digest"
            " WHERE name = :name AND seq = (SELECT max(seq) FROM ring WHERE name = :name)",
            {"name": f"{channel}@{MASKED}", "count": digest.count, "digest": digest.hex},
        )


def _index_dialled(db: sqlite3.Connection) -> None:
    """Open callbacks and marks from before this version, by their digits."""
    kinds = "SELECT kind, id, body FROM image WHERE kind IN ('task', 'mark') AND body IS NOT NULL"
    for kind, row_id, body in db.execute(kinds).fetchall():
        for digits in dialled_of(decode_row(kind, body)):
            db.execute(QUERIES["put_dialled"], {"digits": digits, "kind": kind, "id": row_id})


def _expect_key(db: sqlite3.Connection, path: Path, link: Link, key_print: str, *, renewed: bool) -> None:
    """Whether the key is this database's. One that was made before fingerprints were kept shows it by its first line of audit."""
    known: str = db.execute(QUERIES["key_print"]).fetchone()[0]
    if known == key_print:
        return
    line = first(db, Audited, "audit", after=0, limit=1)
    fits = not known and (line is None or line.chain == link("", audit_content(line.n, entry_of(line))))
    if not fits and not renewed:
        raise RingdeskError(
            f"{path} belongs to another server.key than the one in this state directory; give its own with --state"
            f" (the one beside it is {path.with_suffix('.state')})"
        )
    db.execute(QUERIES["set_key_print"], {"key_print": key_print})


def _run_script(db: sqlite3.Connection, script: str) -> None:
    """Statement by statement: `executescript` would commit the transaction that is open."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""
