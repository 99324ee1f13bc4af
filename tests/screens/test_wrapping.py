"""F4 as a person would see it: a call closed in two keys, a meeting recorded in two keys, and the work after a call."""

from pathlib import Path

import msgspec
import pytest
from textual import events

from ringdesk.calls import CallState
from ringdesk.dispositions import BUILT_IN, Disposition
from ringdesk.notes import Note
from ringdesk.ops import ContactAdd
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.timeline import Contact, ContactKind
from terminal.news import CallNews, NoteNews, RowNews
from terminal.screens.wrapup import Mode, WrapUp
from terminal.widgets.keybar import KeyBar
from tests.screens.harness import SMALL, WIDE, Running, running
from tests.terminal.scripted_desk import NOW, ScriptedDesk, call, member, plain_card, pop

LIN = member("lin", "林淑芬", "0912-345-678")
CHEN = member("chen", "陳冠宇", "0933-218-457")
OWN = Disposition(id="gift", title=SafeText("禮盒團購"), rank=1, needs_note=True)


def desk() -> ScriptedDesk:
    return ScriptedDesk({who.id: plain_card(who) for who in (LIN, CHEN)})


async def serve(run: Running) -> None:
    run.desk.publish(pop(call("c1", LIN, line="1"), plain_card(LIN)))
    await run.settle()
    await run.press("f2")


async def end(run: Running) -> None:
    """The source says that the call is over."""
    over = msgspec.structs.replace(run.desk.live["c1"], state=CallState.ENDED)
    run.desk.publish(CallNews(over, mine=True))
    await run.settle()


async def after(run: Running, seconds: float) -> None:
    run.wall += seconds
    run.screen.tick()
    await run.settle()


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_f4_and_a_digit_close_the_call(size: tuple[int, int], language: str, chinese: Path) -> None:
    async with running(desk(), size, catalogue=chinese if language == "zh" else None) as run:
        await serve(run)
        await run.press("h", "i", "f4")
        menu = run.pane("menu")
        words = ["1  Inquiry", "2  Order", "4  Complaint"] if language == "en" else ["1  詢問", "2  訂購", "4  客訴"]
        assert not [word for word in words if word not in menu], menu
        assert LIN.name in menu
        await run.press("4")
        assert run.desk.did[-2:] == [("note", "hi", LIN.id, "c1"), ("wrapup", "c1", "complaint", LIN.id)]
        assert run.focus == "note"
        assert LIN.name not in run.title("card")


async def test_the_digit_that_follows_f4_at_once_is_no_character_of_the_note() -> None:
    async with running(desk()) as run:
        await serve(run)
        await run.pilot.press("h", "f4", "1")
        await run.settle()
        assert ("note", "h", LIN.id, "c1") in run.desk.did
        assert ("wrapup", "c1", "inquiry", LIN.id) in run.desk.did


async def test_letters_behind_f4_and_its_digit_are_for_whoever_comes_back() -> None:
    async with running(desk()) as run:
        await serve(run)
        run.desk.publish(pop(call("c2", CHEN, line="2"), plain_card(CHEN)))
        await run.press("f2")
        for key in ("h", "i", "f4", "1", "y", "o", "ctrl+s"):
            run.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await run.settle()
        assert [each[1:] for each in run.desk.did if each[0] == "note"] == [("hi", CHEN.id, "c2"), ("yo", LIN.id, "c1")]


async def test_letters_behind_f2_are_for_whom_it_takes() -> None:
    async with running(desk()) as run:
        await serve(run)
        run.desk.publish(pop(call("c2", CHEN, line="2"), plain_card(CHEN)))
        await run.settle()
        for key in ("h", "i", "f2", "y", "o", "ctrl+s"):
            run.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await run.settle()
        assert [each[1:] for each in run.desk.did if each[0] == "note"] == [("yo", CHEN.id, "c2")]
        assert run.screen.keeper.texts == {(LIN.id, "c1"): "hi"}


async def test_enter_takes_the_first_and_esc_goes_on_with_the_call() -> None:
    async with running(desk()) as run:
        await serve(run)
        await run.press("f4", "escape")
        assert not [each for each in run.desk.did if each[0] == "wrapup"]
        assert run.focus == "note"
        await run.press("f4", "enter")
        assert ("wrapup", "c1", "inquiry", LIN.id) in run.desk.did


async def test_the_business_has_its_own_codes_and_one_that_needs_a_note_says_so() -> None:
    own = desk()
    own.business.codes = (OWN, *BUILT_IN)
    async with running(own) as run:
        await serve(run)
        await run.press("f4")
        assert "1  禮盒團購" in run.pane("menu")
        assert "needs a note" in run.pane("menu")
        await run.press("1")
        assert "this code needs a note" in run.pane("banner")
        assert "NOT SAVED" in run.pane("noteframe")
        assert LIN.name in run.title("card")
        await run.press("x", "f4", "1")
        assert ("wrapup", "c1", "gift", LIN.id) in run.desk.did


async def test_a_note_that_was_saved_in_this_call_is_the_note_that_a_code_needs() -> None:
    own = desk()
    own.business.codes = (OWN, *BUILT_IN)
    async with running(own) as run:
        await serve(run)
        await run.press(*"tea", "ctrl+s", "f4")
        assert "needs a note" not in run.pane("menu")
        await run.press("1")
        assert ("wrapup", "c1", "gift", LIN.id) in run.desk.did
        assert [each for each in run.desk.did if each[0] == "note"] == [("note", "tea", LIN.id, "c1")]
        assert LIN.name not in run.title("card")


async def test_a_note_of_another_call_or_one_that_was_refused_is_not_the_note_that_a_code_needs() -> None:
    own = desk()
    own.business.codes = (OWN, *BUILT_IN)
    async with running(own) as run:
        await serve(run)
        await run.press(*"tea", "f4", "2")
        run.desk.publish(pop(call("c2", LIN, line="1"), plain_card(LIN)))
        await run.settle()
        await run.press("f2")
        theirs = Note(id="theirs", member=LIN.id, call="c2", text=SafeLines("no"), at=NOW)
        run.desk.publish(NoteNews(theirs, "refused"))
        await run.settle()
        await run.press("f4", "1")
        assert "this code needs a note" in run.pane("banner")
        run.desk.publish(NoteNews(theirs, "settled"))
        await run.settle()
        await run.press("f4", "1")
        assert ("wrapup", "c2", "gift", LIN.id) in run.desk.did


async def test_a_changed_list_of_codes_is_there_at_the_next_f4() -> None:
    async with running(desk()) as run:
        await serve(run)
        run.desk.business.codes = (OWN,)
        run.desk.publish(RowNews(OWN))
        await run.settle()
        await run.press("f4")
        assert "禮盒團購" in run.pane("menu")
        assert "Inquiry" not in run.pane("menu")


# the four modes


async def test_optional_the_next_call_may_be_taken_at_once() -> None:
    async with running(desk(), wrap_up=WrapUp(Mode.OPTIONAL)) as run:
        await serve(run)
        await end(run)
        await after(run, 65)
        assert "Wrap-up 01:05" in run.pane("topbar")
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        await run.press("f2")
        assert CHEN.name in run.title("card")
        await run.press("f4", "enter")
        assert LIN.name in run.title("card")
        await run.press("f4", "enter")
        assert ("wrapup", "c1", "inquiry", LIN.id) in run.desk.did
        assert "Ready" in run.pane("topbar")


async def test_discretionary_no_call_before_the_last_one_is_closed() -> None:
    async with running(desk(), wrap_up=WrapUp(Mode.DISCRETIONARY)) as run:
        await serve(run)
        await end(run)
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        await run.press("f2")
        assert "First say how the last call was" in run.pane("banner")
        assert ("claim", "c2", CHEN.id) not in run.desk.did
        await run.press("f4", "enter", "f2")
        assert ("claim", "c2", CHEN.id) in run.desk.did


async def test_timed_it_closes_by_itself_or_earlier() -> None:
    async with running(desk(), wrap_up=WrapUp(Mode.TIMED, 30)) as run:
        await serve(run)
        await end(run)
        await after(run, 12)
        assert "Wrap-up 00:18" in run.pane("topbar")
        assert not [each for each in run.desk.did if each[0] == "wrapup"]
        await after(run, 18)
        assert ("wrapup", "c1", "handled", LIN.id) in run.desk.did
        assert f"Wrap-up over, closed: {LIN.name}" in run.pane("banner")
        assert "Ready" in run.pane("topbar")
        assert LIN.name not in run.title("card")


async def test_timed_a_half_typed_note_stays_with_its_call_and_the_focus_in_it() -> None:
    async with running(desk(), wrap_up=WrapUp(Mode.TIMED, 30)) as run:
        await serve(run)
        await run.press("h", "a")
        await end(run)
        await after(run, 31)
        await run.press("l", "f")
        assert ("wrapup", "c1", "handled", LIN.id) in run.desk.did
        assert run.screen.area.text == "half"
        assert run.focus == "note"
        assert LIN.name in run.title("noteframe")
        await run.press("f4")
        assert ("note", "half", LIN.id, "c1") in run.desk.did
        assert LIN.name not in run.title("card")


async def test_timed_strict_nobody_is_free_before_the_time_is_up() -> None:
    async with running(desk(), wrap_up=WrapUp(Mode.TIMED_STRICT, 30)) as run:
        await serve(run)
        await end(run)
        await after(run, 5)
        await run.press("f4", "enter")
        assert ("wrapup", "c1", "inquiry", LIN.id) in run.desk.did
        assert "Wrap-up 00:25" in run.pane("topbar")
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        assert "Wrap-up: 25 s left" in run.pane("banner")
        assert "F2" not in run.pane("banner") + run.pane("lines")
        assert "answer" in run.screen.query_one(KeyBar).value.dead
        await after(run, 22)
        await run.press("f2")
        assert "Wrap-up: 3 s left" in run.pane("banner")
        assert ("claim", "c2", CHEN.id) not in run.desk.did
        await after(run, 3)
        assert "F2  I have it" in run.pane("banner")
        assert "answer" not in run.screen.query_one(KeyBar).value.dead
        assert "F2: I have it" in run.pane("lines")
        await run.press("f2")
        assert ("claim", "c2", CHEN.id) in run.desk.did
        assert "s left before the next call" not in "\n".join(run.rows())


@pytest.mark.parametrize("hours", [-1, 1, -9000])
async def test_a_clock_that_is_set_makes_no_wrap_up_longer_or_shorter(hours: int) -> None:
    async with running(desk(), wrap_up=WrapUp(Mode.TIMED_STRICT, 30)) as run:
        await serve(run)
        await end(run)
        await run.press("f4", "enter")
        await after(run, 5)
        run.clock_set = hours * 3600.0
        await after(run, 1)
        assert "Wrap-up 00:24" in run.pane("topbar")
        await after(run, 24)
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        await run.press("f2")
        assert ("claim", "c2", CHEN.id) in run.desk.did


# meetings that were no call


async def opened(run: Running) -> None:
    await run.press("escape", "slash", *"0912", "enter")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
async def test_f4_and_a_digit_record_a_visit_with_its_note(size: tuple[int, int], language: str, chinese: Path) -> None:
    async with running(desk(), size, catalogue=chinese if language == "zh" else None) as run:
        await opened(run)
        run.screen.area.focus()
        await run.press(*"tea", "f4")
        menu = run.pane("menu")
        words = ["1  Visit", "2  Message", "Inquiry"] if language == "en" else ["1  到店", "2  訊息", "詢問"]
        assert not [word for word in words if word not in menu], menu
        await run.press("1")
        assert ("note", "tea", LIN.id, None) in run.desk.did
        wanted = ContactAdd(member=LIN.id, kind=ContactKind.VISIT, text=SafeText("tea"), state=SafeText("inquiry"))
        assert run.desk.did[-1] == ("do", wanted)
        assert LIN.name not in run.title("card")


async def test_another_code_is_remembered_for_the_next_meeting() -> None:
    async with running(desk()) as run:
        await opened(run)
        await run.press("f4", "6", "3", "2")
        await opened(run)
        await run.press("f4", "1")
        told = [each[1] for each in run.desk.did if each[0] == "do"]
        assert told == [
            ContactAdd(member=LIN.id, kind=kind, text=SafeText("booking"), state=SafeText("booking"))
            for kind in (ContactKind.MESSAGE, ContactKind.VISIT)
        ]


async def test_the_code_of_the_last_meeting_is_remembered_after_a_restart_while_it_is_in_use() -> None:
    before = desk()
    async with running(before) as run:
        await opened(run)
        await run.press("f4", "6", "3", "escape")
    after = desk()
    after.chosen = before.chosen
    async with running(after) as run:
        await opened(run)
        await run.press("f4", "1")
        assert run.desk.did[-1][1].state == "booking"  # type: ignore[attr-defined]
    after.business.codes = tuple(each for each in BUILT_IN if each.id != "booking")
    async with running(after) as run:
        await opened(run)
        await run.press("f4", "1")
        assert run.desk.did[-1][1].state == "inquiry"  # type: ignore[attr-defined]


async def test_a_card_that_was_only_looked_at_is_closed_without_a_record() -> None:
    async with running(desk()) as run:
        await opened(run)
        await run.press("f4", "7")
        assert run.desk.did == []
        assert LIN.name not in run.title("card")


async def test_a_new_meeting_is_in_the_timeline_of_whoever_is_on_show() -> None:
    async with running(desk()) as run:
        await opened(run)
        fresh = Contact(
            id="new", member=LIN.id, kind=ContactKind.LETTER, at=NOW, text=SafeText("complaint"), who=SafeText("怡君")
        )
        run.desk.publish(RowNews(fresh), RowNews(msgspec.structs.replace(fresh, id="other", member=CHEN.id)))
        await run.settle()
        timeline = run.pane("timeline")
        assert "Letter" in timeline
        assert "2 entries" in timeline


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
async def test_that_it_is_closed_is_seen_although_another_call_rings(size: tuple[int, int]) -> None:
    async with running(desk(), size) as run:
        await serve(run)
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        await run.press("f4", "1")
        assert CHEN.name in run.pane("banner")
        assert f"Closed: {LIN.name}" in run.rows()[-2], "above the keys"
        assert LIN.name not in run.pane("noteframe")
        await after(run, 9)
        assert "Closed" not in run.rows()[-2]


async def test_alt_and_a_digit_are_no_character_of_the_note() -> None:
    from textual._xterm_parser import XTermParser
    from textual.events import Key

    async with running(desk()) as run:
        await serve(run)
        await run.press("h")
        for key in XTermParser().feed("\x1b2"):
            assert isinstance(key, Key)
            run.screen.area.post_message(key)
        await run.press("alt+a", "i")
        assert run.screen.area.text == "hi"


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
async def test_the_card_says_whose_the_number_is_before_and_after_ctrl_l(size: tuple[int, int]) -> None:
    stranger = member("x", "", "0903-804-733")
    async with running(desk(), size) as run:
        run.desk.publish(pop(call("c9", stranger)))
        await run.settle()
        await run.press("f2", "escape", "slash", "6", "7", "8")
        await run.press("enter")
        card = run.pane("card")
        assert "calls from 0903-804-733, not on this card:" in card, card
        assert "calls from it" not in card
