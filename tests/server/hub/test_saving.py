"""When the server says that it cannot save, and when that it can again."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import pytest

from server.hub.saving import FULL, WELL, Saving
from server.store import sqlite
from server.store.base import Unavailable
from server.store.sqlite import SqliteStore, open_store
from server.store.values import Entry
from tests.full import fill, make_room, small_disk

ENTRY = Entry(at=1.0, actor="test", action="test")


class Scene:
    """A store, and what is said of it."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.said: list[object] = []
        self.saving = Saving(store, self.said.append)

    async def save(self) -> bool:
        try:
            await self.store.register.note(ENTRY)
        except Unavailable:
            return False
        return True


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await open_store(f"sqlite:///{tmp_path / 's.db'}", link=lambda _a, _b: "", random_id=lambda: str(uuid4()))
    yield Scene(store)
    await store.close()


async def test_while_all_is_well_nothing_is_tried_or_said(scene: Scene) -> None:
    assert await scene.save()
    with patch.object(scene.store, "can_write", side_effect=AssertionError):
        await scene.saving.look()
    assert (scene.saving.fails, scene.said) == (False, [])


async def test_what_fails_is_said_once_and_again_when_it_works(scene: Scene) -> None:
    fault = sqlite3.OperationalError("database or disk is full")
    fault.sqlite_errorcode = sqlite3.SQLITE_FULL
    with patch("server.store.sqlite_register.append_audit", side_effect=fault):
        assert not await scene.save()
        assert scene.saving.fails
        await scene.saving.look()
        assert scene.said == [FULL]
    with patch.object(scene.store, "can_write", return_value=False):
        for _ in range(3):
            await scene.saving.look()
        assert (scene.saving.fails, scene.said) == (True, [FULL])
    await scene.saving.look()
    assert (scene.saving.fails, scene.said) == (False, [FULL, WELL])


async def test_a_write_that_fails_while_another_is_tried_counts(scene: Scene) -> None:
    scene.store._lanes[0].failures += 1
    await scene.saving.look()

    async def worked_and_failed() -> bool:
        scene.store._lanes[0].failures += 1
        return True

    with patch.object(scene.store, "can_write", worked_and_failed):
        await scene.saving.look()
    assert (scene.saving.fails, scene.said) == (True, [FULL])


@pytest.mark.parametrize(
    ("code", "counts"), [("FULL", 1), ("IOERR_WRITE", 1), ("READONLY", 1), ("BUSY", 0), ("CONSTRAINT", 0)]
)
async def test_only_what_the_disk_does_counts(scene: Scene, code: str, counts: int) -> None:
    fault = sqlite3.OperationalError(code)
    fault.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{code}")
    with patch("server.store.sqlite_register.append_audit", side_effect=fault):
        assert not await scene.save()
    assert scene.store.failures == counts


async def test_a_disk_with_no_room_behind_the_write_is_full(scene: Scene) -> None:
    assert await scene.store.can_write()
    with patch.object(sqlite, "ENOUGH", 1 << 62):
        assert not await scene.store.can_write()


async def test_a_small_disk_that_fills_up(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as place:
        store = await open_store(f"sqlite:///{place / 's.db'}", link=lambda _a, _b: "", random_id=lambda: str(uuid4()))
        it = Scene(store)
        try:
            fill(place)
            while await it.save():
                pass
            await it.saving.look()
            await it.saving.look()
            assert it.said == [FULL]
            assert (await store.order.space()).head.seq == 0
            make_room(place)
            await it.saving.look()
            assert it.said == [FULL, WELL]
            assert await it.save()
        finally:
            await store.close()
