"""A hello for which something would have to be written, while nothing can be."""

from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from server.hub.saving import FULL, Saving
from server.store.base import Unavailable
from server.store.sqlite_register import SqliteRegister
from tests.server.parts import shop


async def test_who_cannot_be_let_in_is_told_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: Any) -> None:
        raise Unavailable("full")

    async with shop(tmp_path) as it:
        desk = await it.terminal(user=None)
        await desk.close()
        monkeypatch.setattr(SqliteRegister, "restart", fails)
        monkeypatch.setattr(Saving, "fails", True)
        await desk.connect()
        with pytest.raises(ConnectionClosed, match="unavailable"):
            await desk.hello(server_epoch="another")
        assert desk.heard[-1] == FULL
