"""When the line to the server is opened again: after a pause with jitter, so that a herd of desks does not return at once;
sooner when a person does something that needs it.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Final

from terminal.sync.watch import Timings

HURRY: Final = 2.0
"""Seconds between two tries, at least, however often a person does something that needs the line."""


class Retries:
    """The pauses between tries. `steady` and the event loop's clock measure, `rng` spreads the pauses."""

    def __init__(self, steady: Callable[[], float], rng: random.Random, times: Timings) -> None:
        self._steady = steady
        self._rng = rng
        self._times = times
        self._needed = asyncio.Event()
        self._tried_at = -HURRY
        self._failures = 0

    def need(self) -> None:
        """Somebody does something that needs the line."""
        self._needed.set()

    def tried(self) -> None:
        """The line is opened now."""
        self._needed.clear()
        self._tried_at = self._steady()

    def pause(self, *, failed: bool) -> float:
        """How long to wait after a try, in seconds: full jitter between `first` and twice as much for every one that failed,
        `longest` at most."""
        self._failures = self._failures + 1 if failed else 0
        ceiling = min(self._times.longest, self._times.first * 2 ** min(self._failures, 16))
        return self._rng.uniform(min(self._times.first, ceiling) / 2, ceiling)

    async def rest(self, pause: float, *, in_full: bool) -> None:
        """Until the next try: in so many seconds, or where not `in_full` as soon as somebody needs the line."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                if in_full:
                    await asyncio.sleep(pause)
                await self._needed.wait()
                await asyncio.sleep(max(0.0, HURRY - (self._steady() - self._tried_at)))
