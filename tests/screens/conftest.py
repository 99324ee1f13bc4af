from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal import words
from tests.screens.harness import SMALL, compiled


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of each test in two sizes and two languages, two of the four ways are slow ones: see `harness.LANGUAGES`."""
    for item in items:
        ways = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if {"size", "language"} <= ways.keys() and (ways["size"] == SMALL) is (ways["language"] == "en"):
            item.add_marker("slow")


@pytest.fixture(autouse=True)
def coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual looks at the environment of whoever runs the tests."""
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    words.language("en")


@pytest.fixture(scope="session")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the compiled Chinese catalogue."""
    return compiled(tmp_path_factory.mktemp("locale"))
