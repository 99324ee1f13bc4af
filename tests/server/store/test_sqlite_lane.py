"""Writes that wait at one moment: one transaction, and none of them pays for another."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from server.store.base import Unavailable
from server.store.sqlite_lane import BUSY, MOST_TOGETHER, STEP, Lane


class Writer:
    """A lane over a table of one column, and what it told SQLite."""

    def __init__(self, path: Path) -> None:
        self.lane = Lane(path, writes=True)
        self.told: list[str] = []

    async def prepare(self) -> None:
        def work(db: sqlite3.Connection) -> None:
            db.execute("CREATE TABLE kept (value INTEGER PRIMARY KEY)")
            db.set_trace_callback(self.told.append)

        await self.lane.run(work)
        self.told.clear()

    async def kept(self) -> list[int]:
        return await self.lane.run(lambda db: [value for (value,) in db.execute("SELECT value FROM kept ORDER BY 1")])


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    it = Writer(tmp_path / "l.db")
    await it.prepare()
    yield it
    await it.lane.close()


def keeps(value: int, then: Exception | None = None) -> Callable[[sqlite3.Connection], int]:
    def work(db: sqlite3.Connection) -> int:
        db.execute("INSERT INTO kept VALUES (?)", (value,))
        if then is not None:
            raise then
        return value

    return work


async def test_those_that_wait_together_are_committed_together(writer: Writer) -> None:
    got = await asyncio.gather(*(writer.lane.run(keeps(n)) for n in range(MOST_TOGETHER + 2)))
    assert got == list(range(MOST_TOGETHER + 2)), "each gets its own result"
    assert writer.told.count("COMMIT") == 3, "the first does not wait for company"


async def test_what_one_raises_undoes_that_one_alone(writer: Writer) -> None:
    first = asyncio.ensure_future(writer.lane.run(keeps(0)))
    got = await asyncio.gather(
        writer.lane.run(keeps(1)),
        writer.lane.run(keeps(2, ValueError("no"))),
        writer.lane.run(keeps(3)),
        return_exceptions=True,
    )
    await first
    assert [got[0], repr(got[1]), got[2]] == [1, "ValueError('no')", 3]
    assert await writer.kept() == [0, 1, 3]


async def test_what_the_database_refuses_is_refused_to_that_one_alone(writer: Writer) -> None:
    first = asyncio.ensure_future(writer.lane.run(keeps(0)))
    got = await asyncio.gather(
        writer.lane.run(keeps(1)), writer.lane.run(keeps(0)), writer.lane.run(keeps(3)), return_exceptions=True
    )
    await first
    assert isinstance(got[1], Unavailable)
    assert (got[0], got[2]) == (1, 3)
    assert await writer.kept() == [0, 1, 3]


async def test_a_commit_that_fails_is_said_to_each_of_them_and_nothing_is_in(writer: Writer) -> None:
    await writer.lane.run(
        lambda db: db.execute("CREATE TABLE part (of INTEGER REFERENCES kept DEFERRABLE INITIALLY DEFERRED)")
    )

    def breaks(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO part VALUES (99)")

    def strict(db: sqlite3.Connection) -> None:
        db.commit()
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("BEGIN IMMEDIATE")

    first = asyncio.ensure_future(writer.lane.run(strict))
    got = await asyncio.gather(writer.lane.run(keeps(1)), writer.lane.run(breaks), return_exceptions=True)
    await first
    assert [type(each) for each in got] == [Unavailable, Unavailable]
    assert await writer.kept() == []


async def test_who_is_cancelled_before_its_turn_has_none(writer: Writer) -> None:
    tasks = [asyncio.ensure_future(writer.lane.run(keeps(n))) for n in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    assert await tasks[0] == 0
    assert await tasks[2] == 2
    assert await writer.kept() == [0, 2]


async def test_closing_waits_for_those_that_wait(tmp_path: Path) -> None:
    it = Writer(tmp_path / "l.db")
    await it.prepare()
    waiting = [asyncio.ensure_future(it.lane.run(keeps(n))) for n in range(3)]
    await asyncio.sleep(0)
    await it.lane.close()
    assert [await each for each in waiting] == [0, 1, 2]


async def test_whoever_waits_for_another_program_waits_no_longer_once_the_process_ends(
    writer: Writer, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "l.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.ensure_future(writer.lane.run(keeps(1)))
        await asyncio.sleep(2 * STEP)
        assert not waiting.done(), "it may be done with it in a moment"
        writer.lane.hurry()
        async with asyncio.timeout(BUSY / 2):
            with pytest.raises(Unavailable, match="another program holds it"):
                await waiting
        assert writer.lane.given_up == 1
        other.execute("ROLLBACK")
    assert await writer.lane.run(keeps(2)) == 2, "what has not to wait is written"
    assert (await writer.kept(), writer.lane.given_up) == ([2], 1)


async def test_whoever_waits_for_another_program_has_its_turn_when_that_is_done(writer: Writer, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "l.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.ensure_future(writer.lane.run(keeps(1)))
        await asyncio.sleep(2 * STEP)
        other.execute("ROLLBACK")
        assert await waiting == 1
