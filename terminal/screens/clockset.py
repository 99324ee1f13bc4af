"""The clock of the desk was set, or the server told another time: what lasts is measured on by the new one. Pure."""

from typing import Final, NamedTuple

import msgspec

from terminal.widgets.person import CallRow

CLOCK_SET: Final = 2.0
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
