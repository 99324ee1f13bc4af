"""When to draw: at once when it is quiet; in a burst, seldom enough that typing stays ahead of it. Pure: times are arguments."""

from enum import Enum, unique
from typing import Final


@unique
class Layer(Enum):
    """What is drawn together: the seconds between two drawings of it in a burst, and how many may come at once before that.

    A key that comes while something is drawn waits for it; so nothing is drawn more often than somebody could read.
    """

    BANNER = (0.2, 5)
    """Who calls. A call is told in as many steps: it rings, its number, its name, its end."""
    LINES = (0.25, 5)
    """The list of the calls, right behind it."""
    ABOUT = (0.25, 1)
    """What stands around it: the card and its clock, counts, missed, team, status, keys."""
    PERSON = (0.2, 1)
    """Everything else about the person: timeline, tasks, notes."""

    def __init__(self, gap: float, at_once: int) -> None:
        self.gap = gap
        self.at_once = at_once


AFTER_KEY: Final = 0.05
"""Seconds after a key in which nothing is drawn but its echo."""
AT_MOST: Final = 0.4
"""Seconds that a drawing may be put off, however fast somebody types."""


class Pace:
    """Remembers the last key and the last drawings; any steady clock, in seconds."""

    def __init__(self) -> None:
        self.key = float("-inf")
        self._even: dict[Layer, float] = {}
        """When the next drawing would come if all had kept their distance (ITU-T I.371, virtual scheduling)."""
        self._asked: dict[Layer, float] = {}

    def due(self, now: float, layer: Layer) -> float:
        """When to draw what changed now."""
        first = self._asked.setdefault(layer, now)
        turn = self._even.get(layer, float("-inf")) - (layer.at_once - 1) * layer.gap
        return min(max(self.key + AFTER_KEY, turn), first + AT_MOST)

    def drawn(self, now: float, layer: Layer) -> None:
        """It was drawn. One that did not wait for its turn puts the next off no further than its own would."""
        self._asked.pop(layer, None)
        even = max(self._even.get(layer, now), now) + layer.gap
        self._even[layer] = min(even, now + layer.at_once * layer.gap)
