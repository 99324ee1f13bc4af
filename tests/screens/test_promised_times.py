"""A time that a note says, on its way through task, tasks pane, missed list and home: how it is said, and when it is due."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from rich.style import Style

from ringdesk import promises
from ringdesk.ops import Actor, TaskAdd
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind
from terminal import words
from terminal.screens.promised import task_of
from terminal.widgets.callbacks import Owed, overdue, pair
from terminal.widgets.homeface import entry
from terminal.widgets.morning import Item, Kind
from terminal.widgets.person import Person
from terminal.widgets.row import Row, Tone, drawn
from terminal.widgets.when import Now, when
from tests.terminal.scripted_desk import ME, NOW, member

HERE = Now(NOW, ZoneInfo("Asia/Taipei"))
LIN = member("lin", "林淑芬", "0912-345-678")
MINE = Actor(person=ME, name=SafeText("雅婷"), device="d")
STYLES = dict.fromkeys(Tone, Style())
MINUTE, HOUR = 60, 3600
TO_1730 = 46 * MINUTE + 53
"""Seconds from 16:43:07, when it is written, to 17:30."""
WED = TO_1730 + 6.5 * HOUR
WED_10, WED_13, WED_15, WED_18, THU = (WED + hour * HOUR for hour in (10, 13, 15, 18, 24))
FRI, FRI_14, SAT = (WED + hour * HOUR for hour in (48, 62, 72))
GRACE = 5 * MINUTE
AT_ONCE = 0.0
AT_18, AT_21 = TO_1730 + HOUR / 2, TO_1730 + 3.5 * HOUR
WORDS = {"en": {"waits": "waits", "due": "to call", "late": "! late"}, "zh-Hant": {}}
WORDS["zh-Hant"] = {"waits": "未到時間", "due": "待回電", "late": "! 逾時"}

# what is written; tasks and home; the missed list; from when on it is due; from when on it is late (both seconds from now)
TABLE = [
    ("今天 17:30 回電", "today 17:30", "今天 17:30", "17:30", "17:30", TO_1730, TO_1730 + GRACE),
    ("下午五點半回電", "today 17:30", "今天 17:30", "17:30", "17:30", TO_1730, TO_1730 + GRACE),
    ("call back 5:30pm", "today 17:30", "今天 17:30", "17:30", "17:30", TO_1730, TO_1730 + GRACE),
    ("17:30 前回電", "before 17:30", "17:30 前回", "before 17:30", "17:30 前回", AT_ONCE, TO_1730),
    ("17:30 以前回電", "before 17:30", "17:30 前回", "before 17:30", "17:30 前回", AT_ONCE, TO_1730),
    ("17:30 之前回電", "before 17:30", "17:30 前回", "before 17:30", "17:30 前回", AT_ONCE, TO_1730),
    ("call back before 5:30 pm", "before 17:30", "17:30 前回", "before 17:30", "17:30 前回", AT_ONCE, TO_1730),
    ("今天下午五點半後回電", "today from 17:30", "今天 17:30 起", "from 17:30", "17:30 起", TO_1730, WED),
    ("call back after 5:30pm", "today from 17:30", "今天 17:30 起", "from 17:30", "17:30 起", TO_1730, WED),
    ("今晚回電", "today 18:00-21:00", "今天 18:00-21:00", "18:00-21:00", "18:00-21:00", AT_18, AT_21),
    ("今天回電", "today", "今天", "today", "今天", AT_ONCE, WED),
    ("明天 10:00 回電", "11/25 Wed 10:00", "11/25 週三 10:00", "11/25 10:00", "11/25 10:00", WED_10, WED_10 + GRACE),
    ("明天 10:00 前回電", "by 11/25 10:00", "11/25 10:00 前", "by 11/25 10:00", "11/25 10:00 前", AT_ONCE, WED_10),
    ("明天三點後回電", "11/25 Wed 15:00", "11/25 週三 15:00", "11/25 from 15:00", "11/25 15:00 起", WED_15, THU),
    ("call back tomorrow after 3", "11/25 Wed 15:00", "11/25 週三 15:00", "11/25 from 15:00", "11/25 15:00 起", WED_15, THU),
    ("明天下午回電", "11/25 Wed 13:00", "11/25 週三 13:00", "11/25 13:00-18:00", "11/25 13:00-18:00", WED_13, WED_18),
    ("call back tomorrow", "11/25 Wed", "11/25 週三", "11/25 Wed", "11/25 週三", WED, THU),
    ("週五回電", "11/27 Fri", "11/27 週五", "11/27 Fri", "11/27 週五", FRI, SAT),
    ("call back on Friday", "11/27 Fri", "11/27 週五", "11/27 Fri", "11/27 週五", FRI, SAT),
    ("週五前回電", "by 11/27 Fri", "11/27 週五 前", "by 11/27 Fri", "11/27 週五 前", AT_ONCE, SAT),
    ("週五下午兩點回電", "11/27 Fri 14:00", "11/27 週五 14:00", "11/27 14:00", "11/27 14:00", FRI_14, FRI_14 + GRACE),
]  # fmt: skip
EACH = pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh-Hant"])


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    words.language("en")


def promised(text: str) -> Task:
    """The callback that the key makes of a note to her."""
    promise = promises.found(text, HERE.local(NOW).replace(tzinfo=None))
    assert promise is not None
    made = task_of(promise, Person(member=LIN), HERE, MINE)
    assert isinstance(made, TaskAdd)
    assert made.kind is TaskKind.CALLBACK
    return Task(id="t", at=NOW, **msgspec.structs.asdict(made))


def line(row: Row) -> str:
    return "".join(segment.text for segment in drawn(row, 60, STYLES))


def missed(task: Task, now: Now) -> tuple[str, str]:
    """Both rows of the list."""
    head, second = pair(task, Owed(((task, LIN.name),), (), now), 60)
    return line(head), line(second)


@LANGUAGES
@EACH
def test_the_time_is_said_in_the_same_way_wherever_it_stands(
    row: tuple[str, str, str, str, str, float, float], language: str, chinese: Path
) -> None:
    words.language(language, chinese)
    task = promised(row[0])
    english = language == "en"
    assert when(task, HERE).words == (row[1] if english else row[2])
    _, second = missed(task, HERE)
    assert f"0912-345-678 {row[3] if english else row[4]} " in second
    item = Item(kind=Kind.CALLBACK, text=task.title, opens=task.opens, due=task.due, who=task.assignee_name)
    assert f" {row[1] if english else row[2]} " in line(entry(item, HERE, chosen=False))


@LANGUAGES
@EACH
def test_it_is_due_when_it_was_said_and_not_before(
    row: tuple[str, str, str, str, str, float, float], language: str, chinese: Path
) -> None:
    words.language(language, chinese)
    task, opens, ends = promised(row[0]), row[5], row[6]
    said = WORDS[language]
    for passed in (AT_ONCE, opens - 2 * MINUTE, opens + 1, ends - 2 * MINUTE, ends + MINUTE):
        if passed < 0:
            continue
        now = HERE._replace(at=NOW + passed)
        head, _ = missed(task, now)
        late = passed > ends
        whole_day = late and task.due is not None and len(task.due) == 10
        expected = "waits" if passed < opens else "late" if late else "due"
        assert (said[expected] in head) or (whole_day and "! " in head), (passed, head)
        assert overdue(task, now) is late, passed
        assert when(task, now).late is late, passed


def test_what_one_promises_is_ones_own() -> None:
    assert (promised("明天回電").assignee, promised("明天回電").assignee_name) == (ME, "雅婷")


def test_what_is_no_call_may_be_done_earlier() -> None:
    promise = promises.found("今天 17:30 寄出", HERE.local(NOW).replace(tzinfo=None))
    assert promise is not None
    made = task_of(promise, Person(member=LIN), HERE, MINE)
    assert (made.kind, made.opens, made.due) == (TaskKind.TODO, None, "2026-11-24T09:30:00Z")
