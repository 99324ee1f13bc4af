"""Row 0, the card, the lines and the team tell of one and the same."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import CallState
from ringdesk.members import MemberNumber
from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeText
from terminal.desk import Draft
from terminal.news import CallNews, RowNews
from terminal.screens.board import Board
from terminal.screens.standing import standing
from tests.screens.harness import Running, running
from tests.screens.test_desk import CHEN, LIN, desk, serve
from tests.terminal.scripted_desk import ME, NOW, ScriptedDesk, call, member, plain_card, pop

MINE = call("c1", LIN, state=CallState.ANSWERED, claimed_by=ME, claimed_name=SafeText("雅婷"), answered=NOW - 65)
SAID = Presence(id=ME, name=SafeText("雅婷"), state=PresenceState.READY, since=NOW - 900)


def seated() -> ScriptedDesk:
    made = desk()
    made.business.people = [SAID]
    return made


async def look(run: Running) -> None:
    run.screen.tick()
    await run.settle()


def team(run: Running) -> str:
    return run.pane("team").split("\n")[1]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_break_stands_in_row_0_too(language: str, chinese: Path) -> None:
    word = "On a break" if language == "en" else "休息中"
    async with running(seated(), catalogue=chinese if language == "zh" else None) as run:
        run.screen.action_presence("break")
        await look(run)
        assert word in team(run)
        assert f"> {word}" in run.pane("topbar")
        await serve(run, plain_card(LIN))
        assert word not in run.pane("topbar") + team(run)
        assert run.desk.attended[-1].state is PresenceState.BUSY


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_break_in_a_call_is_refused_with_the_word_of_row_0(language: str, chinese: Path) -> None:
    talking, pause = ("On a call", "On a break") if language == "en" else ("通話中", "休息中")
    async with running(seated(), catalogue=chinese if language == "zh" else None) as run:
        await serve(run, plain_card(LIN))
        run.screen.action_presence("break")
        await look(run)
        told = next(row for row in run.rows() if ("Close this first" if language == "en" else "請先結案") in row)
        assert talking in told
        assert f"> {talking}" in run.pane("topbar")
        await run.press("f4", "1")
        await look(run)
        assert pause not in run.pane("topbar"), "what was refused does not come later"
        run.screen.action_presence("break")
        await look(run)
        assert f"> {pause}" in run.pane("topbar")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_card_without_a_call_is_serving_in_row_0_too(language: str, chinese: Path) -> None:
    word = "Serving" if language == "en" else "接待中"
    async with running(seated(), catalogue=chinese if language == "zh" else None) as run:
        await run.press("slash", *"陳冠宇", "enter")
        await look(run)
        assert word in team(run)
        assert CHEN.name in team(run)
        assert f"> {word}" in run.pane("topbar")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_call_that_was_on_is_on_after_a_restart(language: str, chinese: Path) -> None:
    """Without a note: the caller, the length and the state are those of before, in every place."""
    talking = "On a call" if language == "en" else "通話中"
    found = MemberNumber(SafeText("+886912345678"), "+886912345678", SafeText("手機"))
    made = ScriptedDesk({LIN.id: plain_card(msgspec.structs.replace(LIN, numbers=(found,)))})
    made.business.people = [SAID]
    made.live["c1"] = MINE
    async with running(made, catalogue=chinese if language == "zh" else None) as run:
        await look(run)
        assert f"> {talking}" in run.pane("topbar")
        assert talking in team(run)
        assert "01:05" in team(run)
        for name in ("card", "lines", "banner"):
            assert LIN.name in run.pane(name), name
            assert "01:05" in run.pane(name), name
        assert run.screen.board.person.key == (LIN.id, "c1")


@pytest.mark.parametrize("late", [False, True], ids=["there", "comes after"])
async def test_a_registered_caller_is_on_the_call_after_a_restart(late: bool) -> None:
    """The desk's calls may be there before its screen asks for them, or after the note has come back."""
    wang = member("wang", "王小明", "0912-345-678")
    made = ScriptedDesk({wang.id: plain_card(wang)}, [Draft(wang.id, "c1", "問停車", NOW)])
    made.business.people = [SAID]
    if not late:
        made.live["c1"] = MINE
    async with running(made) as run:
        if late:
            run.desk.publish(CallNews(MINE, claimed_name=SafeText("雅婷"), mine=True))
        await look(run)
        assert run.screen.area.text == "問停車"
        assert "> On a call" in run.pane("topbar")
        assert "On a call" in team(run)
        assert wang.name in team(run)
        assert "line 2 With you 01:05" in run.title("card")
        assert "line 2" in run.title("noteframe")
        assert "✓" in run.pane("card").split("\n")[3]
        assert "With you" in run.pane("lines")
        assert "01:05" in run.pane("lines")


async def test_a_hold_does_not_begin_the_call_anew() -> None:
    async with running(seated()) as run:
        await serve(run, plain_card(LIN))
        run.wall += 100
        await run.press("f5")
        run.wall += 20
        await look(run)
        assert "> On hold" in run.pane("topbar")
        for name in ("card", "lines", "banner", "team"):
            assert "00:20" in run.pane(name), name
        await run.press("f5")
        run.wall += 3
        await look(run)
        for name in ("card", "lines", "banner", "team"):
            assert "02:03" in run.pane(name), name


async def test_a_call_that_is_handed_over_is_not_ours_before_somebody_turns_to_it() -> None:
    async with running(seated()) as run:
        mei = SafeText("美惠")
        given = msgspec.structs.replace(MINE, handed_by="p-mei", handed_name=mei)
        run.desk.publish(CallNews(given, SafeText("雅婷"), mine=True, matches=pop(given, plain_card(LIN)).matches))
        run.wall += 15
        await look(run)
        assert "> Ready" in run.pane("topbar")
        assert "Ready" in team(run)
        assert run.desk.attended[-1].state is PresenceState.READY
        assert "hands you" in run.pane("banner")
        await run.press("f2")
        assert "> On a call" in run.pane("topbar")
        assert "On a call" in team(run)


async def test_the_others_see_a_call_as_handed_on() -> None:
    async with running(seated()) as run:
        given = msgspec.structs.replace(
            MINE, claimed_by="p-mei", claimed_name=SafeText("美惠"), handed_by=ME, handed_name=SafeText("雅婷")
        )
        run.desk.publish(CallNews(given, SafeText("美惠"), mine=False))
        await look(run)
        assert "waiting for 美惠" in run.pane("lines")


def test_a_call_of_ours_that_nobody_has_on_the_card_counts() -> None:
    board = Board()
    board.me = ME
    board.opened(plain_card(CHEN))
    board.hear(CallNews(MINE, claimed_name=SafeText("雅婷"), mine=True), NOW)
    at = standing(board, NOW)
    assert (at.state, at.call) == (PresenceState.BUSY, "c1")


async def test_the_word_of_a_colleague_stays_as_it_was_said() -> None:
    async with running(seated()) as run:
        mei = Presence(id="p-mei", name=SafeText("美惠"), state=PresenceState.BREAK, since=NOW - 61)
        run.desk.publish(RowNews(mei))
        await look(run)
        assert "01:01" in next(row for row in run.pane("team").split("\n") if "美惠" in row)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_who_is_on_a_call_is_said_to_be_so_in_every_place(language: str, chinese: Path) -> None:
    talking, serving = ("On a call", "Serving") if language == "en" else ("通話中", "接待中")
    async with running(seated(), catalogue=chinese if language == "zh" else None) as run:
        await serve(run, plain_card(LIN))
        await look(run)
        assert talking in run.pane("topbar")
        assert talking in team(run)
        assert serving not in run.pane("topbar") + team(run)
