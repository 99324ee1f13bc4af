"""A call that a route lets ring here for a while: when its turn is over it goes, says why, and can come again."""

from pathlib import Path

import pytest

from terminal.news import CallNews
from tests.screens.harness import running
from tests.screens.test_desk import LIN, desk
from tests.terminal.scripted_desk import call, plain_card, pop


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_turn_that_is_over_withdraws_the_call_and_says_why(language: str, chinese: Path) -> None:
    english = language == "en"
    async with running(desk(), catalogue=None if english else chinese) as run:
        ringing = call("c1", LIN)
        run.desk.publish(pop(ringing, plain_card(LIN)))
        await run.settle()
        assert LIN.name in run.pane("banner")
        run.desk.publish(CallNews(ringing, elsewhere=True))
        await run.settle()
        assert LIN.name not in run.pane("banner")
        run.screen.panes.go("lines")
        await run.settle()
        assert ("rings elsewhere now" if english else "改在別桌響鈴") in " ".join(run.pane("lines").split())
        await run.press("f2")
        assert not any(what[0] == "claim" for what in run.desk.did), "F2 takes what rings here"
        run.desk.publish(CallNews(ringing))
        await run.settle()
        assert LIN.name in run.pane("banner"), "all ring, after the last one"
        await run.press("f2")
        assert any(what[0] == "claim" for what in run.desk.did)
