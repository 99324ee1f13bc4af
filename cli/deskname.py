"""What a desk is called on its screen. Light to import, for it is asked before the first paint."""

import platform
from typing import Final

from config.settings import Settings

LONGEST_NAME: Final = 24
"""Characters of a desk's name: row 0 has the day beside it."""


def names(user: str, settings: Settings) -> tuple[str, str]:
    """What stands in row 0: who works here, and the place. Where nobody signs in by name the desk has one: its own, else the
    computer's."""
    own = settings.desk.name.strip()[:LONGEST_NAME]
    return (user, own) if user else (own or computer(), "")


def computer() -> str:
    """The name of this computer, without its domain."""
    return platform.node().partition(".")[0][:LONGEST_NAME]
