"""A call that is over, or fell silent, has no clock that runs on: the lines and the card say how long ago that was."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import Call, CallState, Outcome
from ringdesk.safetext import SafeText
from terminal.news import CallNews
from terminal.screens import views
from terminal.screens.board import Board
from terminal.widgets.callrow import lasts
from terminal.widgets.when import Now
from tests.screens.harness import running
from tests.screens.test_desk import LIN, desk
from tests.terminal.scripted_desk import ME, NOW, call, plain_card, pop

RANG = 6.0
LATER = 277.0
"""Seconds that passed since: as a clock 04:37."""


def over(state: CallState) -> Call:
    """A call that rang for six seconds and that nobody had."""
    ended = NOW if state is CallState.ENDED else None
    outcome = Outcome.MISSED if ended else None
    return call("c1", LIN, state=state, started=NOW - RANG, last_ring=NOW, ended=ended, outcome=outcome)


STATES = pytest.mark.parametrize("state", [CallState.ENDED, CallState.RING_STOPPED])


@STATES
@pytest.mark.parametrize(("language", "said"), [("en", "4 min ago"), ("zh", "4 分鐘前")])
async def test_the_lines_and_the_card_say_how_long_ago_it_was(
    state: CallState, language: str, said: str, chinese: Path
) -> None:
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        run.desk.publish(pop(msgspec.structs.replace(over(state), state=CallState.RINGING), plain_card(LIN)))
        await run.settle()
        run.desk.publish(CallNews(over(state)))
        await run.settle()
        run.wall += LATER
        await run.still()
        for pane in ("lines", "card"):
            assert said in " ".join(run.pane(pane).split()), pane
            assert "04:3" not in run.pane(pane), f"{pane}: it rang for six seconds"


@STATES
def test_a_desk_that_was_not_there_says_the_same(state: CallState) -> None:
    begun, told = Board(), Board()
    begun.begin([over(state)], ME)
    told.begin([], ME)
    told.hear(CallNews(over(state)), NOW + LATER)
    for board in (begun, told):
        assert lasts(board.calls["c1"], Now(NOW + LATER)) == "4 min ago"


def test_a_call_that_goes_on_has_its_clock() -> None:
    board = Board()
    mei = SafeText("美惠")
    board.begin([call("c1", LIN, state=CallState.RING_STOPPED, claimed_by="p-mei", claimed_name=mei, started=NOW)], ME)
    assert views.calls(board, Now(NOW)).calls[0].silent is False
    assert lasts(board.calls["c1"], Now(NOW + LATER)) == "04:37"
