"""How it is written after how long something is to be done ("半小時後", "in 30 minutes"), in Chinese and English."""

import re
from datetime import timedelta
from typing import Final

from ringdesk.promises.days import FLAGS, NUMBER, number

_WORDS_EN: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_DELAY_ZH: Final = re.compile(
    rf"(?<![\d.百千一二兩三四五六七八九十點半])(?:(?P<minutes>\d{{1,3}}|{NUMBER})\s?分鐘|(?P<hours>\d{{1,3}}|{NUMBER})\s?個?(?P<more>半)?"
    r"\s?(?:小時|鐘頭)|(?P<half>半)個?(?:小時|鐘頭))\s?(?:(?P<within>[之以]?內)|[之以過]?後(?!天|來))",
    FLAGS,
)
_DELAY_EN: Final = re.compile(
    rf"\b(?:in|(?P<within>within)) (?:(?P<half>half an hour)|(?P<hours>\d{{1,3}}|an?|{'|'.join(_WORDS_EN)}) (?:hours?|hrs?)"
    rf"(?P<more> and a half)?|(?P<minutes>\d{{1,3}}|a|{'|'.join(_WORDS_EN)}) (?:minutes?|mins?))\b",
    FLAGS,
)
_DELAYS: Final = (_DELAY_ZH, _DELAY_EN)


def delayed(clause: str) -> tuple[re.Match[str], timedelta] | None:
    """After how long, and where that stands; a group `within` if it may be done earlier."""
    for pattern in _DELAYS:
        match = pattern.search(clause)
        if match is not None:
            half = timedelta(minutes=30 if match["half"] or match["more"] else 0)
            return match, half + timedelta(hours=_count(match["hours"]), minutes=_count(match["minutes"]))
    return None


def _count(written: str | None) -> int:
    if not written:
        return 0
    word = written.lower()
    if word in ("a", "an"):
        return 1
    return _WORDS_EN.index(word) + 1 if word in _WORDS_EN else number(word)
