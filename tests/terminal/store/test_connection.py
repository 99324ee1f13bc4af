"""A transaction is all or nothing: on a full disk at any statement, under cancellation at any moment, from many tasks."""

import asyncio
import errno
import inspect
import os
import random
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import aiosqlite
import pytest

from ringdesk.errors import Refused, RingdeskError
from terminal.store.connection import Database, Transaction, open_writer


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.writer(tmp_path / "test.db")
    await database.run(lambda tx: tx.do("create table row (id integer primary key, text text)"))
    await database.run(lambda tx: tx.do("create table op (id integer primary key, text text)"))
    yield database
    await database.close()


def pair(number: int, size: int = 10) -> "Pair":
    return Pair(number, size)


class Pair:
    """A row and its op: both, or neither."""

    def __init__(self, number: int, size: int) -> None:
        self.number, self.size = number, size

    def __call__(self, tx: Transaction) -> int:
        tx.do("insert into row values (?, ?)", self.number, "x" * self.size)
        tx.do("insert into op values (?, ?)", self.number, "x" * self.size)
        return self.number


def rows(tx: Transaction) -> tuple[list[int], list[int]]:
    found = [[line[0] for line in tx.all(f"select id from {table} order by id")] for table in ("row", "op")]
    return found[0], found[1]


def test_the_private_way_into_the_thread_is_there() -> None:
    """`Database` needs exactly this of aiosqlite; another version must be looked at before it is let in."""
    assert list(inspect.signature(aiosqlite.Connection._execute).parameters) == ["self", "fn", "args", "kwargs"]
    assert inspect.iscoroutinefunction(aiosqlite.Connection._execute)
    assert isinstance(inspect.getattr_static(aiosqlite.Connection, "_conn"), property)


async def test_durability_is_full_and_deleted_bytes_are_overwritten(writer: Database) -> None:
    answers = await writer.settings("pragma synchronous", "pragma journal_mode", "pragma secure_delete")
    assert answers == [(2,), ("wal",), (1,)]


@pytest.mark.skipif(os.name != "posix", reason="files have no such permissions on this system")
async def test_nobody_else_may_read_it(writer: Database, tmp_path: Path) -> None:
    assert {file.stat().st_mode & 0o777 for file in tmp_path.glob("test.db*")} == {0o600}


async def test_an_error_leaves_nothing_and_the_next_works(writer: Database) -> None:
    def fails(tx: Transaction) -> None:
        pair(1)(tx)
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        await writer.run(fails)
    await writer.run(pair(2))
    assert await writer.run(rows) == ([2], [2])


async def test_nothing_continues_in_a_failed_transaction(writer: Database) -> None:
    def swallows(tx: Transaction) -> None:
        tx.do("insert into row values (1, 'a')")
        with pytest.raises(sqlite3.IntegrityError):
            tx.do("insert into row values (1, 'again')")
        tx.do("insert into op values (1, 'torn')")

    with pytest.raises(RingdeskError, match="this transaction has failed"):
        await writer.run(swallows)
    assert await writer.run(rows) == ([], [])


@pytest.mark.parametrize("pages_left", range(6))
async def test_full_disk_at_every_statement(writer: Database, pages_left: int) -> None:
    """SQLite leaves a transaction by itself when the disk is full; a careless handler would then commit half a pair."""
    pages = (await writer.settings("pragma page_count"))[0][0]
    await writer.settings(f"pragma max_page_count = {pages + pages_left}")

    def careless(tx: Transaction) -> None:
        for table in ("row", "op"):
            try:
                tx.do(f"insert into {table} values (1, ?)", "x" * 9000)
            except sqlite3.Error:
                continue

    refused = None
    try:
        await writer.run(careless)
    except RingdeskError as error:
        refused = error
    kept_rows, kept_ops = await writer.run(rows)
    assert kept_rows == kept_ops
    assert (refused is None) == bool(kept_rows)
    if kept_rows:
        return
    with pytest.raises(Refused) as full:
        await writer.run(pair(1, 9000))
    assert full.value.code == "disk_full"
    await writer.settings("pragma max_page_count = 1000000")
    await writer.run(pair(2, 9000))
    assert await writer.run(rows) == ([2], [2])


@pytest.mark.parametrize("seed", range(5))
async def test_cancellation_storm(writer: Database, seed: int) -> None:
    """Tasks are cancelled at any await: no transaction stays open, no pair is torn, and who was told has it."""
    rng = random.Random(seed)
    told: list[int] = []

    async def save(number: int) -> None:
        told.append(await writer.run(pair(number)))

    for start in range(0, 200, 20):
        tasks = [asyncio.create_task(save(number)) for number in range(start, start + 20)]
        for _ in range(rng.randrange(30)):
            await asyncio.sleep(0)
            rng.choice(tasks).cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert (await writer.settings("pragma query_only"))[0] == (0,)
    kept_rows, kept_ops = await writer.run(rows)
    assert kept_rows == kept_ops
    assert set(told) <= set(kept_rows)
    proxy = writer._proxy
    assert proxy is not None
    assert not proxy.in_transaction


async def test_cancelled_work_is_done_all_the_same(writer: Database) -> None:
    started = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(tx: Transaction) -> None:
        loop.call_soon_threadsafe(started.set)
        pair(1)(tx)

    task = asyncio.create_task(writer.run(slow))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await writer.run(rows) == ([1], [1])


async def test_a_reader_sees_one_moment_and_cannot_write(writer: Database) -> None:
    reader = await Database.reader(writer.path)
    try:
        await writer.run(pair(1))
        assert await reader.run(rows) == ([1], [1])
        with pytest.raises(RingdeskError, match="readonly"):
            await reader.run(pair(2))
    finally:
        await reader.close()


async def test_a_reader_does_not_wait_for_a_writer(writer: Database) -> None:
    reader = await Database.reader(writer.path)
    may_end = asyncio.Event()
    loop = asyncio.get_running_loop()

    def long(tx: Transaction) -> None:
        pair(1)(tx)
        asyncio.run_coroutine_threadsafe(may_end.wait(), loop).result(30)

    writing = asyncio.create_task(writer.run(long))
    try:
        assert await reader.run(rows) == ([], [])
        assert not writing.done()
        may_end.set()
        await writing
        assert await reader.run(rows) == ([1], [1])
    finally:
        await reader.close()


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_bytes(b"this is not a database" * 500)
    with pytest.raises(RingdeskError, match="is damaged"):
        await Database.writer(tmp_path / "bad.db")


async def test_closing_twice(writer: Database) -> None:
    await writer.close()
    await writer.close()
    with pytest.raises(RingdeskError, match="closed"):
        await writer.run(rows)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
async def test_a_disk_that_becomes_read_only_is_told_until_it_takes_something_again(
    tmp_path: Path, number: int
) -> None:
    """The connection is opened anew after an error of the disk; that fails, in words, for as long as nobody may write."""
    may_write = True

    def connector(path: Path) -> sqlite3.Connection:
        if not may_write:
            raise OSError(number, os.strerror(number), str(path))
        return open_writer(path)

    database = await Database.writer(tmp_path / "test.db", connector)
    try:
        await database.run(lambda tx: tx.do("create table row (id integer primary key, text text)"))
        await database.run(lambda tx: tx.do("create table op (id integer primary key, text text)"))
        await database.run(pair(1))
        may_write = False
        await database.settings("pragma query_only = on")  # as SQLite says it of a file that nobody may write
        for _ in range(3):
            with pytest.raises(RingdeskError, match="nothing was saved; check the disk and save again"):
                await database.run(pair(2))
        may_write = True
        await database.run(pair(3))
        assert await database.run(rows) == ([1, 3], [1, 3])
    finally:
        await database.close()
