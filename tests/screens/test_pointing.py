"""What F2 takes, and what is in sight of the lines and the missed calls."""

from pathlib import Path

import pytest

from ringdesk.calls import CallState, Outcome
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind
from terminal.news import TaskNews
from tests.screens.harness import LANGUAGES, SIZES, SMALL, WIDE, Running, running
from tests.screens.test_desk import CHEN, HUANG, LIN, desk, serve
from tests.terminal.scripted_desk import NOW, call, member, plain_card, pop


async def ring(run: Running, *people: tuple[str, object]) -> None:
    for index, (ident, who) in enumerate(people):
        run.desk.publish(pop(call(ident, who, started=NOW - 7 + index), plain_card(who)))  # type: ignore[arg-type]
    await run.settle()


async def over(run: Running, count: int) -> None:
    """So many people whose call nobody had."""
    for index in range(count):
        who = member(f"h{index}", HUANG.name, f"0955-000-0{index:02}")
        gone = call(f"o{index}", who, started=NOW - 900 + index, state=CallState.ENDED, outcome=Outcome.MISSED)
        run.desk.publish(pop(gone, plain_card(who)))
    await run.settle()


def row_of(run: Running, name: str) -> str:
    """The two rows of a call in the lines."""
    rows = run.pane("lines").split("\n")
    at = next(index for index, row in enumerate(rows) if name in row)
    return rows[at] + rows[at + 1]


def edges(run: Running, pane: str) -> str:
    """What stands in the frame."""
    rows = run.pane(pane).split("\n")
    return rows[0] + rows[-1]


def at(run: Running, pane: str, ident: str) -> int:
    panel = run.screen.painter.panel(pane)
    return panel.names(panel.value).index(ident)  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_f2_takes_the_row_that_says_so(language: str, chinese: Path) -> None:
    f2, enter = ("F2: I have it", "Enter: I have it") if language == "en" else ("F2 我接", "Enter 我接")
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        await ring(run, ("c1", LIN), ("c2", CHEN))
        assert f2 in row_of(run, LIN.name)
        assert "Enter" not in run.pane("lines"), "the focus is in the note, where Enter breaks a line"
        assert LIN.name in run.pane("banner")
        run.screen.action_go("lines")
        await run.press("home", *["j"] * at(run, "lines", "c2"))
        assert f2 in row_of(run, CHEN.name)
        assert enter in row_of(run, LIN.name)
        assert CHEN.name in run.pane("banner")
        await run.press("f2")
        assert run.desk.did == [("claim", "c2", CHEN.id)]


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_call_on_hold_names_the_key_that_goes_on_from_where_the_focus_is(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    f5, enter = ("F5 goes on", "Enter goes on") if language == "en" else ("F5 繼續", "Enter 繼續")
    async with running(desk(), size, catalogue=chinese if language == "zh" else None) as run:
        await serve(run, plain_card(LIN))
        await run.press("f5")
        run.screen.action_go("lines")
        await run.settle()
        assert enter in row_of(run, LIN.name)
        run.screen.area.focus()
        await run.settle()
        assert f5 in row_of(run, LIN.name)
        await run.press("f5")
        assert "F5" not in row_of(run, LIN.name)


@SIZES
async def test_who_only_looks_into_the_lines_changes_nobody_whom_f2_takes(size: tuple[int, int]) -> None:
    async with running(desk(), size) as run:
        await ring(run, ("c1", LIN), ("c2", CHEN), ("c3", HUANG))
        run.screen.action_go("lines")
        await run.settle()
        assert LIN.name in run.pane("banner")
        assert "F2: I have it" in row_of(run, LIN.name)
        await run.press("f2")
        assert run.desk.did == [("claim", "c1", LIN.id)]


async def test_who_only_looks_into_the_lines_changes_nobody_with_whom_f5_goes_on() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN), "c1")
        await serve(run, plain_card(CHEN), "c2")
        row = run.screen.board.row("c1")
        assert row is not None
        run.screen.turn_to(row)
        await run.settle()
        run.screen.action_go("lines")
        await run.press("f5")
        assert LIN.name in run.title("card")
        assert "On hold" in run.title("card")


async def test_without_the_focus_in_the_lines_f2_takes_who_rang_first() -> None:
    async with running(desk()) as run:
        await ring(run, ("c1", LIN), ("c2", CHEN))
        run.screen.action_go("lines")
        await run.press("j", "k", *["j"] * at(run, "lines", "c2"))
        run.screen.action_go("timeline")
        await run.settle()
        assert LIN.name in run.pane("banner")
        await run.press("f2")
        assert run.desk.did == [("claim", "c1", LIN.id)]


@pytest.mark.parametrize("pane", ["lines", "missed"])
async def test_a_list_that_was_left_begins_at_its_top(pane: str) -> None:
    async with running(desk()) as run:
        await over(run, 12)
        run.screen.action_go(pane)
        await run.press("end")
        assert "to 12" in edges(run, pane)
        await ring(run, ("c1", LIN))
        await run.press("f2")
        assert "1 to " in edges(run, pane)
        assert pane == "missed" or LIN.name in run.pane("lines").split("\n")[1]


async def test_the_selected_call_stays_selected_when_another_rings() -> None:
    async with running(desk()) as run:
        await over(run, 3)
        run.screen.action_go("lines")
        await run.press("j")
        before = run.screen._line()
        await ring(run, ("c1", LIN))
        after = run.screen._line()
        assert before is not None
        assert after is not None
        assert before.call.id == after.call.id


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_small_screen_says_that_there_are_more_lines(language: str, chinese: Path) -> None:
    async with running(desk(), SMALL, catalogue=chinese if language == "zh" else None) as run:
        await over(run, 6)
        run.screen.action_go("lines")
        await run.settle()
        assert ("1 to " if language == "en" else "第 1 到") in run.pane("lines").split("\n")[-1]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_keys_of_a_missed_call_stay_named_when_a_call_is_owed(language: str, chinese: Path) -> None:
    keys = "m missed, e elsewhere" if language == "en" else "m 未接　e 他處已接"
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        await over(run, 1)
        assert keys in run.pane("missed")
        owed = Task(id="t", kind=TaskKind.CALLBACK, title=SafeText("回電"), number=SafeText("+886911222333"), at=NOW)
        run.desk.publish(TaskNews(owed, "settled"))
        run.screen.action_go("missed")
        await run.press("end")
        assert keys in run.pane("missed")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_banner_names_who_waits_on_hold(language: str, chinese: Path) -> None:
    waits = "after F2 on hold: {}" if language == "en" else "接起來會先保留{}"
    card = "after F2 the card of {} is kept" if language == "en" else "接起來{}的卡片"
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        await serve(run, plain_card(LIN))
        await run.press("escape", "slash", *HUANG.name, "enter")
        await ring(run, ("c2", CHEN))
        assert waits.format(LIN.name) in run.pane("banner")
        assert HUANG.name not in run.pane("banner")
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        await run.press("slash", *HUANG.name, "enter")
        await ring(run, ("c2", CHEN))
        assert card.format(HUANG.name) in run.pane("banner")


@LANGUAGES
async def test_the_card_of_who_calls_herself_is_not_said_to_be_kept(language: str, chinese: Path) -> None:
    kept = "is kept" if language == "en" else "的卡片"
    async with running(desk(), catalogue=None if language == "en" else chinese) as run:
        await run.press("slash", *CHEN.name, "enter")
        await ring(run, ("c2", CHEN))
        assert CHEN.name in run.pane("banner")
        assert kept not in run.pane("banner")
