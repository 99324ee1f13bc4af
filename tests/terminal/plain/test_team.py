"""The plain desk after a call and about oneself: timed wrap-up, presence, opening hours."""

from datetime import datetime

import pytest

from ringdesk.calls import CallState
from ringdesk.hours import hours
from ringdesk.ops import PresenceSet, TaskAdd
from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeText
from terminal.news import CallNews
from terminal.screens.wrapup import Mode, WrapUp
from tests.terminal.plain.talking import Typist, spoken, talking
from tests.terminal.plain.test_plain import CHEN, LIN, ring
from tests.terminal.scripted_desk import ScriptedDesk, call, plain_card

TICK = 1.2


@pytest.fixture
def desk() -> ScriptedDesk:
    return ScriptedDesk({who.id: plain_card(who) for who in (LIN, CHEN)})


async def passes(typist: Typist, seconds: float) -> list[str]:
    """Time passes on the clock; what is said in the next tick."""
    import asyncio

    before = len(typist.said)
    typist.desk.clock += seconds
    await asyncio.sleep(TICK)
    await typist.settle()
    return typist.said[before:].decode().splitlines()


async def hang_up(typist: Typist, ident: str) -> list[str]:
    before = len(typist.said)
    gone = call(ident, LIN, line="2", state=CallState.ENDED, claimed_by=typist.desk.person.person)
    typist.desk.publish(CallNews(gone, claimed_name=SafeText("雅婷"), mine=True))
    await typist.settle()
    return typist.said[before:].decode().splitlines()


async def test_a_timed_wrap_up_closes_by_itself_and_the_note_stays_whose_it_was(desk: ScriptedDesk) -> None:
    async with talking(desk, wrap_up=WrapUp(Mode.TIMED, 30)) as typist:
        await ring(typist, "c1", LIN)
        await typist.type("t", "n", "half")
        assert "Wrap-up: it closes by itself in 30 s; w closes it now." in await hang_up(typist, "c1")
        assert await passes(typist, 10) == []
        said = await passes(typist, 25)
        assert said == ["Wrap-up over, closed: 林淑芬. They stay on the desk for your note; w puts them away."]
        assert ("wrapup", "c1", "handled", "lin") in desk.did
        await typist.type("more", "")
        assert ("note", "half\nmore", "lin", "c1") in desk.did
        assert await typist.type("w") == ["Card closed: 林淑芬", "On the desk: nobody."]
        assert [each[0] for each in desk.did].count("wrapup") == 1
        assert await passes(typist, 60) == [], "it is closed once"


async def test_who_closes_before_the_time_is_up_hears_nothing_more(desk: ScriptedDesk) -> None:
    async with talking(desk, wrap_up=WrapUp(Mode.TIMED, 30)) as typist:
        await ring(typist, "c1", LIN)
        await typist.type("t")
        await hang_up(typist, "c1")
        await typist.type("w 1")
        assert await passes(typist, 60) == []
        assert [each[2] for each in desk.did if each[0] == "wrapup"] == ["inquiry"]


async def test_a_strict_wrap_up_bars_the_next_call(desk: ScriptedDesk) -> None:
    async with talking(desk, wrap_up=WrapUp(Mode.TIMED_STRICT, 30)) as typist:
        await ring(typist, "c1", LIN)
        await typist.type("t")
        await hang_up(typist, "c1")
        await typist.type("w 1")
        await ring(typist, "c2", CHEN, line="1")
        assert await typist.type("t") == ["Wrap-up: 30 s left before the next call."]
        assert ("claim", "c2", "chen") not in desk.did
        desk.clock += 31
        assert (await typist.type("t"))[0] == "You have it: 陳志明, line 1."


async def test_a_wrap_up_that_waits_says_what_to_do_in_words_of_this_desk(desk: ScriptedDesk) -> None:
    async with talking(desk, wrap_up=WrapUp(Mode.DISCRETIONARY)) as typist:
        await ring(typist, "c1", LIN)
        await typist.type("t")
        await hang_up(typist, "c1")
        await ring(typist, "c2", CHEN, line="1")
        assert await typist.type("t 1") == ["First say how the last call was: w, then a number."]


async def test_the_team_sees_what_the_work_and_the_person_say(desk: ScriptedDesk) -> None:
    peijun = Presence(id="p2", name=SafeText("佩君"), state=PresenceState.BREAK, since=1.0, at=1.0, help=True)
    desk.business.people = [peijun]
    async with talking(desk) as typist:
        assert await typist.type("e") == [
            "You are: Ready",
            "佩君, On a break, wants help",
            "Say how you are:",
            "1 Ready",
            "2 On a break",
            "3 Away",
            "4 Ask for help",
        ]
        assert await typist.type("2") == ["You are: On a break"]
        assert await typist.type("e ready") == ["You are: Ready"]
        assert await typist.type("e dancing") == ["Not done: say ready, break or away"]
        await typist.type("e", "4")
        await ring(typist, "c1", LIN)
        await typist.type("t")
        await passes(typist, 1)
    states = [(each.state, each.help, each.call) for each in desk.attended]
    ready, paused, busy, away = (PresenceState(each) for each in ("ready", "break", "busy", "away"))
    assert states == [
        (ready, False, None),
        (paused, False, None),
        (ready, False, None),
        (ready, True, None),
        (busy, True, "c1"),
        (away, False, None),
    ]
    assert isinstance(desk.attended[-1], PresenceSet)


async def test_presence_in_chinese(desk: ScriptedDesk) -> None:
    with spoken("zh_TW"):
        async with talking(desk) as typist:
            assert (await typist.type("我"))[0] == "您的狀態：待命"
            assert await typist.type("我 休息中") == ["您的狀態：休息中"]


async def test_no_callback_is_promised_for_a_closed_day(desk: ScriptedDesk) -> None:
    """The clock of the scripted desk: Tuesday 24 November 2026, 16:43 in Taipei."""
    shop = hours({"tue": "10:00-17:00", "thu": "10:00-17:00"}, [])
    async with talking(desk, hours=shop) as typist:
        await ring(typist, "c1", LIN)
        said = await typist.type("t", "l")
        assert said[-4:] == [
            "1 when we open: 11/26 Thu 10:00 (10:00-11:00)",
            "2 11/26 Thu, afternoon (13:00-17:00)",
            "3 11/26 Thu, morning (10:00-12:00)",
            "4 next working day (11/26 Thu 10:00-17:00)",
        ]
        await typist.type("2")
        (promised,) = [each[1] for each in desk.did if each[0] == "do"]
        assert isinstance(promised, TaskAdd)
        assert promised.opens is not None
        assert datetime.fromisoformat(promised.opens) == datetime.fromisoformat("2026-11-26T13:00:00+08:00")
