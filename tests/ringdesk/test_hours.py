"""When the business is open."""

from datetime import date, time

import pytest

from ringdesk.errors import BadInput
from ringdesk.hours import Hours, Span, hours

SHOP = hours({"tue": "10:00-19:00", "sat": "9:30-14:00"}, ["2026-11-24"])
MONDAY, TUESDAY, SATURDAY = date(2026, 11, 30), date(2026, 12, 1), date(2026, 11, 28)


def test_a_day_has_its_hours_and_a_missing_one_is_closed() -> None:
    assert SHOP.on(SATURDAY) == Span(time(9, 30), time(14))
    assert SHOP.on(MONDAY) is None
    assert SHOP.on(date(2026, 11, 24)) is None, "a Tuesday, but a closed day"
    assert SHOP.closes(MONDAY)
    assert not SHOP.closes(TUESDAY)


def test_where_nobody_said_hours_weekends_are_no_working_days_and_may_still_be_open() -> None:
    unknown = hours({}, [])
    assert unknown == Hours()
    assert unknown.on(SATURDAY) is None
    assert not unknown.closes(SATURDAY)
    assert unknown.working_day_after(date(2026, 11, 27)) == MONDAY


def test_a_new_years_week_is_skipped() -> None:
    week = [f"2026-02-{day}" for day in range(16, 21)]
    assert hours({}, week).working_day_after(date(2026, 2, 13)) == date(2026, 2, 23)


def test_a_business_that_is_never_open_still_has_a_next_day() -> None:
    never = Hours((None,) * 7)
    assert never.working_day_after(MONDAY) == TUESDAY
    assert never.open_day_from(MONDAY) == MONDAY


def test_midnight_is_the_end_of_a_day() -> None:
    assert hours({"mon": "18:00-24:00"}, []).on(MONDAY) == Span(time(18), time(23, 59))


@pytest.mark.parametrize(
    ("week", "closed", "said"),
    [
        ({"monday": "09:00-18:00"}, [], "there is no day 'monday'"),
        ({"mon": "9-18"}, [], "write it as 09:00-18:00"),
        ({"mon": "25:00-26:00"}, [], "write it as 09:00-18:00"),
        ({"mon": "18:00-09:00"}, [], "ends before it begins"),
        ({}, ["16 Feb"], "write it as 2026-02-16"),
        ({}, ["2026-02-30"], "write it as 2026-02-16"),
    ],
)
def test_what_is_wrong_is_said(week: dict[str, str], closed: list[str], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        hours(week, closed)
    assert said in str(caught.value)
