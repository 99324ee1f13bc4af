"""What the plain desk offers by number: dispositions, windows of a callback, verdicts. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal, NamedTuple

from ringdesk.dispositions import Disposition
from ringdesk.safetext import SafeText
from terminal.widgets.speech import mark, say
from terminal.widgets.when import Now

Verdict = Literal["missed", "elsewhere", "ignored"]

TITLES: Final[Mapping[str, str]] = {
    "inquiry": mark("Inquiry"),
    "order": mark("Order"),
    "booking": mark("Booking"),
    "complaint": mark("Complaint"),
    "after_sales": mark("After-sales"),
    "payment": mark("Payment"),
    "callback": mark("Call back"),
    "wrong_number": mark("Wrong number"),
    "junk": mark("Junk"),
}
"""Words for the built-in dispositions."""

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


def title(code: Disposition) -> SafeText:
    """A disposition in words: the business's own, else ours."""
    known = TITLES.get(code.id)
    return code.title or (say(known) if known else SafeText(code.id))


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
