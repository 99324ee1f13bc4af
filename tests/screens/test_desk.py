"""The rules of the desk screen, each as a person would see it broken."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from textual import events
from textual._context import active_message_pump

from ringdesk.calls import Call, Caller, CallState, Presentation
from ringdesk.errors import Refused
from ringdesk.safetext import MAX_LINES, SafeText
from ringdesk.why import Why
from terminal.bindings import KEYS
from terminal.desk import Card, Draft
from terminal.messages import Heard
from terminal.news import CallNews, Match, NoticeNews
from terminal.screens.desk import DeskScreen
from terminal.screens.easel import AT_THE_KEYS
from terminal.screens.pace import Pace
from terminal.screens.painter import MESSAGE_STAYS
from terminal.widgets.note import NoteArea, NoteFrame
from terminal.widgets.person import Person
from terminal.widgets.tasks import Tasks
from tests.screens.harness import PERSON_PANES, SMALL, WIDE, Running, running
from tests.terminal.scripted_desk import ME, NOW, ScriptedDesk, call, member, plain_card, pop

LIN = member(
    "lin", "林淑芬", "0912-345-678", flags=(SafeText("堅果過敏"),), tags=(SafeText("常客"),), tier=SafeText("銀卡")
)
CHEN = member("chen", "陳冠宇", "0933-218-457", tier=SafeText("金卡"))
HUANG = member("huang", "黃志強", "0937-552-190")


def desk() -> ScriptedDesk:
    return ScriptedDesk({who.id: plain_card(who) for who in (LIN, CHEN, HUANG)})


async def serve(run: Running, who: Card, ident: str = "c1") -> None:
    """A call rings, the agent takes it."""
    run.desk.publish(pop(call(ident, who.member, line="1"), who))
    await run.settle()
    await run.press("f2")


def named(run: Running) -> set[str]:
    """Whom the panels about the person name."""
    text = "\n".join(run.pane(name) for name in PERSON_PANES)
    return {who.name for who in (LIN, CHEN, HUANG) if who.name in text}


# rule 1


async def test_the_key_that_begins_a_row_below_the_field_is_in_sight() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        area = run.screen.area
        for _ in range(area.size.width // 2 * (area.size.height + 2)):
            area.insert("字")
            assert area.region.contains_point(area.cursor_screen_offset), area.wrapped_document.height
        assert area.scroll_offset.y >= 2


async def test_an_idle_desk_opens_the_card_of_who_rings() -> None:
    async with running(desk()) as run:
        before = run.focus
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        assert all(LIN.name in run.title(name) for name in PERSON_PANES)
        assert "堅果過敏" in run.pane("card")
        assert "Hello, 林淑芬" in run.pane("banner")
        assert run.focus == before


async def test_while_somebody_is_served_a_ringing_caller_is_in_banner_and_lines_only() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        assert named(run) == {LIN.name}
        assert CHEN.name in run.pane("banner")
        assert "金卡" in run.pane("banner")
        assert CHEN.name in run.pane("lines")


async def test_typing_through_twenty_rings_loses_no_character_and_no_focus() -> None:
    text = "The quick brown fox jumps over 13 lazy dogs. F2? no."
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        for index, char in enumerate(text):
            if index % 2 == 0 and index < 40:
                run.desk.publish(pop(call(f"r{index}", CHEN), plain_card(CHEN)))
            run.screen.area.post_message(_key(char))
            await asyncio.sleep(0)
        await run.settle()
        assert run.screen.area.text == text
        assert run.focus == "note"
        assert named(run) == {LIN.name}
        assert run.desk.kept == {(LIN.id, "c1"): text}


def _key(char: str) -> events.Key:
    return events.Key(char, char)


async def test_a_half_typed_note_on_an_idle_desk_holds_the_card_too() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        await run.press("h", "i")
        ended = call("c1", LIN, state=CallState.ENDED)
        run.desk.publish(CallNews(ended, claimed_name=SafeText("怡君")), pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        assert named(run) == {LIN.name}
        assert run.screen.area.text == "hi"
        assert LIN.name in run.title("noteframe")


async def test_no_text_stands_under_another_name_not_for_a_moment() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("a", "b")
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        await run.press("f2")
        await run.press("c", "d", "escape")
        frame, area = run.screen.query_one(NoteFrame), run.screen.area
        for member, number, text in ((LIN, "c1", "ab"), (CHEN, "c2", "cd"), (LIN, "c1", "ab")):
            run.screen.writing.hold()
            run.screen.board.person = Person(call=call(number, member), member=member)
            run.screen.writing.settle()
            assert (frame.value.person.name, area.text) == (member.name, text)


async def test_f2_turns_to_the_caller_and_the_note_stays_with_its_owner() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("a", "b")
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        await run.press("f2")
        assert named(run) == {CHEN.name}
        assert run.screen.area.text == ""
        assert run.desk.kept[(LIN.id, "c1")] == "ab"
        await run.press("x", "f4", "1")
        assert ("note", "x", CHEN.id, "c2") in run.desk.did
        assert named(run) == {LIN.name}
        assert run.screen.area.text == "ab"


async def test_an_answer_that_was_detected_moves_no_focus() -> None:
    async with running(desk()) as run:
        run.screen.painter.panel("timeline").focus()
        await run.settle()
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        run.desk.publish(CallNews(call("c1", LIN, state=CallState.ANSWERED, answered=NOW), mine=True))
        await run.settle()
        assert run.focus == "timeline"
        assert "With you" in run.pane("card")


# rule 2


async def test_the_number_stands_there_before_the_name() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN)))
        await run.settle()
        assert "0912-345-678" in run.pane("banner")
        assert LIN.name not in run.pane("banner")
        run.desk.publish(CallNews(call("c1", LIN), matches=pop(call("c1", LIN), plain_card(LIN)).matches))
        await run.settle()
        assert LIN.name in run.pane("banner")
        assert LIN.name in run.title("card")


# rule 4


async def test_a_call_that_somebody_else_took_says_so_and_goes() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        run.desk.publish(CallNews(call("c1", LIN, state=CallState.ANSWERED), claimed_name=SafeText("怡君")))
        await run.settle()
        assert "answered by 怡君" in run.pane("banner")
        run.wall += 5
        run.screen.tick()
        await run.settle()
        assert "怡君" not in run.pane("banner")
        assert named(run) == set()
        assert "with 怡君" in run.pane("lines")


async def test_f2_claims_a_passive_line_after_the_ringing_stopped_and_f4_ends_it() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        run.desk.publish(CallNews(call("c1", LIN, state=CallState.RING_STOPPED)))
        await run.settle()
        assert "Ring stopped" in run.pane("banner")
        assert "rang 7 s ago" in run.pane("banner")
        await run.press("f2")
        assert ("claim", "c1", LIN.id) in run.desk.did
        run.wall += 61
        run.screen.tick()
        await run.settle()
        assert "01:01" in run.title("card")
        await run.press("f4", "1")
        assert ("wrapup", "c1", "inquiry", LIN.id) in run.desk.did
        assert named(run) == set()


async def test_a_wrap_up_is_asked_for_until_it_is_done_and_not_after() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        await run.press("f2")
        run.desk.publish(CallNews(call("c1", LIN, state=CallState.ENDED), mine=True))
        await run.settle()
        assert ["Ended, wrap up" in run.pane(pane) for pane in ("banner", "lines")] == [True, True]
        run.desk.publish(CallNews(call("c1", LIN, state=CallState.ENDED, disposition="handled"), mine=True))
        await run.settle()
        assert [run.pane(pane).count("Ended, wrap up") for pane in ("banner", "lines")] == [0, 0]
        await run.press("f4")
        assert "No call is ringing" in run.pane("banner")
        assert "Closed" in run.pane("lines")
        assert "wrap up" not in run.pane("lines")


# rule 5


async def test_a_digit_chooses_among_several_people() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN), CHEN))
        await run.settle()
        assert "1" in run.pane("card")
        assert LIN.name in run.pane("card")
        assert "2 people share this number" in run.pane("card")
        await run.press("f2")
        assert run.focus == "note"
        await run.press("2")
        assert named(run) == {CHEN.name}
        assert run.focus == "note"
        await run.press("x", "ctrl+s")
        assert ("note", "x", CHEN.id, "c1") in run.desk.did


async def test_a_guess_never_opens_itself() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN), guess=True))
        await run.settle()
        assert LIN.name not in run.title("card")
        assert "guess" in run.pane("card")
        assert LIN.name not in run.pane("timeline")


async def test_unknown_and_withheld_callers_have_cards_of_their_own() -> None:
    unknown = Call(
        id="u", state=CallState.RINGING, caller=Caller(SafeText("0965118402"), "+886965118402", Presentation.SHOWN)
    )
    withheld = Call(id="w", state=CallState.RINGING, caller=Caller(SafeText("0912"), None, Presentation.PRIVATE))
    async with running(desk()) as run:
        run.desk.publish(pop(unknown))
        await run.settle()
        assert "0965-118-402" in run.title("card")
        assert "Nobody has this number" in run.pane("card")
        run.desk.publish(CallNews(msgspec.structs.replace(unknown, state=CallState.ENDED)), pop(withheld))
        await run.settle()
        assert "Withheld number" in run.title("card")
        assert "0912" not in "\n".join(run.rows())


async def test_a_card_that_was_looked_up_becomes_the_unknown_caller() -> None:
    unknown = Call(id="u", state=CallState.RINGING, caller=Caller(SafeText("0965118402"), None, Presentation.SHOWN))
    async with running(desk()) as run:
        run.desk.publish(pop(unknown))
        await run.settle()
        await run.press("f2", "n", "escape", "slash", *"0937", "enter")
        assert named(run) == {HUANG.name}
        assert run.screen.area.text == "n"
        await run.press("f9")
        await run.press("ctrl+s")
        assert ("note", "n", HUANG.id, "u") in run.desk.did


# notes and drafts


async def test_saved_is_said_only_after_the_desk_saved() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        run.desk.hold = asyncio.Event()
        await run.press("a", "b", "ctrl+s")
        assert "saved" not in run.pane("noteframe").replace("draft saved", "")
        await run.press("c")
        run.desk.hold.set()
        await run.settle()
        assert "saved 16:43:07" in run.pane("noteframe")
        assert run.screen.area.text == "c"
        assert ("note", "ab", LIN.id, "c1") in run.desk.did
        assert run.desk.kept[(LIN.id, "c1")] in ("c", "")


async def test_a_refused_note_is_kept_and_the_reason_is_said() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("a")
        run.desk.refuse = Refused("disk_full", "the disk is full")
        await run.press("f4", "1")
        assert "NOT SAVED: the disk is full" in run.pane("noteframe")
        assert "free some space, then save again" in run.pane("banner")
        assert run.screen.area.text == "a"
        assert named(run) == {LIN.name}


@pytest.mark.parametrize("keys", [("ctrl+s", "f4", "1"), ("f4", "1", "ctrl+s")])
async def test_two_keys_that_save_save_a_note_once(keys: tuple[str, ...]) -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("a", "b")
        keeper, owner = run.screen.keeper, run.screen.board.person.key
        keeper.hold(owner, "ab")
        await asyncio.gather(*(keeper.save(owner, "ab") for _ in keys))
        await run.press(*keys)
        assert [did[1] for did in run.desk.did if did[0] == "note"] == ["ab"]


async def test_leaving_warns_once_of_what_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))

        async def full(_draft: Draft) -> float:
            raise Refused("disk_full", "the disk is full")

        monkeypatch.setattr(run.desk, "save_draft", full)
        await run.press("a", "ctrl+q")
        assert run.app._exit is False
        assert "cannot be kept" in run.pane("banner") + run.pane("noteframe")
        await run.press("ctrl+q")
        assert run.app._exit is True


async def test_a_note_that_is_too_long_is_kept_whole_and_not_saved() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        keeper, owner = run.screen.keeper, run.screen.board.person.key
        text = "x" * (MAX_LINES + 1)
        keeper.hold(owner, text)
        with pytest.raises(Refused) as refusal:
            await keeper.save(owner, text)
        assert refusal.value.code == "too_long"
        assert keeper.texts[owner] == text
        assert not [did for did in run.desk.did if did[0] == "note"]


async def test_a_draft_comes_back_after_a_restart() -> None:
    restarted = desk()
    restarted._drafts = [Draft(LIN.id, "c1", "half a note", NOW - 60), Draft(CHEN.id, None, "older", NOW - 600)]
    async with running(restarted) as run:
        assert run.screen.area.text == "half a note"
        assert named(run) == {LIN.name}
        await run.press("escape", "escape")
        assert f"What you wrote for {LIN.name} is kept as a draft: Ctrl+P lists it." in run.pane("banner")
        run.wall += 9
        await run.still()
        assert "2 drafts are kept" in run.pane("banner")


async def test_a_draft_of_a_call_that_still_runs_comes_back_on_that_call() -> None:
    restarted = desk()
    restarted._drafts = [Draft(LIN.id, "c1", "half", NOW - 60)]
    restarted.live["c1"] = call("c1", LIN, state=CallState.ANSWERED, claimed_by=ME, claimed_name=SafeText("雅婷"))
    async with running(restarted) as run:
        assert run.screen.area.text == "half"
        assert "With you" in run.pane("card")
        await run.press("f4", "1")
        assert ("note", "half", LIN.id, "c1") in run.desk.did
        assert ("wrapup", "c1", "inquiry", LIN.id) in run.desk.did


async def test_a_draft_of_a_caller_who_became_known_since_is_theirs() -> None:
    restarted = desk()
    restarted._drafts = [Draft(None, "c1", "half", NOW - 60)]
    restarted.live["c1"] = call("c1", LIN, state=CallState.ANSWERED, claimed_by=ME, claimed_name=SafeText("雅婷"))
    restarted.found = [Match(LIN, Why("number_exact"))]
    async with running(restarted) as run:
        assert run.screen.area.text == "half"
        assert LIN.name in run.title("noteframe")
        run.screen.board.person = Person()
        run.screen.keeper.move((LIN.id, "c1"), (None, "c1"))
        await run.screen.work.resume((None, "c1"))
        run.screen.writing.settle()
        assert run.screen.area.text == "half"
        assert run.screen.board.person.key == (LIN.id, "c1")


async def test_what_is_typed_while_the_caller_becomes_known_stays_in_one_note() -> None:
    restarted = desk()
    restarted.live["c1"] = call("c1", LIN, state=CallState.ANSWERED, claimed_by=ME, claimed_name=SafeText("雅婷"))
    asked, told = asyncio.Event(), asyncio.Event()

    async def late(query: str, limit: int = 20) -> list[Match]:
        asked.set()
        await told.wait()
        return [Match(LIN, Why("number_exact"))]

    restarted.lookup = late  # type: ignore[method-assign]
    async with running(restarted) as run:
        await asked.wait()
        await run.pilot.press("h")
        run.screen.writing.hold()
        told.set()
        await run.press("i")
        assert run.screen.keeper.texts == {(LIN.id, "c1"): "hi"}
        assert run.screen.area.text == "hi"


async def test_nothing_of_whoever_was_here_is_filed_under_the_next_person() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("h", "i")
        kept = dict(run.desk.kept)
        run.desk.here = msgspec.structs.replace(run.desk.here, person="p-next")
        run.screen.keeper.move((LIN.id, "c1"), (CHEN.id, "c1"))
        await run.screen.keeper.keep()
        assert run.desk.kept == kept


async def test_a_second_that_passes_while_the_desk_reads_its_drafts_wipes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    restarted = desk()
    restarted.live["c1"] = call("c1", LIN, state=CallState.ANSWERED, claimed_by=ME, claimed_name=SafeText("雅婷"))

    async def read() -> list[Draft]:
        screen = active_message_pump.get()
        assert isinstance(screen, DeskScreen)
        screen.tick()
        return [Draft(None, "c1", "half", NOW - 60)]

    monkeypatch.setattr(restarted, "drafts", read)
    async with running(restarted) as run:
        run.screen.tick()
        await run.settle()
        assert run.screen.area.text == "half"
        assert run.screen.keeper.texts == {(None, "c1"): "half"}


async def test_numbers_are_shown_as_people_write_them() -> None:
    raw = member("raw", "高雅琪", "0960572099")
    async with running(ScriptedDesk({raw.id: plain_card(raw)})) as run:
        run.desk.publish(pop(call("c1", raw), plain_card(raw)))
        await run.settle()
        for name in ("banner", "card", "lines"):
            assert "0960-572-099" in run.pane(name), name
        run.desk.publish(CallNews(call("c1", raw, state=CallState.ENDED)))
        await run.settle()
        assert "0960-572-099" in run.pane("missed")
        await run.press("escape", "slash", *"0960")
        assert "0960-572-099" in "\n".join(run.rows())
        assert "0960572099" not in "\n".join(run.rows())


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_frame_of_the_note_says_whether_somebody_writes(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    ready, writing, left = ("Ready to type", "Writing", "Draft") if language == "en" else ("可輸入", "輸入中", "草稿")
    words = {ready, writing, left}

    def said(run: Running) -> set[str]:
        return {word for word in words if word in run.title("noteframe")}

    async with running(desk(), size, catalogue=None if language == "en" else chinese) as run:
        run.desk.publish(pop(call("c1", LIN, line="1"), plain_card(LIN)))
        await run.settle()
        await run.press("f2")
        assert said(run) == {ready}
        await run.pilot.press("x")
        await run.pilot.pause(0.05)
        assert said(run) == {writing}
        await run.press("escape")
        assert said(run) == {left}
        run.screen.area.focus()
        await run.press("backspace")
        assert said(run) == {ready}
        await run.press("y", "ctrl+s")
        assert said(run) == {ready}
        await run.press("escape")
        assert said(run) == set()


async def test_a_draft_that_could_not_be_kept_is_kept_once_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("terminal.screens.autosave.DRAFT_AGAIN", 0.1)
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        room = False
        save = run.desk.save_draft

        async def full(draft: Draft) -> float:
            if not room:
                raise Refused("disk_full", "the disk is full")
            return await save(draft)

        monkeypatch.setattr(run.desk, "save_draft", full)
        await run.press("h", "i")
        assert "the draft is not kept" in run.pane("noteframe")
        assert run.desk.kept == {}
        room = True
        await run.pilot.pause(0.3)
        await run.settle()
        assert run.desk.kept == {(LIN.id, "c1"): "hi"}
        assert "draft saved" in run.pane("noteframe")


async def test_the_palette_finds_a_draft() -> None:
    restarted = desk()
    restarted._drafts = [Draft(LIN.id, None, "first", NOW), Draft(CHEN.id, None, "second", NOW - 600)]
    async with running(restarted) as run:
        await run.press("ctrl+p", *"draft", "enter")
        assert run.screen.area.text == "second"
        assert named(run) == {CHEN.name}


async def test_what_is_typed_while_a_draft_is_written_is_kept_too() -> None:
    slow = desk()
    gate = asyncio.Event()
    save = slow.save_draft

    async def save_slowly(draft: Draft) -> float:
        await gate.wait()
        return await save(draft)

    slow.save_draft = save_slowly  # type: ignore[method-assign]
    async with running(slow) as run:
        slow.publish(pop(call("c1", LIN, line="1"), plain_card(LIN)))
        await run.settle()
        await run.press("a")
        await run.press("b")
        gate.set()
        await run.settle()
        assert slow.kept == {(LIN.id, "c1"): "ab"}


async def test_leaving_keeps_what_was_just_typed() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.pilot.press("z", "ctrl+q")
        await run.pilot.pause()
        assert run.desk.kept[(LIN.id, "c1")] == "z"


async def test_a_paste_is_cleaned() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        run.app.post_message(events.Paste("a\x1b]52;c;AAAA\x07b\u202ec\nd"))
        await run.settle()
        assert run.screen.area.text == "a]52;c;AAAAbc\nd"


# the other keys


async def test_f9_goes_round_and_esc_goes_back() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        seen = []
        for _ in range(7):
            await run.pilot.press("f9")
            seen.append(run.focus)
        assert seen == ["timeline", "tasks", "earlier", "lines", "missed", "team", "note"]
        await run.press("escape")
        assert run.focus == "timeline"


async def test_help_lists_every_key_and_gives_the_focus_back() -> None:
    async with running(desk()) as run:
        await run.press("f9", "f1")
        listed = run.pane("help")
        for _ in range(3):
            await run.press("pagedown")
            listed += run.pane("help")
        assert [key.shown for key in KEYS if key.shown not in listed] == []
        await run.press("escape")
        assert run.focus == "timeline"
        assert not run.screen.query_one("#help").display


async def test_a_slash_in_a_note_is_a_slash() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("slash", "question_mark", "1")
        assert run.screen.area.text == "/?1"


async def test_f2_works_while_the_search_box_is_open() -> None:
    async with running(desk()) as run:
        await run.press("escape", "slash", *"林")
        run.desk.publish(pop(call("c1", CHEN), plain_card(CHEN)))
        await run.settle()
        assert run.focus == "query"
        await run.press("f2")
        assert named(run) == {CHEN.name}
        assert run.focus == "note"


async def test_on_a_small_screen_digits_change_the_tab() -> None:
    async with running(desk(), SMALL) as run:
        await serve(run, plain_card(LIN))
        await run.press("escape", "2")
        assert LIN.name in run.title("tasks")
        assert run.focus == "tasks"


async def test_a_remapped_key_works_and_is_shown() -> None:
    async with running(desk(), keys={"answer": "f10"}) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        await run.press("f10")
        assert ("claim", "c1", LIN.id) in run.desk.did
        assert "F10" in run.pane("keybar")


# errors


async def test_news_that_cannot_be_shown_is_said_and_the_desk_goes_on() -> None:
    async with running(desk()) as run:
        run.desk.publish(NoticeNews("x", "a string that nobody cleaned"))  # type: ignore[arg-type]
        await run.settle()
        assert "Something went wrong (TypeError)" in run.pane("banner")
        run.desk.publish(NoticeNews("x", SafeText("fine")), pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        assert LIN.name in run.title("card")


@pytest.mark.parametrize("error", [RuntimeError("boom"), OSError("disk")])
async def test_a_worker_that_fails_is_said_and_the_desk_goes_on(error: Exception) -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        run.desk.refuse = error
        await run.press("f2")
        assert f"({type(error).__name__})" in run.pane("banner")
        await run.press("f2")
        assert ("claim", "c1", LIN.id) in run.desk.did


async def test_who_rings_is_sent_to_the_terminal_before_anything_else_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(ScriptedDesk()) as run:
        sent: list[object] = []
        monkeypatch.setattr(run.app, "_display", lambda _screen, frame: sent.append(frame))
        monkeypatch.setattr(run.screen.painter, "_pace", Pace())
        monkeypatch.setattr(run.screen.painter, "_framed", 0.0)  # it was quiet: no frame came a moment ago
        run.screen.on_heard(Heard(pop(call("c1", LIN), plain_card(LIN))))
        assert len(sent) == 1, "not left to Textual, whose turn comes later"
        assert LIN.name in run.pane("banner")


@pytest.mark.parametrize(
    ("owner", "name", "pane", "key"),
    [
        (NoteArea, "action_undo", "note", "ctrl+z"),
        (Tasks, "pressed", "tasks", "space"),
        (DeskScreen, "on_chosen", "tasks", "enter"),
    ],
    ids=["action", "key of a list", "message"],
)
async def test_a_key_that_fails_is_said_once_and_the_desk_goes_on(
    owner: type, name: str, pane: str, key: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        run.screen.panes.go(pane)
        monkeypatch.setattr(owner, name, fails)
        await run.press(key, key)
        assert "Something went wrong (ZeroDivisionError)" in "\n".join(run.rows())
        assert caplog.text.count("goes on after an error") == 1
        monkeypatch.undo()
        run.screen.panes.go("note")
        await run.press("a", "ctrl+z", "b")
        assert run.screen.area.text == "b"
        run.screen.panes.go("tasks")
        await run.press("enter")
        assert run.focus == "menu"
    assert run.app.failure is None


async def typed_at_who_was_not_taken(run: Running) -> None:
    """Lin rings and is written about; Chen rings too."""
    run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
    await run.settle()
    await run.press("h", "i")
    run.desk.publish(pop(call("c2", CHEN, line="3"), plain_card(CHEN)))
    await run.settle()


async def test_a_draft_about_who_was_not_taken_is_kept_and_is_not_in_the_way_of_who_rings_next() -> None:
    async with running(desk()) as run:
        await typed_at_who_was_not_taken(run)
        run.desk.publish(CallNews(call("c1", LIN, state=CallState.ENDED)))
        for ident in ("c2", "c3"):
            run.desk.publish(pop(call(ident, CHEN, line="3"), plain_card(CHEN)))
            await run.settle()
            await run.press("f2", "f4", "1")
            assert run.screen.board.person == Person(), "nobody is on the card whom nobody serves"
        assert run.desk.kept[(LIN.id, "c1")] == "hi"
        run.wall += MESSAGE_STAYS + 1
        await run.still()
        assert "1 draft is kept" in run.pane("banner")
        await asyncio.sleep(AT_THE_KEYS)
        run.desk.publish(pop(call("c4", HUANG), plain_card(HUANG)))
        await run.settle()
        assert named(run) == {HUANG.name}


async def test_a_draft_about_who_rings_on_is_there_with_their_card() -> None:
    async with running(desk()) as run:
        await typed_at_who_was_not_taken(run)
        run.screen.turn_to(run.screen.board.calls["c2"])
        await run.settle()
        assert named(run) == {CHEN.name}
        await run.press("f4", "1")
        await asyncio.sleep(AT_THE_KEYS)
        await run.still()
        assert named(run) == {LIN.name}
        assert run.screen.area.text == "hi"
