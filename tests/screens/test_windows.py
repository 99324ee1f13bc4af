from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.hours import Hours, hours
from terminal.screens.windows import windows
from terminal.widgets.when import Now, moment

TAIPEI = ZoneInfo("Asia/Taipei")
FIRST, LAST = datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2030-01-01")


def at(text: str) -> Now:
    return Now(datetime.fromisoformat(f"{text}+08:00").timestamp(), TAIPEI)


def test_the_windows_of_a_tuesday_afternoon() -> None:
    assert [tuple(each) for each in windows(at("2026-11-24T16:43:07"))] == [
        ("in 30 minutes", "2026-11-24T09:13:07Z", "2026-11-24T09:43:07Z"),
        ("this afternoon", "2026-11-24T08:43:07Z", "2026-11-24T10:00:00Z"),
        ("tomorrow morning", "2026-11-25T01:00:00Z", "2026-11-25T04:00:00Z"),
        ("next working day", "2026-11-25T01:00:00Z", "2026-11-25T10:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("time", "second", "opens"),
    [
        ("09:00", "this afternoon", "2026-11-24T05:00:00Z"),
        ("17:00", "this afternoon", "2026-11-24T09:00:00Z"),
        ("17:01", "tonight", "2026-11-24T10:00:00Z"),
        ("17:59", "tonight", "2026-11-24T10:00:00Z"),
        ("18:00", "today by 21:00", "2026-11-24T10:00:00Z"),
        ("20:00", "today by 21:00", "2026-11-24T12:00:00Z"),
        ("20:01", "tomorrow afternoon", "2026-11-25T05:00:00Z"),
    ],
)
def test_the_second_window_goes_with_the_day(time: str, second: str, opens: str) -> None:
    window = windows(at(f"2026-11-24T{time}"))[1]
    assert (window.label, window.opens) == (second, opens)


@pytest.mark.parametrize(
    ("day", "following"), [("2026-11-26", "2026-11-27"), ("2026-11-27", "2026-11-30"), ("2026-11-28", "2026-11-30")]
)
def test_weekends_are_no_working_days(day: str, following: str) -> None:
    assert Hours().working_day_after(date.fromisoformat(day)) == date.fromisoformat(following)


SHOP = hours(
    {"tue": "10:00-19:00", "wed": "10:00-19:00", "thu": "10:00-12:30", "fri": "14:00-20:00"},
    ["2026-11-25", "2026-12-01"],
)
"""Closed from Saturday to Monday; Wednesday 25 November and Tuesday 1 December are holidays."""


@pytest.mark.parametrize(
    ("when", "offered"),
    [
        (
            "2026-11-24T12:00:00",
            [
                ("in 30 minutes", "24 12:30", "24 13:00"),
                ("this afternoon", "24 13:00", "24 18:00"),
                ("11/26 Thu, morning", "26 10:00", "26 12:00"),
                ("next working day", "26 10:00", "26 12:30"),
            ],
        ),
        (
            "2026-11-24T18:30:00",
            [
                ("when we open: 11/26 Thu 10:00", "26 10:00", "26 11:00"),
                ("11/26 Thu", "26 10:00", "26 12:30"),
                ("11/26 Thu, morning", "26 10:00", "26 12:00"),
                ("next working day", "26 10:00", "26 12:30"),
            ],
        ),
        (
            "2026-11-27T08:00:00",
            [
                ("when we open: 11/27 Fri 14:00", "27 14:00", "27 15:00"),
                ("this afternoon", "27 14:00", "27 18:00"),
                ("12/02 Wed, morning", "02 10:00", "02 12:00"),
                ("next working day", "02 10:00", "02 19:00"),
            ],
        ),
        (
            "2026-11-27T17:30:00",
            [
                ("in 30 minutes", "27 18:00", "27 18:30"),
                ("tonight", "27 18:00", "27 20:00"),
                ("12/02 Wed, morning", "02 10:00", "02 12:00"),
                ("next working day", "02 10:00", "02 19:00"),
            ],
        ),
    ],
)
def test_nobody_is_promised_a_call_while_nobody_is_there(when: str, offered: list[tuple[str, str, str]]) -> None:
    def local(text: str) -> str:
        return datetime.fromisoformat(text).astimezone(TAIPEI).strftime("%d %H:%M")

    assert [(str(each.label), local(each.opens), local(each.due)) for each in windows(at(when), SHOP)] == offered


def test_a_closed_day_counts_where_no_hours_are_known() -> None:
    labels = [str(each.label) for each in windows(at("2026-11-24T20:30:00"), hours({}, ["2026-11-25"]))]
    assert labels == ["in 30 minutes", "11/26 Thu, afternoon", "11/26 Thu, morning", "next working day"]


@given(
    when=st.datetimes(min_value=FIRST, max_value=LAST, timezones=st.just(UTC)),
    zone=st.sampled_from([TAIPEI, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")]),
)
@pytest.mark.parametrize("business", [Hours(), SHOP, Hours((None,) * 7)], ids=["unknown", "shop", "never open"])
def test_every_window_lies_ahead_and_is_long_enough(business: Hours, when: datetime, zone: ZoneInfo) -> None:
    now = Now(when.timestamp(), zone)
    for window in windows(now, business):
        opens, due = moment(window.opens), moment(window.due)
        assert opens is not None
        assert due is not None
        assert opens >= int(now.at)
        assert due - opens >= 1799
