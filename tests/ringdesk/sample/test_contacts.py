"""The history and the open tasks of fictional people."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from ringdesk.ops import decode_row, encode
from ringdesk.sample import history, member, tasks
from ringdesk.tasks import TaskState
from ringdesk.timeline import ContactKind

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC).timestamp()
CROWD = [member(7, index) for index in range(400)]


def test_a_history_is_made_alone_and_again() -> None:
    assert history(CROWD[5], 7, NOW) == history(member(7, 5), 7, NOW)
    assert tasks(CROWD[5], 7, NOW) == tasks(member(7, 5), 7, NOW)
    assert history(CROWD[5], 7, NOW) != history(CROWD[5], 8, NOW)


@pytest.mark.parametrize("now", [NOW, 0.0, NOW + 0.75, NOW + 14 * 3600])
def test_entries_are_past_newest_first_and_in_opening_hours(now: float) -> None:
    for one in CROWD[:50]:
        entries = history(one, 7, now)
        assert all(entry.member == one.id for entry in entries)
        times = [entry.at for entry in entries]
        assert times == sorted(times, reverse=True)
        for at in times:
            taipei = datetime.fromtimestamp(at, UTC) + timedelta(hours=8)
            assert at < now
            assert 10 <= taipei.hour < 21


def test_histories_are_short_for_most_and_mixed() -> None:
    entries = [entry for one in CROWD for entry in history(one, 7, NOW)]
    assert len({entry.id for entry in entries}) == len(entries)
    assert set(ContactKind) - {entry.kind for entry in entries} == {ContactKind.CONFLICT}
    assert 5 < len(entries) / len(CROWD) < 15
    assert min(len(history(one, 7, NOW)) for one in CROWD) == 0
    assert all(entry.text and "{" not in entry.text for entry in entries)
    assert all(bool(entry.who) == (entry.kind is not ContactKind.MISSED) for entry in entries)
    assert all(decode_row("contact", encode(entry)) == entry for entry in entries[:200])


def test_some_have_open_tasks_and_some_of_those_are_overdue() -> None:
    counts = Counter(len(tasks(one, 7, NOW)) for one in CROWD)
    assert counts[0] > 0.8 * len(CROWD)
    assert counts[1] > counts[2] > 0
    today = date(2026, 11, 23)
    due = []
    for one in CROWD:
        for task in tasks(one, 7, NOW):
            assert (task.member, task.state) == (one.id, TaskState.OPEN)
            assert task.at < NOW
            assert decode_row("task", encode(task)) == task
            assert task.due is not None
            due.append(date.fromisoformat(task.due))
    assert min(due) < today < max(due)
    assert max(due) - today <= timedelta(days=9)
