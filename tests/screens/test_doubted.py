"""A second report that may be of the call on show: it stands in the lines in a word, and disturbs nobody."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import Called
from ringdesk.safetext import SafeText
from terminal.news import CallNews
from tests.screens.harness import running
from tests.screens.test_desk import LIN, desk
from tests.terminal.scripted_desk import call, plain_card, pop


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_second_of_two_reports_says_so_and_is_not_what_f2_takes(language: str, chinese: Path) -> None:
    english = language == "en"
    async with running(desk(), catalogue=None if english else chinese) as run:
        first = call("c1", LIN)
        run.desk.publish(pop(first, plain_card(LIN)))
        second = msgspec.structs.replace(first, id="c2", called=Called(line=SafeText("2")), perhaps="c1")
        run.desk.publish(CallNews(second))
        await run.settle()
        run.screen.panes.go("lines")
        await run.settle()
        shown = " ".join(run.pane("lines").split())
        assert ("Same call?" if english else "同一通？") in shown
        assert ("1 ringing" if english else "響鈴 1") in shown
        await run.press("f2")
        assert [what[1] for what in run.desk.did if what[0] == "claim"] == ["c1"]
