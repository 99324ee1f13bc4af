"""What was noted in the calls of a number that is nobody's stands on its card when it calls again, and stays in sight on the
card of whoever it turns out to be."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import CallState, Outcome
from ringdesk.members import MemberNumber
from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from terminal.news import CallNews, MemberNews, NoteNews
from tests.screens.harness import LANGUAGES, SIZES, Running, running
from tests.screens.test_became import owned
from tests.screens.test_callstory import UNKNOWN
from tests.screens.test_desk import HUANG, LIN, desk, named, serve
from tests.terminal.scripted_desk import NOW, ScriptedDesk, call, plain_card, pop

BEFORE = msgspec.structs.replace(
    UNKNOWN, id="u0", state=CallState.ENDED, outcome=Outcome.ANSWERED, started=NOW - 172800, answered=NOW - 172790
)
"""Longer ago than all that stands on a member's card."""
EARLIER = Note(id="n0", call="u0", text=SafeLines("要三十份"), author_name=SafeText("怡君"), at=NOW - 172780)
HERE = Note(id="n1", call=UNKNOWN.id, text=SafeLines("今天來拿"), author_name=SafeText("怡君"), at=NOW - 2)
NUMBER = MemberNumber(SafeText("0965118402"), "+886965118402", SafeText(""))


def known_number() -> ScriptedDesk:
    """A desk that had a call of the unknown number yesterday."""
    made = desk()
    made.business.before = [BEFORE]
    made.business.notes = [EARLIER]
    return made


async def notes_of(run: Running) -> str:
    run.screen.action_go("earlier")
    await run.settle()
    return run.pane("earlier")


@SIZES
@LANGUAGES
async def test_a_number_that_calls_again_has_its_earlier_calls_and_notes(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    async with running(known_number(), size, catalogue=chinese if language == "zh" else None) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        assert "要三十份" in await notes_of(run)
        run.screen.action_go("timeline")
        await run.settle()
        assert ("來電" if language == "zh" else "Call in") in run.pane("timeline")


async def test_what_a_colleague_notes_in_another_call_of_the_number_comes_at_once() -> None:
    async with running(known_number()) as run:
        run.desk.publish(CallNews(BEFORE), pop(UNKNOWN))
        await run.settle()
        run.desk.publish(NoteNews(msgspec.structs.replace(EARLIER, id="n2", text=SafeLines("改五十份")), "settled"))
        await run.settle()
        assert "改五十份" in await notes_of(run)


@pytest.mark.parametrize("typed", ["", "half"], ids=["empty", "typed"])
async def test_the_notes_of_the_call_stay_when_the_caller_gets_a_name_elsewhere(typed: str) -> None:
    async with running(known_number()) as run:
        run.desk.business.notes.append(HERE)
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        run.screen.area.insert(typed)
        known = msgspec.structs.replace(HUANG, numbers=(*HUANG.numbers, NUMBER))
        run.desk.cards[HUANG.id] = msgspec.structs.replace(plain_card(HUANG), member=known)
        run.desk.publish(MemberNews(known), owned(known))
        await run.settle()
        assert named(run) == {HUANG.name}
        assert "今天來拿" in await notes_of(run)
        assert [each.member for each in run.screen.board.person.timeline] == [HUANG.id], "their own past"


async def test_the_notes_of_the_call_stay_on_the_card_of_whom_the_agent_says_it_is() -> None:
    async with running(known_number()) as run:
        run.desk.business.notes.append(HERE)
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2", "escape", "slash", *"林淑", "enter")
        assert named(run) == {LIN.name}
        assert "今天來拿" in await notes_of(run)
        run.desk.publish(NoteNews(msgspec.structs.replace(HERE, id="n3", text=SafeLines("帶發票")), "settled"))
        await run.settle()
        assert "帶發票" in await notes_of(run)


async def test_a_note_of_nobody_is_on_the_card_of_whoever_has_its_number_and_of_no_other() -> None:
    theirs = msgspec.structs.replace(LIN, numbers=(*LIN.numbers, NUMBER))
    made = known_number()
    made.cards[LIN.id] = msgspec.structs.replace(plain_card(LIN), member=theirs)
    async with running(made) as run:
        run.desk.publish(CallNews(BEFORE))
        await run.settle()
        for who, there in ((LIN, True), (HUANG, False)):
            await run.screen.work.look(who.id)
            run.desk.publish(NoteNews(EARLIER, "settled"))
            await run.settle()
            assert ("要三十份" in await notes_of(run)) is there


async def test_what_was_noted_of_a_number_goes_and_comes_with_it_while_a_card_is_open() -> None:
    theirs = msgspec.structs.replace(LIN, numbers=(*LIN.numbers, NUMBER))
    with_it = msgspec.structs.replace(plain_card(LIN), member=theirs, notes=(EARLIER, *plain_card(LIN).notes))
    made = known_number()
    made.cards[LIN.id] = with_it
    async with running(made) as run:
        await run.screen.work.look(LIN.id)
        assert "要三十份" in await notes_of(run)
        for card, there in ((plain_card(LIN), False), (with_it, True)):
            made.cards[LIN.id] = card
            run.desk.publish(MemberNews(card.member))
            await run.settle()
            assert run.screen.board.person.notes == card.notes
            assert ("1 note " in await notes_of(run)) is not there


@pytest.mark.parametrize("first", [True, False], ids=["kept", "rang"])
async def test_what_was_noted_of_a_number_that_is_theirs_no_more_does_not_come_with_a_call_that_waited(
    first: bool,
) -> None:
    theirs = msgspec.structs.replace(LIN, numbers=(*LIN.numbers, NUMBER))
    oldest = msgspec.structs.replace(EARLIER, at=NOW - 99 * 86400)
    with_it = msgspec.structs.replace(plain_card(LIN), member=theirs, notes=(*plain_card(LIN).notes, oldest))
    waits = pop(call("c1", theirs, line="1"), with_it)
    async with running(known_number()) as run:
        run.desk.cards[LIN.id] = with_it
        if first:
            await serve(run, with_it)
        await serve(run, plain_card(HUANG), "c2")
        if not first:
            run.desk.publish(waits)
            await run.settle()
        run.desk.cards[LIN.id] = plain_card(LIN)
        run.desk.publish(MemberNews(LIN))
        await run.settle()
        run.screen.turn_to(run.screen.board.calls["c1"])
        await run.settle()
        assert named(run) == {LIN.name}
        assert run.screen.board.person.notes == plain_card(LIN).notes
