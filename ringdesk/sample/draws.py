"""Draws: reproducible choices for one thing of the sample."""

import random
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Things with their weights, of any sum."""

    def __init__(self, weights: dict[T, float]) -> None:
        self._things = tuple(weights)
        self._sums = tuple(accumulate(weights.values()))

    def at(self, place: float) -> T:
        """The thing at `place`, 0 <= place < 1, of the whole weight."""
        return self._things[bisect(self._sums, place * self._sums[-1])]


class Draws:
    """The choices about one thing: `what` names the purpose, `which` the thing."""

    def __init__(self, seed: int, what: str, which: int | str) -> None:
        self._next = random.Random(f"{what}/{seed}/{which}").random

    def below(self, end: int) -> int:
        """0 <= n < end."""
        return int(self._next() * end)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._next() < probability

    def pick(self, things: Sequence[T]) -> T:
        """One of them, all alike."""
        return things[self.below(len(things))]

    def weighted(self, things: Weighted[T]) -> T:
        """One of them, by weight."""
        return things.at(self._next())

    def skewed(self, end: int) -> int:
        """0 <= n < end, small ones more often."""
        place = self._next()
        return int(place * place * end)
