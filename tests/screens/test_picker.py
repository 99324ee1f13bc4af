"""Several people on one number: what is typed behind F2 is a note or chooses one of them; nothing of it is a key of the call."""

from pathlib import Path

import msgspec
import pytest
from textual import events

from ringdesk.members import Member
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from terminal.news import Match
from terminal.screens.keeper import Owner
from tests.screens.harness import SMALL, WIDE, Running, running
from tests.screens.test_desk import CHEN, LIN, desk, named
from tests.terminal.scripted_desk import call, plain_card, pop

LETTERS = "xwnsdbmeiajk"


async def several(run: Running) -> None:
    run.desk.publish(pop(call("c1", LIN), plain_card(LIN), CHEN))
    await run.look()


async def typed(run: Running, text: str) -> None:
    """As an input method gives it: whole characters, in one read."""
    for each in text:
        run.app.post_message(events.Key(each, each))
    await run.settle()


def owner(run: Running) -> Owner:
    """Whose the note is."""
    return run.screen.board.person.key


def closed(run: Running) -> bool:
    return any("CallWrapup" in repr(each) or "wrapup" in repr(each) for each in run.desk.did)


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
async def test_what_is_typed_behind_f2_is_the_note_of_the_call(size: tuple[int, int]) -> None:
    async with running(desk(), size) as run:
        await several(run)
        await run.press("f2")
        assert run.focus == "note"
        await typed(run, "要宅配w2盒" + LETTERS)
        assert run.screen.area.text == "要宅配w2盒" + LETTERS
        assert owner(run) == (None, "c1")
        assert not closed(run)
        assert run.screen.board.serving is not None
        assert "Esc 2" in run.pane("card")
        await run.press("escape", "2")
        assert named(run) == {CHEN.name}
        assert run.focus == "note"
        await typed(run, "w")
        assert run.screen.area.text.endswith(LETTERS + "w")
        assert owner(run) == (CHEN.id, "c1")


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
async def test_a_first_digit_chooses_and_all_behind_it_is_hers(size: tuple[int, int], chinese: Path) -> None:
    async with running(desk(), size, catalogue=chinese) as run:
        await several(run)
        await run.press("f2")
        await typed(run, "2盒要宅配w")
        assert named(run) == {CHEN.name}
        assert run.screen.area.text == "盒要宅配w"
        assert not closed(run)


@pytest.mark.parametrize("text", ["3包", "0盒", "２盒"])
async def test_a_digit_of_nobody_begins_the_note(text: str) -> None:
    async with running(desk()) as run:
        await several(run)
        await run.press("f2")
        await typed(run, text)
        assert run.screen.area.text == text
        assert run.screen.board.person.member is None


async def test_the_keys_come_in_one_read_with_f2() -> None:
    async with running(desk()) as run:
        await several(run)
        run.app.post_message(events.Key("f2", None))
        await typed(run, "wx2")
        assert run.screen.area.text == "wx2"
        assert not closed(run)


@pytest.mark.parametrize("letter", LETTERS)
async def test_no_letter_on_the_card_is_a_key(letter: str) -> None:
    async with running(desk()) as run:
        await several(run)
        await run.press("f2", "shift+tab")
        while run.focus != "card":
            await run.press("shift+tab")
        await typed(run, letter + "w好")
        assert run.focus == "note"
        assert run.screen.area.text == letter + "w好"
        assert not closed(run)


async def test_what_is_pasted_on_the_card_is_the_note() -> None:
    async with running(desk()) as run:
        await several(run)
        await run.press("f2")
        run.screen.set_focus(run.screen.painter.panel("card"))
        await run.settle()
        run.app.post_message(events.Paste("2盒要宅配w"))
        await run.settle()
        assert run.screen.area.text == "2盒要宅配w"
        assert run.screen.board.person.member is None


def household(count: int) -> list[Member]:
    return [
        msgspec.structs.replace(CHEN, id=f"m{index}", name=SafeText(f"Nr-{index}.")) for index in range(2, count + 1)
    ]


async def crowd(run: Running, count: int) -> None:
    people = household(count)
    run.desk.cards.update({who.id: plain_card(who) for who in people})
    run.desk.publish(pop(call("c1", LIN), plain_card(LIN), *people))
    await run.look()


@pytest.mark.parametrize("size", [WIDE, (110, 30), SMALL], ids=["160x45", "110x30", "80x24"])
@pytest.mark.parametrize("count", [4, 6])
async def test_all_who_fit_are_shown(size: tuple[int, int], count: int) -> None:
    async with running(desk(), size) as run:
        await crowd(run, count)
        for who in household(count):
            assert who.name in run.in_sight("card")
        assert "of" not in run.pane("card").split("\n")[-1]
        await run.press("f2", "4")
        assert owner(run) == ("m4", "c1")
        assert run.screen.painter.panel("card").size.height == (7 if size != SMALL else 6)


async def test_of_very_many_the_first_are_listed_and_all_are_counted() -> None:
    """A look-up brings the first fifty and says in its reason how many there are."""
    async with running(desk()) as run:
        first, *others = household(50)
        rings = pop(call("c1", first), plain_card(first), *others)
        why = Why("number_shared", {"count": "498"})
        run.desk.publish(
            msgspec.structs.replace(rings, matches=tuple(Match(match.member, why) for match in rings.matches))
        )
        await run.settle()
        assert "498 people" in run.pane("banner")
        assert "498 people" in run.pane("lines")
        assert "of 498" in run.pane("card")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("where", ["note", "card"])
async def test_those_who_do_not_fit_come_by_the_arrows(language: str, where: str, chinese: Path) -> None:
    async with running(desk(), SMALL, catalogue=chinese if language == "zh" else None) as run:
        await crowd(run, 12)
        await run.press("f2")
        if where == "card":
            run.screen.set_focus(run.screen.picker)
        seen = len(run.screen.picker.people)
        words = f"1 to {seen} of 12: Up, Down" if language == "en" else f"第 1 到 {seen} 位，共 12 位：上下鍵"
        assert words in run.pane("card").split("\n")[-1]
        assert "Nr-12." not in run.in_sight("card")
        await run.press(*["down"] * 14)
        assert "Nr-12." in run.in_sight("card")
        await run.press("up", str(seen))
        assert owner(run) == ("m11", "c1")
        assert run.focus == "note"
