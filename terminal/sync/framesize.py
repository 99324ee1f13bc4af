"""How large the next page or push may be: as large as the line carries."""

from typing import Final

from ringdesk.wire import limits

FAST: Final = 0.3
SLOW: Final = 1.5
"""Seconds for a page or a push below which the next is larger, above which it is smaller."""


def adapted(size: int, seconds: float) -> int:
    """The next size, after one that took so long."""
    if seconds < FAST:
        return min(size * 2, limits.PAGE_MAX)
    return max(size // 2, limits.PAGE_MIN) if seconds > SLOW else size
