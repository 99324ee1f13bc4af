"""How often somebody may come: a bucket of tokens for each, and for as many of them as memory allows."""

from collections import OrderedDict
from typing import Final

import msgspec

CAPACITY: Final = 10_000
"""Buckets at most; the one that was used longest ago is forgotten, and so is full again."""


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """`burst` at once, `per_second` in the long run."""

    per_second: float
    burst: int


class Rates:
    """Buckets of one rate by name. `now` is any clock in seconds that never goes back."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admit(self, name: str, now: float) -> bool:
        """Whether one more may come, and it is counted."""
        left = self._left(name, now)
        admitted = left >= 1.0
        self._buckets[name] = (left - 1.0 if admitted else left, now)
        self._buckets.move_to_end(name)
        if len(self._buckets) > CAPACITY:
            self._buckets.popitem(last=False)
        return admitted

    def _left(self, name: str, now: float) -> float:
        left, at = self._buckets.get(name, (float(self._rate.burst), now))
        return min(float(self._rate.burst), left + (now - at) * self._rate.per_second)
