"""A menu or a box that was opened about somebody does what it does to them, whoever is on the card when it is answered."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import CallState
from ringdesk.ops import CallHand, CallWrapup, NumberAttach, TaskAdd, TaskUpdate
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind
from terminal.news import CallNews
from terminal.widgets.person import Person
from tests.screens.harness import Running, running
from tests.screens.test_callstory import staffed
from tests.screens.test_desk import CHEN, LIN, desk, serve
from tests.terminal.scripted_desk import call, plain_card, pop

FLAGGED = msgspec.structs.replace(LIN, facts=(SafeText("素食"),))
ADD_FLAG, ADD_FACT = "fact('flags', 0)", "fact('facts', 0)"
REMOVE_FLAG, REMOVE_FACT = "fact('flags', 1)", "fact('facts', 1)"
BOXES = {
    "callback": ("f8", ("1",)),
    "add a flag": (ADD_FLAG, ("a", "b", "enter")),
    "add a fact": (ADD_FACT, ("a", "b", "enter")),
    "remove a flag": (REMOVE_FLAG, ("1",)),
    "remove a fact": (REMOVE_FACT, ("1",)),
    "task": ("task", ("1",)),
}
"""What opens each, and what answers it."""


async def opened(run: Running, how: str) -> None:
    if how == "task":
        run.screen.query_one("#tasks").focus()
        await run.press("enter")
    elif how.startswith("fact"):
        await run.screen.run_action(how)
        await run.settle()
    else:
        await run.press(how)


def over(run: Running) -> str:
    return run.pane("menu") if run.focus == "menu" else run.pane("choices")


async def first_stops_and_another_rings(run: Running) -> None:
    gone = msgspec.structs.replace(call("c1", LIN), state=CallState.ENDED)
    run.desk.publish(CallNews(gone))
    run.desk.publish(pop(call("c2", CHEN, line="2"), plain_card(CHEN)))
    await run.settle()
    await run.still()


async def a_colleague_takes_it_and_another_rings(run: Running) -> None:
    taken = msgspec.structs.replace(call("c1", LIN), claimed_by="peijun", claimed_name=SafeText("佩君"))
    run.desk.publish(CallNews(taken, claimed_name=SafeText("佩君")))
    run.desk.publish(pop(call("c2", CHEN, line="2"), plain_card(CHEN)))
    await run.settle()
    run.wall += 10
    await run.still()


async def the_card_is_anothers_all_the_same(run: Running) -> None:
    run.screen.board.person = Person(member=CHEN, call=call("c2", CHEN, line="2"))
    run.screen.painter.paint()
    await run.settle()


CHANGES = [first_stops_and_another_rings, a_colleague_takes_it_and_another_rings, the_card_is_anothers_all_the_same]


def named(did: list[tuple[object, ...]]) -> set[str]:
    """Whom and which calls the ops name."""
    found: set[str] = set()
    for what in did:
        for each in what:
            if isinstance(each, TaskAdd):
                found |= {each.member or "", each.call or ""}
            elif isinstance(each, TaskUpdate | CallHand | CallWrapup | NumberAttach):
                found |= {str(getattr(each, name)) for name in ("task", "call", "member") if hasattr(each, name)}
            elif isinstance(each, str):
                found.add(each)
    return found


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_is_chosen_goes_to_whom_the_title_names(
    box: str, change: type[None], language: str, chinese: Path
) -> None:
    how, answer = BOXES[box]
    one = desk()
    mine = Task(id="t-lin", member="lin", kind=TaskKind.TODO, title=SafeText("寄型錄"))
    theirs = Task(id="t-chen", member="chen", kind=TaskKind.TODO, title=SafeText("寄帳單"))
    one.cards = {
        "lin": msgspec.structs.replace(plain_card(FLAGGED), tasks=(mine,)),
        "chen": msgspec.structs.replace(plain_card(CHEN), tasks=(theirs,)),
    }
    async with running(one, catalogue=None if language == "en" else chinese) as run:
        run.desk.publish(pop(call("c1", LIN), one.cards["lin"]))
        await run.settle()
        await opened(run, how)
        assert LIN.name in over(run)
        await change(run)  # type: ignore[misc]  # one of CHANGES
        assert LIN.name in over(run), "the title names whom it was opened for"
        assert CHEN.name not in over(run)
        before = len(one.did)
        await run.press(*answer)
        names = named(one.did[before:])
        assert names & {"lin", "t-lin"}, one.did[before:]
        assert not names & {"chen", "c2", "t-chen"}, one.did[before:]
        assert LIN.name in run.screen.painter._message.text or box == "task"


async def theirs_is_served_now(run: Running) -> None:
    run.screen.board.person = Person(member=CHEN, call=call("c2", CHEN, line="2"))
    run.screen.painter.paint()
    await run.settle()


@pytest.mark.parametrize("key", ["f4", "ctrl+o"])
async def test_what_is_chosen_for_a_call_never_reaches_another(key: str) -> None:
    """One that is closed or handed on meanwhile is not closed again, and the call on the card is not closed instead."""
    one = staffed()
    async with running(one) as run:
        await serve(run, plain_card(LIN))
        await run.press(key)
        assert LIN.name in run.pane("menu")
        await theirs_is_served_now(run)
        before = len(one.did)
        await run.press("1")
        names = named(one.did[before:])
        assert not names & {"chen", "c2"}, one.did[before:]
        assert ("c1" in names) is (key == "ctrl+o")
        assert key == "ctrl+o" or f"{LIN.name} is no longer on the card" in run.screen.painter._message.text


async def test_f4_closes_no_other_call_of_the_same_member() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN), "c2")
        await serve(run, plain_card(LIN), "c1")
        await run.press("f4")
        run.screen.board.serve("c2")
        before = len(run.desk.did)
        await run.press("1")
        assert not named(run.desk.did[before:]), run.desk.did[before:]
