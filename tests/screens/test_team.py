"""The colleagues are the same, in the same words, wherever they stand: the team, what is handed on, the menu of a task."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.notes import Note
from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeLines, SafeText
from terminal.news import NoteNews, RowNews
from terminal.screens.day import Day
from tests.screens.harness import SMALL, WIDE, Running, running
from tests.screens.test_callstory import AN, MEI, staffed
from tests.screens.test_desk import LIN, serve
from tests.terminal.scripted_desk import NOW, plain_card

GONE = msgspec.structs.replace(MEI, id="p-gone", name=SafeText("佳穎"), state=PresenceState.AWAY)
HEARD = Note(id="n9", text=SafeLines("x"), author="p-heard", author_name=SafeText("志豪"), at=NOW)


async def with_all(run: Running) -> None:
    """One who wants help, one ready, one signed out, one who was only heard of."""
    run.desk.publish(RowNews(msgspec.structs.replace(AN, help=True)), RowNews(GONE), NoteNews(HEARD, "settled"))
    await run.settle()


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_menus_and_team_show_the_same_people_in_the_same_words(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    said = {
        "安安": ("wants help", "請求協助"),
        "美惠": ("Ready", "待命"),
        "佳穎": ("Away", "離席"),
        "志豪": ("Away", "離席"),
    }
    async with running(staffed(), size, catalogue=chinese if language == "zh" else None) as run:
        await with_all(run)
        await serve(run, plain_card(LIN))
        await run.press("ctrl+o")
        menu = run.pane("menu").split("\n")
        await run.press("escape")
        run.screen.action_go("tasks")
        await run.settle()
        await run.press("enter")
        task = run.pane("menu").split("\n")
        await run.press("escape")
        run.screen.action_go("team")
        await run.settle()
        team = run.pane("team").split("\n")
        for name, words in said.items():
            word = words[language == "zh"]
            for place in (menu, task, team):
                (line,) = (each for each in place if name in each)
                assert word in line, (name, place)


def test_the_ones_to_hand_on_to_are_the_team_without_oneself() -> None:
    day = Day()
    day.begin([AN, MEI, GONE], [])
    day.hear(NoteNews(HEARD, "settled"))
    everybody = {each.id for each in day.crew()}
    assert everybody == {AN.id, MEI.id, GONE.id, "p-heard"}
    others = [each.id for each in day.colleagues(MEI.id)]
    assert set(others) == everybody - {MEI.id}
    assert others[0] == AN.id, "who works comes first"
    assert {each.state for each in day.crew() if each.id == "p-heard"} == {PresenceState.AWAY}


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_member_without_tasks_has_none_in_words(size: tuple[int, int], language: str, chinese: Path) -> None:
    desk = staffed()
    desk.cards[LIN.id] = msgspec.structs.replace(plain_card(LIN), tasks=())
    async with running(desk, size, catalogue=chinese if language == "zh" else None) as run:
        await serve(run, plain_card(LIN))
        run.screen.action_go("tasks")
        await run.settle()
        await run.press("space", "escape", "slash", *"林", "enter")
        run.screen.action_go("tasks")
        await run.settle()
        assert LIN.name in run.title("tasks")
        assert ("No open task" if language == "en" else "沒有待辦") in run.pane("tasks")
