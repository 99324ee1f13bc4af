"""What the tests of this folder share; whatever they started is ended after each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.callerid.lines import Listener, Pty


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def pty(tmp_path: Path) -> Iterator[Pty]:
    line = Pty(tmp_path / "modem")
    yield line
    line.unplug()
