"""A promise in the note, as a person sees it become a task and taken back."""

from pathlib import Path

import pytest

from ringdesk.ops import TaskAdd
from ringdesk.safetext import SafeText
from ringdesk.tasks import TaskKind
from tests.screens.harness import SMALL, WIDE, Running, running
from tests.terminal.scripted_desk import ME, ScriptedDesk, call, member, plain_card, pop

LIN = member("lin", "林淑芬", "0912-345-678")


async def write(run: Running, text: str) -> None:
    run.desk.publish(pop(call("c1", LIN, line="1"), plain_card(LIN)))
    await run.settle()
    await run.press("f2", *text)


def desk() -> ScriptedDesk:
    return ScriptedDesk({LIN.id: plain_card(LIN)})


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_one_key_makes_the_task_and_the_same_takes_it_back(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await write(run, "今天 17:30 回電")
        frame = run.pane("noteframe")
        for word in ("Promise - today 17:30 回電", "Ctrl+\\") if english else ("承諾 - 今天 17:30 回電", "Ctrl+\\"):
            assert word in frame
        await run.press("ctrl+backslash")
        wanted = TaskAdd(
            kind=TaskKind.CALLBACK,
            member=LIN.id,
            call="c1",
            title=SafeText("回電"),
            number=SafeText("+886912345678"),
            opens=SafeText("2026-11-24T09:30:00Z"),
            due=SafeText("2026-11-24T09:30:00Z"),
            assignee=ME,
            assignee_name=SafeText("雅婷"),
        )
        assert ("do", wanted) in run.desk.did
        assert ("task made" if english else "已建立待辦") in run.pane("noteframe")
        assert run.screen.area.text == "今天 17:30 回電"
        assert run.focus == "note"
        await run.press("ctrl+backslash")
        assert run.desk.did.pop() == ("done", f"op-{len(run.desk.did)}")
        assert ("task made" if english else "已建立待辦") not in run.pane("noteframe")


async def test_the_words_of_a_promise_may_change_after_its_task_was_made() -> None:
    async with running(desk()) as run:
        await write(run, "call back tomorrow 10am")
        await run.press("ctrl+backslash", *" about the invoice")
        assert "task made" in run.pane("noteframe")
        assert len([each for each in run.desk.did if each[0] == "do"]) == 1


async def test_a_restart_knows_the_task_that_was_made_of_a_promise() -> None:
    async with running(desk()) as run:
        await write(run, "call back tomorrow 10am")
        await run.press("ctrl+backslash")
        kept = run.desk.sheets[LIN.id, "c1"]
    again = desk()
    again._drafts = [kept]
    async with running(again) as run:
        assert "task made" in run.pane("noteframe")
        await run.press("ctrl+backslash")
        assert again.did == [("done", kept.promised["2026-11-25T02:00:00Z"])]
        assert again.sheets[LIN.id, "c1"].promised == {}


async def test_the_same_promise_in_another_note_is_another_task() -> None:
    async with running(desk()) as run:
        await write(run, "call back tomorrow 10am")
        await run.press("ctrl+backslash", "ctrl+s", *"send it tomorrow 10am")
        assert "task made" not in run.pane("noteframe")
        await run.press("ctrl+backslash")
        assert len([each for each in run.desk.did if each[0] == "do"]) == 2


async def test_a_note_without_a_promise_says_how_to_write_one() -> None:
    async with running(desk()) as run:
        await write(run, "12/3 生日")
        assert "Promise" not in run.pane("noteframe")
        await run.press("ctrl+backslash")
        assert "No promise in this note" in run.pane("banner")
        assert run.desk.did == [("claim", "c1", LIN.id)]


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("text", "time"), [("今天 16:30 回電", "16:30"), ("11/20 寄發票", "11/20")])
async def test_a_time_that_is_over_is_said_to_be_over(
    text: str, time: str, size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await write(run, text)
        await run.press("ctrl+backslash")
        said = f"{time} is over: write a time" if english else f"{time} 已經過了，請寫"
        assert said in run.pane("banner")
        assert run.desk.did == [("claim", "c1", LIN.id)]
        await run.press("ctrl+s", "ctrl+backslash")
        assert said in run.pane("banner"), "also of the note that was just saved"


async def test_a_callback_dials_the_number_that_the_note_says() -> None:
    async with running(desk()) as run:
        await write(run, "明天 10:00 回電 02-2962-4417 謝謝")
        await run.press("ctrl+backslash")
        (task,) = [each[1] for each in run.desk.did if each[0] == "do"]
        assert isinstance(task, TaskAdd)
        assert (task.kind, task.title, task.number) == (TaskKind.CALLBACK, "回電 02-2962-4417", "02-2962-4417")


@pytest.mark.parametrize("text", ["半小時後回電", "３０分鐘後回電", "call back in 30 minutes"])
async def test_after_a_while_stays_due_when_it_was_first_read(text: str) -> None:
    async with running(desk()) as run:
        await write(run, text)
        first = run.screen.promising.shown()
        assert first is not None
        run.wall += 600
        await run.press(*" 謝謝")
        later = run.screen.promising.shown()
        assert later is not None
        assert later.when == first.when
        await run.press("ctrl+backslash")
        run.wall += 60
        run.screen.promising._read_at.clear()  # the desk was started again
        await run.press("!")
        made = run.screen.promising.shown()
        assert made is not None
        assert (made.when, made.made) == (first.when, True)


TWO = "12/2 前寄樣品; 今天 17:30 前回電"


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
async def test_a_note_that_promises_twice_offers_one_after_the_other_and_says_how_many(size: tuple[int, int]) -> None:
    async with running(desk(), size) as run:
        await write(run, TWO)
        for titles, frame in (([], "回電"), (["回電"], "寄樣品")):
            assert _titles(run) == titles
            assert frame in run.pane("noteframe")
            assert f"task {len(titles) + 1}/2" in run.pane("noteframe")
            await run.press("ctrl+backslash")
        assert _titles(run) == ["回電", "寄樣品"]
        assert "task made 2/2" in run.pane("noteframe")
        await run.press("ctrl+backslash")
        assert run.desk.did[-1][0] == "done"
        assert "寄樣品" in run.pane("noteframe")
        assert "task 2/2" in run.pane("noteframe")


async def test_two_promises_of_one_day_are_two_tasks() -> None:
    async with running(desk()) as run:
        await write(run, "明天寄樣品; 明天回電")
        await run.press("ctrl+backslash", "ctrl+backslash")
        assert _titles(run) == ["回電", "寄樣品"]


def _titles(run: Running) -> list[str]:
    return [what[1].title for what in run.desk.did if what[0] == "do" and isinstance(what[1], TaskAdd)]


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_wrap_up_says_what_was_promised_without_a_task_and_costs_no_key_more(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    words = "No task yet: today 17:30 回電" if language == "en" else "還沒建立待辦：今天 17:30 回電"
    async with running(desk(), size, catalogue=chinese if language == "zh" else None) as run:
        await write(run, "今天 17:30 回電")
        await run.press("f4")
        assert words in run.pane("menu")
        assert "Ctrl+\\" in run.pane("menu")
        await run.press("escape", "ctrl+backslash", "f4")
        assert words not in run.pane("menu")
        await run.press("1")
        assert any(what[0] == "wrapup" for what in run.desk.did)
