"""A card that opened by itself takes no digit that was meant for the home screen; what is written to its caller it takes."""

from pathlib import Path

import msgspec
import pytest
from textual import events

from ringdesk.calls import CallState
from terminal.news import CallNews
from tests.screens.harness import SMALL, WIDE, running
from tests.screens.test_desk import CHEN, LIN, desk, named
from tests.terminal.scripted_desk import call, plain_card, pop


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_digit_that_was_meant_for_home_is_no_text_of_who_rings(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    async with running(desk(), size, catalogue=None if language == "en" else chinese) as run:
        assert run.focus == "note"
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        assert named(run) == {LIN.name}
        await run.press("9", "8", "0")
        assert run.screen.area.text == ""
        assert run.focus == "note"
        await run.press("3")
        assert run.screen.area.text == ""
        assert run.focus == ("lines" if size == SMALL else "note"), "the tab, as it was a moment ago"


async def test_of_several_who_just_popped_such_a_digit_chooses_nobody() -> None:
    async with running(desk(), SMALL) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN), CHEN))
        await run.settle()
        await run.press("2")
        assert run.screen.board.person.member is None
        assert run.screen.area.text == ""
        assert run.focus == "tasks"


async def test_a_digit_that_comes_before_several_people_could_be_seen_chooses_nobody() -> None:
    """The call that was kept comes back with its picker while the finger is on its way down."""
    async with running(desk()) as run:
        run.desk.publish(pop(call("several", LIN), plain_card(LIN), CHEN))
        await run.press("f2")
        run.desk.publish(pop(call("c2", CHEN, line="2"), plain_card(CHEN)))
        await run.press("f2")
        for key in ("f4", "1", "escape", "1"):
            run.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await run.settle()
        assert run.screen.board.person.member is None
        assert "look who they are" in run.pane("banner")
        await run.look()
        await run.press("1")
        assert named(run) == {LIN.name}


async def test_words_begin_a_note_at_once_and_digits_go_on_with_it() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        await run.press(*"a30")
        assert run.screen.area.text == "a30"


@pytest.mark.parametrize("how", ["f2", "answered"])
async def test_a_digit_begins_a_note_once_somebody_has_the_call(how: str) -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        if how == "f2":
            await run.press("f2")
        else:
            run.desk.publish(CallNews(msgspec.structs.replace(call("c1", LIN), state=CallState.RING_STOPPED)))
            await run.settle()
        await run.press("3")
        assert run.screen.area.text == "3"
