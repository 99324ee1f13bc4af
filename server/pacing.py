"""How often something is said that a stranger can bring about: he must not fill the disk with it."""

import time
from collections.abc import Callable
from typing import Final

PACE: Final = 60.0
"""Seconds between two times that the same is said."""


class Paced:
    """Counts, and says now and then how often. `clock` is any in seconds that never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times = 0
        self._said_at: float | None = None

    def count(self) -> int:
        """Once more: how often it was since it was said last, if it is to be said now; else 0."""
        self._times += 1
        now = self._clock()
        if self._said_at is not None and now - self._said_at < PACE:
            return 0
        times, self._times, self._said_at = self._times, 0, now
        return times
