"""A clock that is set, forwards or backwards, makes no call longer or shorter, and keeps nothing on the screen."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.calls import CallState
from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeText
from terminal.news import CallNews, RowNews
from terminal.screens.board import Board
from terminal.screens.clockset import Step
from terminal.screens.onshow import SHOWN_AFTER_TAKEN
from terminal.screens.painter import MESSAGE_STAYS
from tests.screens.harness import LANGUAGES, SIZES, SMALL, Running, running
from tests.screens.test_desk import CHEN, LIN, desk, serve
from tests.terminal.scripted_desk import ME, NOW, call, plain_card, pop

HOURS = pytest.mark.parametrize("hours", [-9000, -1, 5])


async def passes(run: Running, seconds: float) -> None:
    run.wall += seconds
    await run.still()


@SIZES
@LANGUAGES
@HOURS
async def test_a_call_lasts_as_long_as_it_lasts(
    hours: int, size: tuple[int, int], language: str, chinese: Path
) -> None:
    async with running(desk(), size, catalogue=None if language == "en" else chinese) as run:
        run.desk.publish(pop(call("c1", LIN, started=NOW), plain_card(LIN)))
        await passes(run, 7)
        assert " 00:07" in run.pane("banner")
        run.clock_set = hours * 3600.0
        await passes(run, 1)
        assert " 00:08" in run.pane("banner"), "it rings"
        assert size == SMALL or " 00:08" in run.pane("lines")
        assert " 00:08" in run.title("card")
        await run.press("f2")
        answered = call("c1", LIN, started=NOW, state=CallState.ANSWERED, claimed_by=ME)
        run.desk.publish(CallNews(answered, mine=True))
        await passes(run, 20)
        assert " 00:20" in run.pane("banner")
        run.clock_set += 7200.0
        run.desk.publish(CallNews(msgspec.structs.replace(answered, answered=NOW + 8), mine=True))
        await passes(run, 1)
        assert " 00:21" in run.pane("banner")
        assert " 00:21" in run.title("card")
        assert size == SMALL or " 00:21" in run.pane("lines")


@HOURS
async def test_what_the_server_knew_before_the_step_does_not_come_back_with_its_next_word(hours: int) -> None:
    async with running(desk()) as run:
        known = call("c1", LIN, started=NOW - 9, state=CallState.ANSWERED, claimed_by=ME, claimed_at=NOW)
        run.desk.publish(pop(call("c1", LIN, started=NOW - 9), plain_card(LIN)), CallNews(known, mine=True))
        await passes(run, 10)
        assert " 00:10" in run.pane("banner")
        run.clock_set = hours * 3600.0
        run.desk.publish(CallNews(msgspec.structs.replace(known, ring_count=3), mine=True))
        await passes(run, 1)
        assert " 00:11" in run.pane("banner")


@HOURS
async def test_what_stands_for_a_moment_goes_after_a_moment(hours: int) -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("f5")
        assert f"On hold: {LIN.name}." in run.pane("banner")
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        run.desk.publish(CallNews(call("c2", CHEN), claimed_name=SafeText("怡君")))
        run.clock_set = hours * 3600.0
        await passes(run, 1)
        assert "怡君" in run.pane("banner"), "it has not gone before"
        await passes(run, max(SHOWN_AFTER_TAKEN, MESSAGE_STAYS))
        assert "怡君" not in run.pane("banner")
        assert f"On hold: {LIN.name}." not in run.pane("banner")


@given(st.integers(-40_000_000, 40_000_000).filter(lambda by: abs(by) > 2), st.integers(0, 900))
def test_every_clock_says_the_same_before_and_after_a_step(by: int, lasted: int) -> None:
    board, now = Board(), NOW + lasted
    board.hear(pop(call("rings", LIN, started=NOW), plain_card(LIN)), NOW)
    board.hear(pop(call("mine", CHEN, started=NOW), plain_card(CHEN)), NOW)
    board.hear(CallNews(call("mine", CHEN, started=NOW, state=CallState.ANSWERED), mine=True), NOW)
    board.hear(RowNews(Presence(id="p", state=PresenceState.BUSY, since=NOW)), NOW)
    board.shifted(Step(by, now))
    assert {now + by - row.began for row in board.calls.values()} == {lasted}
    assert now + by - board.day.team["p"].since == lasted


def test_what_the_server_told_by_the_new_clock_is_left_alone() -> None:
    board = Board()
    board.hear(pop(call("c1", LIN, started=NOW + 18_000), plain_card(LIN)), NOW)
    board.shifted(Step(18_000, NOW))
    assert board.calls["c1"].began == NOW + 18_000
