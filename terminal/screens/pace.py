"""When to draw: at once when it is quiet; in a burst, seldom enough that typing stays ahead of it. Pure: times are arguments."""

from typing import Final

AFTER_KEY: Final = 0.05
"""Seconds after a key in which nothing is drawn but its echo."""
BETWEEN_CARDS: Final = 0.2
"""Seconds between two drawings of everything about the person."""
AT_MOST: Final = 0.4
"""Seconds that a drawing may be put off, however fast somebody types."""


class Pace:
    """Remembers the last key and the last drawing; any steady clock, in seconds."""

    def __init__(self) -> None:
        self.key = float("-inf")
        self.card = float("-inf")
        self._asked: dict[bool, float] = {}

    def due(self, now: float, *, card: bool) -> float:
        """When to draw what changed now: the banner and lines, or (`card`) everything about the person."""
        first = self._asked.setdefault(card, now)
        earliest = self.key + AFTER_KEY
        if card:
            earliest = max(earliest, self.card + BETWEEN_CARDS)
        return min(earliest, first + AT_MOST)

    def drawn(self, now: float, *, card: bool) -> None:
        """It was drawn."""
        self._asked.pop(card, None)
        if card:
            self.card = now
