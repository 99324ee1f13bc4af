"""Promises: what a note says is to be done, and when ("今天 17:30 回電", "call back tomorrow 10am", "12/3 前寄出").

Pure: `now` is the wall time of the person who writes. Each pattern has no repeat within a repeat, so that a hostile note
costs no more than its length. What names no day and no hour is no promise: a wrong one is worse than none.

What is to be done after a while ("半小時後", "in 30 minutes") counts from when that was first read: `read_at` says it to
every later reading (the words -> when), so that the promise keeps the due time by which it is known, however the note goes on.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from ringdesk.promises.days import DAYS, FLAGS, number
from ringdesk.promises.delays import delayed
from ringdesk.promises.hours import HOURS, MORNING_SAID, PART_HOURS, PARTS, WITHIN_WORD, Hours
from ringdesk.safetext import SafeText

MAX_TITLE: Final = 80
"""Characters of the title."""
MAX_LINE: Final = 500
"""Characters of a line that are looked at."""
MAX_TEXT: Final = 2_000
"""Characters at the end of a note that are looked at, with every key."""
_FIRST: Final[Mapping[str, datetime]] = MappingProxyType({})
NARROW: Final = str.maketrans("０１２３４５６７８９：／\u3000", "0123456789:/ ")
"""How a note is read: what is wide is narrow. One character for one: what is shown stays as it was written."""


class Promise(msgspec.Struct, frozen=True):
    """What was promised. `day` in the writer's calendar; `opens` the hour before which it is not done, None: none was said;
    `at` the hour by which it is done, None: any time that day; both are one hour where a point in time was said. `by`: it may
    be done earlier, also on a day before. `title` is what is to be done, `text` the line of the note in which it was found,
    `delay` the words that say after how long, where it is to be done after a while."""

    day: date
    opens: time | None
    at: time | None
    title: SafeText
    by: bool
    text: SafeText
    delay: str | None = None

    @property
    def calls(self) -> bool:
        """Whether it is a call that was promised."""
        return _CALLS.search(self.title) is not None

    @property
    def number(self) -> SafeText | None:
        """The number that is to be called, as it was written, if the note says one."""
        match = _DIALLED.search(self.title.translate(NARROW))
        return SafeText(match["number"].strip()) if match is not None else None


def found(text: str, now: datetime, read_at: Mapping[str, datetime] = _FIRST) -> Promise | None:
    """The last promise of a note: what was written last was promised last."""
    return next(iter(every(text, now, read_at)), None)


def every(text: str, now: datetime, read_at: Mapping[str, datetime] = _FIRST) -> tuple[Promise, ...]:
    """All that a note promises, the last first."""
    return tuple(each for each in _promises(text, now, read_at) if not _is_over(each, now))


def over(text: str, now: datetime, read_at: Mapping[str, datetime] = _FIRST) -> Promise | None:
    """The last that would be a promise if its time were not over."""
    return next((each for each in _promises(text, now, read_at) if _is_over(each, now)), None)


def _promises(text: str, now: datetime, read_at: Mapping[str, datetime]) -> Iterator[Promise]:
    """What is to be done at a time, the last first, also what is over."""
    for written in reversed(_clauses(text)):
        clause = _Rest(written.translate(NARROW), written)
        if _PAST.search(clause.text) or _NO_HOUR.search(clause.text):
            continue
        promise = _after_a_while(clause, now, read_at) or _promise(clause, now)
        if promise is not None:
            yield promise


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
_STOPS: Final = re.compile(r"[\n，。；！？!?;〔〕\[\]]|,\s|\.\s|\.$")
"""Brackets too: an answer is put into a note behind its title in brackets."""


def _clauses(text: str) -> list[str]:
    """The parts of a note, each with one thought."""
    return [_cut(clause.strip(), MAX_LINE) for clause in _STOPS.split(_end(text)) if clause.strip()]


def _end(text: str) -> str:
    """The end of a note, from the beginning of a word on."""
    begins = _BREAK.search(text, len(text) - MAX_TEXT - 1) if len(text) > MAX_TEXT else None
    return text[begins.end() :] if begins is not None else text[-MAX_TEXT:]


def _cut(text: str, most: int) -> str:
    """So many characters at most, with no half of a word at the end where there is a whole one before it."""
    if len(text) <= most or not (_LATIN.match(text, most) and _LATIN.match(text, most - 1)):
        return text[:most]
    return _LAST_WORD.sub("", text[:most]) or text[:most]


_BREAK: Final = re.compile(r"[\s，。；！？、!?;,]")
_LATIN: Final = re.compile(r"\w", re.ASCII)
_LAST_WORD: Final = re.compile(r"\w+$", re.ASCII)

_BY: Final = re.compile(r"\b(?:by|before|until|no later than) ?$", FLAGS)
_BEFORE: Final = re.compile(r" ?(?:以前|之前|前(?!天))")
_FROM: Final = re.compile(r"\b(?:after|from|no earlier than|not before) ?$", FLAGS)
_AFTER: Final = re.compile(r" ?(?:以後|之後|過後|後(?!天|來)|起(?!來))")
_INCLUDED: Final = ("from", "no earlier than", "not before", "起")
"""From Friday on begins on Friday, after it on Saturday."""
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
_TO: Final = re.compile(r" ?(?:到|至|[-~\u2013\uff5e]|to\b) ?", FLAGS)
_BETWEEN: Final = re.compile(r" ?之間")
_WITHIN: Final = re.compile(r"內|\bwithin\b", FLAGS)
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


_NO_HOUR: Final = re.compile(r"(?:^|[^\d\s點半分整鐘m.])\s*[-\u2212]\d{1,2}[:：]\d\d", FLAGS)
_NO_WEEKDAY: Final = re.compile(
    r"(?:(?<![一二兩三四五六七八九十\d個])週|(?:星期|禮拜)|[下這本上]個?[週周])\s?[七八九十\d]"
)


class _Rest(NamedTuple):
    """What is left of a clause without its day and its hour, as it is read and, character for character, as it was
    `written`; whether they were ends (`by`); the word if they were beginnings (`after`)."""

    text: str
    written: str
    by: bool = False
    after: str = ""


def _promise(whole: _Rest, now: datetime) -> Promise | None:
    clause = whole.text
    rest, day, hours, impossible = whole, None, None, False
    for pattern, read in DAYS:
        match = pattern.search(clause)
        day = read(match, now) if match is not None else None
        impossible |= match is not None and day is None
        if match is not None and day is not None:
            hours = WITHIN_WORD.get(match[0].lower().removeprefix("the "))
            rest = _without(rest, match.start(), match.end())
            rest = rest._replace(by=rest.by or _WITHIN.search(match[0]) is not None)
            break
    impossible |= day is None and _NO_WEEKDAY.search(clause) is not None
    rest, said = _hours_of(rest, clause)
    hours = said or hours
    no_hour = hours is None and any(pattern.search(rest.text) for pattern, _ in HOURS)
    if (day is None and (hours is None or impossible)) or no_hour:
        return None  # also a day or an hour that there is none of (2/30, 99:99): no other is meant
    day = day or _today_at(hours, now)
    title = _title(rest.written)
    if not title or not _ACTS.search(title):
        return None
    if hours is None:
        day += timedelta(days=bool(rest.after) and rest.after not in _INCLUDED)
        return Promise(day, None, None, title, rest.by, SafeText(whole.written))
    opens, at = _ends(hours, rest, clause)
    return Promise(day, opens, at, title, rest.by, SafeText(whole.written))


def _after_a_while(whole: _Rest, now: datetime, read_at: Mapping[str, datetime]) -> Promise | None:
    """What is to be done after a while, from when that was first read. One that names a day is of that day."""
    found = delayed(whole.text)
    if found is None or any(pattern.search(whole.text) for pattern, _ in DAYS):
        return None
    match, delay = found
    moment = read_at.get(match[0], now).replace(second=0, microsecond=0) + delay
    title = _title(_without(whole, match.start(), match.end()).written)
    if not title or not _ACTS.search(title):
        return None
    by = match["within"] is not None
    opens, at = None if by else moment.time(), moment.time()
    return Promise(moment.date(), opens, at, title, by, SafeText(whole.written), match[0])


def _ends(hours: Hours, rest: _Rest, clause: str) -> tuple[time | None, time | None]:
    """From when and until when. "Before" a part of the day is before it begins, where it is said in Chinese."""
    if rest.by:
        return None, hours.opens if _CHINESE.search(clause) else hours.closes
    return (hours.closes, None) if rest.after else (hours.opens, hours.closes)


def _hours_of(rest: _Rest, clause: str) -> tuple[_Rest, Hours | None]:
    """The hour or the part of the day in what is left of a clause, and what is left after it."""
    for pattern, read in HOURS:
        match = pattern.search(rest.text)
        if match is not None and (hour := read(match)) is not None:
            hour = _of_the_day(hour, match, clause)
            closes, end = _until(rest.text, match.end(), hour)
            return _without(rest, match.start(), end), Hours(hour, closes)
    match = PARTS.search(rest.text)
    if match is None:
        return rest, None
    part = match[0].lower().removeprefix("in the ").removeprefix("at ")
    return _without(rest, match.start(), match.end()), PART_HOURS[part]


def _until(text: str, end: int, opens: time) -> tuple[time, int]:
    """Until when, where a second hour stands behind the first ("下午 2 點到 4 點"), and where that ends in the text."""
    to = _TO.match(text, end)
    for pattern, read in HOURS if to is not None else ():
        match = pattern.match(text, to.end() if to is not None else end)
        closes = read(match) if match is not None else None
        if match is not None and closes is not None and closes > opens:
            between = _BETWEEN.match(text, match.end())
            return closes, between.end() if between is not None else match.end()
    return opens, end


def _of_the_day(hour: time, match: re.Match[str], clause: str) -> time:
    """An hour that says no half of the day is of the one that stands elsewhere in the clause."""
    said = match.groupdict()
    if said.get("half") or said.get("m"):
        return hour
    if _evening(clause) and hour.hour < 12:
        return hour.replace(hour=hour.hour + 12)
    early = int(said["hour"]) if said["hour"].isdecimal() else number(said["hour"])
    return hour.replace(hour=early) if MORNING_SAID.search(clause) and early < 12 else hour


def _evening(clause: str) -> bool:
    return re.search(r"今晚|明晚|\btonight\b", clause, FLAGS) is not None


def _today_at(hours: Hours | None, now: datetime) -> date:
    """An hour without a day: today's, if it is still to come, else tomorrow's."""
    past = hours is not None and hours.closes <= now.time()
    return now.date() + timedelta(days=1 if past else 0)


def _without(rest: _Rest, start: int, end: int) -> _Rest:
    """The text without the date or the hour from `start` to `end`, and whether that was an end or a beginning."""
    before, after = rest.text[:start], rest.text[end:]
    ends = _BY.search(before), _BEFORE.match(after)
    begins = _FROM.search(before), _AFTER.match(after)
    ahead, behind = ends[0] or begins[0], ends[1] or begins[1]
    first = ahead.start() if ahead is not None else start
    last = end + (behind.end() if behind is not None else 0)
    joint = bool(rest.text[:first].strip() and rest.text[last:].strip())
    text = f"{rest.text[:first]}{' ' * joint}{rest.text[last:]}"
    written = f"{rest.written[:first]}{_JOINT * joint}{rest.written[last:]}"
    word = next((each[0].strip().lower() for each in begins if each is not None), rest.after)
    return _Rest(text, written, rest.by or any(ends), word)


_JOINT: Final = "\x1f"
"""Stands where a time was taken out from between two words: no text has it."""
_EDGES: Final = " \t，,、:：;；.-"
_LEADING: Final = re.compile(
    r"^(?:(?:at|on|by|before|in|i will|i'll|we will|we'll|will|to|then|and|also)\b ?"
    r"|另外|然後|接著|還有|以及|並且?(?![行排列])|我們會在?|我會在?|會在|要在|在|於|再)",
    FLAGS,
)
_TRAILING: Final = re.compile(r" (?:at|on|by|before|in|until|the)$", FLAGS)


def _title(written: str) -> SafeText:
    """What is left, as it was written, without the words that only joined it to its time."""
    title = re.sub(r"\s+", " ", _closed(written)).strip(_EDGES)
    for _ in range(4):
        title = _TRAILING.sub("", _LEADING.sub("", title, count=1), count=1).strip(_EDGES)
    read = title.translate(NARROW)
    dialled = _DIALLED.search(read)
    if dialled is not None and not any(each.search(read, dialled.end()) for each in (_ACTS, _ABOUT)):
        title = title[: dialled.end()].strip()  # who is called is said: thanks and names behind it stay in the note
    return SafeText(_cut(title, MAX_TITLE).strip(_EDGES))


def _closed(written: str) -> str:
    """The words on both sides of a time that was taken out, put together: Chinese has no blank there."""
    first, *others = written.split(_JOINT)
    for each in others:
        before, after = first.rstrip(), each.lstrip()
        together = _WIDE.match(before[-1:]) and _WIDE.match(after)
        first = f"{before}{'' if together else ' '}{after}"
    return first


_WIDE: Final = re.compile("[\u3001-\u303f\u4e00-\u9fff\uff01-\uff5e]")
