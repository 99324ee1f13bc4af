"""How an hour and a part of the day are written, in Chinese and English."""

import re
from datetime import time
from typing import Final

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
_AT_EN: Final = re.compile(r"\bat (?P<hour>\d{1,2})(?![\d:/])(?: o'clock)?\b", FLAGS)


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


def _clock(match: re.Match[str]) -> time | None:
    return _hour(int(match["hour"]), int(match["minute"]), match["half"] or "", match["m"] or "")


def _clock_zh(match: re.Match[str]) -> time | None:
    written = (match["minute"] or "").rstrip("分")
    minute = 30 if written == "半" else 0 if written in ("", "鐘", "整") else number(written)
    return _hour(number(match["hour"]), minute, match["half"] or "", "")


def _clock_en(match: re.Match[str]) -> time | None:
    return _hour(int(match["hour"]), 0, "", match["m"])


def _at_en(match: re.Match[str]) -> time | None:
    """ "at 5" is in the hours in which a business works."""
    hour = int(match["hour"])
    return _hour(hour + 12 if hour < 8 else hour, 0, "", "")


HOURS: Final = ((_CLOCK, _clock), (_CLOCK_ZH, _clock_zh), (_CLOCK_EN, _clock_en), (_AT_EN, _at_en))

PARTS: Final = re.compile(
    r"上午|早上|中午|下午|傍晚|晚上|\b(?:in the )?(?:morning|afternoon|evening)\b|\b(?:at )?noon\b", FLAGS
)
PART_ENDS: Final = {
    "上午": time(12),
    "早上": time(12),
    "中午": time(12),
    "下午": time(18),
    "傍晚": time(18),
    "晚上": time(21),
    "morning": time(12),
    "noon": time(12),
    "afternoon": time(18),
    "evening": time(21),
}
"""Until when a promise for a part of the day is kept."""
WITHIN_WORD: Final = {"今早": time(12), "明早": time(12), "今晚": time(21), "明晚": time(21), "tonight": time(21)} | {
    f"this {part}": end for part, end in PART_ENDS.items()
}
