"""One data directory, held by one process: its lock, its two connections, its clock, and who is told what was committed."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, Self

from config.lock import ProcessLock
from ringdesk.errors import Refused
from ringdesk.why import Why
from terminal.serverclock import ServerClock
from terminal.store import index, outbox, recovery
from terminal.store.connection import Damaged, Database, Result, Transaction, in_words, open_writer
from terminal.store.edit import Happened
from terminal.store.migrations import migrate
from terminal.store.standing import Standing, standing

FILE: Final = "replica.db"
"""The name of the replica in a data directory."""

Listener = Callable[[Happened], None]


def _connect(path: Path) -> sqlite3.Connection:
    connection = open_writer(path)
    try:
        migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


async def _hopped(work: Callable[[Path], Result], path: Path) -> Result:
    """Look after a file in another thread. Raises what `Database` would."""
    try:
        return await asyncio.to_thread(work, path)
    except sqlite3.Error as error:
        raise in_words(error, path) from error


class Held:
    """One data directory, held exclusively. `reader` is the connection for questions: pops and searches never wait for a page.

    `clock` goes on from what was kept here of the server's time; `ids` gives UUIDv7; `steady` is only for the length of
    slices.
    """

    def __init__(
        self,
        directory: Path,
        lock: ProcessLock,
        connections: tuple[Database, Database],
        *,
        ids: Callable[[], str],
        clock: ServerClock,
        steady: Callable[[], float],
    ) -> None:
        self.directory = directory
        self._lock = lock
        self._writer, self.reader = connections
        self._ids = ids
        self._clock = clock
        self._steady = steady
        self._listeners: list[Listener] = []
        self.recovered: Why | None = None
        """What a person is to be told of a replica that was damaged and made anew."""

    @classmethod
    async def open(
        cls,
        directory: Path,
        *,
        ids: Callable[[], str],
        clock: ServerClock,
        steady: Callable[[], float] = time.perf_counter,
    ) -> Self:
        """Open or make the replica in `directory`; one that is damaged is made anew, with what can be read of it.

        Raises `Refused`: data_in_use, read_only, disk_full; `RingdeskError`; OSError.
        """
        lock = ProcessLock(directory / "lock", directory, "give another --data")
        parts: dict[str, Any] = {"ids": ids, "clock": clock, "steady": steady}
        try:
            told = await _hopped(recovery.recovered, directory / FILE)
            try:
                store = await cls._usable(directory, lock, **parts)
            except Damaged:
                told = await _hopped(recovery.recover, directory / FILE)
                store = await cls._usable(directory, lock, **parts)
        except BaseException as error:
            lock.release()
            if isinstance(error, Refused) and error.code == "disk_full":
                raise Refused(
                    error.code, f"the disk of {directory} is full; make room on it, then start again"
                ) from error
            raise
        store.recovered = told
        return store

    @classmethod
    async def _usable(cls, directory: Path, lock: ProcessLock, **parts: Any) -> Self:
        opened: list[Database] = []
        try:
            opened.append(await Database.writer(directory / FILE, _connect))
            opened.append(await Database.reader(directory / FILE))
            store = cls(directory, lock, (opened[0], opened[1]), **parts)
            await store._write(store._tidy)
        except BaseException:
            for each in opened:
                await each.close()
            raise
        return store

    async def close(self) -> None:
        """Finish what is queued, then let go of the directory. Closing twice is no error."""
        await self.reader.close()
        await self._writer.close()
        self._lock.release()

    def _tidy(self, tx: Transaction) -> Happened:
        self._clock.resume(standing(tx).told)
        outbox.purge(tx, self._clock())
        if not index.is_current(tx):
            index.rebuild(tx)
        return Happened()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear everything that is committed from now on; the returned callable ends it. Listeners must not block or raise."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def _write(self, work: Callable[[Transaction], Happened]) -> Happened:
        return await self._told(self._writer.run(work))

    async def _told(self, happening: Coroutine[Any, Any, Happened]) -> Happened:
        """Await a commit and tell of it, also when the caller is cancelled meanwhile."""

        async def tell() -> Happened:
            happened = await happening
            for listener in tuple(self._listeners):
                listener(happened)
            return happened

        return await asyncio.shield(asyncio.ensure_future(tell()))

    async def standing(self) -> Standing:
        """How this device stands with its server."""
        return await self.reader.run(standing)
