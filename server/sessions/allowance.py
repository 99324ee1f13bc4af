"""How many refused ops a device may send. Each is answered, and its answer kept for ever (some 1.4 KB), so that whoever has
a device of ours could fill the disk with nothing but refusals: no rule of the business holds them up.

A device that has used up its allowance is told to wait. What it sends meanwhile is not looked at, and so has to be sent
again: no op loses its answer, it comes later.
"""

from typing import Final

BURST: Final = 2000
"""At once: more than a desk can write in a day without its server, should its person have lost every right meanwhile."""
PER_SECOND: Final = 0.5
"""In the long run: 60 MB a day."""


class Allowance:
    """Of each device. `now` is any clock in seconds that never goes back."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, device: str, now: float) -> float:
        """Seconds until the next push of the device is looked at; 0.0: at once."""
        return max(0.0, (1.0 - self._now(device, now)) / PER_SECOND)

    def spend(self, device: str, refused: int, now: float) -> None:
        """So many ops of a push were refused: that may be more than were left."""
        if refused:
            self._left[device] = (self._now(device, now) - refused, now)

    def _now(self, device: str, now: float) -> float:
        left, at = self._left.get(device, (float(BURST), now))
        return min(float(BURST), left + (now - at) * PER_SECOND)
