"""When to call back: the windows that a person can promise, each at the same digit all day. Pure: now and zone go in."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from ringdesk.safetext import SafeText
from terminal.widgets.speech import say
from terminal.widgets.when import Now

SOON: Final = timedelta(minutes=30)
AFTERNOON: Final = (time(13), time(18))
EVENING: Final = (time(18), time(21))
MORNING: Final = (time(9), time(12))
WORKDAY: Final = (time(9), time(18))
LEAST: Final = timedelta(hours=1)
"""A window with less than this left is not promised any more."""


class Window(NamedTuple):
    """A promise: its name, and its ends as ISO date-times in UTC."""

    label: SafeText
    opens: SafeText
    due: SafeText


def windows(now: Now) -> tuple[Window, ...]:
    """In 30 minutes; later today; tomorrow morning; the next working day. Late in the evening the second is tomorrow
    afternoon. A window of today that has begun opens now."""
    local = now.local(now.at)
    today = local.date()
    tomorrow = today + timedelta(days=1)
    return (
        Window(say("in 30 minutes"), _iso(now.at + SOON.total_seconds()), _iso(now.at + 2 * SOON.total_seconds())),
        _later_today(now, local),
        _window(say("tomorrow morning"), tomorrow, MORNING, now),
        _window(say("next working day"), working_day_after(today), WORKDAY, now),
    )


def _later_today(now: Now, local: datetime) -> Window:
    for label, span in ((say("this afternoon"), AFTERNOON), (say("this evening"), EVENING)):
        if _at(local.date(), span[1], now) - now.at >= LEAST.total_seconds():
            return _window(label, local.date(), span, now)
    return _window(say("tomorrow afternoon"), local.date() + timedelta(days=1), AFTERNOON, now)


def working_day_after(day: date) -> date:
    """The next day from Monday to Friday."""
    following = day + timedelta(days=1)
    while following.weekday() >= 5:
        following += timedelta(days=1)
    return following


def _window(label: SafeText, day: date, span: tuple[time, time], now: Now) -> Window:
    opens, due = (_at(day, end, now) for end in span)
    return Window(label, _iso(max(opens, now.at)), _iso(due))


def _at(day: date, hour: time, now: Now) -> float:
    """Seconds since 1970 of a wall time on this desk."""
    return datetime.combine(day, hour, now.zone).timestamp()


def _iso(at: float) -> SafeText:
    return SafeText(datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
