"""The menu: digits take, arrows and Enter too, Esc closes, the focus comes back."""

from ringdesk.safetext import SafeText
from terminal.screens.menus import Entry
from tests.screens.harness import running
from tests.terminal.scripted_desk import ScriptedDesk


async def test_a_digit_takes_its_row_and_the_focus_comes_back() -> None:
    async with running(ScriptedDesk()) as desk:
        done: list[str] = []

        def entry(name: str) -> Entry:
            async def act() -> SafeText:
                done.append(name)
                return SafeText()

            return Entry(SafeText(name), act, SafeText("hint"))

        before = desk.focus
        screen = desk.screen
        screen.menus.open("test", SafeText("What now"), [entry(f"row {number}") for number in range(1, 12)])
        await desk.settle()
        assert desk.focus == "menu"
        assert "What now" in desk.title("menu")
        assert "row 9" in desk.pane("menu")
        await desk.press("3")
        assert (done, desk.focus) == (["row 3"], before)
        screen.menus.open("test", SafeText("What now"), [entry("only")])
        await desk.settle()
        await desk.press("7", "escape")
        assert (done, desk.focus) == (["row 3"], before)
        screen.menus.open("test", SafeText("What now"), [entry("first"), entry("second")])
        await desk.settle()
        await desk.press("down", "enter")
        assert done == ["row 3", "second"]
