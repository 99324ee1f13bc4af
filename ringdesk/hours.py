"""When the business is open: hours of the week and closed days, as the settings say them. Pure.

Nothing said means: no hours are known, Monday to Friday are the working days.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from ringdesk.errors import BadInput
from ringdesk.why import Why, register

register(
    {
        "hours_day": "business.hours: there is no day '{day}'; use {days}",
        "hours_span": "business.hours: {day} = '{text}' is no span of a day; write it as 09:00-18:00",
        "hours_backwards": "business.hours: {day} = '{text}' ends before it begins; hours end by 24:00 of their day",
        "hours_date": "business.closed: '{text}' is no date; write it as 2026-02-16",
    }
)

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days as the settings name them, in the order of `date.weekday`."""
LONGEST: Final = 366
"""Days to look ahead for an open one."""
_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


class Span(NamedTuple):
    """From when to when, wall time of one day."""

    opens: time
    closes: time


WORKDAY: Final = Span(time(9), time(18))
"""A working day of a business that said no hours."""


class Hours(NamedTuple):
    """`week` has a span, or None for closed, for each day from Monday on; () where no hours are known. `closed` days are
    closed whatever the week says."""

    week: tuple[Span | None, ...] = ()
    closed: frozenset[date] = frozenset()

    @property
    def known(self) -> bool:
        """Whether hours were said."""
        return bool(self.week)

    def on(self, day: date) -> Span | None:
        """The hours of a working day; None for any other day."""
        if day in self.closed:
            return None
        if self.week:
            return self.week[day.weekday()]
        return WORKDAY if day.weekday() < 5 else None

    def closes(self, day: date) -> bool:
        """Whether the business is known to be closed that day: where no hours are known a weekend may well be open."""
        return day in self.closed or (self.known and self.on(day) is None)

    def is_open(self, local: datetime) -> bool:
        """Whether it is open at a wall time; where no hours are known it is, but on closed days."""
        span = self.on(local.date()) if self.known else None
        if span is None:
            return not self.closes(local.date())
        return span.opens <= local.time() < span.closes

    def working_day_after(self, day: date) -> date:
        """The next working day; the next day where none comes within a year."""
        days = (day + timedelta(days=ahead) for ahead in range(1, LONGEST))
        return next((each for each in days if self.on(each) is not None), day + timedelta(days=1))

    def open_day_from(self, day: date) -> date:
        """`day`, or the next one on which the business is not known to be closed."""
        days = (day + timedelta(days=ahead) for ahead in range(LONGEST))
        return next((each for each in days if not self.closes(each)), day)


def hours(week: Mapping[str, str], closed: Iterable[str]) -> Hours:
    """What the settings say: `{"mon": "09:00-18:00"}`, where a day that is missing is closed, and dates such as 2026-02-16.

    Raises `BadInput` for what is no day, no span, no date.
    """
    unknown = [day for day in week if day not in DAYS]
    if unknown:
        raise BadInput(Why("hours_day", {"day": unknown[0], "days": " ".join(DAYS)}))
    spans = tuple(_span(day, week[day]) if week.get(day) else None for day in DAYS)
    return Hours(spans if any(spans) else (), frozenset(map(_date, closed)))


def _span(day: str, text: str) -> Span:
    found = _SPAN.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError(text)
        first, second, third, fourth = map(int, found.groups())
        closes = time(23, 59) if (third, fourth) == (24, 0) else time(third, fourth)
        span = Span(time(first, second), closes)
    except ValueError as error:
        raise BadInput(Why("hours_span", {"day": day, "text": text})) from error
    if span.opens >= span.closes:
        raise BadInput(Why("hours_backwards", {"day": day, "text": text}))
    return span


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(Why("hours_date", {"text": text})) from error
