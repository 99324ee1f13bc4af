"""The colleague of the demo: takes some calls, serves who is handed over, has breaks; never one that somebody has."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from cli.colleague import BREAK, SHARE, WORKS, Colleague
from ringdesk.calls import CallState
from ringdesk.presence import PresenceState
from terminal.news import CallNews
from tests.terminal.scripted_desk import ME, ScriptedDesk, call, member, plain_card, pop

LIN = member("lin", "林淑芬", "0912-345-678")
ALWAYS, NEVER = SHARE / 2, 1.0


class Draws(random.Random):
    """The same number at each draw."""

    def __init__(self, number: float) -> None:
        super().__init__()
        self._number = number

    def random(self) -> float:
        return self._number


class Clock:
    """Waiting ends when the test says so."""

    def __init__(self) -> None:
        self.waits: list[tuple[float, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        over = asyncio.Event()
        self.waits.append((seconds, over))
        await over.wait()

    async def pass_over(self, breaks: bool = False) -> None:
        """Every wait that is on is over; that for the next break only if it is asked for."""
        await settle()
        due = [wait for wait in self.waits if (wait[0] in (WORKS, BREAK)) is breaks]
        self.waits = [wait for wait in self.waits if wait not in due]
        for _, over in due:
            over.set()
        await settle()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@asynccontextmanager
async def at_work(draw: float) -> AsyncIterator[tuple[ScriptedDesk, Clock]]:
    desk, clock = ScriptedDesk({LIN.id: plain_card(LIN)}), Clock()
    task = asyncio.create_task(Colleague(desk, Draws(draw), clock.sleep).work())
    await settle()
    try:
        yield desk, clock
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def states(desk: ScriptedDesk) -> list[PresenceState]:
    return [each.state for each in desk.attended]


async def test_a_call_is_taken_served_and_closed() -> None:
    async with at_work(ALWAYS) as (desk, clock):
        desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await settle()
        assert desk.did == [], "whoever sits at the demo has the first word"
        await clock.pass_over()
        assert [did[0] for did in desk.did] == ["claim"]
        assert states(desk) == [PresenceState.READY, PresenceState.BUSY]
        desk.publish(pop(call("c2", LIN), plain_card(LIN)))
        await clock.pass_over()
        assert [did[0] for did in desk.did] == ["claim", "wrapup"], "nobody serves two at once"
        assert states(desk)[-1] is PresenceState.READY


async def test_what_somebody_has_by_then_is_left_alone() -> None:
    async with at_work(ALWAYS) as (desk, clock):
        ringing = call("c1", LIN)
        desk.publish(pop(ringing, plain_card(LIN)))
        desk.publish(CallNews(msgspec.structs.replace(ringing, claimed_by="p-2")))
        await clock.pass_over()
        assert desk.did == []


async def test_a_call_that_is_handed_over_is_served() -> None:
    async with at_work(NEVER) as (desk, clock):
        ringing = call("c1", LIN)
        desk.publish(pop(ringing, plain_card(LIN)))
        await clock.pass_over()
        assert desk.did == []
        handed = msgspec.structs.replace(ringing, claimed_by=ME, handed_by="p-2", state=CallState.ANSWERED)
        desk.publish(CallNews(handed, mine=True))
        await clock.pass_over()
        assert [did[0] for did in desk.did] == ["wrapup"]


@pytest.mark.parametrize("draw", [ALWAYS, NEVER])
async def test_now_and_then_there_is_a_break_in_which_nothing_is_taken(draw: float) -> None:
    async with at_work(draw) as (desk, clock):
        await clock.pass_over(breaks=True)
        assert states(desk) == [PresenceState.READY, PresenceState.BREAK]
        desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await clock.pass_over()
        assert desk.did == []
        await clock.pass_over(breaks=True)
        assert states(desk)[-1] is PresenceState.READY
