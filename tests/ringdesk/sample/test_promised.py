"""What a fictional shop has to do: a handful, one late, some for later today."""

from datetime import date, datetime, timedelta, timezone

import pytest

from ringdesk.ops import decode_row, encode
from ringdesk.sample import indexes, member, promised
from ringdesk.tasks import TaskState

TAIPEI = timezone(timedelta(hours=8))
NOON = datetime(2026, 11, 23, 12, 5, tzinfo=TAIPEI)


def moment(due: str) -> datetime:
    return datetime.fromisoformat(due.replace("Z", "+00:00"))


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_a_shop_that_works_has_a_handful_to_do(seed: int) -> None:
    now = NOON.timestamp()
    tasks = [task for _, task in promised(seed, 2000, now)]
    assert len(tasks) == len({task.member for task in tasks}) == 7
    timed = [moment(task.due) for task in tasks if task.due and "T" in task.due]
    late = [due for due in timed if due < NOON]
    later = [due.astimezone(TAIPEI) for due in timed if due > NOON]
    assert len(late) == 1
    assert [due.date() for due in later] == [NOON.date()] * 3
    assert all(due.minute % 15 == 0 and 10 <= due.hour < 21 for due in later)
    days = [date.fromisoformat(task.due) for task in tasks if task.due and "T" not in task.due]
    assert len(days) == 3
    assert min(days) > NOON.date()


@pytest.mark.parametrize("hour", range(24))
def test_at_any_hour_one_is_late_and_the_others_are_not(hour: int) -> None:
    now = NOON.replace(hour=hour)
    due = [moment(task.due) for _, task in promised(1, 2000, now.timestamp()) if task.due and "T" in task.due]
    assert sum(each < now for each in due) == 1
    assert all(10 <= each.astimezone(TAIPEI).hour < 21 for each in due)


def test_each_was_promised_in_a_contact_about_the_same() -> None:
    for contact, task in promised(3, 2000, NOON.timestamp()):
        assert (contact.member, contact.at, contact.who) == (task.member, task.at, task.author_name)
        assert contact.at < NOON.timestamp()
        assert task.state is TaskState.OPEN
        assert decode_row("task", encode(task)) == task
        assert decode_row("contact", encode(contact)) == contact
        if "NT$" in task.title:
            assert task.title.split()[1] in contact.text, "the same sum"


@pytest.mark.parametrize(("count", "wanted"), [(1, 1), (4, 1), (20, 4), (60, 7)])
def test_a_small_shop_has_less(count: int, wanted: int) -> None:
    assert len(set(indexes(1, count))) == wanted
    assert all(0 <= each < count for each in indexes(1, count))
    assert promised(1, count, 0.0)[0][1].member == member(1, indexes(1, count)[0]).id


def test_the_same_seed_makes_the_same() -> None:
    assert promised(5, 300, NOON.timestamp()) == promised(5, 300, NOON.timestamp())
    assert indexes(5, 300) != indexes(6, 300)
