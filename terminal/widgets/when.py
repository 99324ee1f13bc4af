"""Times as people read them: in the time zone of the desk, short, of fixed width where they stand in columns."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo
from typing import Final, NamedTuple

from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind, TaskState
from terminal.widgets.speech import mark, say

_DAYS: Final = (mark("Mon"), mark("Tue"), mark("Wed"), mark("Thu"), mark("Fri"), mark("Sat"), mark("Sun"))


class Now(NamedTuple):
    """The moment of a drawing: seconds since 1970, and the time zone of the desk (None: the machine's)."""

    at: float
    zone: tzinfo | None = None

    def local(self, at: float) -> datetime:
        """Wall time of `at` on this desk. A time that no calendar has becomes the start of 1970."""
        try:
            return datetime.fromtimestamp(at, UTC).astimezone(self.zone)
        except (ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(0, UTC)

    @property
    def minute(self) -> "Now":
        """The minute, for what need not be drawn every second."""
        return Now(self.at - self.at % 60, self.zone)

    @property
    def today(self) -> date:
        """The date on this desk."""
        return self.local(self.at).date()


def clock(at: float, now: Now, *, seconds: bool = True) -> SafeText:
    """`16:43:07`."""
    return SafeText(now.local(at).strftime("%H:%M:%S" if seconds else "%H:%M"))


def day(at: float, now: Now) -> SafeText:
    """`11/24 Tue`."""
    local = now.local(at)
    return SafeText(f"{local:%m/%d} {say(_DAYS[local.weekday()])}")


def stamp(at: float, now: Now) -> SafeText:
    """`11/24 16:40`, or `2025/11/24` for another year: 11 cells at most."""
    local = now.local(at)
    return SafeText(f"{local:%m/%d %H:%M}" if local.year == now.today.year else f"{local:%Y/%m/%d}")


def short_day(at: float, now: Now) -> SafeText:
    """`11/24`, with the year in front for another year."""
    local = now.local(at)
    return SafeText(f"{local:%m/%d}" if local.year == now.today.year else f"{local:%Y/%m/%d}")


def length(seconds: float) -> SafeText:
    """`02:41`, `1:02:41`."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return SafeText(f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}")


def age(seconds: float) -> SafeText:
    """`3 s`, `4 min`, `2 h`, `5 d`."""
    whole = max(0, int(seconds))
    if whole < 60:
        return say("{count} s", count=whole)
    if whole < 3600:
        return say("{count} min", count=whole // 60)
    if whole < 86400:
        return say("{count} h", count=whole // 3600)
    return say("{count} d", count=whole // 86400)


def ago(seconds: float) -> SafeText:
    """`12 s ago`."""
    return say("{age} ago", age=age(seconds))


def moment(text: str | None) -> float | None:
    """Seconds since 1970 of an ISO date-time (UTC where it says nothing else); None for a bare date, and for no date."""
    if not text or len(text) <= 10:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


class Due(NamedTuple):
    """When something is due: the words, and how urgent (`late` days; None: not late)."""

    words: SafeText
    late: bool
    today: bool
    order: float


PUNCTUAL: Final = 300.0
"""Seconds for which a call that was promised for a point in time is due and not late: somebody may be dialling."""


def begins(opens: SafeText | None, now: Now) -> float | None:
    """Seconds since 1970 before which something is not due: of a date-time, or of a bare date the beginning of that day on
    this desk. None where nothing, or no date, is said."""
    if not opens or len(opens) > 10:
        return moment(opens)
    try:
        return datetime.combine(date.fromisoformat(opens), time(), now.zone).timestamp()
    except (ValueError, OverflowError):
        return None


def due(text: SafeText | None, now: Now, spare: float = 0.0) -> Due:
    """A due date (ISO 8601 date, or date-time in UTC) in words; late is what is over for more than `spare` seconds. What is no
    date is shown as it was written."""
    if not text:
        return Due(say("no date"), late=False, today=False, order=float("inf"))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return Due(text, late=False, today=False, order=float("inf"))
    if len(text) <= 10:
        return _due_day(moment.date(), now, None, spare)
    local = now.local((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    return _due_day(local.date(), now, local, spare)


def due_for(opens: SafeText | None, text: SafeText | None, now: Now) -> Due:
    """The end of a window; a point in time, which opens as it ends, is not late at once."""
    return due(text, now, PUNCTUAL if text and opens == text else 0.0)


def due_between(opens: SafeText | None, text: SafeText | None, now: Now, *, call: bool = False) -> Due:
    """When something is due that was promised for a window, from `opens` to `text` (ISO date-times): the whole window on its
    day, its beginning before that day; once it is over, how late. A point in time is said as one, a window without an hour
    at its end by its beginning. Without a beginning, as `due` says; of a `call` that it is only an end."""
    whole = due_for(opens, text, now)
    first, ends = moment(opens), moment(text)
    if whole.late or not text or opens == text:
        return whole
    if first is None:
        return whole._replace(words=_end(whole, ends, now)) if call and not opens else whole
    if ends is None and len(text) > 10:
        return whole
    start = now.local(first)
    if start.date() == now.today:
        return whole._replace(words=SafeText(f"{say('today')} {_span(first, ends, now)}"), today=True)
    return whole if first <= now.at else whole._replace(words=SafeText(f"{_day_of(start.date(), now)} {start:%H:%M}"))


def when(task: Task, now: Now) -> Due:
    """When a task is due, in words."""
    return due_between(task.opens, task.due, now, call=task.kind is TaskKind.CALLBACK)


NEAR: Final = 3600.0
"""Seconds before an hour that was promised from which it is due though its day has not come: at night, past midnight."""


def is_due(task: Task, now: Now) -> bool:
    """Whether a task of the agenda is listed among what is to be done: a callback, and a task of nobody, when its day has come
    or its hour is near; one's own task always, and a callback for which no day was said."""
    whole = when(task, now)
    own = task.kind is not TaskKind.CALLBACK and task.assignee is not None
    hour = moment(task.opens) or moment(task.due)
    near = hour is not None and hour - now.at <= NEAR
    return own or near or whole.late or whole.today or (task.kind is TaskKind.CALLBACK and not task.due)


def to_call(tasks: Iterable[Task], now: Now, me: str) -> list[Task]:
    """The callbacks that are due, by the person `me` (an id) or by anybody: what the desk counts as to call, wherever it does."""
    mine = (task for task in tasks if task.kind is TaskKind.CALLBACK and (task.assignee or me) == me)
    return [task for task in mine if task.state is TaskState.OPEN and is_due(task, now)]


def _end(whole: Due, ends: float | None, now: Now) -> SafeText:
    """The end of a window without a beginning: of today the hour, of another day its date with the hour."""
    if whole.today:
        return say("before {time}", time=clock(ends, now, seconds=False)) if ends is not None else whole.words
    if ends is None:
        return say("by {time}", time=whole.words) if whole.order < float("inf") else whole.words
    return say("by {time}", time=SafeText(f"{short_day(ends, now)} {clock(ends, now, seconds=False)}"))


def _span(first: float, ends: float | None, now: Now) -> SafeText:
    return between(first, ends, now) if ends is not None else say("from {time}", time=clock(first, now, seconds=False))


def between(begins: float, ends: float, now: Now) -> SafeText:
    """From when to when, on the clock of this desk: `17:00-17:30`; a point in time: `17:00`."""
    if begins == ends:
        return clock(begins, now, seconds=False)
    return SafeText(f"{clock(begins, now, seconds=False)}-{clock(ends, now, seconds=False)}")


def _day_of(when: date, now: Now) -> SafeText:
    shape = f"{when:%m/%d}" if when.year == now.today.year else f"{when:%Y/%m/%d}"
    return SafeText(f"{shape} {say(_DAYS[when.weekday()])}")


def _due_day(when: date, now: Now, moment: datetime | None, spare: float) -> Due:
    days = (now.today - when).days
    order = moment.timestamp() if moment else float(when.toordinal() - 719163) * 86400 + 86399
    hour = f" {moment:%H:%M}" if moment else ""
    if days > 0:
        return Due(say("{count} d late", count=days), late=True, today=False, order=order)
    if days == 0:
        late = moment is not None and moment.timestamp() + spare < now.at
        words = say("late since {time}", time=SafeText(hour.strip())) if late else SafeText(say("today") + hour)
        return Due(words, late=late, today=not late, order=order)
    return Due(SafeText(f"{_day_of(when, now)}{hour}"), late=False, today=False, order=order)
