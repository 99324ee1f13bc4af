"""One SQLite connection and the only thread that touches it. A transaction is callables run in that thread.

So cancelling the task that waits can neither leave a transaction open nor tear one: a callable that has begun runs to its end
(reliability: aiosqlite left transactions open when it was cancelled between BEGIN and COMMIT).

Writes that wait at one moment share a transaction, each in a savepoint of its own (sqlite.org/lang_savepoint): the disk is
waited for once for all of them, and each is durable before its caller goes on.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from config.disk import is_full
from server.store.base import Unavailable

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

MOST_TOGETHER: Final = 64
"""Writes in one transaction: who comes after them waits for no more."""

BUSY: Final = 10.0
"""Seconds to wait for another process (admin beside the server) to finish its transaction."""
STEP: Final = 0.25
"""Seconds after which a write that waits so looks whether it still may."""
AUTO_CHECKPOINT: Final = 1000
"""Pages. Only the server's writer checkpoints: two that do so can corrupt a WAL before SQLite 3.51.3."""


_WHAT_TO_DO: Final = {
    sqlite3.SQLITE_FULL: "make room on its disk",
    sqlite3.SQLITE_IOERR: "see that its disk is well and has room",
    sqlite3.SQLITE_READONLY: "let this user write it and its folder",
    sqlite3.SQLITE_CANTOPEN: "let this user write it and its folder",
    sqlite3.SQLITE_CORRUPT: "put it back from a backup",
    sqlite3.SQLITE_NOTADB: "put it back from a backup",
}
"""When the disk is at fault, by SQLite's primary result code. What else goes wrong passes by itself, or is ours."""


def _code(error: sqlite3.Error | OSError, path: Path) -> int:
    """SQLite's primary result code, or the one that fits."""
    code = sqlite3.SQLITE_IOERR if isinstance(error, OSError) else getattr(error, "sqlite_errorcode", 0) & 0xFF
    return sqlite3.SQLITE_FULL if code == sqlite3.SQLITE_IOERR and is_full(path) else code


class _Turn(msgspec.Struct, eq=False):
    """A write that waits for its transaction. The callable may be run twice, the first time in vain."""

    work: Work[Any]
    done: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


class _Foul(Exception):
    """A write of several failed in the database: none of them is in, and each is tried by itself."""


class Lane:
    """A connection in a thread of its own. After a failed write it is opened again: its state is not to be trusted.

    Attributes:
        failures: how many transactions failed because of the disk.
        given_up: how many writes did not get their turn before this process ended.
    """

    def __init__(self, path: Path, *, writes: bool, checkpoints: bool = False) -> None:
        self._path = path
        self._writes = writes
        self._checkpoints = checkpoints
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        self._waiting: deque[_Turn] = deque()
        self._running: asyncio.Future[None] | None = None
        self._hurried = False
        self.failures = 0
        self.given_up = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer" if writes else "reader")

    async def run(self, work: Work[T]) -> T:
        """Run `work` in the thread, reads in one snapshot, writes in one transaction that is durable on return. Who is
        cancelled before its turn never has one.

        Raises `Unavailable` for whatever SQLite or the disk raises, and what else `work` itself raises.
        """
        loop = asyncio.get_running_loop()
        if not self._writes:
            return await loop.run_in_executor(self._thread, self._guarded, work)
        turn = _Turn(work, loop.create_future())
        self._waiting.append(turn)
        if self._running is None:
            self._next()
        result: T = await turn.done
        return result

    def hurry(self) -> None:
        """From now on nothing waits for another process."""
        self._hurried = True

    async def close(self) -> None:
        """Wait for what runs and what waits, then close. Closing twice is no error."""
        if self._closed:
            return
        self._closed = True
        while self._running is not None:
            await asyncio.wait({self._running})
            await asyncio.sleep(0)
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop)
        self._thread.shutdown()

    def _next(self) -> None:
        """Take in hand what waits."""
        turns: list[_Turn] = []
        while self._waiting and len(turns) < MOST_TOGETHER:
            turn = self._waiting.popleft()
            if not turn.done.done():
                turns.append(turn)
        self._running = None
        if turns:
            self._running = asyncio.get_running_loop().run_in_executor(self._thread, self._together, turns)
            self._running.add_done_callback(lambda ran: self._told(turns, ran.exception()))

    def _told(self, turns: Sequence[_Turn], failed: BaseException | None) -> None:
        if self._hurried:
            self.given_up += sum(isinstance(turn.error, Unavailable) for turn in turns)
        for turn in turns:
            if turn.done.done():
                continue
            if (error := failed or turn.error) is not None:
                turn.done.set_exception(error)
            else:
                turn.done.set_result(turn.result)
        self._next()

    def _together(self, turns: Sequence[_Turn]) -> None:
        """The turns in one transaction, or where the database did not like one of them each in its own."""
        try:
            if len(turns) > 1:
                self._guarded(lambda db: _each(db, turns))
                return
        except _Foul:
            self._drop()
        except Unavailable as error:
            for turn in turns:
                turn.error = error
            return
        for turn in turns:
            turn.error = None
            try:
                turn.result = self._guarded(turn.work)
            except Exception as error:  # noqa: BLE001 - whoever waits gets it
                turn.error = error

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(self._path, timeout=BUSY, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {AUTO_CHECKPOINT if self._checkpoints else 0}")
            if not self._writes:
                connection.execute("PRAGMA query_only = ON")
            else:
                connection.execute(f"PRAGMA busy_timeout = {round(STEP * 1000)}")
            self._connection = connection
        return self._connection

    def _guarded(self, work: Work[T]) -> T:
        try:
            return self._transaction(work)
        except (sqlite3.Error, OSError) as error:
            code = _code(error, self._path)
            self.failures += code in _WHAT_TO_DO
            self._drop()
            held = code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            advice = _WHAT_TO_DO.get(code, "another program holds it; try again" if held else "report this")
            raise Unavailable(f"the database {self._path} did not do it: {error}; {advice}") from error

    def _transaction(self, work: Work[T]) -> T:
        connection = self._open()
        self._begin(connection)
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result

    def _begin(self, connection: sqlite3.Connection) -> None:
        for left in reversed(range(round(BUSY / STEP)) if self._writes else range(1)):
            try:
                connection.execute("BEGIN IMMEDIATE" if self._writes else "BEGIN")
            except sqlite3.OperationalError as error:
                if not left or self._hurried or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
            else:
                return

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _each(db: sqlite3.Connection, turns: Iterable[_Turn]) -> None:
    """One after the other; what one of them raises undoes that one alone. Raises `_Foul`."""
    for turn in turns:
        db.execute("SAVEPOINT turn")
        try:
            turn.result = turn.work(db)
        except (sqlite3.Error, OSError) as error:
            raise _Foul from error
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            turn.error = error
            db.execute("ROLLBACK TO turn")
        db.execute("RELEASE turn")
