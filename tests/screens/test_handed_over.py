"""A call that a colleague hands to this desk: it is nobody's here before somebody turns to it, whoever else rings."""

from pathlib import Path

from ringdesk.calls import CallState
from ringdesk.ops import CallHold
from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeText
from terminal.news import CallNews
from tests.screens.harness import LANGUAGES, SIZES, SMALL, Running, running
from tests.screens.test_callstory import done, staffed
from tests.screens.test_desk import CHEN, LIN
from tests.terminal.scripted_desk import ME, NOW, call, plain_card, pop

GIVEN = call(
    "c9",
    CHEN,
    state=CallState.ANSWERED,
    claimed_by=ME,
    handed_by="p-mei",
    handed_name=SafeText("美惠"),
    answered=NOW - 90,
)


async def handed(run: Running) -> None:
    matches = pop(GIVEN, plain_card(CHEN)).matches
    run.desk.publish(CallNews(GIVEN, SafeText("雅婷"), mine=True, matches=matches))
    await run.settle()


async def lin_rings(run: Running) -> None:
    run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
    await run.settle()


@SIZES
@LANGUAGES
async def test_f2_on_another_call_leaves_the_handed_one_waiting(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    waits, hands = ("from 美惠", "美惠 hands you 陳冠宇") if english else ("美惠轉來", "美惠把陳冠宇轉給您")
    mine, held = ("With you", "n hold") if english else ("通話中", "保留")
    async with running(staffed(), size, catalogue=None if english else chinese) as run:
        await handed(run)
        await lin_rings(run)
        run.wall += 12
        await run.still()
        assert CHEN.name in run.title("card")
        assert f"{waits} 00:12" in run.title("card").replace("  ", " ")
        assert mine not in run.title("card")
        banner = run.pane("banner")
        assert LIN.name in banner
        assert hands in banner
        assert held not in banner
        await run.press("f2")
        assert LIN.name in run.title("card")
        assert run.desk.did == [("claim", "c1", LIN.id)]
        assert done(run, CallHold) == []
        assert hands in run.pane("banner").split("\n")[0], "it comes back into the banner"
        await run.press("f2")
        assert CHEN.name in run.title("card")
        assert mine in run.title("card")
        assert done(run, CallHold) == [CallHold(call="c1")]


async def test_f5_accepts_no_call_that_is_handed_over() -> None:
    async with running(staffed()) as run:
        await handed(run)
        await run.press("f5")
        assert "hands you" in run.pane("banner")
        assert "no call of yours to hold" in "\n".join(run.rows())


async def test_a_handed_call_whose_caller_hangs_up_is_wrapped_up_here() -> None:
    async with running(staffed()) as run:
        await handed(run)
        over = call("c9", CHEN, state=CallState.ENDED, claimed_by=ME, handed_by="p-mei", ended=NOW)
        run.desk.publish(CallNews(over, SafeText("雅婷"), mine=True))
        await run.settle()
        assert "Ended, wrap up" in run.pane("banner")
        assert run.desk.attended[-1].state is PresenceState.WRAP_UP
        await run.press("f4", "1")
        assert [each[0] for each in run.desk.did] == ["wrapup"]


async def test_what_was_typed_for_a_handed_call_is_there_when_somebody_turns_to_it() -> None:
    async with running(staffed(), SMALL) as run:
        await handed(run)
        await run.press(*"ab")
        await lin_rings(run)
        await run.press("f2")
        assert run.screen.area.text == ""
        await run.press("f2")
        assert CHEN.name in run.title("card")
        assert run.screen.area.text == "ab"
