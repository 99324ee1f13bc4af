"""What waits for somebody's sign-in, as a supervisor sees it and lets go of it."""

from pathlib import Path

import pytest

from ringdesk.errors import Refused
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from terminal.desk import Awaited
from terminal.news import SLOWED, UNSAVED, SyncNews
from terminal.sync import link  # has the words of `sync_held`
from tests.screens.harness import SMALL, WIDE, running
from tests.terminal.scripted_desk import ScriptedDesk

assert link
HELD = SyncNews(connected=True, outbox=3, cursor=9, why=Why("sync_held", {"name": "佩君"}))
ROW = {
    "kind": "note.add",
    "at": "2026-11-24T08:00:00Z",
    "author_name": "佩君",
    "result": "rejected",
    "code": "let_go",
    "message": "let go of by 雅婷",
    "args": {"member": "m1", "text": "下週三改送\n要統編"},
}


def desk() -> ScriptedDesk:
    made = ScriptedDesk()
    made.waited_for = [Awaited("p-peijun", SafeText("佩君"), 2), Awaited("p-jun", SafeText("小君"), 1)]
    return made


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_status_line_says_whose_sign_in_is_awaited(language: str, chinese: Path) -> None:
    english = language == "en"
    async with running(desk(), WIDE, catalogue=None if english else chinese) as run:
        run.desk.publish(HELD)
        await run.settle()
        words = "what 佩君 wrote here is sent when 佩君 signs in" if english else "等 佩君 再次在這台客服桌登入後送出"
        assert words in run.pane("status")
        run.desk.publish(SyncNews(connected=True, outbox=0, cursor=9))
        await run.settle()
        assert ("connected" if english else "正常") in run.pane("status")
    async with running(desk(), SMALL, catalogue=None if english else chinese) as run:
        run.desk.publish(HELD)
        await run.settle()
        assert ("waits for 佩君" if english else "等佩君登入") in run.pane("tabs")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_server_that_cannot_save_is_no_server_that_is_well(language: str, chinese: Path) -> None:
    english = language == "en"
    full = SyncNews(connected=True, outbox=3, cursor=9, why=Why(UNSAVED))
    async with running(desk(), WIDE, catalogue=None if english else chinese) as run:
        run.desk.publish(full)
        await run.settle()
        words = "the server cannot save now: make room on its disk" if english else "無法存檔：請清出它的磁碟空間"
        assert words in run.pane("status")
        assert ("connected" if english else "正常") not in run.pane("status")
    async with running(desk(), SMALL, catalogue=None if english else chinese) as run:
        run.desk.publish(full)
        await run.settle()
        assert ("the server cannot save" if english else "伺服器無法存檔") in run.pane("tabs")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_server_that_asks_the_desk_to_slow_down_is_shown(language: str, chinese: Path) -> None:
    english = language == "en"
    slow = SyncNews(connected=True, outbox=3, cursor=9, why=Why(SLOWED))
    async with running(desk(), WIDE, catalogue=None if english else chinese) as run:
        run.desk.publish(slow)
        await run.settle()
        assert ("the server asks this desk to slow down" if english else "伺服器要這台放慢") in run.pane("status")
    async with running(desk(), SMALL, catalogue=None if english else chinese) as run:
        run.desk.publish(slow)
        await run.settle()
        assert ("slowed down" if english else "伺服器要求放慢") in run.pane("tabs")


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_command_and_a_digit_let_go_of_what_is_one_persons(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await run.press("ctrl+p", *("let go of" if english else "放棄"), "enter")
        menu = run.pane("menu")
        for words in ("1  佩君: 2 changes", "2  小君: 1 change ") if english else ("1  佩君：2 筆", "2  小君：1 筆"):
            assert words in menu
        await run.press("1")
        assert run.desk.did == [("let_go", "p-peijun")]
        assert ("2 changes of 佩君 are not sent" if english else "佩君 的 2 筆不再送出") in run.pane("banner")
        run.desk.tray = [ROW]
        await run.press("escape", "ctrl+p", *("was not sent" if english else "沒有送出"), "enter")
        page = run.pane("page")
        for words in ("佩君", "下週三改送", "要統編", "let go of" if english else "已放棄"):
            assert words in page


async def test_whoever_may_not_is_told_so_and_nothing_waiting_is_said() -> None:
    async with running(desk()) as run:
        run.desk.refuse = Refused("not_allowed", "ask a supervisor")
        await run.press("ctrl+p", *"let go of", "enter", "1")
        assert "your role does not allow it" in run.pane("banner")
        run.desk.waited_for = []
        await run.press("ctrl+p", *"let go of", "enter")
        assert "Nothing waits for anybody's sign-in" in run.pane("menu")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_the_server_keeps_apart_says_so_in_words(language: str, chinese: Path) -> None:
    english = language == "en"
    async with running(desk(), catalogue=None if english else chinese) as run:
        run.desk.tray = [{**ROW, "result": "parked", "code": "unknown_task", "message": None}]
        await run.press("ctrl+p", *("was not sent" if english else "沒有送出"), "enter")
        page = run.pane("page")
        assert "unknown_task" not in page
        assert ("the server keeps this apart" if english else "伺服器先把這筆擱著") in page
