"""A switch of the language: one drawing, nothing of the other language left, kept for the person."""

import re
from pathlib import Path

import pytest

from ringdesk.dialects import Level
from ringdesk.why import Why
from terminal.news import CallNews, HealthNews, SyncNews
from terminal.screens.arrangement import TABBED
from terminal.widgets.panel import Panel
from tests.screens.harness import SMALL, WIDE, Running, running
from tests.screens.test_home import desk as home_desk
from tests.screens.test_layout import a_busy_desk, desk
from tests.screens.test_missed_count import lost
from tests.terminal.scripted_desk import ScriptedDesk, member

NO_WORDS = re.compile(r"Ctrl\+[A-Z\\]|NT\$|PIN|Enter|Esc|Space|PageDown|English|Language|M-\w+|F\d+|box")
"""Latin letters that stand in a Chinese screen too: keys, names of languages, somebody's data."""


async def switch(run: Running, words: str) -> None:
    await run.press("ctrl+p")
    run.screen.panes.chooser.field.value = words
    await run.settle()
    await run.press("enter")


def everything(run: Running) -> str:
    """The text of every panel, also of those that lie under others."""
    shown = [panel for panel in run.screen.query(Panel) if all(each.display for each in panel.ancestors_with_self)]
    panels = [panel for panel in shown if panel.size]
    return "\n".join(panel.render_line(y).text for panel in panels for y in range(panel.size.height))


def english(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]{2,}", NO_WORDS.sub("", text))


@pytest.mark.parametrize("size", [WIDE, (120, 36), SMALL], ids=str)
@pytest.mark.parametrize("busy", [True, False], ids=["busy", "home"])
async def test_nothing_of_the_other_language_is_left(size: tuple[int, int], busy: bool, chinese: Path) -> None:
    one = desk() if busy else home_desk()
    async with running(one, size, catalogue=chinese) as run:
        await switch(run, "English")
        if busy:
            await a_busy_desk(run)
        else:
            one.publish(
                SyncNews(connected=False, outbox=1, cursor=1), HealthNews("box", Level.OK, Why("number_absent"))
            )
        await run.press("escape")
        before = everything(run)
        assert "Ringdesk" in before
        await switch(run, "中文")
        text = everything(run)
        for tab in TABBED if size == SMALL else ():
            run.screen.panes.go(tab)
            await run.settle()
            text += everything(run)
        for key in ("f1", "ctrl+p"):
            await run.press(key)
            text += everything(run)
        assert english(text) == []
        assert len(text) > 3000


async def test_and_back_again_leaves_no_chinese_word(chinese: Path) -> None:
    async with running(ScriptedDesk(), catalogue=chinese) as run:
        await switch(run, "English")
        text = everything(run).replace("雅婷", "").replace("信義店", "")
        assert re.findall(r"[\u4e00-\u9fff]+", text) == []


async def test_it_is_kept_for_the_person(chinese: Path) -> None:
    one = ScriptedDesk()
    async with running(one, catalogue=chinese) as run:
        await switch(run, "English")
    assert one.chosen[one.person.person] == {"language": "en"}
    async with running(one, catalogue=chinese) as run:
        assert "Home" in run.title("card")


async def test_the_frame_still_says_that_the_draft_is_kept_after_a_switch(chinese: Path) -> None:
    async with running(desk(), WIDE, catalogue=chinese) as run:
        await a_busy_desk(run)
        await run.press("x")
        await run.screen.writing.keep()
        await run.settle()
        assert "草稿已存" in run.pane("noteframe")
        await switch(run, "配色：淺色")
        assert run.app.theme == "light"
        assert "草稿已存" in run.pane("noteframe")
        await switch(run, "English")
        assert "draft saved" in run.pane("noteframe")


async def test_what_can_be_taken_back_is_said_in_the_language_in_force(chinese: Path) -> None:
    async with running(ScriptedDesk(), catalogue=chinese) as run:
        run.desk.publish(CallNews(lost("a", member("lin", "林淑芬", "0912-345-678"))))
        await run.settle()
        run.screen.panes.go("missed")
        await run.press("m")
        await run.press("ctrl+p")
        number = "0912-345-678"
        assert f"{number} 未接" in run.in_sight("choices")
        await run.press("escape")
        await switch(run, "English")
        await run.press("ctrl+p")
        assert f"Undo: {number} was missed" in run.in_sight("choices")
