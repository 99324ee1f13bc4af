"""How an hour and a part of the day are written, in Chinese and English."""

import re
from datetime import time
from typing import Final, NamedTuple

from ringdesk.promises.days import FLAGS, NUMBER, number

_CLOCK: Final = re.compile(
    r"(?P<half>上午|早上|凌晨|中午|下午|傍晚|晚上|(?<=今|明)[早晚])?\s?(?<!\d)(?P<hour>\d{1,2})[:：](?P<minute>\d\d)(?!\d)"
    r"\s?(?P<m>[ap]\.?m\b\.?)?",
    FLAGS,
)
_CLOCK_ZH: Final = re.compile(
    rf"(?P<half>上午|早上|凌晨|中午|下午|傍晚|晚上|(?<=今|明)[早晚])?\s?(?P<hour>{NUMBER})\s?[點時](?P<minute>半|{NUMBER}分?|鐘|整)?"
)
_CLOCK_EN: Final = re.compile(r"(?<![\d:/])(?P<hour>\d{1,2})\s?(?P<m>[ap]\.?m\b\.?)", FLAGS)
_AT_EN: Final = re.compile(
    r"(?:\bat |(?<=\bby )|(?<=\bbefore )|(?<=\buntil )|(?<=\bafter )|(?<=\bfrom ))(?P<hour>\d{1,2})(?![\d:/])"
    r"(?: o'clock)?\b(?! ?(?!this\b|mrs?\b|ms\b)[a-z]+s\b)",
    FLAGS,
)
""" "after 3" is an hour, "after 3 calls" is none."""

WORKS_FROM: Final = 8
"""An hour before it that says no half of the day is one of the afternoon: businesses work then."""


def _hour(hour: int, minute: int, half: str, meridiem: str) -> time | None:
    """An hour of the day; 5 in the afternoon is 17."""
    mark = meridiem.lower().replace(".", "")
    if mark and not 1 <= hour <= 12:
        return None
    late = mark == "pm" or half in ("下午", "傍晚", "晚上", "晚") or (half == "中午" and hour < 11)
    if mark == "am" and hour == 12:
        hour = 0
    if late and hour < 12:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _at_work(hour: int) -> int:
    """An hour as it is said at work: 三點 is 15, "at 5" 17."""
    return hour + 12 if 0 < hour < WORKS_FROM else hour


def _clock(match: re.Match[str]) -> time | None:
    """05:30 is in the morning, a bare 5:30 in the hours in which a business works."""
    hour, half, mark = match["hour"], match["half"] or "", match["m"] or ""
    bare = not half and not mark and not hour.startswith("0")
    return _hour(_at_work(int(hour)) if bare else int(hour), int(match["minute"]), half, mark)


def _clock_zh(match: re.Match[str]) -> time | None:
    written = (match["minute"] or "").rstrip("分")
    minute = 30 if written == "半" else 0 if written in ("", "鐘", "整") else number(written)
    hour, half = number(match["hour"]), match["half"] or ""
    return _hour(hour if half else _at_work(hour), minute, half, "")


def _clock_en(match: re.Match[str]) -> time | None:
    return _hour(int(match["hour"]), 0, "", match["m"])


def _at_en(match: re.Match[str]) -> time | None:
    """ "at 5" is in the hours in which a business works."""
    return _hour(_at_work(int(match["hour"])), 0, "", "")


HOURS: Final = ((_CLOCK, _clock), (_CLOCK_ZH, _clock_zh), (_CLOCK_EN, _clock_en), (_AT_EN, _at_en))


class Hours(NamedTuple):
    """From when to when, in the hours of a day; both are the same for a point in time."""

    opens: time
    closes: time


MORNING_SAID: Final = re.compile(r"上午|早上|凌晨|[今明]早|\bmorning\b", FLAGS)
"""What keeps an hour in the morning, wherever in the sentence it stands."""

PARTS: Final = re.compile(
    r"上午|早上|中午|下午|傍晚|晚上|\b(?:in the )?(?:morning|afternoon|evening)\b|\b(?:at )?noon\b", FLAGS
)
_MORNING: Final = Hours(time(9), time(12))
_AFTERNOON: Final = Hours(time(13), time(18))
_EVENING: Final = Hours(time(18), time(21))
PART_HOURS: Final = {
    "上午": _MORNING,
    "早上": _MORNING,
    "中午": Hours(time(12), time(13)),
    "下午": _AFTERNOON,
    "傍晚": Hours(time(17), time(18)),
    "晚上": _EVENING,
    "morning": _MORNING,
    "noon": Hours(time(12), time(12)),
    "afternoon": _AFTERNOON,
    "evening": _EVENING,
}
"""When a promise for a part of the day is kept: the same hours as those that F8 offers."""
WITHIN_WORD: Final = {"今早": _MORNING, "明早": _MORNING, "今晚": _EVENING, "明晚": _EVENING, "tonight": _EVENING} | {
    f"this {part}": hours for part, hours in PART_HOURS.items()
}
"""A day that says its part."""
