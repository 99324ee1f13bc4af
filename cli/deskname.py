"""What a desk is called on its screen. Light to import, for it is asked before the first paint."""

import platform
import unicodedata
from bisect import bisect_right
from itertools import accumulate
from typing import Final

from config.settings import Settings

LONGEST_NAME: Final = 24
"""Cells of a desk's name: row 0 has the day beside it."""


def names(user: str, settings: Settings) -> tuple[str, str]:
    """What stands in row 0: who works here, and the place. Where nobody signs in by name the desk has one: its own, else the
    computer's."""
    own = _short(settings.desk.name.strip())
    return (user, own) if user else (own or computer(), "")


def computer() -> str:
    """The name of this computer, without its domain."""
    return _short(platform.node().partition(".")[0])


def _short(name: str) -> str:
    """As much of it as has room; a wide letter takes two cells."""
    cells = list(accumulate(1 + (unicodedata.east_asian_width(char) in "WF") for char in name))
    return name[: bisect_right(cells, LONGEST_NAME)]
