"""Who else got the caller's number is named on the card of the first owner, with the key that shows them."""

from pathlib import Path

import msgspec

from ringdesk.members import Member
from terminal.news import CallNews
from tests.screens.harness import LANGUAGES, SIZES, Running, running
from tests.screens.test_desk import CHEN, HUANG, LIN, desk, serve
from tests.terminal.scripted_desk import call, plain_card, pop


def too(who: Member) -> Member:
    """With the number of Lin beside their own."""
    return msgspec.structs.replace(who, numbers=(*who.numbers, LIN.numbers[0]))


async def shared(run: Running, *others: Member) -> None:
    """Lin is on the line; the others get her number, at another desk."""
    await serve(run, plain_card(LIN))
    one = call("c1", LIN)
    run.desk.publish(CallNews(one, mine=True, matches=pop(one, plain_card(LIN), *others).matches))
    await run.settle()


@SIZES
@LANGUAGES
async def test_the_card_says_whose_number_it_is_too_and_the_key_shows_them(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    said = f"also {HUANG.name}'s:  Esc v  shows" if english else f"{HUANG.name}也用這個號碼：  Esc v  查看"
    asked = "0912-345-678 is also theirs" if english else "0912-345-678 也是他們的號碼"
    catalogue = None if english else chinese
    async with running(desk(), size, catalogue=catalogue, keys={"sharers": "v"}) as run:
        await shared(run, too(HUANG))
        assert said in run.pane("card")
        assert "".join(run.rows()).count(said) == 1, "in one place"
        assert LIN.name in run.title("card")
        await run.press("v")
        assert run.screen.area.text == "v", "in the note it is a letter"
        await run.press("escape", "v")
        assert asked in run.pane("menu")
        await run.press("1")
        assert HUANG.name in run.title("card")
        assert HUANG.name in run.title("noteframe")
        await run.press("escape")
        assert LIN.name in run.title("card")
        assert run.screen.area.text == "v"


async def test_several_are_counted_and_each_can_be_opened() -> None:
    async with running(desk()) as run:
        await shared(run, too(HUANG), too(CHEN))
        assert f"also {HUANG.name} +1's:" in run.pane("card")
        await run.press("escape", "b", "2")
        assert CHEN.name in run.title("card")


async def test_who_has_it_no_more_is_not_named_and_the_key_says_so() -> None:
    async with running(desk()) as run:
        await shared(run, HUANG)
        assert "also" not in run.pane("card")
        await run.press("escape", "b")
        assert "Nobody else has this number." in run.pane("banner")


async def test_on_the_card_of_somebody_else_it_is_not_said() -> None:
    async with running(desk()) as run:
        await shared(run, too(HUANG))
        await run.press("escape", "slash", *"陳", "enter")
        assert CHEN.name in run.title("card")
        assert "also" not in run.pane("card")


async def test_after_a_digit_chose_one_of_several_the_key_shows_the_others() -> None:
    async with running(desk()) as run:
        run.desk.cards[HUANG.id] = plain_card(too(HUANG))
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN), too(HUANG)))
        await run.settle()
        await run.press("f2", "1")
        assert LIN.name in run.title("card")
        await run.press("escape", "b")
        assert HUANG.name in run.pane("menu")
