"""Times as people read them: in the time zone of the desk, short, of fixed width where they stand in columns."""

from datetime import UTC, date, datetime, tzinfo
from typing import Final, NamedTuple

from ringdesk.safetext import SafeText
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


def due(text: SafeText | None, now: Now) -> Due:
    """A due date (ISO 8601 date, or date-time in UTC) in words. What is no date is shown as it was written."""
    if not text:
        return Due(say("no date"), late=False, today=False, order=float("inf"))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return Due(text, late=False, today=False, order=float("inf"))
    if len(text) <= 10:
        return _due_day(moment.date(), now, None)
    local = now.local((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    return _due_day(local.date(), now, local)


def due_between(opens: SafeText | None, text: SafeText | None, now: Now) -> Due:
    """When something is due that was promised for a window, from `opens` to `text` (ISO date-times): the whole window on its
    day, its beginning before that day; once it is over, how late. Without a window, as `due` says."""
    whole = due(text, now)
    begins, ends = moment(opens), moment(text)
    if begins is None or ends is None or whole.late:
        return whole
    first = now.local(begins)
    if first.date() == now.today:
        return whole._replace(words=SafeText(f"{say('today')} {between(begins, ends, now)}"), today=True)
    return whole if begins <= now.at else whole._replace(words=SafeText(f"{_day_of(first.date(), now)} {first:%H:%M}"))


def between(begins: float, ends: float, now: Now) -> SafeText:
    """From when to when, on the clock of this desk: `17:00-17:30`."""
    return SafeText(f"{clock(begins, now, seconds=False)}-{clock(ends, now, seconds=False)}")


def _day_of(when: date, now: Now) -> SafeText:
    shape = f"{when:%m/%d}" if when.year == now.today.year else f"{when:%Y/%m/%d}"
    return SafeText(f"{shape} {say(_DAYS[when.weekday()])}")


def _due_day(when: date, now: Now, moment: datetime | None) -> Due:
    days = (now.today - when).days
    order = moment.timestamp() if moment else float(when.toordinal() - 719163) * 86400 + 86399
    hour = f" {moment:%H:%M}" if moment else ""
    if days > 0:
        return Due(say("{count} d late", count=days), late=True, today=False, order=order)
    if days == 0:
        late = moment is not None and moment.timestamp() < now.at
        words = say("late since {time}", time=SafeText(hour.strip())) if late else SafeText(say("today") + hour)
        return Due(words, late=late, today=not late, order=order)
    return Due(SafeText(f"{_day_of(when, now)}{hour}"), late=False, today=False, order=order)
