"""An agent who lifts the handset before they say so, on a line that sees the pick-up: the call can still be taken."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import CallState, Direction
from ringdesk.marks import MarkLabel
from ringdesk.ops import CallHand
from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeText
from terminal.news import CallNews
from terminal.screens.board import Board
from terminal.screens.moment import sentence
from tests.screens.harness import LANGUAGES, SIZES, Running, running
from tests.screens.test_board import card
from tests.screens.test_callstory import done, staffed
from tests.screens.test_desk import CHEN, LIN, named, serve
from tests.terminal.scripted_desk import ME, NOW, ScriptedDesk, call, plain_card, pop

TALKING = [CallState.ANSWERED, CallState.HELD, CallState.TRANSFERRING]
"""`queued` is a state in which a call calls: it can be taken as one that rings."""


def lift(desk: ScriptedDesk, ident: str = "c1", state: CallState = CallState.ANSWERED, *, at: float = NOW) -> None:
    """Somebody lifts the handset of a call: Lin's is c1, Chen's is c2."""
    who = LIN if ident == "c1" else CHEN
    desk.publish(
        pop(call(ident, who, line=ident[-1]), plain_card(who)),
        CallNews(call(ident, who, line=ident[-1], state=state, answered=at)),
    )


def claims(run: Running) -> list[object]:
    """The calls that the desk claimed."""
    return [what[1] for what in run.desk.did if what[0] == "claim"]


@SIZES
@LANGUAGES
async def test_f2_takes_a_call_whose_handset_was_lifted_first(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    picked_up, key = ("Picked up", "F2 I have it") if language == "en" else ("有人接了", "F2 我接")
    nobody = "nobody has it yet" if language == "en" else "還沒有人按「我接」"
    async with running(staffed(), size, catalogue=chinese if language == "zh" else None) as run:
        lift(run.desk)
        await run.settle()
        banner = " ".join(run.pane("banner").split())
        assert [word in banner for word in (picked_up, LIN.name, nobody, key)] == [True] * 4, banner
        await run.press("f2")
        assert claims(run) == ["c1"]
        assert run.focus == "note"
        assert nobody not in run.pane("banner")
        await run.press("a", "b", "f4", "1")
        assert ("note", "ab", LIN.id, "c1") in run.desk.did
        assert ("wrapup", "c1", "inquiry", LIN.id) in run.desk.did


@LANGUAGES
@pytest.mark.parametrize("state", TALKING)
async def test_enter_on_its_row_takes_it_and_the_row_says_so(state: CallState, language: str, chinese: Path) -> None:
    takes = "F2: I have it" if language == "en" else "F2 我接"
    async with running(staffed(), catalogue=chinese if language == "zh" else None) as run:
        lift(run.desk, state=state)
        await run.settle()
        assert takes in run.pane("lines")
        run.screen.painter.panel("lines").focus()
        await run.press("enter")
        assert claims(run) == ["c1"]
        assert run.focus == "note"
        assert takes not in run.pane("lines")


async def test_after_it_was_taken_it_is_handed_on_with_what_was_typed_before() -> None:
    async with running(staffed()) as run:
        lift(run.desk)
        await run.settle()
        await run.press(*"promised", "f2")
        assert run.screen.area.text == "promised"
        run.screen.tick()
        await run.settle()
        assert [(each.state, each.member) for each in run.desk.attended][-1] == (PresenceState.BUSY, LIN.id)
        await run.press("ctrl+o", "1")
        assert done(run, CallHand) == [CallHand(call="c1", to="p-mei", to_name=SafeText("美惠"))]
        assert ("note", "promised", LIN.id, "c1") in run.desk.did


async def test_one_that_rings_goes_first() -> None:
    async with running(staffed()) as run:
        lift(run.desk)
        run.desk.publish(pop(call("c2", CHEN, line="2"), plain_card(CHEN)))
        await run.settle()
        assert CHEN.name in run.pane("banner")
        await run.press("f2")
        assert claims(run) == ["c2"]
        assert named(run) == {CHEN.name}


async def test_while_the_agent_speaks_f2_leaves_what_others_pick_up_alone_and_its_row_takes_it() -> None:
    async with running(staffed()) as run:
        await serve(run, plain_card(LIN))
        lift(run.desk, "c2")
        await run.settle()
        assert "With you" in run.pane("banner")
        await run.press("f2")
        assert claims(run) == ["c1"]
        run.screen.painter.panel("lines").focus()
        await run.settle()
        lines = run.screen.painter.panel("lines")
        at = [row.call.id for row in lines.value.calls].index("c2")  # type: ignore[attr-defined]
        assert "Enter: I have it" in run.pane("lines")
        await run.press(*["j"] * at)
        assert "F2: I have it" in run.pane("lines")
        await run.press("f2")
        assert claims(run) == ["c1", "c2"]
        assert named(run) == {CHEN.name}


def test_the_last_pick_up_goes_first_and_the_one_on_the_card_before_it() -> None:
    board = Board()
    board.begin(
        [
            call("late", LIN, state=CallState.ANSWERED, answered=NOW + 9),
            call("soon", CHEN, state=CallState.ANSWERED, answered=NOW + 3),
        ],
        ME,
    )
    assert board.banner is board.calls["late"]
    assert "was picked up, and nobody has it yet; F2: I have it." in sentence(board, SafeText(), ())
    board.hear(pop(call("soon", CHEN, state=CallState.ANSWERED, answered=NOW + 3), card(1)), NOW + 9)
    board.look(board.calls["soon"].call)
    assert board.banner is board.calls["soon"]


def test_a_call_that_waits_on_hold_or_is_wrapped_up_keeps_nobody_from_the_next() -> None:
    for change in ({"on_hold": True}, {"disposition": "inquiry"}):
        mine = msgspec.structs.replace(call("a", LIN, state=CallState.ANSWERED, claimed_by=ME), **change)
        board = Board()
        board.begin([mine, call("b", CHEN, state=CallState.ANSWERED, answered=NOW)], ME)
        assert board.banner is board.calls["b"], change


@pytest.mark.parametrize(
    "changes",
    [
        {"claimed_by": "p-mei"},
        {"claimed_by": "p-mei", "claimed_name": SafeText("美惠")},
        {"direction": Direction.OUT},
        {"direction": Direction.INTERNAL},
        {"state": CallState.ENDED},
        {"disposition": "elsewhere"},
    ],
    ids=" ".join,
)
def test_what_somebody_has_or_went_out_or_is_over_is_not_offered(changes: dict[str, object]) -> None:
    board = Board()
    lifted = call("a", LIN, state=CallState.ANSWERED, answered=NOW)
    board.begin([lifted], ME)
    assert board.calls["a"].offered
    board = Board()
    board.begin([msgspec.structs.replace(lifted, **changes)], ME)
    assert not board.calls["a"].offered
    assert not board.calls["a"].unclaimed
    assert board.banner is None


def test_that_of_a_marked_number_is_taken_in_the_lines_alone() -> None:
    board = Board()
    board.begin([], ME)
    board.hear(msgspec.structs.replace(pop(call("a")), mark=MarkLabel.JUNK), NOW)
    board.hear(CallNews(call("a", state=CallState.ANSWERED, answered=NOW)), NOW)
    assert board.banner is None
    assert board.calls["a"].unclaimed


@SIZES
@LANGUAGES
async def test_while_one_talks_the_banner_leaves_alone_what_a_colleague_takes(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    taken, own = ("answered by", "With you") if language == "en" else ("已接", "通話中")
    async with running(staffed(), size, catalogue=chinese if language == "zh" else None) as run:
        await serve(run, plain_card(LIN))
        run.desk.publish(pop(call("c2", CHEN, line="3"), plain_card(CHEN)))
        mei = SafeText("美惠")
        run.desk.publish(CallNews(call("c2", CHEN, line="3", claimed_by="p-mei", claimed_name=mei), claimed_name=mei))
        await run.settle()
        banner = " ".join(run.pane("banner").split())
        assert own in banner
        assert LIN.name in banner
        assert taken not in banner, banner
        await run.press("f5")
        assert taken in run.pane("banner"), "with a caller on hold nobody is spoken with"
