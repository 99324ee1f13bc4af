"""The status line: which sources are named where there is no room for all, and how many are not."""

from collections.abc import Iterator

import pytest
from textual.geometry import Size

from ringdesk.dialects import Level
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from terminal import words
from terminal.news import HealthNews, SyncNews
from terminal.widgets.row import width_of
from terminal.widgets.statusline import Health, StatusLine
from tests.terminal.widgets.test_when import HERE

WELL = SyncNews(connected=True, outbox=0, cursor=1)
AWAY = Why("port_refused", {"port": "192.0.2.5:5038"})


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    words.language("en")
    yield
    words.language("en")


def source(name: str, level: Level = Level.OK, why: Why = Why("line_ok")) -> HealthNews:  # noqa: B008 - a frozen value
    return HealthNews(name, level, why, label=SafeText(name))


def drawn(cells: int, *sources: HealthNews, sync: SyncNews = WELL) -> str:
    value = Health(HERE, sources, sync)
    (row,) = StatusLine(value, id="status").picture(value, Size(cells, 1)).rows
    assert cells < 40 or width_of(row.left) <= max(cells - width_of(row.right), cells - cells // 2) - 1
    return "".join(each.text for each in row.left).rstrip()


MANY = tuple(source(f"line {number}") for number in range(1, 9))


def test_all_are_named_where_there_is_room() -> None:
    assert drawn(400, *MANY).count("fine") == 8
    assert "more" not in drawn(400, *MANY)
    assert drawn(100) == " Sources none"


def test_those_without_room_are_counted() -> None:
    said = drawn(100, *MANY)
    shown = said.count("fine")
    assert 0 < shown < 8
    assert said.endswith(f"line {shown} fine  and {8 - shown} more")
    assert drawn(101, *MANY[: shown + 1]).endswith((f"line {shown + 1} fine", "and 1 more"))


@pytest.mark.parametrize(("level", "sign"), [(Level.BROKEN, "x"), (Level.WARNING, "!")])
def test_the_worst_are_named_first_and_how_the_worst_of_the_others_stands(level: Level, sign: str) -> None:
    ill = tuple(source(f"pbx {number}", level, AWAY) for number in range(1, 4))
    said = drawn(110, *MANY, *ill)
    assert said.startswith(f" Sources {sign} pbx 1 ")
    assert said.endswith(f"  {sign} and {11 - said.count('pbx')} more")
    assert "fine" not in said


def test_one_that_is_alone_too_long_is_named_all_the_same() -> None:
    long = source("pbx", Level.BROKEN, Why("source_secret_unread", {"path": "/" + "x" * 200}))
    said = drawn(80, *MANY, long)
    assert said.startswith(" Sources x pbx ")
    assert said.endswith(">  and 8 more")
    tiny = drawn(20, *MANY, long, sync=SyncNews(connected=False, outbox=0, cursor=1, why=AWAY))
    assert tiny.startswith(" Sources x pbx")


def test_in_chinese_too() -> None:
    words.language("zh-Hant")
    assert drawn(90, *MANY).endswith("個")
