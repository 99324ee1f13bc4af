"""What stands in row 0 of a desk."""

import platform

import pytest

from cli.deskname import LONGEST_NAME, computer, names
from config.settings import DeskSettings, Settings


@pytest.mark.parametrize(
    ("user", "own", "row"),
    [
        ("", "", ("front", "")),
        ("", " 信義店 ", ("信義店", "")),
        ("怡君", "信義店", ("怡君", "信義店")),
        ("怡君", "", ("怡君", "")),
        ("", "店" * 30, ("店" * (LONGEST_NAME // 2), "")),
        ("mei", "s" * 30, ("mei", "s" * LONGEST_NAME)),
    ],
)
def test_who_works_here_and_where(monkeypatch: pytest.MonkeyPatch, user: str, own: str, row: tuple[str, str]) -> None:
    monkeypatch.setattr(platform, "node", lambda: "front.shop.local")
    assert computer() == "front"
    assert names(user, Settings(desk=DeskSettings(name=own))) == row
