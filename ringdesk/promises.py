"""Promises: what a note says is to be done, and when ("今天 17:30 回電", "call back tomorrow 10am", "12/3 前寄出").

Pure: `now` is the wall time of the person who writes. Each pattern has no repeat within a repeat, so that a hostile note
costs no more than its length. What names no day and no hour is no promise: a wrong one is worse than none.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec

from ringdesk.safetext import SafeText

MAX_TITLE: Final = 80
"""Characters of the title."""
MAX_LINE: Final = 500
"""Characters of a line that are looked at."""
MAX_TEXT: Final = 2_000
"""Characters at the end of a note that are looked at, with every key."""
_FLAGS: Final = re.IGNORECASE | re.ASCII
"""ASCII: a Latin word begins and ends next to Chinese, and no letter of another script passes for one of ours."""
_NARROW: Final = str.maketrans("０１２３４５６７８９：／\u3000", "0123456789:/ ")


class Promise(msgspec.Struct, frozen=True):
    """What was promised. `day` in the writer's calendar; `at` the hour, None: any time that day; `title` what is to be done;
    `by`: not later than that. `text` is the line of the note in which it was found."""

    day: date
    at: time | None
    title: SafeText
    by: bool
    text: SafeText

    @property
    def calls(self) -> bool:
        """Whether it is a call that was promised."""
        return _CALLS.search(self.title) is not None


def found(text: str, now: datetime) -> Promise | None:
    """The last promise of a note: what was written last was promised last."""
    for clause in reversed(_clauses(text.translate(_NARROW))):
        promise = _promise(clause, now)
        if promise is not None:
            return promise
    return None


_CALLS: Final = re.compile(r"回電|回撥|打給|打電話|\bcall\b|\b(?:phone|ring)\b", re.IGNORECASE | re.ASCII)
_STOPS: Final = re.compile(r"[\n，。；！？!?;]|,\s|\.\s|\.$")


def _clauses(text: str) -> list[str]:
    """The parts of a note, each with one thought."""
    return [clause[:MAX_LINE].strip() for clause in _STOPS.split(text[-MAX_TEXT:]) if clause.strip()]


# --- the day ----------------------------------------------------------------------------------------------------------

_WEEKDAYS_EN: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS_ZH: Final = "一二三四五六日"
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIGITS_ZH: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"兩": 2, "〇": 0}
_NUMBER: Final = r"(?:\d{1,2}|[一二兩三四五六七八九]?十[一二三四五六七八九]?|[一二兩三四五六七八九])"

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


def _number(text: str) -> int:
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
    return _next(_number(match["month"]), _number(match["day"]), now)


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
    return now.date() + timedelta(days=_number(match["count"]))


_DAYS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], date | None]], ...]] = tuple(
    (re.compile(pattern, _FLAGS), read)
    for pattern, read in (
        (r"(?<!\d)(?P<year>20\d\d)[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?(?!\d)", _full),
        (rf"(?P<month>{_NUMBER})月(?P<day>{_NUMBER})[日號]?", _calendar),
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
        (rf"(?P<count>{_NUMBER})天(?:後|內|之內|以內)", _in_days),
        (r"\b(?:in|within) (?P<count>\d{1,2}) days?\b", _in_days),
    )
)
"""How a day is written, the plainest first: the first that fits is meant."""

# --- the hour ---------------------------------------------------------------------------------------------------------

_CLOCK: Final = re.compile(
    r"(?P<half>上午|早上|凌晨|中午|下午|傍晚|晚上|(?<=今|明)[早晚])?\s?(?<!\d)(?P<hour>\d{1,2})[:：](?P<minute>\d\d)(?!\d)"
    r"\s?(?P<m>[ap]\.?m\b\.?)?",
    _FLAGS,
)
_CLOCK_ZH: Final = re.compile(
    rf"(?P<half>上午|早上|凌晨|中午|下午|傍晚|晚上|(?<=今|明)[早晚])?\s?(?P<hour>{_NUMBER})\s?[點時](?P<minute>半|{_NUMBER}分?|鐘|整)?"
)
_CLOCK_EN: Final = re.compile(r"(?<![\d:/])(?P<hour>\d{1,2})\s?(?P<m>[ap]\.?m\b\.?)", _FLAGS)
_AT_EN: Final = re.compile(r"\bat (?P<hour>\d{1,2})(?![\d:/])(?: o'clock)?\b", _FLAGS)


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
    minute = 30 if written == "半" else 0 if written in ("", "鐘", "整") else _number(written)
    return _hour(_number(match["hour"]), minute, match["half"] or "", "")


def _clock_en(match: re.Match[str]) -> time | None:
    return _hour(int(match["hour"]), 0, "", match["m"])


def _at_en(match: re.Match[str]) -> time | None:
    """ "at 5" is in the hours in which a business works."""
    hour = int(match["hour"])
    return _hour(hour + 12 if hour < 8 else hour, 0, "", "")


_HOURS: Final = ((_CLOCK, _clock), (_CLOCK_ZH, _clock_zh), (_CLOCK_EN, _clock_en), (_AT_EN, _at_en))

_PARTS: Final = re.compile(
    r"上午|早上|中午|下午|傍晚|晚上|\b(?:in the )?(?:morning|afternoon|evening)\b|\b(?:at )?noon\b", _FLAGS
)
_PART_ENDS: Final = {
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
_WITHIN_WORD: Final = {"今早": time(12), "明早": time(12), "今晚": time(21), "明晚": time(21), "tonight": time(21)} | {
    f"this {part}": end for part, end in _PART_ENDS.items()
}

_BY: Final = re.compile(r"\b(?:by|before|until|no later than) ?$", _FLAGS)
_BEFORE: Final = re.compile(r" ?(?:以前|之前|前)")
_ACTS: Final = re.compile(
    r"回|覆|電|打|撥|聯絡|連絡|通知|告知|寄|送|出貨|到貨|交|給|報|提醒|確認|取|退|換|修|補|訂|約|處理|準備|安排|匯|付|開|改|查|問|傳|簽|來|去|拿"
    r"|\b(?:call|phone|ring|reply|answer|send|ship|mail|e-?mail|write|deliver|confirm|remind|tell|let|get back|check|ask|pick"
    r"|return|refund|repair|replace|book|order|arrange|prepare|pay|report|follow|text|message|will|visit|come|bring|quote)",
    _FLAGS,
)
"""Words of doing: a day alone ("她 12/3 生日") promises nothing."""
_PAST: Final = re.compile(
    r"已經?|過了|昨|\b(?:already|yesterday|last|was|were|had|did|called|sent|bought|came)\b", _FLAGS
)


def _promise(clause: str, now: datetime) -> Promise | None:
    if _PAST.search(clause):
        return None
    rest, day, hour, by = clause, None, None, False
    for pattern, read in _DAYS:
        match = pattern.search(rest)
        if match is not None and (day := read(match, now)) is not None:
            hour = _WITHIN_WORD.get(match[0].lower().removeprefix("the "))
            rest, by = _without(rest, match, by=by)
            break
    rest, exact, by = _hour_of(rest, clause, by=by)
    if day is None and exact is None:
        return None
    hour = exact or hour
    day = day or _today_at(exact, now)
    title = _title(rest)
    over = day < now.date() or (day == now.date() and hour is not None and hour <= now.time())
    if over or not title or not _ACTS.search(title):
        return None
    return Promise(day, hour, title, by, SafeText(clause))


def _hour_of(rest: str, clause: str, *, by: bool) -> tuple[str, time | None, bool]:
    """The hour in what is left of a clause, and what is left after it."""
    for pattern, read in _HOURS:
        match = pattern.search(rest)
        if match is not None and (hour := read(match)) is not None:
            if hour.hour < 12 and _evening(clause) and not match.groupdict().get("half"):
                hour = hour.replace(hour=hour.hour + 12)
            return (*_swap(_without(rest, match, by=by), hour),)
    match = _PARTS.search(rest)
    if match is None:
        return rest, None, by
    part = match[0].lower().removeprefix("in the ").removeprefix("at ")
    return (*_swap(_without(rest, match, by=by), _PART_ENDS[part]),)


def _swap(pair: tuple[str, bool], hour: time) -> tuple[str, time, bool]:
    return pair[0], hour, pair[1]


def _evening(clause: str) -> bool:
    return re.search(r"今晚|明晚|\btonight\b", clause, _FLAGS) is not None


def _today_at(hour: time | None, now: datetime) -> date:
    """An hour without a day: today's, if it is still to come, else tomorrow's."""
    past = hour is not None and hour <= now.time()
    return now.date() + timedelta(days=1 if past else 0)


def _without(text: str, match: re.Match[str], *, by: bool) -> tuple[str, bool]:
    """The text without a date or an hour, and whether it said "by"."""
    before, after = text[: match.start()], text[match.end() :]
    ahead, behind = _BY.search(before), _BEFORE.match(after)
    if ahead is not None:
        before, by = before[: ahead.start()], True
    if behind is not None:
        after, by = after[behind.end() :], True
    return f"{before} {after}" if before.strip() and after.strip() else before + after, by


_EDGES: Final = " \t，,、:：;；.-"
_LEADING: Final = re.compile(
    r"^(?:(?:at|on|by|before|in|i will|i'll|we will|we'll|will|to|then|and)\b ?|我們會在?|我會在?|會在|要在|在|於|再)",
    _FLAGS,
)
_TRAILING: Final = re.compile(r" (?:at|on|by|before|in|until|the)$", _FLAGS)


def _title(rest: str) -> SafeText:
    """What is left, without the words that only joined it to its time."""
    title = re.sub(r"\s+", " ", rest).strip(_EDGES)
    for _ in range(3):
        title = _TRAILING.sub("", _LEADING.sub("", title, count=1), count=1).strip(_EDGES)
    return SafeText(title[:MAX_TITLE])
