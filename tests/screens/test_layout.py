"""What stands where: regions at both sizes in both languages, and what a resize keeps."""

import unicodedata
from pathlib import Path

import pytest
from textual.geometry import Region, Size

from ringdesk.calls import CallState
from ringdesk.dialects import Level
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from terminal.news import CallNews, HealthNews, SyncNews
from terminal.screens.arrangement import LEAST, TABBED, overlay, plan
from tests.screens.harness import PERSON_PANES, SMALL, WIDE, Running, running
from tests.terminal.scripted_desk import ScriptedDesk, call, member, plain_card, pop

LIN = member(
    "104233",
    "林淑芬",
    "0912-345-678",
    honorific=SafeText("女士"),
    tier=SafeText("銀卡"),
    points=12840,
    tags=(SafeText("常客"), SafeText("高山茶")),
    flags=(SafeText("堅果過敏"), SafeText("欠款 NT$320")),
    home_store=SafeText("信義店"),
    do_not_call=True,
)
CHEN = member("200118", "陳冠宇", "0933-218-457", tier=SafeText("金卡"), home_store=SafeText("信義店"))

ENGLISH = {
    "topbar": ["Ringdesk", "On a call", "雅婷", "Taken 1", "online", "16:43"],
    "banner": [
        "Ringing",
        "line 2",
        "陳冠宇",
        "金卡",
        "0933-218-457",
        "ringing 00:07",
        "after F2 on hold: 林淑芬",
        "I have it",
    ],
    "card": [
        "Member  林淑芬",
        "line 1 With you",
        "! 堅果過敏",
        "! 欠款 NT$320",
        "x no marketing calls",
        "12,840",
        '"Hello, Ms 林"',
    ],
    "timeline": ["Timeline  林淑芬", "11/23 16:43", "Bought", "林淑芬 買茶"],
    "noteframe": ["Note  林淑芬", "line 1", "Ready to type"],
    "keybar": ["F1", "Help", "F2", "I have it", "F4", "Wrap up", "F8", "Callback", "F9", "Pane", "Ctrl+P"],
}
CHINESE = {
    "topbar": ["客服桌", "通話中", "雅婷", "接聽 1", "連線", "16:43"],
    "banner": ["響鈴中", "2 線", "陳冠宇", "金卡", "0933-218-457", "已響 00:07", "會先保留林淑芬", "我接"],
    "card": ["會員  林淑芬", "1 線 通話中", "! 堅果過敏", "! 欠款 NT$320", "x 勿推銷", "12,840", "稱呼「林女士您好」"],
    "timeline": ["往來紀錄  林淑芬", "11/23 16:43", "消費", "林淑芬 買茶"],
    "noteframe": ["備註  林淑芬", "1 線", "可輸入"],
    "keybar": ["F1", "說明", "F2", "我接", "F4", "結案", "F8", "約定回電", "F9", "下一欄", "Ctrl+P", "指令"],
}
WIDE_ONLY = {
    "en": {
        "tasks": ["Tasks  林淑芬", "1 open", "today 17:30", "林淑芬 的待辦"],
        "earlier": ["Earlier notes  林淑芬", "怡君", "林淑芬 的舊備註"],
        "lines": ["Lines", "1 ringing", "With you 林淑芬", "Ringing 陳冠宇"],
        "tags": ["Tags  林淑芬", "常客", "高山茶"],
        "detail": ["Detail  林淑芬", "林淑芬 買茶"],
        "status": ["! box the line gave no number", "Server", "connected", "Unsent 2"],
        "topbar": ["信義店", "11/24 Tue", "16:43:07"],
    },
    "zh": {
        "tasks": ["待辦  林淑芬", "共 1 件", "今天 17:30", "林淑芬 的待辦"],
        "earlier": ["舊備註  林淑芬", "怡君", "林淑芬 的舊備註"],
        "lines": ["線路", "響鈴 1", "通話中 林淑芬", "響鈴中 陳冠宇"],
        "tags": ["標籤  林淑芬", "常客", "高山茶"],
        "detail": ["內容  林淑芬", "林淑芬 買茶"],
        "status": ["! box 線路沒有送來號碼", "伺服器", "正常", "待送 2"],
        "topbar": ["信義店", "11/24 週二", "16:43:07"],
    },
}
SMALL_ONLY = {
    "en": {"tabs": ["1 History 1", "2 Tasks 1", "3 Lines 2", "6 Team", "! box"], "topbar": ["To call 0", "16:43"]},
    "zh": {"tabs": ["1 紀錄 1", "2 待辦 1", "3 線路 2", "6 同事"], "topbar": ["待回電 0", "16:43"]},
}


async def a_busy_desk(run: Running) -> None:
    """One served, one ringing, one source ill: what the drawings show."""
    run.desk.publish(pop(call("c1", LIN, line="1"), plain_card(LIN)))
    await run.settle()
    await run.press("f2")
    run.desk.publish(
        pop(call("c2", CHEN), plain_card(CHEN)),
        SyncNews(connected=True, outbox=2, cursor=9),
        HealthNews("box", Level.WARNING, Why("number_absent")),
    )
    await run.settle()


def desk() -> ScriptedDesk:
    return ScriptedDesk({who.id: plain_card(who) for who in (LIN, CHEN)})


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_who_is_named_where(size: tuple[int, int], language: str, chinese: Path) -> None:
    async with running(desk(), size, catalogue=chinese if language == "zh" else None) as run:
        await a_busy_desk(run)
        wanted = {name: list(words) for name, words in (ENGLISH if language == "en" else CHINESE).items()}
        for name, words in (WIDE_ONLY if size == WIDE else SMALL_ONLY)[language].items():
            wanted.setdefault(name, []).extend(words)
        for name, words in wanted.items():
            text = run.pane(name)
            assert not [word for word in words if word not in text], f"{name}:\n{text}"
        for name in PERSON_PANES:
            assert CHEN.name not in run.pane(name)


@pytest.mark.parametrize("size", [WIDE, (120, 32), SMALL], ids=str)
async def test_no_character_of_the_chrome_is_of_ambiguous_width(size: tuple[int, int], chinese: Path) -> None:
    async with running(desk(), size, catalogue=chinese) as run:
        await a_busy_desk(run)
        await run.press("escape", "f1")
        text = "".join(run.rows())
        await run.press("escape", "ctrl+p")
        text += "".join(run.rows())
        assert {char for char in text if unicodedata.east_asian_width(char) == "A"} == set()


async def test_a_resize_keeps_the_text_the_focus_and_the_person() -> None:
    async with running(desk(), WIDE) as run:
        await a_busy_desk(run)
        await run.press(*"half")
        for width, height in ((80, 24), (120, 32), (60, 20), (160, 45), (100, 30)):
            await run.pilot.resize_terminal(width, height)
            await run.press("x")
            assert run.focus == "note"
        assert run.screen.area.text == "halfxxxxx"
        assert LIN.name in run.title("card")
        assert LIN.name in run.title("noteframe")


async def test_the_pane_with_the_focus_stays_in_sight() -> None:
    async with running(desk(), WIDE) as run:
        await a_busy_desk(run)
        run.screen.painter.panel("earlier").focus()
        await run.pilot.resize_terminal(80, 24)
        await run.settle()
        assert run.focus == "earlier"
        assert "林淑芬 的舊備註" in "\n".join(run.rows())


async def test_a_small_window_says_so() -> None:
    async with running(desk(), (70, 20)) as run:
        assert "70x" in "\n".join(run.rows())
        assert "80x24" in "\n".join(run.rows())


async def test_a_language_switch_is_one_drawing(chinese: Path) -> None:
    from terminal import words

    async with running(desk(), WIDE) as run:
        await a_busy_desk(run)
        words.language("zh_Hant", chinese)
        run.screen.painter.anew()
        await run.settle()
        assert "往來紀錄" in run.title("timeline")
        assert "Timeline" not in "\n".join(run.rows())


async def test_offline_is_a_word_with_its_reason_and_the_age_of_the_copy() -> None:
    async with running(desk(), WIDE) as run:
        run.desk.publish(SyncNews(connected=True, outbox=0, cursor=1))
        await run.settle()
        run.wall += 240
        run.desk.publish(SyncNews(connected=False, outbox=3, cursor=1, refused=1))
        await run.settle()
        status = run.pane("status")
        assert "! not reached" in status
        assert "Unsent 3" in status
        assert "1 refused" in status
        assert "as of 4 min ago" in status
        assert "offline" in run.pane("topbar")


async def test_missed_calls_are_listed_and_counted() -> None:
    async with running(desk(), WIDE) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)), CallNews(call("c1", LIN, state=CallState.ENDED)))
        await run.settle()
        assert LIN.name in run.pane("missed")
        assert "Missed 1" in run.pane("topbar")


@pytest.mark.parametrize("width", range(80, 200, 7))
@pytest.mark.parametrize("height", range(24, 60, 5))
def test_every_plan_covers_the_screen_without_overlap(width: int, height: int) -> None:
    places = plan(Size(width, height))
    cells = [region for name, region in places.items() if name != "note"]
    assert sum(region.area for region in cells) == width * height
    assert all(Region(0, 0, width, height).contains_region(region) for region in places.values())
    assert all(not one.overlaps(other) for one in cells for other in cells if one is not other)


@pytest.mark.parametrize("size", [WIDE, (120, 36), SMALL], ids=str)
def test_what_lies_on_top_never_covers_the_banner_or_the_note(size: tuple[int, int]) -> None:
    places, over = plan(Size(*size)), overlay(Size(*size))
    assert over.height >= 10
    assert not over.overlaps(places["noteframe"])
    assert not over.overlaps(places["banner"])


async def test_an_idle_desk_says_that_nobody_writes_and_that_slash_searches() -> None:
    async with running(desk(), WIDE) as run:
        assert run.focus == "note"
        assert not any(word in run.title("noteframe") for word in ("Writing", "Ready to type", "Draft"))
        assert not run.screen.painter.panel("keybar").value.writing  # type: ignore[attr-defined]
        await run.press("slash")
        assert run.focus == "query"


@pytest.mark.parametrize("tab", TABBED)
def test_each_tab_has_the_same_place(tab: str) -> None:
    places = plan(LEAST, tab)
    assert places[tab] == plan(LEAST)["timeline"]
    assert set(places) & set(TABBED) == {tab}


async def test_a_window_that_is_too_small_is_told_its_own_size() -> None:
    async with running(ScriptedDesk(), (60, 20)) as run:
        assert "This window has 60x20; the desk needs 80x24." in run.rows()[0]
    async with running(ScriptedDesk(), (30, 8)) as run:
        assert run.rows()[0].rstrip() == "30x8; 80x24 needed"
