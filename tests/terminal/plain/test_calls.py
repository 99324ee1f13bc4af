"""A call is closed line by line."""

import msgspec
import pytest

from ringdesk.calls import CallState, Outcome
from ringdesk.dispositions import BUILT_IN, Disposition
from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task
from ringdesk.why import Why
from terminal.news import CallNews, Match, NoteNews
from tests.terminal.plain.talking import Typist, spoken, talking
from tests.terminal.scripted_desk import ME, NOW, ScriptedDesk, call, member, plain_card, pop

LIN = member("lin", "林淑芬", "0912-345-678")
GIFT = Disposition(id="gift", title=SafeText("禮盒團購"), rank=1, needs_note=True)


async def listed(typist: Typist) -> list[str]:
    """The calls, as the list reads them."""
    await typist.settle()
    return [line for line in await typist.type("i") if LIN.name in line]


WRAPPED = ("wrapup", "c2", "gift", LIN.id)


async def test_a_saved_note_of_the_call_is_the_note_that_a_code_needs_and_a_refused_one_is_not() -> None:
    desk = ScriptedDesk({LIN.id: plain_card(LIN)})
    desk.business.codes = (GIFT, *BUILT_IN)
    async with talking(desk) as typist:
        desk.publish(pop(call("c2", LIN), plain_card(LIN)))
        await typist.type("t 2")
        note = Note(id="n", member=LIN.id, call="c2", text=SafeLines("tea"), at=NOW)
        desk.publish(NoteNews(note, "refused"))
        assert any("needs a note first" in line for line in await typist.type("w 1"))
        desk.publish(NoteNews(note, "settled"))
        await typist.type("w 1")
        assert WRAPPED in desk.did


async def test_a_card_that_was_opened_is_put_away_and_no_call_is_said_to_be_closed() -> None:
    desk = ScriptedDesk({LIN.id: plain_card(LIN)})
    async with talking(desk) as typist:
        await typist.type(f"/ {LIN.name}", "1")
        said = await typist.type("w 2")
        assert said == [
            "No call of yours is on the card, so no code is noted.",
            f"Card closed: {LIN.name}",
            "On the desk: nobody.",
        ]
        await typist.type(f"/ {LIN.name}", "1")
        assert await typist.type("w") == [f"Card closed: {LIN.name}", "On the desk: nobody."]


async def test_the_call_of_ones_own_on_a_card_that_was_opened_is_closed_with_the_code() -> None:
    desk = ScriptedDesk({LIN.id: plain_card(LIN)})
    async with talking(desk) as typist:
        desk.publish(pop(call("c2", LIN), plain_card(LIN)))
        await typist.type("t 2")
        typist.plain.bench.board.by_hand = True  # as after the drafts led back to it
        assert f"Closed: {LIN.name}" in await typist.type("w 2")
        assert desk.did[-1][:2] == ("wrapup", "c2")


async def test_while_nobody_is_on_the_desk_the_tasks_are_ones_own() -> None:
    desk = ScriptedDesk({LIN.id: plain_card(LIN)})
    desk.business.tasks = [Task(id="a1", title=SafeText("寄發票"), due=SafeText("2026-11-23"), assignee=ME)]
    async with talking(desk) as typist:
        assert any("寄發票" in line for line in await typist.type("k"))
        assert await typist.type("d") == ["Nobody is on the desk."]


@pytest.mark.parametrize("language", ["en", "zh_Hant"])
async def test_a_call_that_is_over_says_how_it_ended_and_who_had_it(language: str) -> None:
    english = language == "en"
    desk = ScriptedDesk({LIN.id: plain_card(LIN)})
    desk.business.codes = (GIFT, *BUILT_IN)
    with spoken(language):
        async with talking(desk) as typist:
            desk.publish(pop(call("c2", LIN), plain_card(LIN)))
            taken = call("c2", LIN, state=CallState.ANSWERED, claimed_by="p-mei", claimed_name=SafeText("美惠"))
            desk.publish(CallNews(taken, SafeText("美惠")))
            has = "with 美惠" if english else "美惠已接"
            assert any(has in line for line in await listed(typist))
            over = msgspec.structs.replace(taken, state=CallState.ENDED, outcome=Outcome.ANSWERED, ended=NOW)
            desk.publish(CallNews(over, SafeText("美惠")))
            (said,) = await listed(typist)
            assert has not in said
            assert ("Answered, 美惠" if english else "已接、美惠") in said
            desk.publish(CallNews(msgspec.structs.replace(over, disposition=SafeText("gift")), SafeText("美惠")))
            assert any("禮盒團購" in line for line in await listed(typist))


async def test_calls_that_are_over_are_read_with_the_time_at_which_they_rang_the_newest_first() -> None:
    desk = ScriptedDesk({LIN.id: plain_card(LIN)})
    async with talking(desk) as typist:
        for ident, ago in (("old", 600), ("new", 300)):
            gone = call(ident, LIN, state=CallState.ENDED, started=NOW - ago, ended=NOW - ago + 67)
            desk.publish(CallNews(gone, matches=(Match(LIN, Why("number_exact")),)))
        new, old = await listed(typist)
        assert new.endswith("16:38:07"), new
        assert old.endswith("16:33:07"), old


@pytest.mark.parametrize("language", ["en", "zh_Hant"])
async def test_a_call_that_is_handed_to_another_is_not_said_to_be_theirs_before_they_turn_to_it(language: str) -> None:
    desk = ScriptedDesk({LIN.id: plain_card(LIN)})
    with spoken(language):
        async with talking(desk) as typist:
            desk.publish(pop(call("c2", LIN), plain_card(LIN)))
            given = call("c2", LIN, state=CallState.ANSWERED, claimed_by="p-mei", handed_by="p-an")
            desk.publish(CallNews(given, SafeText("美惠")))
            (said,) = await listed(typist)
            assert ("waiting for 美惠" if language == "en" else "等美惠接手") in said


async def test_what_is_said_of_two_calls_that_may_be_one_can_be_taken_back() -> None:
    desk = ScriptedDesk({LIN.id: plain_card(LIN)})
    async with talking(desk) as typist:
        desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        desk.publish(CallNews(call("c2", LIN, line="3", perhaps="c1")))
        await typist.type("y")
        await typist.type("1")
        await typist.type("z")
        await typist.type("1")
    told = [each for each in desk.did if "same" in str(each) or "unsaid" in str(each)]
    assert ["unsaid" in str(each) for each in told] == [False, True], desk.did
