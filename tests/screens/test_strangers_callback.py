"""The card of a number that is nobody's has what is promised to that number, from whatever of its calls, and its notes, as soon
as it opens."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import CallState
from ringdesk.ids import callback_id
from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task, TaskKind, TaskState
from terminal.news import CallNews, TaskNews
from tests.screens.harness import SMALL, WIDE, Running, running
from tests.screens.test_callstory import UNKNOWN
from tests.screens.test_desk import desk
from tests.terminal.scripted_desk import NOW, ScriptedDesk, pop

OVER = msgspec.structs.replace(UNKNOWN, state=CallState.RING_STOPPED)
TITLE = SafeText("回電給客人")
NUMBER = SafeText("+886965118402")


def owing() -> tuple[ScriptedDesk, Task]:
    """A desk that owes an unknown number a call, from an earlier call of it."""
    made = desk()
    task = Task(
        id=callback_id("u0"), kind=TaskKind.CALLBACK, call="u0", number=NUMBER, title=TITLE, at=NOW - 60,
        due=SafeText("2026-11-24T09:30:00Z"),
    )  # fmt: skip
    made.business.tasks = [task]
    note = Note(id="n1", call=OVER.id, text=SafeLines("要三十份"), author_name=SafeText("怡君"), at=NOW - 60)
    made.business.notes = [note]
    return made, task


async def tasks_of(run: Running) -> str:
    run.screen.action_go("tasks")
    await run.settle()
    return run.pane("tasks")


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_enter_on_the_callback_shows_it_on_the_card_at_once(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    made, task = owing()
    owed = msgspec.structs.replace(task, id=callback_id(OVER.id), call=OVER.id)
    made.business.tasks = [owed]
    async with running(made, size, catalogue=chinese if language == "zh" else None) as run:
        run.desk.publish(pop(UNKNOWN), CallNews(OVER), TaskNews(owed, "settled"))
        await run.settle()
        run.screen.board.home()
        run.screen.action_go("missed")
        await run.press("enter")
        assert TITLE in await tasks_of(run)
        run.screen.action_go("earlier")
        await run.settle()
        assert "要三十份" in run.pane("earlier")


async def test_who_calls_again_is_owed_the_call_back_on_their_card_too() -> None:
    made, task = owing()
    async with running(made) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        assert TITLE in await tasks_of(run)
        done = msgspec.structs.replace(task, state=TaskState.DONE)
        run.desk.publish(TaskNews(done, "settled"))
        await run.settle()
        assert run.screen.board.person.tasks == (done,), "what becomes of it is seen on the card"


async def test_what_is_a_members_is_not_on_the_card_of_a_number() -> None:
    made, task = owing()
    made.business.tasks = [msgspec.structs.replace(task, member="lin", call=UNKNOWN.id)]
    async with running(made) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        assert TITLE not in await tasks_of(run)


async def test_enter_on_a_callback_whose_call_is_gone_says_so_and_not_that_nobody_has_the_number() -> None:
    made, owed = owing()
    async with running(made) as run:
        run.desk.publish(TaskNews(owed, "settled"))
        await run.settle()
        run.screen.action_go("missed")
        await run.press("enter")
        said = " ".join(run.pane("banner").split())
        assert "The call of 0965-118-402 is not on this desk any more" in said, said
