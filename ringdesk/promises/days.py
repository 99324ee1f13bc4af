"""How a day is written, in Chinese and English."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

FLAGS: Final = re.IGNORECASE | re.ASCII
"""ASCII: a Latin word begins and ends next to Chinese, and no letter of another script passes for one of ours."""
_WEEKDAYS_EN: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS_ZH: Final = "一二三四五六日"
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIGITS_ZH: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"兩": 2, "〇": 0}
NUMBER: Final = r"(?:\d{1,2}|[一二兩三四五六七八九]?十[一二三四五六七八九]?|[一二兩三四五六七八九])"

_DAY_WORDS: Final = {
    "今天": 0,
    "今日": 0,
    "今晚": 0,
    "今早": 0,
    "明天": 1,
    "明日": 1,
    "明早": 1,
    "明晚": 1,
    "後天": 2,
    "大後天": 3,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "tomorrow": 1,
    "day after tomorrow": 2,
}


def _word(match: re.Match[str], now: datetime) -> date | None:
    return now.date() + timedelta(days=_DAY_WORDS[match[1].lower()])


def number(text: str) -> int:
    """A number up to 99 in digits or in Chinese."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS_ZH[text]
    return 10 * (_DIGITS_ZH[tens] if tens else 1) + (_DIGITS_ZH[ones] if ones else 0)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _next(month: int, day: int, now: datetime) -> date | None:
    """The next such day: this year's, or the next year's where it is long past."""
    here = _valid(now.year, month, day)
    if here is not None and here >= now.date() - timedelta(days=30):
        return here
    return _valid(now.year + 1, month, day)


def _calendar(match: re.Match[str], now: datetime) -> date | None:
    return _next(number(match["month"]), number(match["day"]), now)


def _full(match: re.Match[str], _now: datetime) -> date | None:
    return _valid(int(match["year"]), int(match["month"]), int(match["day"]))


def _named_month(match: re.Match[str], now: datetime) -> date | None:
    return _next(_MONTHS.index(match["month"][:3].lower()) + 1, int(match["day"]), now)


def _of_week(day: int, weeks: int, now: datetime) -> date:
    monday = now.date() - timedelta(days=now.weekday())
    return monday + timedelta(days=day, weeks=weeks)


def _weekday_zh(match: re.Match[str], now: datetime) -> date | None:
    """下週三 is of the next week, 這週三 of this one, 週三 the next to come."""
    day = _WEEKDAYS_ZH.index(match["day"].replace("天", "日"))
    if (match["which"] or "").startswith("下"):
        return _of_week(day, len(match["which"].rstrip("個")), now)
    here = _of_week(day, 0, now)
    return here if match["which"] or here >= now.date() else here + timedelta(weeks=1)


def _weekday_en(match: re.Match[str], now: datetime) -> date | None:
    """ "Friday" is the next to come, "next Friday" that of the next week."""
    day = next(index for index, name in enumerate(_WEEKDAYS_EN) if name.startswith(match["day"].lower()[:3]))
    if (match["which"] or "").strip().lower() == "next":
        return _of_week(day, 1, now)
    here = _of_week(day, 0, now)
    return here if here >= now.date() else here + timedelta(weeks=1)


def _in_days(match: re.Match[str], now: datetime) -> date | None:
    return now.date() + timedelta(days=number(match["count"]))


DAYS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], date | None]], ...]] = tuple(
    (re.compile(pattern, FLAGS), read)
    for pattern, read in (
        (r"(?<!\d)(?P<year>20\d\d)[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?(?!\d)", _full),
        (rf"(?P<month>{NUMBER})月(?P<day>{NUMBER})[日號]?", _calendar),
        (r"(?<![\d/])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?![\d/])", _calendar),
        (
            rf"\b(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b",
            _named_month,
        ),
        (r"(大後天|後天|今天|今日|今晚|今早|明天|明日|明早|明晚)", _word),
        (
            r"\b(?:the )?(day after tomorrow|tomorrow|today|tonight|this morning|this afternoon|this evening)\b",
            _word,
        ),
        (r"(?P<which>下下個|下下|下個|下|這個|這|本)?(?:週|周|星期|禮拜)(?P<day>[一二三四五六日天])", _weekday_zh),
        (
            rf"\b(?:on )?(?P<which>next |this )?(?P<day>{'|'.join(_WEEKDAYS_EN)}|mon|tue|wed|thu|fri|sat|sun)\b",
            _weekday_en,
        ),
        (rf"(?P<count>{NUMBER})天(?:後|內|之內|以內)", _in_days),
        (r"\b(?:in|within) (?P<count>\d{1,2}) days?\b", _in_days),
    )
)
"""How a day is written, the plainest first: the first that fits is meant."""
