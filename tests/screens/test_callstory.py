"""The call story on the screen: several calls, handing on, the team, numbers, callbacks, each as a person would see it."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import Call, Caller, CallState, Presentation
from ringdesk.marks import MarkLabel
from ringdesk.members import MemberNumber
from ringdesk.notes import Note
from ringdesk.ops import (
    CallHand,
    CallHold,
    CallVerdict,
    NumberAttach,
    NumberChoose,
    NumberDetach,
    NumberMarked,
    TaskAttempt,
    TaskUpdate,
)
from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import AttemptResult, Task, TaskKind
from terminal.news import CallNews, RowNews
from tests.screens.harness import SMALL, WIDE, Running, running
from tests.screens.test_desk import CHEN, HUANG, LIN, desk, named, serve
from tests.terminal.scripted_desk import ME, NOW, ScriptedDesk, call, plain_card, pop

MEI = Presence(id="p-mei", name=SafeText("美惠"), state=PresenceState.READY, since=NOW - 60)
AN = Presence(id="p-an", name=SafeText("安安"), state=PresenceState.BUSY, since=NOW - 90, member=CHEN.id)
UNKNOWN = Call(
    id="u",
    state=CallState.RINGING,
    caller=Caller(SafeText("0965118402"), "+886965118402", Presentation.SHOWN),
    started=NOW - 5,
)


def staffed() -> ScriptedDesk:
    made = desk()
    made.business.people = [AN, MEI]
    return made


def done(run: Running, kind: type[object]) -> list[object]:
    """The intents of a kind that the desk was asked for, in their order."""
    return [what[1] for what in run.desk.did if len(what) == 2 and isinstance(what[1], kind)]


def closed(run: Running) -> list[tuple[object, ...]]:
    """The calls that were closed: which, how, and with whom."""
    return [what[1:] for what in run.desk.did if what[0] == "wrapup"]


async def two_calls(run: Running) -> None:
    """Lin on hold with half a note, Chen on the card."""
    await serve(run, plain_card(LIN))
    await run.press("a", "b")
    run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
    await run.settle()
    await run.press("f2")


# several calls


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_f2_on_a_second_call_puts_the_first_on_hold(size: tuple[int, int], language: str, chinese: Path) -> None:
    hold, keeps = ("On hold", f"on hold: {LIN.name}") if language == "en" else ("保留中", f"保留中：{LIN.name}")
    async with running(staffed(), size, catalogue=chinese if language == "zh" else None) as run:
        await two_calls(run)
        assert done(run, CallHold) == [CallHold(call="c1")]
        assert named(run) == {CHEN.name}
        assert keeps in run.pane("banner")
        await run.press("escape", "ctrl+p", *("lines" if language == "en" else "到線路"), "enter")
        assert run.focus == "lines"
        assert hold in run.pane("lines")
        run.wall += 65
        run.screen.tick()
        await run.settle()
        assert "01:05" in run.pane("lines")


async def test_enter_on_a_held_line_goes_on_with_it_and_its_note() -> None:
    async with running(staffed()) as run:
        await two_calls(run)
        await run.press("c")
        run.screen.painter.panel("lines").focus()
        lines = run.screen.painter.panel("lines")
        at = [row.call.id for row in lines.value.calls].index("c1")  # type: ignore[attr-defined]
        await run.press(*["j"] * at, *["k"] * (2 if at == 0 else 0), "enter")
        assert named(run) == {LIN.name}
        assert run.screen.area.text == "ab"
        assert run.focus == "note"
        assert done(run, CallHold)[1:] == [CallHold(call="c2"), CallHold(call="c1", held=False)]
        await run.press("d", "f4", "1")
        assert ("note", "abd", LIN.id, "c1") in run.desk.did
        assert named(run) == {CHEN.name}
        assert run.screen.area.text == "c"
        assert "On hold" in run.title("card")
        assert "F5 goes on" in run.pane("banner")


async def test_f5_holds_and_goes_on() -> None:
    async with running(staffed()) as run:
        await serve(run, plain_card(LIN))
        await run.press("f5")
        assert "On hold" in run.title("card")
        await run.press("f5")
        assert "With you" in run.title("card")
        assert done(run, CallHold) == [CallHold(call="c1"), CallHold(call="c1", held=False)]


# handing on


async def test_a_call_is_handed_on_with_its_note_in_two_keys() -> None:
    async with running(staffed()) as run:
        await serve(run, plain_card(LIN))
        await run.press(*"promised")
        await run.press("ctrl+o")
        assert run.pane("menu").index("美惠") < run.pane("menu").index("安安")
        await run.press("1")
        assert done(run, CallHand) == [CallHand(call="c1", to="p-mei", to_name=SafeText("美惠"))]
        assert ("note", "promised", LIN.id, "c1") in run.desk.did
        assert run.desk.did.index(("note", "promised", LIN.id, "c1")) < len(run.desk.did) - 1
        assert named(run) == set()
        assert "waiting for 美惠" in run.pane("lines")
        assert "With you" not in run.pane("lines")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
async def test_a_call_that_was_handed_on_waits_for_the_colleague_until_they_turn_to_it(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    waits, has = ("waiting for 美惠", "with 美惠") if language == "en" else ("等美惠接手", "美惠已接")
    async with running(staffed(), size, catalogue=chinese if language == "zh" else None) as run:
        await serve(run, plain_card(LIN))
        await run.press("f5", "ctrl+o", "1")
        given = call("c1", LIN, state=CallState.HELD, claimed_by="p-mei", claimed_name=SafeText("美惠"), handed_by=ME)
        run.desk.publish(CallNews(given, SafeText("美惠")))
        await run.settle()
        run.screen.action_go("lines")
        await run.settle()
        assert waits in run.pane("lines")
        await run.press("enter")
        run.desk.publish(RowNews(msgspec.structs.replace(MEI, state=PresenceState.BUSY, call="c1", member=LIN.id)))
        await run.settle()
        assert waits not in run.pane("lines")
        run.desk.publish(CallNews(msgspec.structs.replace(given, state=CallState.ANSWERED), SafeText("美惠")))
        await run.settle()
        assert has in run.pane("lines")
        run.desk.publish(RowNews(msgspec.structs.replace(MEI, state=PresenceState.BUSY, call="other")))
        await run.settle()
        assert has in run.pane("lines"), "they turned to another, and have it all the same"


async def test_a_call_that_a_colleague_hands_over_is_taken_when_one_turns_to_it() -> None:
    async with running(staffed()) as run:
        await serve(run, plain_card(LIN))
        given = call("c9", CHEN, state=CallState.ANSWERED, claimed_by=ME, handed_by="p-mei")
        run.desk.publish(CallNews(given, SafeText("雅婷"), mine=True, matches=pop(given, plain_card(CHEN)).matches))
        await run.settle()
        assert "Taken 1" in run.pane("topbar")
        await run.press("f2")
        assert "Taken 2" in run.pane("topbar")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
async def test_the_card_of_a_call_that_somebody_else_serves_says_who_as_the_lines_do(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    has = "with 美惠" if language == "en" else "美惠已接"
    async with running(staffed(), size, catalogue=chinese if language == "zh" else None) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        run.screen.area.focus()
        taken = call("c1", LIN, state=CallState.ANSWERED, claimed_by="p-mei")
        run.desk.publish(CallNews(taken, SafeText("美惠")))
        await run.settle()
        assert has in run.title("card")
        run.screen.action_go("lines")
        await run.settle()
        assert has in run.pane("lines")


async def test_a_call_handed_to_this_desk_says_by_whom_and_leaves_focus_and_note_alone() -> None:
    async with running(staffed()) as run:
        await serve(run, plain_card(LIN))
        await run.press("a")
        given = call(
            "c9", CHEN, state=CallState.ANSWERED, claimed_by=ME, handed_by="p-mei", handed_name=SafeText("美惠")
        )
        run.desk.publish(CallNews(given, SafeText("雅婷"), mine=True, matches=pop(given, plain_card(CHEN)).matches))
        await run.settle()
        assert "美惠 hands you 陳冠宇" in run.pane("banner")
        assert "from 美惠" in run.pane("lines")
        await run.press("b")
        assert run.screen.area.text == "ab"
        assert named(run) == {LIN.name}
        await run.press("f2")
        assert named(run) == {CHEN.name}
        assert "hands you" not in run.pane("banner")
        assert done(run, CallHold) == [CallHold(call="c1")]


async def test_a_selected_task_is_handed_on_when_there_is_no_call() -> None:
    async with running(staffed()) as run:
        run.desk.business.tasks = list(plain_card(LIN).tasks)
        await run.press("escape", "slash", *"林", "enter")
        run.screen.painter.panel("tasks").focus()
        await run.press("ctrl+o", "2")
        (update,) = done(run, TaskUpdate)
        assert isinstance(update, TaskUpdate)
        assert (update.task, update.fields.assignee) == (f"t-{LIN.id}", "p-an")


async def test_the_card_says_who_else_is_with_the_member() -> None:
    async with running(staffed()) as run:
        await serve(run, plain_card(CHEN))
        assert "! 安安 serves this member now" in run.pane("card")
        run.desk.publish(RowNews(msgspec.structs.replace(AN, state=PresenceState.READY, member=None)))
        await run.settle()
        run.screen.tick()
        await run.settle()
        assert "serves this member" not in run.pane("card")


# presence


async def test_the_desk_says_what_its_person_does_and_only_when_it_changes() -> None:
    async with running(staffed()) as run:
        await serve(run, plain_card(LIN))
        for _ in range(3):
            run.screen.tick()
            await run.settle()
        run.desk.publish(CallNews(call("c1", LIN, state=CallState.ENDED, claimed_by=ME), SafeText("雅婷"), mine=True))
        await run.settle()
        await run.press("f4", "1")
        run.screen.tick()
        await run.settle()
        await run.press("ctrl+p", *"break", "enter")
        await run.press("ctrl+q")
        said = [(each.state, each.member) for each in run.desk.attended]
        assert said == [
            (PresenceState.READY, None),
            (PresenceState.BUSY, LIN.id),
            (PresenceState.WRAP_UP, LIN.id),
            (PresenceState.READY, None),
            (PresenceState.BREAK, None),
            (PresenceState.AWAY, None),
        ]


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_team_is_seen_in_words_and_shapes(size: tuple[int, int], language: str, chinese: Path) -> None:
    words = (
        ["1 ready", "✓ 美惠", "Ready", "> 安安", "Serving"]
        if language == "en"
        else ["待命 1", "✓ 美惠", "> 安安", "接待中"]
    )
    async with running(staffed(), size, catalogue=chinese if language == "zh" else None) as run:
        await run.press("escape", "ctrl+p", *("team" if language == "en" else "到同事"), "enter")
        assert run.focus == "team"
        await run.still()  # the names of members are asked for
        text = run.pane("team")
        assert not [word for word in [*words, CHEN.name, "01:30"] if word not in text], text


# numbers


async def test_the_usual_one_comes_first_with_the_reason_and_a_choice_is_remembered() -> None:
    known = MemberNumber(SafeText("0912-345-678"), LIN.numbers[0].e164, usual=True)
    usual = msgspec.structs.replace(LIN, numbers=(known,))
    other = msgspec.structs.replace(CHEN, numbers=(msgspec.structs.replace(known, usual=False),))
    made = ScriptedDesk({usual.id: plain_card(usual), other.id: plain_card(other)})
    async with running(made) as run:
        made.publish(pop(call("c1", usual), plain_card(usual), other))
        await run.settle()
        first, second = (line for line in run.pane("card").split("\n") if "share" in line)
        assert LIN.name in first
        assert "usually" in first
        assert "usually" not in second
        await run.press("f2")
        await run.look()
        await run.press("2")
        assert done(run, NumberChoose) == [NumberChoose(member=CHEN.id, e164="+886912345678")]
        assert CHEN.name in run.title("card")
        assert CHEN.name in run.title("noteframe")
        assert f"also {LIN.name}'s" in run.pane("card")


async def test_an_unknown_caller_is_registered_with_one_key_and_named() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        assert "Ctrl+R" in run.pane("card")
        assert "Ctrl+L" in run.pane("card")
        await run.press("f2", *"note")
        await run.press("ctrl+r", *"王小明", "enter")
        assert "王小明" in run.title("card")
        assert "王小明" in run.title("noteframe")
        assert run.screen.area.text == "note"
        await run.press("ctrl+s")
        (member,) = [who for who, card in run.desk.cards.items() if card.member.name == "王小明"]
        assert ("note", "note", member, "u") in run.desk.did
        assert run.desk.cards[member].member.numbers[0].e164 == "+886965118402"
        assert (None, "u") not in {owner for owner, text in run.desk.kept.items() if text}


async def test_a_new_member_has_their_name_wherever_their_call_is_named() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2", "ctrl+r", *"王小明", "enter")
        assert "王小明" in run.pane("lines")
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        assert "王小明" in run.pane("banner")
        await run.press("f2")
        assert "On hold: 王小明" in run.pane("banner")
        assert "王小明" in run.pane("lines")
        await run.press("f4", "1", "f5", "f4", "1")
        assert closed(run)[1][0] == "u"
        assert "王小明" in run.pane("lines")


async def test_the_next_call_of_a_new_member_opens_with_their_name_and_what_was_noted_in_the_first() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(UNKNOWN), pop(msgspec.structs.replace(UNKNOWN, id="u2")))
        await run.settle()
        await run.press("f2", "ctrl+r", *"王小明", "enter", *"tea", "f4")
        (who,) = [who for who, card in run.desk.cards.items() if card.member.name == "王小明"]
        noted = Note(id="n", member=who, call="u", text=SafeLines("tea"), author_name=SafeText("雅婷"), at=NOW)
        run.desk.cards[who] = msgspec.structs.replace(run.desk.cards[who], notes=(noted,))
        await run.press("1")
        await rested(run)
        assert run.screen.board.person.key == (who, "u2")
        assert "王小明" in run.title("card")
        assert "tea" in run.pane("earlier")


async def test_the_next_call_of_a_member_opens_with_what_was_noted_since_it_came() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)), pop(call("c2", LIN, line="3"), plain_card(LIN)))
        await run.settle()
        await run.press("f2")
        noted = Note(id="n", member=LIN.id, call="c1", text=SafeLines("tea"), author_name=SafeText("雅婷"), at=NOW)
        run.desk.cards[LIN.id] = msgspec.structs.replace(plain_card(LIN), notes=(noted,))
        await run.press("x", "f4", "1")
        await rested(run)
        assert run.screen.board.person.key == (LIN.id, "c2")
        assert "tea" in run.pane("earlier")


async def rested(run: Running) -> None:
    """The hands have rested on the keys long enough: whoever rings may come onto the desk."""
    run.screen.board.typing = lambda: False
    await run.still()


async def test_one_key_adds_the_number_to_the_member_on_the_card_and_takes_it_back() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2", "escape", "slash", *"黃", "enter")
        await run.press("ctrl+l")
        assert [number.e164 for number in run.desk.cards[HUANG.id].member.numbers][1:] == ["+886965118402"]
        assert f"0965-118-402 is {HUANG.name}'s from now on" in run.pane("banner")
        await run.press("ctrl+l")
        assert len(run.desk.cards[HUANG.id].member.numbers) == 1
        await run.press("ctrl+l")
        await run.press("ctrl+p", *"undo", "enter")
        assert len(run.desk.cards[HUANG.id].member.numbers) == 1
        assert len(done(run, NumberAttach)) == len(done(run, NumberDetach)) == 2


async def test_a_withheld_caller_gets_no_match_and_no_number() -> None:
    withheld = Call(id="w", state=CallState.RINGING, caller=Caller(SafeText("0912"), None, Presentation.PRIVATE))
    async with running(desk()) as run:
        run.desk.publish(pop(withheld))
        await run.settle()
        assert "Ctrl+R" not in run.pane("card")
        await run.press("f2", "ctrl+r", "ctrl+l", "escape")
        await run.press("slash", *"黃", "enter")
        await run.press("ctrl+l")
        assert "There is no number" in run.pane("banner")
        assert done(run, NumberAttach) == []
        assert not [what for what in run.desk.did if what[0] == "add_member"]


async def test_x_marks_junk_closes_without_note_or_task_and_can_be_undone() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2", "escape", "x")
        mark = done(run, NumberMarked)[0]
        assert isinstance(mark, NumberMarked)
        assert (mark.e164, mark.label) == ("+886965118402", MarkLabel.JUNK)
        assert closed(run) == [("u", "junk", None)]
        assert "is junk: closed" in run.pane("banner")
        assert not [what for what in run.desk.did if what[0] in ("note", "task")]
        assert run.pane("missed").count("0965") == 0
        await run.press("ctrl+p", *"undo", "enter")
        back = done(run, NumberMarked)[1]
        assert isinstance(back, NumberMarked)
        assert back.label is MarkLabel.NONE


async def test_a_marked_number_is_a_quiet_line_only() -> None:
    async with running(desk()) as run:
        run.desk.publish(msgspec.structs.replace(pop(UNKNOWN), mark=MarkLabel.JUNK))
        await run.settle()
        assert "Junk 0965-118-402" in run.pane("lines")
        assert "No call is ringing" in run.pane("banner")
        assert "0965" not in run.pane("card")
        run.desk.publish(CallNews(msgspec.structs.replace(UNKNOWN, state=CallState.ENDED)))
        await run.settle()
        assert "0965" not in run.pane("missed")
        assert "Missed 0" in run.pane("topbar")


async def test_a_members_number_is_never_junk() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("escape", "x")
        assert "n takes it off first" in run.pane("banner")
        assert done(run, NumberMarked) == []
        assert named(run) == {LIN.name}


async def test_a_letter_in_a_note_or_a_menu_is_no_key() -> None:
    async with running(staffed()) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2", *"xwn")
        assert run.screen.area.text == "xwn"
        await run.press("ctrl+o", *"xwn")
        assert done(run, NumberMarked) == done(run, NumberDetach) == closed(run) == []


@pytest.mark.parametrize("key", ["w", "x"])
@pytest.mark.parametrize("others", [False, True], ids=["alone", "behind another"])
async def test_undo_of_what_closed_a_live_call_brings_back_the_call_with_its_note(key: str, *, others: bool) -> None:
    async with running(desk()) as run:
        if others:
            await serve(run, plain_card(LIN))
            await run.press(*"Lin")
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2", *"two boxes", "escape", key)
        assert [call for call, *_ in closed(run)] == ["u"]
        assert run.screen.area.text == ("Lin" if others else "")
        await run.press("ctrl+p", *"undo", "enter")
        assert run.screen.board.person.key == (None, "u")
        assert run.screen.area.text == "two boxes"
        assert "0965-118-402" in run.pane("noteframe")


async def test_w_closes_a_wrong_number_and_undo_brings_it_back() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("escape", "w")
        assert closed(run) == [("c1", "wrong_number", None)]
        assert named(run) == set()
        await run.press("ctrl+p", *"undo", "enter")
        assert named(run) == {LIN.name}


async def test_n_takes_the_number_off_the_card_and_the_note_stays_with_the_call() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("a", "escape", "n")
        assert done(run, NumberDetach)
        assert named(run) == set()
        assert "0912-345-678" in run.title("noteframe")
        assert run.screen.area.text == "a"
        await run.press("ctrl+p", *"undo", "enter")
        assert named(run) == {LIN.name}
        assert len(run.desk.cards[LIN.id].member.numbers) == 1


# missed calls and callbacks


@pytest.mark.parametrize(
    ("key", "verdict", "left"), [("m", "missed", "to call"), ("e", "elsewhere", ""), ("i", "ignored", "")]
)
async def test_one_key_says_what_became_of_a_missed_call(key: str, verdict: str, left: str) -> None:
    async with running(desk()) as run:
        over = call("c1", LIN, state=CallState.RING_STOPPED)
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)), CallNews(over))
        await run.settle()
        assert "missed?" in run.pane("missed")
        run.screen.painter.panel("missed").focus()
        await run.press(key)
        (said,) = done(run, CallVerdict)
        assert isinstance(said, CallVerdict)
        assert (said.call, said.verdict) == ("c1", verdict)
        assert "missed?" not in run.pane("missed")
        assert (LIN.name in run.pane("missed")) is bool(left)
        assert left in run.pane("missed")
        assert ("To call 1" in run.pane("topbar")) is bool(left)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
async def test_callbacks_stand_with_window_attempts_and_lateness(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    made = desk()
    made.business.tasks = [
        Task(
            id="late",
            kind=TaskKind.CALLBACK,
            member=LIN.id,
            title=SafeText("x"),
            number=SafeText("+886912345678"),
            due=SafeText("2026-11-24T07:30:00Z"),
            at=NOW - 7000,
        ),
        Task(
            id="soon",
            kind=TaskKind.CALLBACK,
            title=SafeText("y"),
            number=SafeText("+886229624417"),
            opens=SafeText("2026-11-24T09:00:00Z"),
            due=SafeText("2026-11-24T09:30:00Z"),
            at=NOW - 60,
        ),
    ]
    english = ["! late by 1 h", "before 15:30", LIN.name, "17:00-17:30", "(02)2962-4417", "waits", "To call 2"]
    chosen = ["! 逾時 1 小時", "15:30 前回", LIN.name, "17:00-17:30", "(02)2962-4417", "未到時間", "待回電 2"]
    async with running(made, size, catalogue=chinese if language == "zh" else None) as run:
        run.screen.tick()
        await run.settle()
        await run.press("escape", "ctrl+p", *("missed calls" if language == "en" else "到未接"), "enter")
        text = run.pane("missed")
        assert not [word for word in (english if language == "en" else chosen) if word not in text], text
        await run.press("a", "2")
        assert done(run, TaskAttempt) == [TaskAttempt(task="late", result=AttemptResult.NO_ANSWER)]
        assert ("1x no answer" if language == "en" else "1 次 無人接") in run.pane("missed")
        await run.press("enter")
        assert LIN.name in run.title("card")


async def test_f8_and_a_digit_make_a_callback_within_its_window() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("f8", "3")
        (task,) = run.desk.business.tasks
        assert (task.kind, task.member, task.call, task.number) == (TaskKind.CALLBACK, LIN.id, "c1", "+886912345678")
        assert (task.opens, task.due) == ("2026-11-25T01:00:00Z", "2026-11-25T04:00:00Z")
        assert LIN.name in run.pane("missed")
        assert "To call 0" in run.pane("topbar"), "that is for tomorrow"
        assert run.focus == "note"
        await run.press("ctrl+p", *"undo", "enter")
        assert ("done", task.id) in run.desk.did
