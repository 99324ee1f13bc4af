"""A second report that may be of the call on show: it stands in the lines in a word, and disturbs nobody."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import Called, CallState
from ringdesk.ops import CallSame
from ringdesk.safetext import SafeText
from terminal.news import CallNews
from tests.screens.harness import running
from tests.screens.test_callstory import done
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


@pytest.mark.parametrize(("key", "verdict", "said"), [("s", "same", "One call"), ("d", "another", "Two calls")])
async def test_one_key_says_whether_it_is_and_the_palette_takes_it_back(key: str, verdict: str, said: str) -> None:
    async with running(desk()) as run:
        first = call("c1", LIN)
        run.desk.publish(pop(first, plain_card(LIN)))
        run.desk.publish(
            CallNews(msgspec.structs.replace(first, id="c2", called=Called(line=SafeText("2")), perhaps="c1"))
        )
        await run.settle()
        run.screen.panes.go("lines")
        await run.settle()
        await run.press(key)
        assert done(run, CallSame) == [CallSame(call="c2", other="c1", verdict=verdict)]  # type: ignore[arg-type]
        assert said in run.picture()
        run.screen.action_undo(0)
        await run.settle()
        assert done(run, CallSame)[1:] == [CallSame(call="c2", other="c1", verdict="unsaid")]


async def test_where_nothing_is_asked_the_keys_say_so() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        run.screen.panes.go("lines")
        await run.settle()
        await run.press("s")
        assert "There are no two calls that may be one." in run.picture()
        assert done(run, CallSame) == []


async def test_two_that_are_one_are_one_line_and_two_again_when_that_is_taken_back() -> None:
    async with running(desk()) as run:
        first = call("c1", LIN)
        run.desk.publish(pop(first, plain_card(LIN)))
        second = msgspec.structs.replace(first, id="c2", called=Called(line=SafeText("2")), perhaps="c1")
        run.desk.publish(CallNews(second))
        run.desk.publish(CallNews(msgspec.structs.replace(second, state=CallState.ENDED, merged_into="c1")))
        await run.settle()
        assert list(run.screen.board.calls) == ["c1"]
        run.desk.publish(CallNews(second))
        await run.settle()
        assert [row.call.id for row in run.screen.board.calls.values()] == ["c1", "c2"]
        assert run.screen.board.row("c2") is not run.screen.board.row("c1")
