"""When to draw: at once when it is quiet; in a burst, seldom enough that typing stays ahead of it. Pure: times are arguments."""

from typing import Final

AFTER_KEY: Final = 0.05
"""Seconds after a key in which nothing is drawn but its echo."""
AT_ONCE: Final = 5
"""Drawings of the calls that follow each other at once: a call is told in as many (it rings, its number, its name, and it
waits to be sent and is sent)."""
BETWEEN_CALLS: Final = 0.2
"""Seconds between two of them in a burst: a key that comes meanwhile waits for the one that is being drawn."""
BETWEEN_CARDS: Final = 0.2
"""Seconds between two drawings of everything about the person."""
AT_MOST: Final = 0.4
"""Seconds that a drawing may be put off, however fast somebody types."""


class Pace:
    """Remembers the last key and the last drawing; any steady clock, in seconds."""

    def __init__(self) -> None:
        self.key = float("-inf")
        self.card = float("-inf")
        self._calls = float("-inf")
        """When the calls could be drawn next if every drawing had kept its distance (ITU-T I.371, virtual scheduling)."""
        self._asked: dict[bool, float] = {}

    def due(self, now: float, *, card: bool) -> float:
        """When to draw what changed now: the banner and lines, or (`card`) everything about the person."""
        first = self._asked.setdefault(card, now)
        turn = self.card + BETWEEN_CARDS if card else self._calls - (AT_ONCE - 1) * BETWEEN_CALLS
        return min(max(self.key + AFTER_KEY, turn), first + AT_MOST)

    def drawn(self, now: float, *, card: bool) -> None:
        """It was drawn."""
        self._asked.pop(card, None)
        if card:
            self.card = now
        else:
            self._calls = max(self._calls, now) + BETWEEN_CALLS
