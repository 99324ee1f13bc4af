"""The clock of the desk was set, or the server told another time: what lasts is measured on by the new one. Pure."""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from ringdesk.calls import Call
from terminal.widgets.callrow import CallRow

CLOCK_SET: Final = 1.0
"""Seconds by which a clock was set, at the least: less is the server's time that was learnt better."""


class Step(NamedTuple):
    """It says so many `seconds` more (or less) than have passed; `now` is this moment by the old clock, seconds since 1970."""

    seconds: float
    now: float

    def of(self, at: float) -> float:
        """A moment that was told by the old clock, by the new one; what the server tells by the new one already stays."""
        return at + self.seconds if at <= self.now + CLOCK_SET else at

    def of_row(self, row: CallRow) -> CallRow:
        """A call with its times."""
        return msgspec.structs.replace(
            row,
            since=self.of(row.since),
            taken_at=None if row.taken_at is None else self.of(row.taken_at),
            gone_at=None if row.gone_at is None else row.gone_at + self.seconds,
            set_by=self.of(row.rang_at) - row.call.started,
        )


_NEAR: Final = 60.0
"""Seconds by which the beginning of a call may move when another source saw it, too."""


def set_by(row: CallRow, call: Call) -> float:
    """By how much the clock was set since the beginning that a `call` tells now, where it was known here as `row`: told by the
    clock as it is, or by the one before; what fits neither does not move it."""
    nearest = min((0.0, row.set_by), key=lambda by: abs(call.started + by - row.rang_at))
    kept = row.rang_at - call.started
    return nearest if abs(nearest - kept) <= _NEAR else kept


class Watch:
    """The clock of a desk, watched: `was_set` is told of every step before anybody measures by the new time, however soon after
    another. What was learnt in small pieces makes a step, too. `steady` are seconds of a clock that nobody sets; without it
    nobody sets `wall` either."""

    def __init__(
        self, wall: Callable[[], float], steady: Callable[[], float] | None, was_set: Callable[[Step], None]
    ) -> None:
        self._wall = wall
        self._steady = steady or wall
        self._was_set = was_set
        self._ahead = wall() - self._steady()

    def __call__(self) -> float:
        """Seconds since 1970."""
        at = self._wall()
        by = at - self._steady() - self._ahead
        if abs(by) > CLOCK_SET:
            self._ahead += by
            self._was_set(Step(by, at - by))
        return at
