"""Nobody is promised a callback whom nobody can call."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import Caller, Presentation
from ringdesk.ops import TaskAdd
from ringdesk.safetext import SafeText
from ringdesk.tasks import TaskKind
from tests.screens.harness import running
from tests.screens.test_desk import LIN, desk
from tests.terminal.plain.talking import spoken, talking
from tests.terminal.scripted_desk import ScriptedDesk, call, plain_card, pop

WITHHELD = Caller(SafeText("P"), None, Presentation.PRIVATE)
BARE = msgspec.structs.replace(LIN, numbers=())
SAID = {"en": "There is no number to call back.", "zh": "沒有號碼可回電"}


def tasks_made(made: ScriptedDesk) -> list[TaskAdd]:
    return [args for did in made.did for args in did if isinstance(args, TaskAdd)]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_key_says_so_and_opens_nothing(language: str, chinese: Path) -> None:
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        run.desk.publish(pop(call("w", caller=WITHHELD)))
        await run.settle()
        await run.press("f2", "f8")
        assert SAID[language] in "\n".join(run.rows())
        assert not run.app.screen.query_one("#menu").display


async def test_what_the_note_promises_them_is_a_task_and_no_callback() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("w", caller=WITHHELD)))
        await run.settle()
        await run.press("f2")
        run.screen.area.insert("call back tomorrow 10am")
        await run.press("ctrl+backslash")
        (task,) = tasks_made(run.desk)
        assert (task.kind, task.number) == (TaskKind.TODO, None)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("whom", ["a caller who hides the number", "a member without a number"])
async def test_line_by_line_too(language: str, whom: str) -> None:
    made = ScriptedDesk({BARE.id: plain_card(BARE)})
    with spoken("en" if language == "en" else "zh_Hant"):
        async with talking(made) as typist:
            if whom.startswith("a caller"):
                made.publish(pop(call("w", caller=WITHHELD)))
                await typist.type("t")
            else:
                await typist.type(f"/ {BARE.name}", "1")
            said = await typist.type("l 1")
            assert any(SAID[language] in line for line in said), said
            assert tasks_made(made) == []
