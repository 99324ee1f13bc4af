"""When a webhook says that what it tells happened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.codecs import hooktimes
from ringdesk.codecs.hooktimes import NO_CLOCK, OLD, OLD_BY_THE_WALL

NOW = 1795325880.0
"""2026-11-22 05:38 UTC."""
DAY = 86400.0


@pytest.mark.parametrize(
    "said",
    [
        "1795239480",
        "1795239480.25",
        "1795239480000",
        "2026-11-21T05:38:00Z",
        "2026-11-21T13:38:00+08:00",
        "Sat, 21 Nov 2026 05:38:00 +0000",
    ],
)
def test_a_time_of_yesterday_is_old(said: str) -> None:
    assert hooktimes.at(said, NOW) == pytest.approx(NOW - DAY, abs=1)
    assert hooktimes.at(said, NOW - DAY + OLD - 2) == NOW - DAY + OLD - 2, (
        "a quarter of an hour may lie between two clocks"
    )


@pytest.mark.parametrize("said", ["2026/11/20 13:38:05", "2026-11-20 13:38:05", "2026-11-20T13:38:05"])
def test_a_time_without_a_zone_is_old_where_it_is_old_in_every_zone(said: str) -> None:
    assert hooktimes.at(said, NOW) < NOW - OLD_BY_THE_WALL
    assert hooktimes.at(said, NOW - DAY) == NOW - DAY


@pytest.mark.parametrize(
    "said", ["", "now", "99999999999999999999", "2000-01-01 00:00:30", "0", "1", "2027-01-01T00:00:00Z"]
)
def test_what_is_no_time_or_of_a_clock_that_nobody_set_or_of_the_future_says_nothing(said: str) -> None:
    assert hooktimes.at(said, NOW) == NOW


@given(st.text(max_size=80))
def test_nothing_that_is_said_raises_or_makes_a_call_younger(said: str) -> None:
    assert NO_CLOCK <= hooktimes.at(said, NOW) <= NOW


@pytest.mark.parametrize(
    ("native_id", "counted"),
    [
        ("1", True),
        ("00000000000000000012", True),
        ("20261122-0001", True),
        ("SN1234567890-7", True),
        ("946684830.3", True),
        ("1795325880.12", False),
        ("pbx1-1795325880.12", False),
        ("307fa962-de8d-4ffc-817b-7f6993204159", False),
        ("307FA962DE8D4FFC817B7F6993204159", False),
        ("312485013542142785", False),
    ],
)
def test_an_id_that_may_come_again_is_told_from_one_that_does_not(native_id: str, counted: bool) -> None:
    assert hooktimes.counted(native_id) is counted


def test_an_id_of_long_ago_says_so() -> None:
    assert hooktimes.at_by_id("pbx1-1795066680.12", NOW) == NOW - 3 * DAY
    assert hooktimes.at_by_id("1795325880.12", NOW + DAY) == NOW + DAY
    assert hooktimes.at_by_id("946684830.3", NOW) == NOW
    assert hooktimes.at_by_id("12", NOW) == NOW


def test_a_clock_that_was_not_set_is_none() -> None:
    assert hooktimes.clock_was_set("2026/11/20 13:38:05")
    assert not hooktimes.clock_was_set("2000/01/01 00:00:30")
    assert not hooktimes.clock_was_set("yesterday")
