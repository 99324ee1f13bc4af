"""Who calls again and again in vain is one row, and one callback, with or without a server."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import Call, CallState, Outcome
from ringdesk.ids import callback_id
from ringdesk.ops import CallVerdict, TaskAttempt
from ringdesk.safetext import SafeText
from ringdesk.tasks import Attempt, AttemptResult, Task, TaskKind, TaskState
from terminal.desk.values import LostCall
from terminal.news import CallNews, TaskNews
from terminal.screens.callers import by_caller
from terminal.screens.day import Day
from terminal.widgets.callrow import CallRow
from tests.screens.harness import LANGUAGES, SMALL, WIDE, Running, running
from tests.screens.test_callstory import UNKNOWN, closed, done
from tests.screens.test_desk import CHEN, HUANG, desk
from tests.terminal.scripted_desk import NOW, call, plain_card, pop


def tries(count: int) -> list[Call]:
    """So many calls of one unknown number that rang in vain, the first an hour ago, one each ten minutes."""
    over = msgspec.structs.replace(UNKNOWN, state=CallState.RING_STOPPED)
    return [msgspec.structs.replace(over, id=f"u{each}", started=NOW - 3600 + 600 * each) for each in range(count)]


async def in_vain(run: Running) -> None:
    """Three calls of one number, and one of Chen's between them."""
    other = call("c1", CHEN, state=CallState.RING_STOPPED, started=NOW - 3300)
    for each in tries(3):
        run.desk.publish(pop(each), CallNews(each))
    run.desk.publish(pop(other, plain_card(CHEN)), CallNews(other))
    await run.settle()


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_caller_who_tries_again_is_one_row_with_count_and_last_time(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    async with running(desk(), size, catalogue=chinese if language == "zh" else None) as run:
        await in_vain(run)
        run.screen.action_go("missed")
        await run.settle()
        text = run.pane("missed")
        assert text.count("0965-118-402") == 1
        assert "16:03" in text
        assert ("called 3x" if language == "en" else "來電 3 次") in text
        assert ("Missed 2" if language == "en" else "未接 2") in run.pane("topbar")


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("since", ["now", "before the start"])
async def test_a_shared_number_in_the_missed_list_says_whose(since: str, size: tuple[int, int]) -> None:
    made = desk()
    over = call("c1", CHEN, state=CallState.ENDED, outcome=Outcome.MISSED, started=NOW - 300)
    callback = Task(id=callback_id("c1"), kind=TaskKind.CALLBACK, call="c1", number=CHEN.numbers[0].raw, at=NOW - 290)
    if since != "now":
        made.business.lost = [LostCall(over, None, (CHEN, HUANG))]
    async with running(made, size) as run:
        if since == "now":
            run.desk.publish(pop(over, plain_card(CHEN), HUANG), CallNews(over))
        run.screen.action_go("missed")
        await run.settle()
        assert f"{CHEN.name} +1" in run.pane("missed")
        run.desk.publish(TaskNews(callback, "settled"))
        await run.settle()
        assert run.pane("missed").count(f"{CHEN.name} +1") == 1
        assert "0933" in run.pane("missed"), "the number that is dialled stays beside it"


async def judged(run: Running, key: str) -> None:
    """Press a key on the row of the caller who tried three times."""
    await in_vain(run)
    run.screen.action_go("missed")
    await run.settle()
    at = [entry.call.id for entry in run.screen.board.lost].index("u2")
    await run.press(*["j"] * at, key)


async def test_its_callback_closes_all_of_them() -> None:
    async with running(desk()) as run:
        await judged(run, "m")
        said = [(each.call, each.verdict, bool(each.title)) for each in done(run, CallVerdict)]  # type: ignore[attr-defined]
        assert said == [("u2", "missed", True), ("u1", "missed", False), ("u0", "missed", False)]
        text = run.pane("missed")
        assert text.count("0965-118-402") == 1
        assert "called 3x, last 16:03" in text
        assert "To call 1" in run.pane("topbar")
        (task,) = run.desk.business.tasks
        await run.press("home", "a", "1")
        assert done(run, TaskAttempt)
        assert [row.call.id for row in run.screen.board.lost] == ["c1"]
        assert task.number == "+886965118402"


@pytest.mark.parametrize("key", ["e", "i"])
async def test_one_key_judges_all_of_them(key: str) -> None:
    async with running(desk()) as run:
        await judged(run, key)
        assert [each.call for each in done(run, CallVerdict)] == ["u2", "u1", "u0"]  # type: ignore[attr-defined]
        assert "0965" not in run.pane("missed")
        await run.press("ctrl+p", *"undo", "enter")
        assert run.pane("missed").count("0965-118-402") == 1


async def test_junk_closes_all_of_them() -> None:
    async with running(desk()) as run:
        await judged(run, "x")
        assert {which for which, *_ in closed(run)} >= {"u2"}
        assert "0965" not in run.pane("missed")


async def test_home_has_one_row_a_caller_and_each_number_once() -> None:
    async with running(desk()) as run:
        await in_vain(run)
        await run.press("escape", "escape")
        run.screen.home.stale()
        await run.still()
        rows = run.pane("timeline")
        assert rows.count("0965-118-402") == 1
        assert "called 3x" in rows
        assert "0965118402" not in rows
        assert "0965118402" not in run.pane("detail")


def row(one: Call) -> CallRow:
    return CallRow(call=one)


def test_callers_who_hide_and_other_stores_stay_apart() -> None:
    hidden = [row(Call(id=f"h{each}", state=CallState.ENDED)) for each in range(2)]
    here, there = (row(msgspec.structs.replace(tries(1)[0], id=site, site=site)) for site in ("a", "b"))
    found = by_caller([*hidden, here, there])
    assert [(each.call.id, each.also) for each in found] == [("h0", ()), ("h1", ()), ("a", ()), ("b", ())]


def test_the_same_number_in_another_form_is_the_same_caller() -> None:
    full = tries(2)
    plain = msgspec.structs.replace(full[0], caller=msgspec.structs.replace(full[0].caller, e164=None))
    assert [each.also for each in by_caller([row(full[1]), row(plain)])] == [("u0",)]


def test_a_caller_has_the_name_that_one_of_their_calls_knows() -> None:
    named = CallRow(call=call("c1", CHEN), matches=pop(call("c1", CHEN), plain_card(CHEN)).matches)
    (found,) = by_caller([row(call("c2", CHEN)), named])
    assert (found.call.id, found.also, found.sure) == ("c2", ("c1",), CHEN)


def callback(**more: object) -> Task:
    fields: dict[str, object] = {"id": "t", "kind": TaskKind.CALLBACK, "number": SafeText("+886965118402"), **more}
    return Task(**fields)  # type: ignore[arg-type]


def test_a_callback_takes_care_of_the_calls_of_its_number_before_it() -> None:
    first, second = tries(2)
    day = Day()
    day.hear(TaskNews(callback(at=first.started + 60), "settled"))
    assert day.taken_care([first, second]) == {"t": [first]}
    day.hear(TaskNews(callback(at=first.started + 60, state=TaskState.DONE, done_at=NOW), "settled"))
    assert day.taken_care([first, second]) == {"t": [first, second]}


def test_a_call_that_was_missed_for_sure_joins_the_open_callback_of_its_caller() -> None:
    first, second = (msgspec.structs.replace(each, outcome=Outcome.MISSED) for each in tries(2))
    day = Day()
    day.hear(TaskNews(callback(id=callback_id("u0"), call="u0", at=first.started + 60), "settled"))
    assert day.taken_care([first, second]) == {callback_id("u0"): [first, second]}
    promised = Day()
    promised.hear(TaskNews(callback(at=first.started + 60), "settled"))
    assert promised.taken_care([second]) == {}


def test_what_is_promised_while_the_server_is_away_stands_once_beside_the_servers_own() -> None:
    day = Day()
    (lost,) = tries(1)
    servers = Task(id=callback_id("u0"), kind=TaskKind.CALLBACK, call="u0", number=SafeText("+886965118402"), at=100.0)
    own = Task(id="op", kind=TaskKind.CALLBACK, number=SafeText("0965118402"), author="ann", at=150.0)
    day.begin((), (servers, own))
    assert [task.id for task in day.owed] == ["op"]
    assert day.taken_care([lost]) == {"op": [lost]}
    day.hear(TaskNews(msgspec.structs.replace(servers, state=TaskState.DONE), "settled"))
    assert [task.id for task in day.owed] == ["op"]


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@LANGUAGES
async def test_the_time_of_a_missed_call_is_when_they_rang_and_not_when_somebody_said_so(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    made = desk()
    over = call("c1", CHEN, state=CallState.RING_STOPPED, started=NOW - 3300, last_ring=NOW - 3292)
    catalogue = chinese if language == "zh" else None
    async with running(made, size, catalogue=catalogue) as run:
        run.desk.publish(pop(over, plain_card(CHEN)), CallNews(over))
        run.screen.action_go("missed")
        await run.settle()
        assert "15:48" in run.pane("missed")
        await run.press("m")
        pane = run.pane("missed")
        assert "15:48" in pane
        assert "16:43" not in pane, "that is when m was pressed"
    (task,) = made.business.tasks
    for attempts in ((), (Attempt(NOW, AttemptResult.NO_ANSWER),)):
        async with running(desk(), size, catalogue=catalogue) as run:
            run.desk.publish(TaskNews(msgspec.structs.replace(task, attempts=attempts), "settled"))
            run.screen.action_go("missed")
            await run.settle()
            assert "15:48" in run.pane("missed"), "nor on a desk that knows nothing of the call"


@LANGUAGES
async def test_a_caller_who_tried_three_times_keeps_the_last_time_after_m(language: str, chinese: Path) -> None:
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        await judged(run, "m")
        pane = run.pane("missed")
        assert ("called 3x, last 16:03" if language == "en" else "來電 3 次，最後 16:03") in pane
        assert "16:43" not in pane
        assert "15:43" in pane, "the first time"
