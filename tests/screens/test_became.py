"""A caller whom nobody knew gets a name while the card is open: it is their card from then on, with what was typed."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from ringdesk.members import Member, MemberNumber
from ringdesk.safetext import SafeText
from terminal.news import CallNews, MemberNews
from tests.screens.harness import LANGUAGES, SIZES, running
from tests.screens.test_desk import CHEN, HUANG, LIN, desk, named
from tests.screens.test_promises import UNKNOWN
from tests.terminal.scripted_desk import call, plain_card, pop


def owned(*members: Member) -> CallNews:
    """Their number is that of the unknown caller now."""
    first, *others = members
    return CallNews(UNKNOWN, mine=True, matches=pop(UNKNOWN, plain_card(first), *others).matches)


@SIZES
@LANGUAGES
@pytest.mark.parametrize("typed", ["", "半則備註"], ids=["empty", "typed"])
async def test_the_card_of_an_unknown_caller_becomes_the_member_who_gets_the_number_elsewhere(
    typed: str, size: tuple[int, int], language: str, chinese: Path
) -> None:
    async with running(desk(), size, catalogue=None if language == "en" else chinese) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2")
        run.screen.area.insert(typed)
        await run.settle()
        number = MemberNumber(SafeText("0965118402"), "+886965118402", SafeText(""))
        known = msgspec.structs.replace(HUANG, numbers=(*HUANG.numbers, number))
        run.desk.cards[HUANG.id] = msgspec.structs.replace(plain_card(HUANG), member=known)
        run.desk.publish(MemberNews(known), owned(known))
        await run.settle()
        assert named(run) == {HUANG.name}
        assert HUANG.name in run.title("card")
        assert HUANG.name in run.title("noteframe")
        assert run.screen.area.text == typed
        assert run.focus == "note"
        await run.press(*"ok", "ctrl+s")
        assert ("note", f"{typed}ok", HUANG.id, "u") in run.desk.did


async def test_two_who_get_the_number_together_are_to_be_chosen_from_and_the_note_waits_for_it() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2", *"half")
        run.desk.publish(MemberNews(HUANG), MemberNews(CHEN), owned(HUANG, CHEN))
        await run.settle()
        assert run.screen.board.person.key == (None, "u")
        assert all(f"{digit}  {who.name}" in run.pane("card") for digit, who in ((1, HUANG), (2, CHEN)))
        assert run.screen.area.text == "half"
        await run.press("escape", "2", "f9")
        assert CHEN.name in run.title("noteframe")
        assert run.screen.area.text == "half"


async def test_a_note_about_somebody_else_stays_theirs_and_the_caller_is_to_be_chosen_afterwards() -> None:
    """The agent looks somebody up during the call of a stranger, and writes about them."""
    async with running(desk()) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2", *"half")
        await run.screen.work.look(LIN.id)
        run.screen.writing.settle()
        run.screen.area.insert("about Lin")
        run.screen.writing.hold()
        run.desk.publish(owned(HUANG))
        await run.settle()
        assert run.screen.writing.owner[0] == LIN.id
        assert run.screen.area.text == "about Lin"
        run.screen.board.home()
        run.screen.writing.settle()
        run.screen.painter.paint()
        assert run.screen.area.text == "half"
        assert HUANG.name in run.pane("card")
        assert run.screen.board.person.key == (None, "u"), "a digit says it"


async def test_a_name_that_comes_late_takes_what_was_typed_along() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2", *"half")
        run.desk.publish(CallNews(run.desk.live["u"], mine=True, matches=pop(UNKNOWN, plain_card(HUANG)).matches))
        await run.settle()
        assert named(run) == {HUANG.name}
        assert run.screen.area.text == "half"


async def test_of_several_who_may_be_the_caller_nobody_becomes_it_by_news() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN), CHEN))
        await run.settle()
        await run.press("f2")
        run.desk.publish(MemberNews(msgspec.structs.replace(LIN, name=SafeText("林淑芳"))))
        await run.settle()
        assert run.screen.board.person.member is None


async def test_what_went_along_to_a_member_is_filed_there_without_another_key() -> None:
    async with running(desk()) as run:
        run.desk.cards[LIN.id] = plain_card(LIN)
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2", *"half")
        run.screen.keeper.move((None, UNKNOWN.id), (LIN.id, UNKNOWN.id))
        async with asyncio.timeout(5):
            while run.desk.kept.get((LIN.id, UNKNOWN.id)) != "half":
                await asyncio.sleep(0.02)
        assert not run.desk.kept.get((None, UNKNOWN.id))
