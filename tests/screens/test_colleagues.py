"""A call that several desks see: whose clock, whose card, whose words. Each as the person at this desk would see it broken."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from ringdesk.calls import Call, CallState, Outcome
from ringdesk.marks import MarkLabel
from ringdesk.ops import CallHand
from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeText
from terminal.desk import Draft
from terminal.news import CallNews
from terminal.screens.board import Board
from terminal.screens.onshow import SHOWN_AFTER_TAKEN
from terminal.widgets.row import Tone
from tests.screens.harness import LANGUAGES, SMALL, Running, running
from tests.screens.test_callstory import UNKNOWN, done, staffed
from tests.screens.test_desk import CHEN, HUANG, LIN, desk, named, serve
from tests.terminal.scripted_desk import ME, NOW, ScriptedDesk, call, plain_card, pop

MEI = SafeText("美惠")
NUMBER = "0965-118-402"


def taken(ringing: Call, by: str = "p-mei", name: SafeText = MEI, **more: object) -> Call:
    """A colleague said "I have it"."""
    return msgspec.structs.replace(ringing, claimed_by=by, claimed_name=name, **more)


def stands(run: Running) -> PresenceState:
    """What the others were told last of the person at this desk."""
    return run.desk.attended[-1].state


async def passes(run: Running, seconds: float) -> None:
    run.wall += seconds
    run.screen.tick()
    await run.settle()


# whose clock


def test_a_running_call_has_one_clock_at_every_desk() -> None:
    """At the desk that has it, at a colleague's, at both after a restart; whenever the news comes, and in whatever state."""
    rings = call("a", LIN)
    claimed = taken(rings, ME, claimed_at=NOW + 3)
    answered = msgspec.structs.replace(claimed, state=CallState.ANSWERED, answered=NOW + 9)
    clocks = []
    for me in (ME, "p-mei"):
        board, restarted = Board(), Board()
        board.begin([], me)
        board.hear(pop(rings, plain_card(LIN)), NOW)
        for seen, at in ((claimed, NOW + 4), (answered, NOW + 12)):
            board.hear(CallNews(seen, MEI, mine=me == ME), at)
            clocks.append(board.calls["a"].began)
        restarted.begin([answered], me)
        clocks.append(restarted.calls["a"].began)
    assert clocks == [NOW + 3] * 6


def test_a_call_that_is_handed_on_keeps_its_clock_for_whoever_turns_to_it() -> None:
    board = Board()
    board.begin([], ME)
    answered = taken(call("a", LIN, state=CallState.ANSWERED, answered=NOW - 100), claimed_at=NOW - 99)
    board.hear(CallNews(answered, MEI), NOW)
    board.hear(CallNews(taken(answered, ME, SafeText("雅婷"), handed_by="p-mei"), mine=True), NOW + 20)
    assert board.calls["a"].began == NOW + 20, "before that it waits, since it was handed on"
    board.serve("a")
    assert board.calls["a"].began == NOW - 100


@LANGUAGES
async def test_the_lines_and_the_team_count_a_colleagues_call_from_the_pick_up(language: str, chinese: Path) -> None:
    made = desk()
    busy = Presence(id="p-mei", name=MEI, state=PresenceState.BUSY, since=NOW, member=LIN.id, call="c1")
    made.business.people = [busy]
    async with running(made, catalogue=chinese if language == "zh" else None) as run:
        ringing = call("c1", LIN, started=NOW - 30)
        run.desk.publish(pop(ringing, plain_card(LIN)), CallNews(taken(ringing, claimed_at=NOW - 5), MEI))
        await passes(run, 60)
        run.desk.publish(CallNews(taken(ringing, claimed_at=NOW - 5, state=CallState.ANSWERED, answered=NOW + 1), MEI))
        await passes(run, 0)
        assert "01:05" in run.pane("lines")
        assert "01:05" in run.pane("team")


# whose card


@LANGUAGES
@pytest.mark.parametrize("typed", [False, True], ids=["empty", "typed"])
async def test_the_card_of_an_unknown_caller_is_withdrawn_when_a_colleague_takes_the_call(
    typed: bool,
    language: str,
    chinese: Path,
) -> None:
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        over = msgspec.structs.replace(UNKNOWN, state=CallState.ENDED, outcome=Outcome.UNKNOWN)
        run.desk.publish(pop(UNKNOWN), CallNews(over), pop(call("c2", LIN), plain_card(LIN)))
        run.desk.publish(CallNews(call("c2", LIN, state=CallState.ENDED, outcome=Outcome.MISSED)))
        await run.settle()
        run.screen.painter.panel("missed").focus()
        unknown = next(index for index, each in enumerate(run.screen.board.missed) if each.call.id == "u")
        await run.press(*["j"] * unknown, "enter")
        assert NUMBER in run.title("card")
        if typed:
            run.screen.area.focus()
            await run.press("a")
        run.desk.publish(CallNews(taken(over, outcome=Outcome.ANSWERED), MEI))
        await run.settle()
        await passes(run, SHOWN_AFTER_TAKEN + 1)
        assert (NUMBER in run.title("card")) is typed
        assert (NUMBER in run.title("noteframe")) is typed
        assert run.screen.area.text == ("a" if typed else "")


async def test_a_card_over_a_call_of_ours_is_withdrawn_to_that_call() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(UNKNOWN), CallNews(msgspec.structs.replace(UNKNOWN, state=CallState.RING_STOPPED)))
        await serve(run, plain_card(LIN))
        run.screen.writing.hold()
        run.screen.board.look(run.screen.board.calls["u"].call)
        run.screen.writing.settle()
        run.screen.painter.paint()
        assert NUMBER in run.title("card")
        stopped = msgspec.structs.replace(UNKNOWN, state=CallState.ANSWERED, answered=NOW)
        run.desk.publish(CallNews(taken(stopped), MEI))
        await run.settle()
        assert named(run) == {LIN.name}
        assert NUMBER not in run.title("card")


@LANGUAGES
async def test_a_card_that_was_never_taken_is_not_served_after_a_restart(language: str, chinese: Path) -> None:
    ready, serving = ("Ready", "Serving") if language == "en" else ("待命", "接待中")
    made = ScriptedDesk({LIN.id: plain_card(LIN)}, [Draft(LIN.id, "c1", "半則", NOW)])
    made.business.people = [Presence(id=ME, name=SafeText("雅婷"), state=PresenceState.BUSY, since=NOW, member=LIN.id)]
    made.live["c1"] = call("c1", LIN)
    async with running(made, catalogue=chinese if language == "zh" else None) as run:
        await passes(run, 1)
        assert run.screen.area.text == "半則"
        assert f"> {ready}" in run.pane("topbar")
        assert serving not in run.pane("topbar") + run.pane("team")
        assert stands(run) is PresenceState.READY
        await run.press("f2")
        assert f"> {ready}" not in run.pane("topbar")
        assert stands(run) is PresenceState.BUSY


async def test_a_call_of_ours_that_ended_before_the_restart_is_still_to_be_wrapped_up() -> None:
    made = ScriptedDesk({LIN.id: plain_card(LIN)}, [Draft(LIN.id, "c1", "半則", NOW)])
    made.live["c1"] = taken(call("c1", LIN, state=CallState.ENDED), ME)
    async with running(made) as run:
        await passes(run, 1)
        assert "> Wrap-up" in run.pane("topbar")
        await run.press("f4", "1")
        assert ("wrapup", "c1", "inquiry", LIN.id) in run.desk.did


@LANGUAGES
@pytest.mark.parametrize("state", [CallState.RING_STOPPED, CallState.ENDED])
async def test_one_esc_puts_a_card_away_whose_call_rings_no_more(
    state: CallState, language: str, chinese: Path
) -> None:
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)), CallNews(call("c1", LIN, state=state)))
        await run.settle()
        assert run.focus == "note"
        await run.press("escape")
        assert [LIN.name in run.title(name) for name in ("card", "noteframe")] == [False, False]
        await passes(run, 2)
        assert LIN.name not in run.title("card"), "it stays away"


async def test_esc_leaves_the_card_of_a_call_that_was_answered_by_whomever() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        run.desk.publish(CallNews(call("c1", LIN, state=CallState.ANSWERED, answered=NOW)))
        await run.settle()
        await run.press("escape", "escape")
        assert LIN.name in run.title("card")


async def test_esc_leaves_a_ringing_card_and_a_half_typed_note_where_they_are() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        await run.press("escape")
        assert named(run) == {LIN.name}
        run.desk.publish(CallNews(call("c1", LIN, state=CallState.RING_STOPPED)))
        run.screen.area.focus()
        await run.press("a", "escape")
        assert named(run) == {LIN.name}
        await run.press("escape")
        assert LIN.name not in run.title("card")
        assert run.desk.kept[(LIN.id, "c1")] == "a"


async def test_esc_x_means_the_caller_whose_card_says_so_also_when_the_ringing_stopped() -> None:
    async with running(desk()) as run:
        over = msgspec.structs.replace(UNKNOWN, state=CallState.ENDED)
        run.desk.publish(pop(UNKNOWN), CallNews(over))
        run.desk.publish(CallNews(call("c9", CHEN, state=CallState.RING_STOPPED)))
        await run.settle()
        assert "Esc x" in run.pane("card")
        await run.press("escape", "x")
        assert f"{NUMBER} is junk" in run.pane("banner") + run.pane("noteframe")
        await run.press("ctrl+p", *"undo", "enter")
        run.wall += SHOWN_AFTER_TAKEN + 1
        assert run.screen._pointed() is run.screen.board.calls["c9"], "later it means who is in the banner"


# whose words


@LANGUAGES
async def test_who_waits_on_hold_is_named_as_the_one_who_waits(language: str, chinese: Path) -> None:
    said, waits = ("On hold: {}", "on hold: {}") if language == "en" else ("保留中：{}", "保留中：{}")
    before = waits if language == "en" else "接起來會先保留{}"
    by_her = "held by 美惠" if language == "en" else "由美惠保留"
    async with running(staffed(), catalogue=chinese if language == "zh" else None) as run:
        await serve(run, plain_card(LIN))
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        assert before.format(LIN.name) in run.pane("banner")
        await run.press("f2")
        assert said.format(LIN.name) in run.pane("banner")
        await passes(run, 10)
        assert waits.format(LIN.name) in run.pane("banner"), "also when the message has gone"
        hers = taken(call("c3", HUANG, state=CallState.ANSWERED, on_hold=True))
        run.desk.publish(CallNews(hers, MEI))
        await run.settle()
        assert by_her in run.pane("lines")


@LANGUAGES
@pytest.mark.parametrize("keys", [("ctrl+s",), ("f4", "1")], ids=["saved", "closed"])
async def test_a_confirmation_says_whose_it_is_as_soon_as_the_next_caller_is_on_the_card(
    keys: tuple[str, ...], language: str, chinese: Path
) -> None:
    saved = "saved 16:43:07" if language == "en" else "已儲存 16:43:07"
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        await serve(run, plain_card(LIN))
        await run.press("a", *keys)
        if keys == ("ctrl+s",):
            assert f" {saved}" in run.pane("noteframe")
            assert LIN.name not in run.pane("noteframe").split("\n")[-1]
            await run.press("f4", "1")
        run.screen.board.typing = lambda: False
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        foot = run.pane("status")
        assert CHEN.name in run.title("noteframe")
        assert LIN.name not in run.pane("noteframe")
        assert saved not in run.pane("noteframe")
        assert LIN.name in foot, "it is still said"


async def test_a_note_that_is_saved_late_is_not_said_to_be_the_next_callers() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        painter, board = run.screen.painter, run.screen.board
        before = painter.subject
        board.release()
        board.opened(plain_card(CHEN))
        run.screen.writing.settle()
        run.screen.errands._say("save", SafeText("saved"), before, bad=False)
        assert run.screen.writing.says == ""
        run.screen.errands._say("save", SafeText("full"), before, bad=True)
        assert run.screen.writing.says == "", "that is of whoever is on the card"
        await run.settle()
        assert f"{LIN.name}: NOT SAVED: full" in run.pane("banner")


@LANGUAGES
async def test_a_number_of_several_members_has_no_tags_yet_but_is_known(language: str, chinese: Path) -> None:
    known, perhaps = ("2 members", "perhaps 1 member") if language == "en" else ("2 位會員", "可能是 1 位會員")
    not_one = "Not a member" if language == "en" else "未登記"
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN), CHEN))
        await run.settle()
        assert known in run.pane("tags")
        assert not_one not in run.pane("tags")
        run.desk.publish(CallNews(call("c1", LIN, state=CallState.ENDED)))
        run.desk.publish(pop(call("c2", HUANG), plain_card(HUANG), guess=True))
        await run.settle()
        assert perhaps in run.pane("tags")


ENDS: list[tuple[dict[str, Any], str, str]] = [
    ({"disposition": "wrong_number", "outcome": Outcome.ANSWERED}, "Wrong number", "打錯電話"),
    ({"disposition": "junk", "outcome": Outcome.ANSWERED}, "Junk", "垃圾來電"),
    ({"disposition": "vip", "outcome": Outcome.ANSWERED}, "貴賓", "貴賓"),
    ({"outcome": Outcome.VOICEMAIL}, "Voicemail", "語音信箱"),
    ({"outcome": Outcome.ANSWERED}, "Answered", "已接"),
    ({"outcome": Outcome.MISSED}, "Missed", "未接"),
    ({"outcome": Outcome.UNKNOWN}, "Ended", "已結束"),
]


@LANGUAGES
@pytest.mark.parametrize("whose", ["a colleague's", "ours", "nobody's"])
async def test_the_lines_say_how_a_call_ended(whose: str, language: str, chinese: Path) -> None:
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        run.screen.board.titles = {"vip": SafeText("貴賓")}
        for index, (how, english, word) in enumerate(ENDS):
            if whose == "ours" and "disposition" not in how:
                continue
            ended = call(f"e{index}", LIN, state=CallState.ENDED, ended=NOW, **how)
            if whose == "nobody's":
                run.desk.publish(pop(ended, plain_card(LIN)))
            else:
                over = taken(ended, ME if whose == "ours" else "p-mei")
                run.desk.publish(CallNews(over, MEI, mine=whose == "ours", matches=pop(ended, plain_card(LIN)).matches))
            await run.settle()
            first, second = run.pane("lines").split("\n")[1:3]
            assert f"{english if language == 'en' else word} {LIN.name}" in first
            assert ("美惠" in second) is (whose == "a colleague's")


async def test_a_marked_number_that_rang_out_says_its_mark() -> None:
    async with running(desk()) as run:
        run.desk.publish(msgspec.structs.replace(pop(UNKNOWN), mark=MarkLabel.JUNK))
        run.desk.publish(CallNews(msgspec.structs.replace(UNKNOWN, state=CallState.ENDED)))
        await run.settle()
        assert f"Junk {NUMBER}" in run.pane("lines")


# to whom


@LANGUAGES
async def test_a_call_is_handed_to_anyone_of_a_large_team_on_a_small_screen(language: str, chinese: Path) -> None:
    made = desk()
    made.business.people = [
        Presence(id=f"p{index}", name=SafeText(f"同事{index:02}"), state=PresenceState.READY, since=NOW)
        for index in range(1, 31)
    ]
    last = 9 if language == "en" else 10  # what is said over the colleagues takes two rows in English
    more = f"1 to {last}" if language == "en" else f"第 1 到 {last}"
    async with running(made, SMALL, catalogue=chinese if language == "zh" else None) as run:
        await serve(run, plain_card(LIN))
        await run.press("ctrl+o")
        assert more in run.title("menu")
        assert f"同事{last:02}" in run.in_sight("menu")
        await run.press("pagedown", "pagedown")
        assert "同事20" in run.in_sight("menu")
        await run.press("end")
        assert "同事30" in run.in_sight("menu")
        key = next(row for row in run.in_sight("menu").split("\n") if "同事25" in row).split()[1]
        await run.press(key)
        assert done(run, CallHand) == [CallHand(call="c1", to="p25", to_name=SafeText("同事25"))]


# which row


@LANGUAGES
@pytest.mark.parametrize("theme", ["dark", "light", "ansi", "none"])
@pytest.mark.parametrize("pane", ["lines", "missed"])
async def test_the_selected_row_is_marked_by_a_sign(pane: str, theme: str, language: str, chinese: Path) -> None:
    async with running(staffed(), theme=theme, catalogue=chinese if language == "zh" else None) as run:
        for index, who in enumerate((LIN, CHEN, HUANG)):
            gone = call(f"o{index}", who, started=NOW - 900 + index, state=CallState.ENDED, outcome=Outcome.MISSED)
            run.desk.publish(pop(gone, plain_card(who)))
        await run.settle()
        assert not [row for row in run.pane(pane).split("\n") if row[1:2] == ">"]
        run.screen.panes.go(pane)
        await run.press("j")
        panel = run.screen.painter.panel(pane)
        marked = [y for y, row in enumerate(run.pane(pane).split("\n")) if row[1:2] == ">"]
        height = panel.height_of_entry  # type: ignore[attr-defined]
        assert marked == list(range(1 + height, 1 + 2 * height))
        sign = next(each for each in panel.render_line(marked[0]) if each.text == ">")
        plain = panel.tones[Tone.TEXT]
        assert sign.style is not None
        assert (sign.style.bgcolor, sign.style.reverse) != (plain.bgcolor, plain.reverse)


# to whom a call is handed on


@LANGUAGES
async def test_the_box_says_who_is_on_a_break_and_that_the_voice_stays(language: str, chinese: Path) -> None:
    team = (("p-an", "安", PresenceState.BREAK), ("p-mei", "美惠", PresenceState.READY))
    people = [Presence(id=who, name=SafeText(name), state=state, since=NOW) for who, name, state in team]
    made = desk()
    made.business.people = people
    async with running(made, SMALL, catalogue=chinese if language == "zh" else None) as run:
        await serve(run, plain_card(LIN))
        await run.press("ctrl+o")
        rows = run.pane("menu").splitlines()
        mei, an = (next(at for at, row in enumerate(rows) if name in row) for name in ("美惠", "安"))
        assert mei < an
        assert ("On a break" if language == "en" else "休息") in rows[an]
        said = "".join(row.strip(" ╏") + (" " if language == "en" else "") for row in rows)
        assert (
            "the voice moves by the telephone's own transfer" if language == "en" else "聲音要用電話本身的轉接功能"
        ) in said
