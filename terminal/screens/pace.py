"""When to draw: at once when it is quiet; in a burst, seldom enough that typing stays ahead of it. Pure: times are arguments."""

from enum import Enum
from typing import Final


class Layer(Enum):
    """What is drawn together, and the seconds between two drawings of it."""

    CALLS = 0.0
    """Who calls: the banner and the lines."""
    ABOUT = 0.1
    """What stands around it: counts, missed, team, status, keys."""
    PERSON = 0.2
    """The card, and everything about the person."""


AFTER_KEY: Final = 0.05
"""Seconds after a key in which nothing is drawn but its echo."""
AT_MOST: Final = 0.4
"""Seconds that a drawing may be put off, however fast somebody types."""


class Pace:
    """Remembers the last key and the last drawings; any steady clock, in seconds."""

    def __init__(self) -> None:
        self.key = float("-inf")
        self._drawn: dict[Layer, float] = {}
        self._asked: dict[Layer, float] = {}

    def due(self, now: float, layer: Layer) -> float:
        """When to draw what changed now."""
        first = self._asked.setdefault(layer, now)
        earliest = max(self.key + AFTER_KEY, self._drawn.get(layer, float("-inf")) + layer.value)
        return min(earliest, first + AT_MOST)

    def drawn(self, now: float, layer: Layer) -> None:
        """It was drawn."""
        self._asked.pop(layer, None)
        self._drawn[layer] = now
