"""One database for each test."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from server.store.sqlite import open_store
from tests.server.links.line import Scene


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await open_store(
        f"sqlite:///{tmp_path / 's.db'}", link=lambda _a, _b: "", random_id=lambda: str(uuid4()), owner=True
    )
    yield Scene(store)
    await store.close()
