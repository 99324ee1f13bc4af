"""The connections to the replica: a transaction is one callable that runs in its connection's thread.

Three traps of SQLite and aiosqlite are closed here and nowhere else:

* A task that is cancelled between `BEGIN` and `COMMIT` leaves the transaction open, and a cancelled `COMMIT` still
  commits. So begin, work and commit are one callable in one hop, and the hop is shielded from cancellation.
* After `SQLITE_FULL` SQLite has already left the transaction: the next statement commits by itself. So a `Transaction`
  that has seen an error accepts no further statement, whoever catches what.
* A failed fsync says nothing about what is on the disk. So after an I/O error the connection is opened anew.
"""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import aiosqlite
import msgspec

from config.disk import is_full, is_read_only
from ringdesk.errors import Refused, RingdeskError
from ringdesk.why import Why, register

register(
    {
        "replica_damaged": (
            "{path} is damaged ({reason}); start again: it is made anew, with what was not sent yet, and the rest comes from"
            " the server"
        ),
        "replica_unwritten": "{path} cannot be written ({reason}); nothing was saved; check the disk and save again",
        "replica_refused": "the database {path} refused: {reason}",
    }
)

Result = TypeVar("Result")
Record = tuple[Any, ...]
"""One line of a result."""

_WRITER: Final = (
    "pragma journal_mode = wal",
    "pragma synchronous = full",
    "pragma fullfsync = on",
    "pragma secure_delete = on",
    "pragma temp_store = memory",
    "pragma wal_autocheckpoint = 250",
    "pragma journal_size_limit = 67108864",
)
_READER: Final = ("pragma query_only = on", "pragma temp_store = memory", "pragma cache_size = -16384")


class Transaction:
    """The statements of one transaction. After an error it accepts none: what SQLite rolled back stays rolled back."""

    __slots__ = ("_connection", "_over")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._over = False

    def _run(self, statement: str, parameters: Sequence[Any]) -> sqlite3.Cursor:
        if self._over:
            raise sqlite3.ProgrammingError("this transaction has failed; nothing more can be done in it")
        try:
            return self._connection.execute(statement, parameters)
        except sqlite3.Error:
            self._over = True
            raise

    def do(self, statement: str, *parameters: Any) -> int:
        """Run a statement; how many rows it changed."""
        return self._run(statement, parameters).rowcount

    def many(self, statement: str, lines: Iterable[Sequence[Any]]) -> None:
        """Run a statement for each line of parameters."""
        if self._over:
            raise sqlite3.ProgrammingError("this transaction has failed; nothing more can be done in it")
        try:
            self._connection.executemany(statement, lines)
        except sqlite3.Error:
            self._over = True
            raise

    def all(self, query: str, *parameters: Any) -> list[Record]:
        """Every line of a result."""
        cursor = self._run(query, parameters)
        try:
            return cursor.fetchall()
        except sqlite3.Error:
            self._over = True
            raise

    def one(self, query: str, *parameters: Any) -> Record | None:
        """The first line of a result, or None."""
        cursor = self._run(query, parameters)
        try:
            line: Record | None = cursor.fetchone()
        except sqlite3.Error:
            self._over = True
            raise
        return line

    def value(self, query: str, *parameters: Any) -> Any:
        """The first column of the first line, or None."""
        line = self.one(query, *parameters)
        return None if line is None else line[0]


Work = Callable[[Transaction], Result]


def _begin_to_end(connection: sqlite3.Connection, begin: str, work: Work[Result]) -> Result:
    """The one callable. Whatever is raised in it, no transaction is open afterwards."""
    try:
        connection.execute(begin)
        result = work(Transaction(connection))
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise
    return result


def open_writer(path: Path) -> sqlite3.Connection:
    """A plain connection that may write, with our pragmas; a file that it makes is for nobody else to read. Raises
    sqlite3.Error, OSError."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
    for pragma in _WRITER:
        connection.execute(pragma).fetchall()
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A plain connection that cannot write. Raises sqlite3.Error, also when there is no such file."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=5.0)
    for pragma in _READER:
        connection.execute(pragma).fetchall()
    return connection


MARK: Final = ".damaged"
"""At the end of the name of a file that says that the replica beside it is damaged: the next start makes it anew."""

_ENVIRONMENT: Final = (
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM),
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT),
)
"""What says nothing about the content of a file."""


_UNWRITTEN: Final = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
"""Errors of the disk: what the connection knows of the file need not hold any more."""
_DAMAGE: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT)
"""Errors that our statements meet in a damaged file only: a constraint is broken where an index is."""


class Damaged(RingdeskError):
    """The content of the replica cannot be what was written there."""


_OF_THE_FILE: Final = (sqlite3.Error, UnicodeDecodeError, msgspec.MsgspecError)
"""What the content of a file, or the disk it lies on, makes work on it raise."""


def is_damage(error: Exception, path: Path, *, opening: bool = False) -> bool:
    """Whether an error comes of damaged content. While a database is opened everything does that the disk did not cause: the
    statements are ours, and were right when the file was made. A damaged header may say that nobody may write."""
    if not isinstance(error, sqlite3.Error):
        return isinstance(error, UnicodeDecodeError | msgspec.MsgspecError | RecursionError)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if opening and code == sqlite3.SQLITE_READONLY:
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK) and not is_read_only(path)
    if opening:
        return code not in _ENVIRONMENT
    return code in _DAMAGE or str(error).startswith(("Could not decode to UTF-8", "no such table", "no such column"))


def in_words(error: Exception, path: Path, *, opening: bool = False) -> RingdeskError:
    """What a person is told about an error of the database, or of what it contains."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    said = {"path": str(path), "reason": str(error)}
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and is_full(path)):
        return Refused("disk_full", "nothing was saved because the disk is full; free some space and save again")
    if is_damage(error, path, opening=opening):
        return Damaged(Why("replica_damaged", said))
    unwritten = code == sqlite3.SQLITE_IOERR or (code in _UNWRITTEN and not opening)
    return RingdeskError(Why("replica_unwritten" if unwritten else "replica_refused", said))


class Database:
    """One connection in its thread. Every call is one transaction in one hop; calls run in the order in which they came."""

    def __init__(self, path: Path, connector: Callable[[Path], sqlite3.Connection], begin: str) -> None:
        self.path = path
        self._connector = connector
        self._begin = begin
        self._proxy: aiosqlite.Connection | None = None
        self._unsure = False

    @classmethod
    async def writer(cls, path: Path, connector: Callable[[Path], sqlite3.Connection] = open_writer) -> "Database":
        """The one connection that writes: `synchronous=FULL`, WAL, deleted bytes overwritten."""
        database = cls(path, connector, "begin immediate")
        await database.open()
        return database

    @classmethod
    async def reader(cls, path: Path, connector: Callable[[Path], sqlite3.Connection] = open_reader) -> "Database":
        """A connection for questions; each `run` sees one moment of the database."""
        database = cls(path, connector, "begin")
        await database.open()
        return database

    async def open(self) -> None:
        """Start the thread and connect. Raises `RingdeskError` where that fails."""
        failed: list[Exception] = []

        def connect() -> sqlite3.Connection:
            # aiosqlite does not wait for the thread of a connection that failed: so none fails, and it is closed as usual.
            try:
                return self._connector(self.path)
            except Exception as error:  # noqa: BLE001 - handed on whole
                failed.append(error)
                return sqlite3.connect(":memory:", check_same_thread=False)

        self._proxy = await aiosqlite.Connection(connect, 64)
        if failed:
            await self.close()
            raise in_words(failed[0], self.path, opening=True) if isinstance(failed[0], _OF_THE_FILE) else failed[0]

    async def run(self, work: Work[Result]) -> Result:
        """Run `work` as one transaction and return what it returns, after the commit.

        A cancelled caller does not cancel the work. Raises what `work` raises; errors of the database as `RingdeskError`,
        a full disk as `Refused("disk_full")`. Nothing is left half done.
        """
        hop = asyncio.ensure_future(self._hop(work))
        hop.add_done_callback(_take)
        return await asyncio.shield(hop)

    async def checkpoint(self) -> None:
        """Move the write-ahead log into the database and empty it, so that overwritten bytes are nowhere any more."""
        await self._whole(lambda connection: connection.execute("pragma wal_checkpoint(truncate)").fetchall())

    async def settings(self, *pragmas: str) -> list[Record]:
        """Run pragmas outside any transaction; the first line of each that answers."""
        lines: list[Record] = []

        def ask(connection: sqlite3.Connection) -> None:
            lines.extend(line for pragma in pragmas if (line := connection.execute(pragma).fetchone()) is not None)

        await self._whole(ask)
        return lines

    async def _hop(self, work: Work[Result]) -> Result:
        if self._unsure:
            await self.close()
            try:
                await self.open()
            except OSError as error:  # the disk has become read-only; whoever saves again tries again
                said = {"path": str(self.path), "reason": error.strerror or str(error)}
                raise RingdeskError(Why("replica_unwritten", said)) from error
            self._unsure = False
        return await self._whole(lambda connection: _begin_to_end(connection, self._begin, work))

    async def _whole(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        proxy = self._proxy
        if proxy is None:
            raise RingdeskError("the replica is closed")
        try:
            # The only way of aiosqlite to run a callable of ours in the connection's thread; a test pins it.
            result: Result = await proxy._execute(lambda: work(proxy._conn))  # type: ignore[no-untyped-call]  # noqa: SLF001
        except _OF_THE_FILE as error:
            self._unsure = (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _UNWRITTEN
            told = in_words(error, self.path)
            if isinstance(told, Damaged):
                with contextlib.suppress(OSError):
                    self.path.with_name(self.path.name + MARK).touch()
            raise told from error
        return result

    async def close(self) -> None:
        """Finish what is queued and end the thread. Closing twice is no error."""
        proxy, self._proxy = self._proxy, None
        if proxy is not None:
            await asyncio.shield(asyncio.ensure_future(proxy.close()))


def _take(hop: "asyncio.Future[Any]") -> None:
    """An error whose caller was cancelled has nobody to go to."""
    if not hop.cancelled():
        hop.exception()
