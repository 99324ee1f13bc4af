"""How many refused ops a device may send, and how many reports of calls. Each is answered, and its answer kept for ever (some
1.4 KB), so that whoever has a device of ours could fill the disk with nothing but refusals, or with calls that nobody made:
no rule of the business holds them up.

A device that has used up its allowance is told to wait. What it sends meanwhile is not looked at, and so has to be sent
again: no op loses its answer, it comes later. Where only reports are too many, what stands before the first of them is taken.
"""

from typing import Final

from ringdesk.wire import limits

BURST: Final = 2000
"""At once: more than a desk can write in a day without its server, should its person have lost every right meanwhile."""
PER_SECOND: Final = 0.5
"""In the long run: 60 MB a day."""


class _Bucket:
    """Tokens of each device; there may be fewer than none. `now` is any clock in seconds that never goes back."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}

    def left(self, device: str, now: float, burst: int, rate: float) -> float:
        left, at = self._left.get(device, (float(burst), now))
        return min(float(burst), left + (now - at) * rate)

    def spend(self, device: str, count: int, now: float, burst: int, rate: float) -> None:
        if count:
            self._left[device] = (self.left(device, now, burst, rate) - count, now)


class Allowance:
    """Of each device. `now` is any clock in seconds that never goes back."""

    def __init__(self) -> None:
        self._refused = _Bucket()
        self._reported = _Bucket()

    def wait(self, device: str, now: float) -> float:
        """Seconds until the next push of the device is looked at; 0.0: at once."""
        return max(0.0, (1.0 - self._refused.left(device, now, BURST, PER_SECOND)) / PER_SECOND)

    def wait_to_report(self, device: str, now: float) -> float:
        """Seconds until the next report of the device is looked at, and what is pushed behind it; 0.0: at once."""
        left = self._reported.left(device, now, limits.REPORTS_BURST, limits.REPORTS_PER_SECOND)
        return max(0.0, (1.0 - left) / limits.REPORTS_PER_SECOND)

    def spend(self, device: str, refused: int, now: float, *, reported: int = 0) -> None:
        """So many ops of a push were refused, and so many reports of calls taken in: that may be more than were left."""
        self._refused.spend(device, refused, now, BURST, PER_SECOND)
        self._reported.spend(device, reported, now, limits.REPORTS_BURST, limits.REPORTS_PER_SECOND)
