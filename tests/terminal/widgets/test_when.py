from zoneinfo import ZoneInfo

import pytest

from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind
from terminal.widgets.when import NEAR, Now, age, ago, clock, day, due, is_due, length, stamp
from tests.terminal.scripted_desk import NOW

HERE = Now(NOW, ZoneInfo("Asia/Taipei"))


def test_times_are_those_of_the_desk() -> None:
    assert clock(NOW, HERE) == "16:43:07"
    assert day(NOW, HERE) == "11/24 Tue"
    assert stamp(NOW, HERE) == "11/24 16:43"
    assert stamp(NOW - 366 * 86400, HERE) == "2025/11/23"


@pytest.mark.parametrize("at", [float("inf"), float("nan"), 1e20, -1e20])
def test_a_time_that_no_calendar_has_breaks_nothing(at: float) -> None:
    assert stamp(at, HERE)


@pytest.mark.parametrize(("seconds", "words"), [(0, "00:00"), (161, "02:41"), (3761, "1:02:41"), (-5, "00:00")])
def test_lengths(seconds: float, words: str) -> None:
    assert length(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(3, "3 s"), (240, "4 min"), (7300, "2 h"), (200_000, "2 d")])
def test_ages(seconds: float, words: str) -> None:
    assert age(seconds) == words
    assert ago(seconds) == f"{words} ago"


@pytest.mark.parametrize(
    ("text", "words", "late", "today"),
    [
        ("2026-11-22", "2 d late", True, False),
        ("2026-11-24", "today", False, True),
        ("2026-11-24T09:30:00Z", "today 17:30", False, True),
        ("2026-11-24T08:30:00Z", "late since 16:30", True, False),
        ("2026-11-24T17:00:00Z", "11/25 Wed 01:00", False, False),
        ("2026-11-30", "11/30 Mon", False, False),
        ("2027-01-02", "2027/01/02 Sat", False, False),
        ("next week", "next week", False, False),
        (None, "no date", False, False),
    ],
)
def test_due(text: str | None, words: str, late: bool, today: bool) -> None:
    when = due(SafeText(text) if text else None, HERE)
    assert (when.words, when.late, when.today) == (words, late, today)


def test_what_is_due_sooner_comes_first() -> None:
    texts = ["2026-11-22", "2026-11-24T09:30:00Z", "2026-11-24", "2026-11-30", "whenever"]
    orders = [due(SafeText(text), HERE).order for text in texts]
    assert orders == sorted(orders)


@pytest.mark.parametrize(
    ("hours", "opens", "ends", "counts"),
    [
        (0.0, "2026-11-24T15:30:00Z", "2026-11-24T16:00:00Z", True),
        (0.0, "2026-11-24T16:30:00Z", "2026-11-24T17:00:00Z", False),
        (7.0, "2026-11-24T16:30:00Z", "2026-11-24T17:00:00Z", True),
        (6.0, "2026-11-24T16:30:00Z", "2026-11-24T17:00:00Z", False),
        (7.0, None, "2026-11-24T16:30:00Z", True),
        (7.0, None, "2026-11-25", False),
    ],
    ids=["today", "tomorrow", "past midnight and near", "past midnight and far", "an hour alone", "a day alone"],
)
def test_a_call_that_was_promised_for_soon_is_due_also_past_midnight(
    hours: float, opens: str | None, ends: str, counts: bool
) -> None:
    task = Task(
        id="t",
        title=SafeText("x"),
        kind=TaskKind.CALLBACK,
        opens=SafeText(opens) if opens else None,
        due=SafeText(ends),
    )
    assert is_due(task, HERE._replace(at=NOW + hours * NEAR)) is counts
