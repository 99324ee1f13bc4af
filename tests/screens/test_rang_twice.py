"""A caller who rings, gives up and rings again is one caller: while somebody speaks with them the first ring is nobody's to
take, in the banner, by F2 and in the lines, by the rule by which the missed are counted."""

from typing import Any

import msgspec
import pytest

from ringdesk.calls import Call, Caller, CallState, Outcome
from ringdesk.ids import callback_id
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind, TaskState
from terminal.news import CallNews, TaskNews
from terminal.screens.board import Board
from tests.screens.harness import Running, running
from tests.screens.test_board import CHEN, LIN, card
from tests.screens.test_desk import desk
from tests.terminal.scripted_desk import ME, NOW, call, plain_card, pop

TOM = SafeText("tom")


def ring(ident: str, at: float, state: CallState = CallState.RINGING, **more: Any) -> Call:
    """A ring of Lin's, as the line tells of it."""
    return call(ident, LIN, state=state, started=at, **more)


def rings_and_stops(board: Board) -> None:
    board.hear(pop(ring("first", NOW - 30), card(0)), NOW)
    board.hear(CallNews(ring("first", NOW - 30, CallState.RING_STOPPED)), NOW)


def claims(run: Running) -> list[object]:
    return [what[1] for what in run.desk.did if what[0] == "claim"]


async def first_and_second(run: Running) -> None:
    """Both on the desk: the first stopped, the second rings."""
    run.desk.publish(pop(ring("first", NOW - 30), plain_card(LIN)))
    run.desk.publish(CallNews(ring("first", NOW - 30, CallState.RING_STOPPED)))
    run.desk.publish(pop(ring("second", NOW - 7), plain_card(LIN)))
    await run.settle()


async def test_what_a_colleague_speaks_with_is_not_offered_for_its_first_ring() -> None:
    async with running(desk()) as run:
        await first_and_second(run)
        taken = ring("second", NOW - 7, claimed_by="p-tom", claimed_name=TOM)
        run.desk.publish(CallNews(taken, claimed_name=TOM))
        await run.settle()
        assert "F2" not in run.pane("banner")
        assert "I have it" not in run.pane("lines")
        assert "Missed 0" in run.pane("topbar")
        await run.press("f2")
        assert claims(run) == [], "two would serve one caller"
        run.screen.panes.go("lines")
        for _ in run.screen.board.calls:
            await run.press("enter", "j")
        assert claims(run) == []


async def test_of_who_is_served_here_no_older_ring_is_offered_at_the_same_desk() -> None:
    async with running(desk()) as run:
        await first_and_second(run)
        await run.press("f2")
        assert claims(run) == ["second"]
        run.screen.panes.go("lines")
        await run.settle()
        assert "I have it" not in run.pane("lines")
        await run.press("j", "enter")
        assert claims(run) == ["second"]


@pytest.mark.parametrize("line", ["2", "9"], ids=["same line", "another line"])
def test_the_line_it_came_in_on_is_no_matter(line: str) -> None:
    board = Board()
    board.begin([], ME)
    rings_and_stops(board)
    assert board.banner is board.calls["first"], "until somebody speaks with them it can be taken"
    again = call("second", LIN, line=line, started=NOW, claimed_by="p-tom", claimed_name=TOM)
    board.hear(CallNews(again, claimed_name=TOM), NOW)
    assert not board.calls["first"].free
    assert board.calling == []


def test_another_caller_and_a_store_of_its_own_are_still_offered() -> None:
    board = Board()
    board.begin([], ME)
    rings_and_stops(board)
    for ident, one in (("b", call("b", CHEN, started=NOW)), ("c", ring("c", NOW, site="other"))):
        board.hear(CallNews(msgspec.structs.replace(one, claimed_by="p-tom"), claimed_name=TOM), NOW)
        assert board.calls["first"].free, ident
    hidden = ring("d", NOW, claimed_by="p-tom")
    board.hear(CallNews(msgspec.structs.replace(hidden, caller=Caller()), claimed_name=TOM), NOW)
    assert board.calls["first"].free


def test_a_call_that_rings_now_is_offered_whoever_was_spoken_with() -> None:
    board = Board()
    board.begin([], ME)
    rings_and_stops(board)
    board.hear(CallNews(ring("second", NOW, claimed_by="p-tom"), claimed_name=TOM), NOW)
    board.hear(CallNews(ring("first", NOW - 30)), NOW)
    assert [row.call.id for row in board.ringing] == ["first"]


def test_who_was_called_back_is_not_offered_any_more() -> None:
    board = Board()
    board.begin([], ME)
    rings_and_stops(board)
    task = Task(
        id=callback_id("first"), call="first", kind=TaskKind.CALLBACK, title=SafeText("x"), state=TaskState.DONE
    )
    board.hear(TaskNews(task, "settled"), NOW)
    assert board.calling == []
    assert board.missed == []


def test_a_desk_that_starts_offers_no_ring_of_who_is_spoken_with() -> None:
    board = Board()
    first, second = ring("first", NOW - 30, CallState.RING_STOPPED), ring("second", NOW, claimed_by="p-tom")
    board.begin([first, msgspec.structs.replace(second, claimed_name=TOM)], ME)
    assert board.banner is None


def test_whatever_is_offered_of_the_rings_that_stopped_is_what_is_counted_as_missed() -> None:
    board = Board()
    board.begin([], ME)
    rings_and_stops(board)
    over = ring("second", NOW, CallState.ENDED, outcome=Outcome.ANSWERED, claimed_by="p-tom", claimed_name=TOM)
    for one in (ring("second", NOW), over):
        board.hear(CallNews(one, claimed_name=one.claimed_name), NOW)
        stopped = [row for row in board.calling if not row.ringing]
        assert stopped == board.missed
