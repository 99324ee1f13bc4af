"""What the tests of the sync client share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from terminal.serverclock import ServerClock
from terminal.store.replica import Store
from tests.terminal.store.model import Ids
from tests.terminal.sync.bench import Bench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    store = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(lambda: 1e9))
    yield Bench(store)
    await store.close()
