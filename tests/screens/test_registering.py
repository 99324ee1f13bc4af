"""A new member of an unknown caller: one key makes it, says so and takes it back; the name is asked at once, or later."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import pytest

from ringdesk.notes import Note
from ringdesk.ops import NumberDetach
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task
from terminal.screens import owed
from tests.screens.harness import LANGUAGES, SIZES, Running, running
from tests.screens.test_callstory import UNKNOWN, done
from tests.screens.test_desk import desk
from tests.terminal.scripted_desk import NOW, pop


def made(run: Running) -> list[tuple[str, str, int]]:
    """The members that were made: name, form of address, how many numbers."""
    ops = [f"op-{index + 1}" for index, what in enumerate(run.desk.did) if what[0] == "add_member"]
    members = [run.desk.cards[op].member for op in ops]
    return [(each.name, each.honorific, len(each.numbers)) for each in members]


async def serves_unknown(run: Running, *more: str) -> None:
    run.desk.publish(pop(UNKNOWN))
    await run.settle()
    await run.press("f2", *more)


@SIZES
@LANGUAGES
async def test_one_key_makes_the_member_asks_the_name_and_says_what_takes_it_back(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    said = (
        "A new member has 0965-118-402 now. Ctrl+R takes it back."
        if english
        else "已用 0965-118-402 建立新會員。Ctrl+R 可復原。"
    )
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await serves_unknown(run, "ctrl+r")
        assert made(run) == [("", "", 1)]
        assert run.focus == "query"
        assert said in run.pane("banner")
        assert "Ctrl+R" in run.pane("choices")
        assert "王小姐" in run.pane("choices")
        await run.press("ctrl+r")
        back = "is nobody's number again" if english else "已不是任何會員的號碼"
        assert back in run.pane("banner")
        assert made(run) == [("", "", 0)]
        assert run.screen.board.person.key == (None, "u")
        assert run.focus == "note"
        assert run.screen.work.undo.labels() == []
        await run.press("ctrl+r")
        assert len(made(run)) == 2, "they can be made anew"


@SIZES
@LANGUAGES
async def test_without_a_name_the_same_key_asks_for_it_later(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    said = "has no name yet: Ctrl+R asks for it" if english else "還沒有姓名：按 Ctrl+R 填"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await serves_unknown(run, "ctrl+r", "escape")
        assert said in run.pane("banner")
        assert made(run) == [("", "", 1)]
        await run.press("ctrl+r")
        assert run.focus == "query"
        await run.press("enter")
        assert said in run.pane("banner"), "Enter on an empty field is no name either"
        await run.press("ctrl+r", *"王小姐", "enter")
        assert made(run) == [("王", "小姐", 1)]
        await run.press("ctrl+r")
        assert run.focus != "query", "who has a name is not asked again"
        assert len(made(run)) == 1


@pytest.mark.parametrize(
    ("typed", "name", "honorific", "greeting"),
    [
        ("王小姐", "王", "小姐", "Hello, Ms 王"),
        ("Ms Wang", "Wang", "Ms", "Hello, Ms Wang"),
        ("mr. Tom Lin", "Tom Lin", "Mr", "Hello, Mr Lin"),
        ("歐陽正豪先生", "歐陽正豪", "先生", "Hello, Mr 歐陽"),
        ("王小明", "王小明", "", "Hello, 王小明"),
        ("大安診所", "大安診所", "", "Hello, 大安診所"),
    ],
)
async def test_a_form_of_address_is_no_part_of_the_name(typed: str, name: str, honorific: str, greeting: str) -> None:
    async with running(desk()) as run:
        await serves_unknown(run, "ctrl+r", *typed)
        assert greeting in run.pane("choices")
        await run.press("enter")
        assert made(run) == [(name, honorific, 1)]
        assert f"The new member is called {typed}." in run.pane("banner")


async def test_what_is_taken_back_from_the_palette_has_no_name_and_no_number() -> None:
    async with running(desk()) as run:
        await serves_unknown(run, *"tea", "f8", "1")
        await run.press("ctrl+r", *"王小姐", "enter")
        (task,) = run.desk.business.tasks
        assert task.member is not None
        await run.press("ctrl+p", *"undo a new member", "enter")
        assert made(run) == [("", "", 0)]
        (task,) = run.desk.business.tasks
        assert (task.member, task.call) == (None, "u")
        assert run.screen.board.person.key == (None, "u")
        assert run.screen.area.text == "tea"


async def test_a_member_with_a_note_is_not_taken_back() -> None:
    async with running(desk()) as run:
        await serves_unknown(run, "ctrl+r", *"王小姐", "enter")
        who = run.screen.board.person.key[0] or ""
        noted = Note(id="n", member=who, text=SafeLines("tea"), author_name=SafeText("雅婷"), at=NOW)
        run.desk.cards[who] = msgspec.structs.replace(run.desk.cards[who], notes=(noted,))
        await run.press("ctrl+p", *"undo a new member", "enter")
        assert "n takes the number off their card" in run.pane("banner")
        assert done(run, NumberDetach) == []


async def test_the_tasks_are_never_empty_while_the_caller_becomes_a_member() -> None:
    async with running(desk()) as run:
        await serves_unknown(run, "f8", "1")
        seen: list[tuple[Task, ...]] = []
        follow = owed.follow

        async def looking(*args: Any) -> list[Task]:
            seen.append(run.screen.board.person.tasks)
            return await follow(*args)

        with patch.object(owed, "follow", looking):
            await run.press("ctrl+r")
            await run.press("escape")
        assert seen
        assert all(seen)
        assert run.screen.board.person.tasks
        assert len({task.id for task in run.screen.board.person.tasks}) == len(run.screen.board.person.tasks)
