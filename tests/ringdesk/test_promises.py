"""What is a promise, and what is none."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk import promises
from ringdesk.promises import days, found, hours, over

NOW = datetime(2026, 11, 24, 16, 43)  # noqa: DTZ001 - wall time of the writer; a Tuesday
TODAY = NOW.date()
MIN, MAX = NOW.replace(year=1990), NOW.replace(year=2100)


@pytest.mark.parametrize(
    ("text", "day", "at", "title", "by"),
    [
        ("今天 17:30 回電", (11, 24), (17, 30), "回電", False),
        ("今天 17:30 前回電確認付款方式", (11, 24), (17, 30), "回電確認付款方式", True),
        ("明天下午回覆", (11, 25), (18, 0), "回覆", False),
        ("12/3 前寄出", (12, 3), None, "寄出", True),
        ("１２／３ 前寄出", (12, 3), None, "寄出", True),
        ("12月3號寄發票", (12, 3), None, "寄發票", False),
        ("十二月三日寄", (12, 3), None, "寄", False),
        ("2026/12/05 出貨", (12, 5), None, "出貨", False),
        ("週五前補寄收據", (11, 27), None, "補寄收據", True),
        ("下週三改送到公司", (12, 2), None, "改送到公司", False),
        ("三天內回覆", (11, 27), None, "回覆", True),
        ("明晚 8 點打給她", (11, 25), (20, 0), "打給她", False),
        ("我會在明天中午 12 點半打電話給她", (11, 25), (12, 30), "打電話給她", False),
        ("下午三點半回電", (11, 25), (15, 30), "回電", False),
        ("17:00 打給他", (11, 24), (17, 0), "打給他", False),
        ("今天 17:30 回電 0912-345-678 謝謝", (11, 24), (17, 30), "回電 0912-345-678", False),
        ("明天回電0912345678王小姐在等", (11, 25), None, "回電0912345678", False),
        ("今天 17:30 回電 0912 345 678 報價", (11, 24), (17, 30), "回電 0912 345 678 報價", False),
        ("明天打給王小姐 02-2962-4417 分機 123 她先生", (11, 25), None, "打給王小姐 02-2962-4417 分機 123", False),
        ("call back 0912-345-678 tomorrow 10am thanks a lot", (11, 25), (10, 0), "call back 0912-345-678", False),
        ("call +886 912 345 678 tomorrow about tea", (11, 25), None, "call +886 912 345 678 about tea", False),
        ("明天寄 0912345678 的發票", (11, 25), None, "寄 0912345678 的發票", False),
        ("call back tomorrow 10am", (11, 25), (10, 0), "call back", False),
        ("send the invoice by Friday", (11, 27), None, "send the invoice", True),
        ("by Friday send the invoice", (11, 27), None, "send the invoice", True),
        ("will call back by 5pm", (11, 24), (17, 0), "call back", True),
        ("I'll reply on Monday", (11, 30), None, "reply", False),
        ("tonight at 8 call her", (11, 24), (20, 0), "call her", False),
        ("mail the catalogue on Dec 24th", (12, 24), None, "mail the catalogue", False),
        ("attach the receipt and send it by next Monday", (11, 30), None, "attach the receipt and send it", True),
        ("call back the day after tomorrow", (11, 26), None, "call back", False),
        ("詢問年節禮盒，公司要 30 份。今天 17:30 回電\n", (11, 24), (17, 30), "回電", False),
        ("明天回電，後天寄發票", (11, 26), None, "寄發票", False),
        ("LINE群組today傳照片", (11, 24), None, "LINE群組傳照片", False),
        ("明天回電 〔可以退貨嗎？〕 七天內可以。", (11, 25), None, "回電", False),
        ("call back tomorrow [May I return it?] It can be returned.", (11, 25), None, "call back", False),
        ("另外請店長今天17:30前回電", (11, 24), (17, 30), "請店長回電", True),
        ("甲：請明天送", (11, 25), None, "甲：請送", False),
        ("然後再明天 回電", (11, 25), None, "回電", False),
        ("並 明天下午 4 點　　回電　王小姐", (11, 25), (16, 0), "回電 王小姐", False),
        ("and also send １２ boxes  tomorrow by mail", (11, 25), None, "send １２ boxes by mail", False),
    ],
)  # fmt: skip
def test_a_promise(text: str, day: tuple[int, int], at: tuple[int, int] | None, title: str, by: bool) -> None:
    promise = found(text, NOW)
    assert promise is not None
    assert promise.day == date(2026, *day)
    assert promise.at == (time(*at) if at else None)
    assert promise.title == title
    assert promise.by is by


TUE, WED, THU, FRI, SAT, NEXT_WED = (date(2026, 11, 24) + timedelta(days=ahead) for ahead in (0, 1, 2, 3, 4, 8))


@pytest.mark.parametrize(
    ("text", "day", "opens", "at", "by"),
    [
        ("今天 17:30 回電", TUE, "17:30", "17:30", False),
        ("今天17:30回電", TUE, "17:30", "17:30", False),
        ("17:30 回電", TUE, "17:30", "17:30", False),
        ("5:30 回電", TUE, "17:30", "17:30", False),
        ("05:30 回電", WED, "05:30", "05:30", False),
        ("下午五點半回電", TUE, "17:30", "17:30", False),
        ("五點半回電", TUE, "17:30", "17:30", False),
        ("明天早上 7 點回電", WED, "07:00", "07:00", False),
        ("後天 9 點回電", THU, "09:00", "09:00", False),
        ("call back 5:30pm", TUE, "17:30", "17:30", False),
        ("call back at 5", TUE, "17:00", "17:00", False),
        ("今晚 8 點回電", TUE, "20:00", "20:00", False),
        ("今天 17:30 前回電", TUE, None, "17:30", True),
        ("今天 17:30 以前回電", TUE, None, "17:30", True),
        ("今天17:30之前回電", TUE, None, "17:30", True),
        ("下午五點半前回電", TUE, None, "17:30", True),
        ("call back before 5 pm", TUE, None, "17:00", True),
        ("call back before 5", TUE, None, "17:00", True),
        ("call back by 5:30pm", TUE, None, "17:30", True),
        ("before 17:30 call back", TUE, None, "17:30", True),
        ("明天中午前回電", WED, None, "12:00", True),
        ("call back tomorrow before noon", WED, None, "12:00", True),
        ("call back by tomorrow evening", WED, None, "21:00", True),
        ("週五前回電", FRI, None, None, True),
        ("call back by Friday", FRI, None, None, True),
        ("within 3 days call back", FRI, None, None, True),
        ("三點後回電", WED, "15:00", None, False),
        ("下午五點以後回電", TUE, "17:00", None, False),
        ("明天三點過後回電", WED, "15:00", None, False),
        ("call back after 5", TUE, "17:00", None, False),
        ("call back tomorrow after 3", WED, "15:00", None, False),
        ("call back after 5:30pm", TUE, "17:30", None, False),
        ("明天 10:00 起回電", WED, "10:00", None, False),
        ("明天中午過後回電", WED, "13:00", None, False),
        ("3 點後天回電", THU, "15:00", "15:00", False),
        ("週五之後回電", SAT, None, None, False),
        ("call back after Friday", SAT, None, None, False),
        ("call back from Friday", FRI, None, None, False),
        ("今天回電", TUE, None, None, False),
        ("明天回電", WED, None, None, False),
        ("call back tomorrow", WED, None, None, False),
        ("週五回電", FRI, None, None, False),
        ("call back on Friday", FRI, None, None, False),
        ("三天後回電", FRI, None, None, False),
        ("明天下午回電", WED, "13:00", "18:00", False),
        ("下週三上午回電", NEXT_WED, "09:00", "12:00", False),
        ("明早回電", WED, "09:00", "12:00", False),
        ("明天中午回電", WED, "12:00", "13:00", False),
        ("今晚回電", TUE, "18:00", "21:00", False),
        ("call back tomorrow morning", WED, "09:00", "12:00", False),
        ("call back this afternoon", TUE, "13:00", "18:00", False),
        ("call back tomorrow at noon", WED, "12:00", "12:00", False),
        ("明天下午 2 點到 4 點回電", WED, "14:00", "16:00", False),
        ("明天14:00-15:30之間回電", WED, "14:00", "15:30", False),
        ("明天下午 4 點到 2 點回電", WED, "16:00", "16:00", False),
        ("call back tomorrow 2pm to 4pm", WED, "14:00", "16:00", False),
    ],
)  # fmt: skip
def test_from_when_and_until_when_is_told_from_how_it_is_written(
    text: str, day: date, opens: str | None, at: str | None, by: bool
) -> None:
    """A time that is said is when it is to be done; "before" makes it an end, "after" a beginning."""
    promise = found(text, NOW)
    assert promise is not None
    hours = [each.isoformat("minutes") if each is not None else None for each in (promise.opens, promise.at)]
    assert (promise.day, *hours, promise.by) == (day, opens, at, by)
    assert promise.title in ("回電", "call back", "到 2 點回電")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "call back after 3 calls",
        "call back after 3 days",
        "她 12/3 生日",
        "昨天已回電",
        "called yesterday, friday was fine",
        "NT$25,080，含到府配送",
        "滿 30 份打 95 折",
        "回電 0912-345-678",
        "tomorrow",
        "今天 10:00 回電",
        "13/45 前寄出",
        "2/30 前寄出",
        "25:70 回電",
        "今天 99:99 回電",
        "明天 25:00 回電",
        "call back on 2026-02-30 at 10",
        "one call, two boxes",
    ],
)
def test_no_promise(text: str) -> None:
    assert found(text, NOW) is None


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("今天 10:00 回電", TODAY, time(10)),
        ("明天 10:00 寄出。今天 16:43 回電", TODAY, time(16, 43)),
        ("11/20 寄發票", date(2026, 11, 20), None),
    ],
)
def test_what_would_be_a_promise_if_its_time_were_not_over(text: str, day: date, at: time | None) -> None:
    missed = over(text, NOW)
    assert missed is not None
    assert (missed.day, missed.at) == (day, at)


@pytest.mark.parametrize("text", ["", "今天 17:30 回電", "今天 10:00 生日", "明天回電", "昨天已回電"])
def test_what_is_to_come_or_no_promise_is_not_over(text: str) -> None:
    assert over(text, NOW) is None


def test_who_is_to_be_called_is_told_from_what_is_to_be_done() -> None:
    told = {
        text: found(text, NOW)
        for text in ("明天回電", "call her tomorrow", "明天寄出", "send the call sheet... tomorrow")
    }
    assert [promise.calls for promise in told.values() if promise is not None][:3] == [True, True, False]


DAYS = {0: ("今天", "today"), 1: ("明天", "tomorrow"), 2: ("後天", "the day after tomorrow")}


@given(st.sampled_from(sorted(DAYS)), st.integers(17, 23), st.integers(0, 59), st.booleans(), st.booleans())
def test_a_day_and_an_hour_come_back_as_they_were_written(
    ahead: int, hour: int, minute: int, english: bool, twelve: bool
) -> None:
    if english:
        written = f"{hour - 12}:{minute:02d}pm" if twelve else f"{hour}:{minute:02d}"
        text = f"call back {DAYS[ahead][1]} {written}"
    else:
        written = f"下午 {hour - 12}:{minute:02d}" if twelve else f"{hour}:{minute:02d}"
        text = f"{DAYS[ahead][0]} {written} 回電"
    promise = found(text, NOW)
    assert promise is not None
    assert promise.day == TODAY + timedelta(days=ahead)
    assert promise.at == time(hour, minute)
    assert promise.title in ("回電", "call back")


@given(st.dates(date(2026, 11, 24), date(2027, 10, 20)))
def test_a_date_is_the_next_that_is_called_so(day: date) -> None:
    for text in (f"{day.month}/{day.day} 前寄出", f"{day.month}月{day.day}日寄出", f"send by {day:%b} {day.day}"):
        promise = found(text, NOW)
        assert promise is not None, text
        assert promise.day == day


PARTS = st.sampled_from(
    [
        "今天",
        "明天",
        "下週",
        "三",
        "12/3",
        "17:30",
        "前",
        "回電",
        "call",
        "by",
        "Fri",
        "ſunday",
        "İ",
        "at 5",
        "pm",
        "點",
        "半",
        "\n",
        " ",
        "，",
        "٣",
        "２０２６",
    ]
)


@given(
    st.one_of(st.text(max_size=300), st.lists(PARTS, max_size=30).map("".join)),
    st.datetimes(MIN, MAX),
)
def test_any_text_at_any_time_is_read_without_an_error_and_promises_what_is_to_come(text: str, now: datetime) -> None:
    promise = found(text, now)
    if promise is not None:
        assert promise.title
        assert promise.opens is None or promise.at is None or promise.opens <= promise.at
        assert promise.opens is None or not promise.by
        assert promise.day >= now.date()
        assert len(promise.title) <= promises.MAX_TITLE


def test_no_pattern_repeats_a_repeat() -> None:
    """A repeat of a group that repeats inside itself is what makes a regular expression slow."""
    parts = (promises, days, hours)
    patterns = [each for part in parts for each in vars(part).values() if isinstance(each, re.Pattern)]
    patterns += [pattern for pattern, _ in days.DAYS]
    assert len(patterns) > 15
    nested = re.compile(r"\([^()]*[+*}][^()]*\)[+*{]")
    assert not [pattern.pattern for pattern in patterns if nested.search(pattern.pattern)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("今天 17:30 回電 0912-345-678 謝謝", "0912-345-678"),
        ("明天打給王小姐 02-2962-4417 分機 123", "02-2962-4417 分機 123"),
        ("call Mr Lin at +886 912 345 678 tomorrow", "+886 912 345 678"),
        ("明天回電", None),
        ("明天寄 0912345678 的發票", None),
        ("明天回電報價 12 盒", None),
    ],
)
def test_the_number_that_a_note_says_is_the_one_to_call(text: str, number: str | None) -> None:
    promise = found(text, NOW)
    assert promise is not None
    assert promise.number == number


@pytest.mark.parametrize(
    ("text", "day", "opens", "at", "title"),
    [
        ("半小時後回電", TUE, "17:13", "17:13", "回電"),
        ("半個鐘頭後回電", TUE, "17:13", "17:13", "回電"),
        ("一小時後回電", TUE, "17:43", "17:43", "回電"),
        ("一個半小時之後打給她", TUE, "18:13", "18:13", "打給她"),
        ("兩個小時後回電", TUE, "18:43", "18:43", "回電"),
        ("30 分鐘後回電", TUE, "17:13", "17:13", "回電"),
        ("我會在三十分鐘後回電", TUE, "17:13", "17:13", "回電"),
        ("１０分鐘內回電", TUE, None, "16:53", "回電"),
        ("8 小時後回電", WED, "00:43", "00:43", "回電"),
        ("call back in 30 minutes", TUE, "17:13", "17:13", "call back"),
        ("call back in half an hour", TUE, "17:13", "17:13", "call back"),
        ("in 2 hours call back", TUE, "18:43", "18:43", "call back"),
        ("call back in an hour and a half", TUE, "18:13", "18:13", "call back"),
        ("call back within two hours", TUE, None, "18:43", "call back"),
    ],
)  # fmt: skip
def test_after_a_while_is_counted_from_now(text: str, day: date, opens: str | None, at: str, title: str) -> None:
    promise = found(text, NOW)
    assert promise is not None
    hours = [each.isoformat("minutes") if each is not None else None for each in (promise.opens, promise.at)]
    assert (promise.day, *hours, promise.title) == (day, opens, at, title)
    assert promise.by is (opens is None)


def test_after_a_while_counts_from_when_it_was_first_read() -> None:
    first = found("半小時後回電", NOW)
    assert first is not None
    assert first.delay == "半小時後"
    later = found("半小時後回電，她在等", NOW + timedelta(minutes=20), {first.delay: NOW})
    assert later is not None
    assert (later.day, later.at) == (first.day, first.at)
    assert found("半小時後回電", NOW + timedelta(minutes=31), {first.delay: NOW}) is None
    assert over("半小時後回電", NOW + timedelta(minutes=31), {first.delay: NOW}) is not None


@pytest.mark.parametrize(
    "text",
    [
        "下週八點回電", "下週八回電", "下個星期九點回電", "週八點回電", "下週 10:00 回電", "-5:00 回電", "今天 -5:00 回電",
        "回電 -5:00",
        "1.5 小時後回電", "一百二十分鐘後回電", "兩小時前回電", "半小時後", "call back in 1000 hours",
    ],
)  # fmt: skip
def test_an_hour_that_is_none_and_half_a_number_promise_nothing(text: str) -> None:
    assert found(text, NOW) is None


@pytest.mark.parametrize(
    "text", ["下午2點-4:00回電", "call back 2pm-4:30pm", "14:00 -15:30 回電", "週七前回電，八點回電"]
)
def test_a_span_and_another_clause_are_read_all_the_same(text: str) -> None:
    assert found(text, NOW.replace(hour=9)) is not None


@pytest.mark.parametrize("length", range(1990, 2020))
def test_a_title_is_made_of_whole_words(length: int) -> None:
    words = "explanation catalogue " * 200
    for text in (
        words[-length:] + "call back tomorrow",
        "tomorrow call back " + words,
        "tomorrow call " + words[-length:],
    ):
        promise = found(text, NOW)
        if promise is not None:
            assert set(promise.title.split()) <= {"call", "back", "explanation", "catalogue"}, promise.title
