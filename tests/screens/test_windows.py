from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.screens.windows import windows, working_day_after
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
        ("17:01", "this evening", "2026-11-24T10:00:00Z"),
        ("20:00", "this evening", "2026-11-24T12:00:00Z"),
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
    assert working_day_after(date.fromisoformat(day)) == date.fromisoformat(following)


@given(
    st.datetimes(min_value=FIRST, max_value=LAST, timezones=st.just(UTC)),
    st.sampled_from([TAIPEI, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")]),
)
def test_every_window_lies_ahead_and_is_long_enough(when: datetime, zone: ZoneInfo) -> None:
    now = Now(when.timestamp(), zone)
    for window in windows(now):
        opens, due = moment(window.opens), moment(window.due)
        assert opens is not None
        assert due is not None
        assert opens >= int(now.at)
        assert due - opens >= 1799
