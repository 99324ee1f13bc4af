"""A member who turns out to be another while they are on the card, on hold, or on the line: the other one has it all."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.members import Member
from terminal.drafts import Draft
from terminal.news import MemberNews
from terminal.screens.board import Board
from tests.screens.harness import LANGUAGES, SIZES, Running, running
from tests.screens.test_desk import CHEN, HUANG, LIN, desk, named, serve
from tests.terminal.scripted_desk import NOW, call, plain_card, pop


async def merge(run: Running, gone: Member, into: Member) -> None:
    """The server, or another desk, made one of both."""
    run.desk.cards[gone.id] = plain_card(into)
    run.desk.publish(MemberNews(msgspec.structs.replace(gone, merged_into=into.id)))
    await run.settle()


@SIZES
@LANGUAGES
@pytest.mark.parametrize("typed", ["", "半則備註"], ids=["empty", "typed"])
async def test_the_card_becomes_the_one_they_were_merged_into_with_call_and_note(
    typed: str, size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await serve(run, plain_card(LIN))
        run.screen.area.insert(typed)
        await run.settle()
        await merge(run, LIN, CHEN)
        assert CHEN.name in run.title("card")
        assert CHEN.name in run.title("noteframe")
        assert named(run) == {CHEN.name}
        assert run.screen.board.person.key == (CHEN.id, "c1")
        assert run.screen.area.text == typed
        assert run.focus == "note"
        said = (
            f"{LIN.name} is the same person as {CHEN.name}: card and note are {CHEN.name}'s now."
            if english
            else f"{LIN.name}與{CHEN.name}是同一人：卡片與備註現在都屬於{CHEN.name}。"
        )
        assert said in run.pane("banner")
        assert CHEN.name in run.pane("banner").split("\n")[0], "who is on the line"
        await run.press(*"ok", "ctrl+s")
        assert ("note", f"{typed}ok", CHEN.id, "c1") in run.desk.did
        assert {owner for owner, text in run.desk.kept.items() if text} == set()


async def test_who_waits_on_hold_comes_back_as_the_other_with_their_note() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press(*"half")
        await serve(run, plain_card(CHEN), "c2")
        await merge(run, LIN, HUANG)
        assert named(run) == {CHEN.name}
        assert HUANG.name in run.pane("lines")
        assert LIN.name not in run.pane("lines")
        assert "is the same person" not in run.pane("banner"), "it is of nobody who is on the card"
        await run.press("f4", "1")
        assert named(run) == {HUANG.name}
        assert run.screen.area.text == "half"


async def test_one_who_is_not_here_yet_is_waited_for() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press(*"half")
        del run.desk.cards[LIN.id]
        run.desk.publish(MemberNews(msgspec.structs.replace(LIN, merged_into="new")))
        await run.still()
        assert run.screen.area.text == "half"
        run.desk.cards[LIN.id] = plain_card(CHEN)
        await run.still()
        assert named(run) == {CHEN.name}
        assert run.screen.area.text == "half"


async def test_a_card_that_is_read_again_finds_the_other_too() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press(*"half")
        run.desk.cards[LIN.id] = plain_card(CHEN)
        await run.screen.work.refill()
        run.screen.painter.paint()
        assert named(run) == {CHEN.name}
        assert run.screen.area.text == "half"


async def test_a_draft_of_the_one_is_on_the_others_card_after_a_restart() -> None:
    made = desk()
    made._drafts = [Draft(LIN.id, "c1", "half", saved_at=NOW)]
    made.cards[LIN.id] = plain_card(CHEN)
    async with running(made) as run:
        assert named(run) == {CHEN.name}
        assert run.screen.area.text == "half"


def test_two_who_share_a_number_and_are_one_need_no_choice() -> None:
    board = Board()
    board.hear(pop(call("c1", LIN), plain_card(LIN), CHEN), NOW)
    assert board.person.key == (None, "c1")
    board.led(LIN.id, plain_card(CHEN))
    assert board.person.member == CHEN
    (match,) = board.calls["c1"].matches
    assert (match.member, match.guess, match.why.code) == (CHEN, False, "number_exact")
