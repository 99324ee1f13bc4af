"""What the plain desk offers by number: dispositions, windows of a callback, verdicts. Pure."""

from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal, NamedTuple

from ringdesk.dispositions import Disposition
from ringdesk.safetext import SafeText
from terminal.widgets.speech import code, mark, say
from terminal.widgets.when import Now

Verdict = Literal["missed", "elsewhere", "ignored"]

VERDICTS: Final[tuple[tuple[Verdict, str], ...]] = (
    ("missed", mark("missed: make a callback")),
    ("elsewhere", mark("answered on another telephone")),
    ("ignored", mark("ignore it")),
)


class Window(NamedTuple):
    """When to call back: its words, and from when to when (seconds since 1970)."""

    words: SafeText
    opens: float
    due: float


def title(disposition: Disposition) -> SafeText:
    """A disposition in words: the business's own, else ours."""
    return disposition.title or code(SafeText(disposition.id))


def windows(now: Now) -> list[Window]:
    """The windows that are still to come: the next hour, the rest of the day, tomorrow's halves, in a week."""
    local = now.local(now.at)

    def at(days: int, hour: int) -> float:
        return datetime.combine(local.date() + timedelta(days=days), time(hour), local.tzinfo).timestamp()

    found = [
        Window(say("within the hour"), now.at, now.at + 3600),
        Window(say("today before 18:00"), now.at, at(0, 18)),
        Window(say("tomorrow morning"), at(1, 9), at(1, 12)),
        Window(say("tomorrow afternoon"), at(1, 13), at(1, 18)),
        Window(say("in a week"), at(7, 9), at(7, 18)),
    ]
    return [each for each in found if each.due > now.at]


def moment(at: float) -> SafeText:
    """A moment as tasks keep it: a date-time in UTC."""
    return SafeText(datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
