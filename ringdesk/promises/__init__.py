"""Promises: what a note says is to be done, and when ("今天 17:30 回電", "call back tomorrow 10am", "12/3 前寄出").

Pure: `now` is the wall time of the person who writes. Each pattern has no repeat within a repeat, so that a hostile note
costs no more than its length. What names no day and no hour is no promise: a wrong one is worse than none.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec

from ringdesk.promises.days import DAYS, FLAGS
from ringdesk.promises.hours import HOURS, PART_ENDS, PARTS, WITHIN_WORD
from ringdesk.safetext import SafeText

MAX_TITLE: Final = 80
"""Characters of the title."""
MAX_LINE: Final = 500
"""Characters of a line that are looked at."""
MAX_TEXT: Final = 2_000
"""Characters at the end of a note that are looked at, with every key."""
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

    @property
    def number(self) -> SafeText | None:
        """The number that is to be called, as it was written, if the note says one."""
        match = _DIALLED.search(self.title)
        return SafeText(match["number"].strip()) if match is not None else None


def found(text: str, now: datetime) -> Promise | None:
    """The last promise of a note: what was written last was promised last."""
    return next((each for each in _promises(text, now) if not _is_over(each, now)), None)


def over(text: str, now: datetime) -> Promise | None:
    """The last that would be a promise if its time were not over."""
    return next((each for each in _promises(text, now) if _is_over(each, now)), None)


def _promises(text: str, now: datetime) -> Iterator[Promise]:
    """What is to be done at a time, the last first, also what is over."""
    clauses = reversed(_clauses(text.translate(_NARROW)))
    return (promise for clause in clauses if (promise := _promise(clause, now)) is not None)


def _is_over(promise: Promise, now: datetime) -> bool:
    today = promise.day == now.date()
    return promise.day < now.date() or (today and promise.at is not None and promise.at <= now.time())


_CALLS: Final = re.compile(r"回電|回撥|打給|打電話|\bcall\b|\b(?:phone|ring)\b", re.IGNORECASE | re.ASCII)
_DIALLED: Final = re.compile(
    rf"(?:{_CALLS.pattern})[^\d+(]{{0,40}}(?P<number>[+(]?\d[\d()\- ]{{5,20}}\d(?: ?(?:#|分機|轉|ext\.?) ?\d{{1,6}})?)",
    re.IGNORECASE | re.ASCII,
)
"""A call, and the number that it goes to, with its extension."""
_ABOUT: Final = re.compile(r"關於|有關|\b(?:about|regarding|re|for|because)\b", re.IGNORECASE | re.ASCII)
_STOPS: Final = re.compile(r"[\n，。；！？!?;]|,\s|\.\s|\.$")


def _clauses(text: str) -> list[str]:
    """The parts of a note, each with one thought."""
    return [clause[:MAX_LINE].strip() for clause in _STOPS.split(text[-MAX_TEXT:]) if clause.strip()]


_BY: Final = re.compile(r"\b(?:by|before|until|no later than) ?$", FLAGS)
_BEFORE: Final = re.compile(r" ?(?:以前|之前|前)")
_ACTS: Final = re.compile(
    r"回|覆|電|打|撥|聯絡|連絡|通知|告知|寄|送|出貨|到貨|交|給|報|提醒|確認|取|退|換|修|補|訂|約|處理|準備|安排|匯|付|開|改|查|問|傳|簽|來|去|拿"
    r"|\b(?:call|phone|ring|reply|answer|send|ship|mail|e-?mail|write|deliver|confirm|remind|tell|let|get back|check|ask|pick"
    r"|return|refund|repair|replace|book|order|arrange|prepare|pay|report|follow|text|message|will|visit|come|bring|quote)",
    FLAGS,
)
"""Words of doing: a day alone ("她 12/3 生日") promises nothing."""
_PAST: Final = re.compile(
    r"已經?|過了|昨|\b(?:already|yesterday|last|was|were|had|did|called|sent|bought|came)\b", FLAGS
)


def _promise(clause: str, now: datetime) -> Promise | None:
    if _PAST.search(clause):
        return None
    rest, day, hour, by = clause, None, None, False
    for pattern, read in DAYS:
        match = pattern.search(rest)
        if match is not None and (day := read(match, now)) is not None:
            hour = WITHIN_WORD.get(match[0].lower().removeprefix("the "))
            rest, by = _without(rest, match, by=by)
            break
    rest, exact, by = _hour_of(rest, clause, by=by)
    if day is None and exact is None:
        return None
    hour = exact or hour
    day = day or _today_at(exact, now)
    title = _title(rest)
    if not title or not _ACTS.search(title):
        return None
    return Promise(day, hour, title, by, SafeText(clause))


def _hour_of(rest: str, clause: str, *, by: bool) -> tuple[str, time | None, bool]:
    """The hour in what is left of a clause, and what is left after it."""
    for pattern, read in HOURS:
        match = pattern.search(rest)
        if match is not None and (hour := read(match)) is not None:
            if hour.hour < 12 and _evening(clause) and not match.groupdict().get("half"):
                hour = hour.replace(hour=hour.hour + 12)
            return (*_swap(_without(rest, match, by=by), hour),)
    match = PARTS.search(rest)
    if match is None:
        return rest, None, by
    part = match[0].lower().removeprefix("in the ").removeprefix("at ")
    left, _ = _without(rest, match, by=by)
    return left, PART_ENDS[part], True  # a part of the day is no hour: it ends at one


def _swap(pair: tuple[str, bool], hour: time) -> tuple[str, time, bool]:
    return pair[0], hour, pair[1]


def _evening(clause: str) -> bool:
    return re.search(r"今晚|明晚|\btonight\b", clause, FLAGS) is not None


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
    FLAGS,
)
_TRAILING: Final = re.compile(r" (?:at|on|by|before|in|until|the)$", FLAGS)


def _title(rest: str) -> SafeText:
    """What is left, without the words that only joined it to its time."""
    title = re.sub(r"\s+", " ", rest).strip(_EDGES)
    for _ in range(3):
        title = _TRAILING.sub("", _LEADING.sub("", title, count=1), count=1).strip(_EDGES)
    dialled = _DIALLED.search(title)
    if dialled is not None and not any(each.search(title, dialled.end()) for each in (_ACTS, _ABOUT)):
        title = title[: dialled.end()].strip()  # who is called is said: thanks and names behind it stay in the note
    return SafeText(title[:MAX_TITLE])
