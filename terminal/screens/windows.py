"""When to call back: the windows that a person can promise, each at the same digit all day. Pure: now, zone and hours go in.

The screen and the plain desk offer the same ones. Opening hours and closed days are respected as far as they are known
(`[business]` in the settings): nobody is promised a call while nobody is there to make it.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from ringdesk.hours import Hours, Span
from ringdesk.safetext import SafeText
from terminal.widgets.speech import say
from terminal.widgets.when import Now, between, day, due_between, moment

SOON: Final = timedelta(minutes=30)
MORNING: Final = Span(time(9), time(12))
AFTERNOON: Final = Span(time(13), time(18))
EVENING: Final = Span(time(18), time(21))
LEAST: Final = timedelta(hours=1)
"""A window with less than this left is not promised any more."""
UNKNOWN: Final = Hours()


class Window(NamedTuple):
    """A promise: its name, and its ends as ISO date-times in UTC."""

    label: SafeText
    opens: SafeText
    due: SafeText


def hours_of(window: Window, now: Now) -> SafeText:
    """When that is, on the clock of this desk: `17:00-17:30`, with its day where it is not today's."""
    begins, ends = moment(window.opens), moment(window.due)
    if begins is None or ends is None:
        return due_between(window.opens, window.due, now).words
    spoken, whole = between(begins, ends, now), day(begins, now)
    said = now.local(begins).date() == now.today or whole in window.label
    return spoken if said else SafeText(f"{whole} {spoken}")


def spelled(window: Window, now: Now) -> SafeText:
    """Its name and its hours: what is promised must be read as it was meant."""
    return say("{window} ({hours})", window=window.label, hours=hours_of(window, now))


def windows(now: Now, hours: Hours = UNKNOWN) -> tuple[Window, ...]:
    """In 30 minutes, or when the business opens again; later today; the next morning; the next working day. A window of today
    that has begun opens now."""
    today = now.today
    tomorrow = today + timedelta(days=1)
    working = hours.working_day_after(today)
    return (
        _soon(now, hours),
        _later_today(now, hours),
        _part(say("tomorrow morning"), say("morning"), tomorrow, MORNING, now, hours),
        _window(say("next working day"), working, hours.on(working) or MORNING, now),
    )


def _soon(now: Now, hours: Hours) -> Window:
    """Half an hour from now, where the business is open then, or where nobody knows."""
    opens, due = now.at + SOON.total_seconds(), now.at + 2 * SOON.total_seconds()
    today = now.today
    span = hours.on(today) if hours.known else None
    if span is not None and _at(today, span.opens, now) <= opens and due <= _at(today, span.closes, now):
        return Window(say("in 30 minutes"), _iso(opens), _iso(due))
    if not hours.known and not hours.closes(today):
        return Window(say("in 30 minutes"), _iso(opens), _iso(due))
    opens_later = span is not None and opens < _at(today, span.opens, now)
    when = today if opens_later else hours.working_day_after(today)
    begins = _at(when, (hours.on(when) or MORNING).opens, now)
    label = say("when we open: {day} {time}", day=day(begins, now), time=SafeText(f"{now.local(begins):%H:%M}"))
    return Window(label, _iso(begins), _iso(begins + LEAST.total_seconds()))


def _later_today(now: Now, hours: Hours) -> Window:
    """This afternoon or tonight, which is named by its end once it has come; where too little is left of both, the afternoon
    of the next day."""
    today = now.today
    if not hours.closes(today):
        for label, part in ((say("this afternoon"), AFTERNOON), (say("tonight"), EVENING)):
            open_part = _within(part, today, hours)
            if open_part is not None and _at(today, open_part.closes, now) - now.at >= LEAST.total_seconds():
                tonight = part is EVENING and now.at >= _at(today, open_part.opens, now)
                return _window(_by(open_part.closes) if tonight else label, today, open_part, now)
    return _part(say("tomorrow afternoon"), say("afternoon"), today + timedelta(days=1), AFTERNOON, now, hours)


def _by(hour: time) -> SafeText:
    return say("today by {time}", time=SafeText(f"{hour:%H:%M}"))


def _part(label: SafeText, part_of_day: SafeText, wanted: date, part: Span, now: Now, hours: Hours) -> Window:
    """A part of `wanted`, or of the next open day, which is then named; the whole of an open day that has no such part."""
    when = hours.open_day_from(wanted)
    open_part = _within(part, when, hours)
    if when == wanted and open_part is not None:
        return _window(label, when, open_part, now)
    span = open_part or hours.on(when) or part
    named = say("{day}, {part}", day=day(_at(when, span.opens, now), now), part=part_of_day)
    return _window(named if open_part is not None else day(_at(when, span.opens, now), now), when, span, now)


def _within(part: Span, when: date, hours: Hours) -> Span | None:
    """What of a part of the day the business is open; the part itself where no hours are known; None where too little is."""
    span = hours.on(when) if hours.known else part
    if span is None:
        return None
    begins, ends = max(part.opens, span.opens), min(part.closes, span.closes)
    enough = datetime.combine(when, ends) - datetime.combine(when, begins) >= LEAST
    return Span(begins, ends) if enough else None


def _window(label: SafeText, when: date, span: Span, now: Now) -> Window:
    opens, due = (_at(when, end, now) for end in span)
    return Window(label, _iso(max(opens, now.at)), _iso(due))


def _at(when: date, hour: time, now: Now) -> float:
    """Seconds since 1970 of a wall time on this desk."""
    return datetime.combine(when, hour, now.zone).timestamp()


def _iso(at: float) -> SafeText:
    return SafeText(datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
