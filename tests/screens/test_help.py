"""The help of the moment, remapped keys in help and key bar, and the page of keys that is held equal to the table."""

from pathlib import Path

import pytest

from terminal import words
from terminal.screens.keysheet import PAGE, page
from terminal.widgets.row import CUT
from terminal.widgets.statusline import _SIGNS
from terminal.widgets.tags import pulse
from terminal.widgets.tasks import BOX
from terminal.widgets.team import SHAPES
from tests.screens.harness import SMALL, WIDE, Running, running
from tests.screens.test_layout import LIN, desk
from tests.terminal.scripted_desk import call, plain_card, pop


def test_the_page_is_what_the_table_says(chinese: Path) -> None:
    words.language("en", chinese)
    assert page() == PAGE.read_text("utf-8"), "run `python -m terminal.screens.keysheet`"
    assert "鎖定客服桌" in page()


async def whole(run: Running) -> str:
    """The help, page by page."""
    pages = [run.pane("help")]
    for _ in range(3):
        await run.press("pagedown")
        pages.append(run.pane("help"))
    return "\n".join(pages)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_it_says_how_things_stand_and_puts_what_works_first(language: str, chinese: Path) -> None:
    async with running(desk(), WIDE, catalogue=chinese if language == "zh" else None) as run:
        await run.press("f1")
        idle = await whole(run)
        now, later = ("Now", "At another time") if language == "en" else ("現在", "其他時候")
        assert idle.index(now) < idle.index("F1") < idle.index(later) < idle.index("F2")
        await run.press("escape")
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        await run.press("f1")
        ringing = await whole(run)
        said = "A call rings on line 2; F2: I have it." if language == "en" else "2 線響鈴中，按 F2 接。"
        assert said in ringing
        assert LIN.name in ringing
        assert ringing.index(now) < ringing.rindex("F2")
        signs = "Signs" if language == "en" else "符號"
        below = ringing[ringing.index(later) : ringing.index(signs)]
        assert "F4" in below
        assert "F2 " not in below


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_every_sign_of_the_screen_is_explained(size: tuple[int, int], language: str, chinese: Path) -> None:
    signs = {
        *(shape for shape, _ in SHAPES.values() if shape.strip()),
        *(sign for sign, _ in _SIGNS.values()),
        BOX,
        CUT,
        "*",
        "+2",
        pulse([0, 0, 1, 2]),
    }
    async with running(desk(), size, catalogue=chinese if language == "zh" else None) as run:
        await run.press("f1")
        help_ = run.screen.painter.panel("help")
        seen = []
        for _ in range(80):
            seen += run.pane("help").split("\n")[1:-1]
            await run.pilot.press("down")
        rows = [row.strip("╎╏ ") for row in seen]
        head = "Signs" if language == "en" else "符號"
        legend = rows[rows.index(head) :]
        explained = {row.partition(" ")[0] for row in legend if " " in row}
        assert signs - {CUT} <= explained
        assert any(row.startswith(f"...{CUT} ") for row in legend)
        assert not [row for row in legend if row.endswith(">") and len(row) > 60], help_


async def test_remapped_keys_are_shown_and_work() -> None:
    async with running(desk(), keys={"answer": "f10", "later": "f6"}) as run:
        assert "F10" in run.pane("keybar")
        assert "F2" not in run.pane("keybar")
        assert "f6 is taken by terminals" in run.pane("banner")
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        await run.press("f1")
        assert "F10: I have it" in run.pane("help")
        await run.press("escape", "f10")
        assert run.desk.did[0][0] == "claim"


CLASH = {
    "en": "[desk] keys: F10 is the key of later and stays with it; save keeps Ctrl+S",
    "zh": "按鍵設定：F10 是 later 的按鍵，保持不變；save 仍用 Ctrl+S",
}
MORE = {
    "en": "2 keys are not as you set them, `ringdesk doctor` lists them: ",
    "zh": "有 2 個按鍵沒有照您的設定，`ringdesk doctor` 會列出：",
}


@pytest.mark.parametrize("language", CLASH)
@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_two_actions_on_one_key_are_announced_whole(language: str, size: tuple[int, int], chinese: Path) -> None:
    catalogue = chinese if language == "zh" else None
    async with running(desk(), size, catalogue=catalogue, keys={"later": "f10", "save": "F10"}) as run:
        said = run.pane("banner")
        assert CLASH[language] in said
        assert "doctor" not in said


@pytest.mark.parametrize("language", CLASH)
@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_of_several_it_is_said_where_they_stand_and_the_first(
    language: str, size: tuple[int, int], chinese: Path
) -> None:
    keys = {"later": "f10", "save": "F10", "lock": "f2"}
    async with running(desk(), size, catalogue=chinese if language == "zh" else None, keys=keys) as run:
        assert MORE[language] in run.pane("banner")
        assert size == SMALL or MORE[language] + CLASH[language] in run.pane("banner")
