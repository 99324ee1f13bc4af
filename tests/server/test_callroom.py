"""What the time of arrival says about a report."""

import pytest

from ringdesk.calls import CallEvent, EventKind
from ringdesk.ops import CallReport, TaskDone
from server.callroom import flags


@pytest.mark.parametrize(
    ("age", "uncertainty", "flagged"), [(0, 0, False), (30, 0, False), (31, 0, True), (31, 2, False)]
)
def test_a_report_older_than_half_a_minute_is_history(age: float, uncertainty: float, *, flagged: bool) -> None:
    events = tuple(CallEvent(event=EventKind.RINGING, at=at, source="s") for at in (900.0, 1000.0))
    report = CallReport(call="c", events=events, uncertainty=uncertainty)
    assert flags(report, 1000.0 + age) == (("history",) if flagged else ())


def test_other_ops_are_never_history() -> None:
    assert flags(TaskDone(task="t"), 1e9) == ()
