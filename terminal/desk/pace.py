"""How fast the reports of calls leave: so that the server looks at whatever is pushed, and no note waits for them.

The server takes so many reports of a device at once and so many a second (`wire.limits`), and ops are numbered when they are
saved: behind a report too many everything waits. So a report too many is not saved yet. Only a flood is too many: without the
server all that a busy exchange says is saved, however long that lasts.
"""

from collections.abc import Callable
from typing import Final

from ringdesk.wire import limits

_SHARE: Final = 0.8
"""Of what the server takes. The rest is for reports that cannot wait, because a person has said something of their call."""


class Pace:
    """`steady` are seconds that run on whatever is done to the clock."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        # How much is left at the server at the start is not known: what an earlier life of the desk has left, at least.
        self._left, self._at = limits.REPORTS_BURST - _SHARE * limits.REPORTS_BURST, steady()

    def allows(self) -> bool:
        """Whether one more may be saved now."""
        return self._now_left() >= 1.0

    def spend(self) -> None:
        """One was saved, whether that was allowed or not."""
        self._left = self._now_left() - 1.0

    def _now_left(self) -> float:
        now = self._steady()
        gained = (now - self._at) * _SHARE * limits.REPORTS_PER_SECOND
        self._left, self._at = min(_SHARE * limits.REPORTS_BURST, self._left + gained), now
        return self._left
