"""Whose the caller's number is from now on: asked where it has an owner, seen at once on the card, taken back whole."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.members import MemberNumber
from ringdesk.ops import NumberAttach, NumberDetach
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind
from tests.screens.harness import SMALL, WIDE, Running, running
from tests.screens.test_callstory import UNKNOWN, done
from tests.screens.test_desk import CHEN, HUANG, LIN, desk, serve
from tests.terminal.scripted_desk import ScriptedDesk, call, plain_card, pop

SECOND = MemberNumber(SafeText("02-2962-4417"), "+886229624417", SafeText("家"))
OF_LIN = SafeText("0912-345-678")


def with_two() -> ScriptedDesk:
    """Lin has a second number behind the one that calls, a callback was promised to her in this call."""
    made = desk()
    lin = msgspec.structs.replace(LIN, numbers=(*LIN.numbers, SECOND))
    made.cards[LIN.id] = msgspec.structs.replace(made.cards[LIN.id], member=lin)
    task = Task(id="cb", kind=TaskKind.CALLBACK, member=LIN.id, call="c1", title=SafeText(f"Call back {LIN.name}"))
    made.business.tasks = [task]
    return made


def numbers(run: Running, who: str) -> list[str | None]:
    return [number.e164 for number in run.desk.cards[who].member.numbers]


async def asked(run: Running) -> None:
    """On the line is Lin, on the card Huang, and the key that gives the number away was pressed."""
    await serve(run, run.desk.cards[LIN.id])
    await run.press("escape", "slash", *"黃", "enter")
    assert HUANG.name in run.title("card")
    await run.press("ctrl+l")


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_number_of_a_known_caller_is_asked_about_first(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    wanted = (
        [f"{OF_LIN} is {LIN.name}'s", f"{HUANG.name} has it too", f"{HUANG.name} has it instead of {LIN.name}"]
        if language == "en"
        else [f"{OF_LIN} 是{LIN.name}的號碼", f"{HUANG.name}也用", f"改為{HUANG.name}的，不再是{LIN.name}的"]
    )
    async with running(with_two(), size, catalogue=chinese if language == "zh" else None) as run:
        await asked(run)
        assert not [words for words in wanted if words not in run.pane("menu")], run.pane("menu")
        assert done(run, NumberAttach) == []
        await run.press("escape")
        assert done(run, NumberAttach) == done(run, NumberDetach) == []
        assert HUANG.name in run.title("card")


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_number_changes_hands_at_once_and_comes_back_whole(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    said = (
        f"{LIN.name}'s number {OF_LIN} is now {HUANG.name}'s. Ctrl+L takes it back."
        if language == "en"
        else f"{LIN.name}的號碼 {OF_LIN} 現在是{HUANG.name}的。Ctrl+L 可復原。"
    )
    async with running(with_two(), size, catalogue=chinese if language == "zh" else None) as run:
        before = {who: numbers(run, who) for who in (LIN.id, HUANG.id)}
        await asked(run)
        await run.press("2")
        assert OF_LIN in run.pane("card")
        assert said in run.pane("banner") + run.pane("noteframe").replace("\n", "")
        assert numbers(run, LIN.id) == [SECOND.e164]
        assert numbers(run, HUANG.id) == [HUANG.numbers[0].e164, LIN.numbers[0].e164]
        assert [task.member for task in run.desk.business.tasks] == [HUANG.id]
        row = run.screen.board.row("c1")
        assert row is not None
        assert row.sure is not None
        assert row.sure.id == HUANG.id
        await run.press("ctrl+l")
        assert {who: numbers(run, who) for who in before} == before
        assert OF_LIN not in run.pane("card")
        row = run.screen.board.row("c1")
        assert row is not None
        assert row.sure is not None
        assert row.sure.id == LIN.id
        (task,) = run.desk.business.tasks
        assert (task.member, task.title) == (LIN.id, f"Call back {LIN.name}")
        assert run.screen.work.undo.labels() == []


BACK = {
    "en": (f"{OF_LIN} is {LIN.name}'s again. Ctrl+B gives it to {HUANG.name}.", "Ctrl+B takes it back."),
    "zh": (f"{OF_LIN} 又是{LIN.name}的號碼。按 Ctrl+B 可給{HUANG.name}。", "Ctrl+B 可復原。"),
}


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_to_and_fro_each_change_says_whose_it_is_now_and_the_key_that_changes_it_back(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    catalogue = chinese if language == "zh" else None
    async with running(with_two(), size, catalogue=catalogue, keys={"attach": "ctrl+b"}) as run:
        await serve(run, run.desk.cards[LIN.id])
        await run.press("escape", "slash", *"黃", "enter")
        for _ in range(2):
            await run.press("ctrl+b", "2")
            assert BACK[language][1] in run.pane("banner")
            assert HUANG.name in run.pane("banner").split("\n")[1]
            await run.press("ctrl+b")
            assert BACK[language][0] in run.pane("banner")
        await run.press("ctrl+b", "2")
        await run.press("escape", "escape", "slash", *"林", "enter", "ctrl+b", "2")
        said = run.pane("banner").split("\n")[1]
        assert BACK[language][1] in said
        assert said.index(HUANG.name) < said.index(LIN.name), "from the one to the other"


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_was_nobodys_or_shared_says_so_again(language: str, chinese: Path) -> None:
    english = language == "en"
    nobodys = (
        "0965-118-402 is nobody's again. Ctrl+L gives it to"
        if english
        else "0965-118-402 又不屬於任何人。按 Ctrl+L 可給"
    )
    async with running(desk(), catalogue=None if english else chinese) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2", "escape", "slash", *"黃", "enter", "ctrl+l", "ctrl+l")
        assert f"{nobodys} {HUANG.name}" in run.pane("banner") or f"{nobodys}{HUANG.name}" in run.pane("banner")
    shared = f"{OF_LIN} is only {LIN.name}'s again." if english else f"{OF_LIN} 又只是{LIN.name}的號碼。"
    async with running(with_two(), catalogue=None if english else chinese) as run:
        await asked(run)
        await run.press("1", "ctrl+p", *("undo" if english else "復原"), "enter")
        assert shared in run.pane("banner")


async def test_a_shared_number_stays_with_whom_it_was_and_the_call_is_theirs() -> None:
    async with running(with_two()) as run:
        before = {who: numbers(run, who) for who in (LIN.id, HUANG.id)}
        await asked(run)
        await run.press("1")
        assert f"{LIN.name}'s number {OF_LIN} is now {HUANG.name}'s too." in run.pane("banner")
        assert numbers(run, LIN.id) == before[LIN.id]
        assert numbers(run, HUANG.id)[1:] == [LIN.numbers[0].e164]
        assert run.desk.cards[HUANG.id].member.numbers[1].label == LIN.numbers[0].label
        assert [task.member for task in run.desk.business.tasks] == [LIN.id]
        assert LIN.name in run.pane("lines")
        await run.press("ctrl+p", *"undo", "enter")
        assert {who: numbers(run, who) for who in before} == before
        assert LIN.name in run.pane("lines")


async def test_the_digit_after_the_key_is_an_answer_however_fast_it_comes() -> None:
    async with running(with_two()) as run:
        await serve(run, run.desk.cards[LIN.id])
        await run.press("escape", "slash", *"黃", "enter")
        run.screen.area.focus()
        await run.press("ctrl+l", "1")
        assert run.screen.area.text == ""
        assert len(done(run, NumberAttach)) == 1


async def test_each_owner_of_a_shared_number_can_be_the_one_who_loses_it() -> None:
    shared = msgspec.structs.replace(CHEN, numbers=(LIN.numbers[0],))
    made = ScriptedDesk({who.id: plain_card(who) for who in (LIN, shared, HUANG)})
    async with running(made) as run:
        made.publish(pop(call("c1", LIN), plain_card(LIN), shared))
        await run.settle()
        await run.press("f2", "escape", "slash", *"黃", "enter", "ctrl+l")
        assert f"instead of {LIN.name}" in run.pane("menu")
        await run.press("3")
        assert numbers(run, CHEN.id) == []
        assert numbers(run, LIN.id) == [LIN.numbers[0].e164]
        assert f"{CHEN.name}'s number" in run.pane("banner")


async def test_a_remapped_key_is_the_one_that_is_named() -> None:
    async with running(desk(), keys={"attach": "ctrl+b"}) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2", "escape", "slash", *"黃", "enter", "ctrl+b")
        assert "Ctrl+B takes it back" in run.pane("banner")
        await run.press("ctrl+b")
        assert len(numbers(run, HUANG.id)) == 1


async def test_a_number_that_was_taken_off_is_the_first_again_after_undo() -> None:
    async with running(with_two()) as run:
        await serve(run, run.desk.cards[LIN.id])
        before = numbers(run, LIN.id)
        await run.press("escape", "n")
        assert numbers(run, LIN.id) == before[1:]
        await run.press("ctrl+p", *"undo", "enter")
        assert numbers(run, LIN.id) == before


async def test_a_number_that_was_taken_off_has_no_owner_to_ask_about() -> None:
    async with running(with_two()) as run:
        await serve(run, run.desk.cards[LIN.id])
        await run.press("escape", "n", "slash", *"黃", "enter", "ctrl+l")
        assert numbers(run, HUANG.id)[1:] == [LIN.numbers[0].e164]
        assert f"{OF_LIN} is {HUANG.name}'s from now on. Ctrl+L takes it back." in run.pane("banner")
