"""What the desk says while somebody rings: in the frame of the note, and whole."""

import re
from pathlib import Path

import pytest
from textual import events

from ringdesk.calls import CallState
from ringdesk.errors import Refused
from ringdesk.safetext import MAX_LINES, SafeText
from terminal.news import CallNews
from tests.screens.harness import LANGUAGES, SMALL, WIDE, Running, running
from tests.screens.test_desk import CHEN, HUANG, LIN, desk, serve
from tests.terminal.scripted_desk import ME, call, plain_card, pop

SIZES = pytest.mark.parametrize("size", [WIDE, (120, 32), SMALL], ids=["160x45", "120x32", "80x24"])


def below(run: Running) -> str:
    """What stands at the lower end of the note's frame, as it is read: the last row inside, then the line itself."""
    *_, inside, line = run.in_sight("noteframe").split("\n")
    return re.sub(r" +", " ", " ".join(row.strip("╎╏╶╴╺╸╌╍ ") for row in (inside, line))).strip()


def apart(run: Running) -> str:
    """The line above the keys."""
    return run.rows()[-2].strip()


async def rings(run: Running, typed: str = "") -> None:
    await serve(run, plain_card(LIN))
    if typed:
        run.screen.area.insert(typed)
    run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
    await run.settle()


@SIZES
@LANGUAGES
async def test_a_callback_is_confirmed_with_its_time(size: tuple[int, int], language: str, chinese: Path) -> None:
    english = language == "en"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await rings(run, "明天 10:00 寄出")
        await run.press("f8", "1")
        said = "Call back 林淑芬: in 30 minutes (17:13-17:43)." if english else "回電林淑芬：30 分鐘後（17:13-17:43）。"
        assert below(run).endswith(said)
        run.wall += 20
        await run.still()
        assert "17:43" not in below(run)
        assert "Ctrl+\\" in below(run), "the promise is back"


@SIZES
@LANGUAGES
@pytest.mark.parametrize("typed", ["", "今天 16:00 回電"], ids=["none", "over"])
async def test_a_promise_that_cannot_be_made_says_why_to_the_end(
    typed: str, size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await rings(run, typed)
        await run.press("ctrl+backslash")
        if typed:
            said = (
                "16:00 is over: write a time that is still to come."
                if english
                else "16:00 已經過了，請寫還沒到的時間。"
            )
        elif english:
            said = "No promise in this note: write what and when, as in: today 17:30 call back."
        else:
            said = "備註裡沒有承諾：寫下何時做什麼，例如：今天 17:30 回電。"
        whole = below(run) if english else below(run).replace(" ", "")
        assert whole.endswith(said if english else said.replace(" ", ""))


@LANGUAGES
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
async def test_beside_a_call_that_is_handed_over_an_answer_is_whole(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    async with running(desk(), size, catalogue=None if language == "en" else chinese) as run:
        await serve(run, plain_card(LIN))
        given = call("c9", CHEN, state=CallState.ANSWERED, claimed_by=ME, handed_by="p-mei")
        run.desk.publish(CallNews(given, SafeText("雅婷"), mine=True, matches=pop(given, plain_card(CHEN)).matches))
        await run.settle()
        await run.press("f8", "1")
        assert "17:43" in below(run)
        second = run.pane("banner").split("\n")[1]
        assert ">" not in second
        assert "F2" in second


@SIZES
@LANGUAGES
async def test_a_note_that_was_cut_says_so_at_once_and_not_that_it_is_kept_until_it_is_shorter(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    said = (
        f"CUT: a note holds {MAX_LINES} characters, the end of the text is not in it"
        if english
        else f"已截斷：備註最多 {MAX_LINES} 字，後面的文字沒有放進來"
    )
    kept = "draft saved" if english else "草稿已存"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await serve(run, plain_card(LIN))
        await run.press(*"head")
        run.app.post_message(events.Paste("x" * MAX_LINES + "end"))
        await run.settle()
        assert below(run).replace(" ", "").endswith(said.replace(" ", ""))
        assert run.screen.area.text == "head" + "x" * (MAX_LINES - len("head"))
        await run.screen.writing.keep()
        await run.settle()
        assert below(run).replace(" ", "").endswith(said.replace(" ", "")), "a word of saving would hide it"
        await run.press("backspace")
        await run.screen.writing.keep()
        await run.settle()
        assert kept in below(run)


async def test_what_fits_exactly_is_not_called_cut() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        run.app.post_message(events.Paste("x" * MAX_LINES))
        await run.settle()
        assert "CUT" not in below(run)
        run.screen.area.select_all()
        run.app.post_message(events.Paste("y" * MAX_LINES))
        await run.settle()
        assert run.screen.area.text == "y" * MAX_LINES
        assert "CUT" not in below(run), "what it replaces makes room"
        await run.press("z")
        assert "CUT" in below(run)


async def test_a_refusal_about_a_call_names_its_caller_once_another_is_on_the_card() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        run.desk.refuse = Refused("already_claimed", "mei has this call already; leave it to them")
        await run.press("f2")
        assert apart(run).endswith(f"{CHEN.name}: a colleague has this call already")
        assert "colleague" not in run.pane("noteframe")


@LANGUAGES
@pytest.mark.parametrize("size", [WIDE, (120, 32), SMALL], ids=["160x45", "120x32", "80x24"])
@pytest.mark.parametrize("ringing", [True, False], ids=["rings", "quiet"])
async def test_what_is_said_of_the_last_caller_never_stands_in_the_note_of_the_next(
    ringing: bool, size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await serve(run, plain_card(LIN), "c1")
        await serve(run, plain_card(CHEN), "c2")
        if ringing:
            run.desk.publish(pop(call("c3", HUANG), plain_card(HUANG)))
            await run.settle()
        await run.press("f4", "1")
        said = (
            f"Closed: {CHEN.name}. On hold: {LIN.name}; F5 goes on."
            if english
            else f"已結案：{CHEN.name}。保留中：{LIN.name}，按 F5 繼續。"
        )
        assert LIN.name in run.title("noteframe")
        assert CHEN.name not in run.pane("noteframe")
        assert said.replace(" ", "") in (apart(run) if ringing else run.pane("banner")).replace(" ", "")
        run.wall += 20
        await run.still()
        assert CHEN.name not in apart(run)
        assert ("Sources" if english else "來源") in apart(run) or ("History" if english else "紀錄") in apart(run)


@LANGUAGES
async def test_a_draft_that_leaves_with_its_person_is_told_of_them_and_not_in_the_frame_of_the_next(
    language: str, chinese: Path
) -> None:
    english = language == "en"
    said = f"What you wrote for {LIN.name} is kept" if english else f"寫給{LIN.name}的內容已留作草稿"
    async with running(desk(), catalogue=None if english else chinese) as run:
        run.screen.board.opened(plain_card(LIN))
        run.screen.writing.settle()
        run.screen.area.insert("half")
        await run.press("escape", "slash", *"陳", "enter")
        assert CHEN.name in run.title("noteframe")
        assert "draft" not in run.pane("noteframe")
        assert "草稿" not in run.pane("noteframe")
        assert said in run.pane("banner")


@SIZES
async def test_the_line_of_a_tour_is_read_while_a_call_has_the_banner(size: tuple[int, int]) -> None:
    """What a practice says comes next; an answer to a key goes before it, for its moment."""
    async with running(desk(), size) as run:
        run.screen.painter.hint = lambda: SafeText("Practice 1 of 11: F2 takes the call")
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        await run.settle()
        assert apart(run).endswith("Practice 1 of 11: F2 takes the call")
        run.screen.painter.tell(SafeText("Not now."), bad=True)
        await run.still()
        assert apart(run).endswith("Not now.")
        run.wall += 20
        await run.still()
        assert apart(run).endswith("F2 takes the call")
