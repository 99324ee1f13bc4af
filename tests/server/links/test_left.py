"""The calls that were on when a server was killed: what is heard of goes on, what is not is over, and nobody is cut off."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from unittest.mock import patch

import msgspec
import pytest

from ringdesk.calls import Call, CallEvent, CallState, EventKind, SourceKey
from ringdesk.tracker import claim
from ringdesk.tracker.again import names
from server.callroom import Report
from server.links.held import Held
from server.links.left import Left
from tests.server.links.line import DOWN, MAIN, NOW, PBX, UP, Hand, Scene, event

RINGS, ANSWERED, QUEUED = EventKind.RINGING, EventKind.ANSWERED, EventKind.QUEUED
RINGS_ON = 0.2


async def left_on(scene: Scene, *kinds: EventKind, source: str = "pbx") -> Call:
    events = tuple(CallEvent(event=kind, at=NOW, source=source, native_id="7") for kind in kinds)
    await scene.room.hear(Report(source=source, events=events, lines=(MAIN,)))
    return next(call for call in await scene.central.live() if call.sources[0].source == source)


class Judged:
    """A link that was taken up again, over one call that it left."""

    def __init__(self, scene: Scene, left: Call, listed: bool | None, lease: float = 60.0) -> None:
        self.held = Held((PBX, (MAIN,)), scene.central, lambda: scene.now)
        self.hand = Hand(self.held.hear, self.held.stand, listed=listed)
        self.held.begin(self.hand)
        self.left = Left(self.held, self.hand, (left,), scene.central, lambda: scene.now, RINGS_ON, lease)


@asynccontextmanager
async def judged(scene: Scene, left: Call, *, listed: bool | None, lease: float = 60.0) -> AsyncIterator[Judged]:
    it = Judged(scene, left, listed, lease)
    running = asyncio.create_task(it.left.run())
    try:
        yield it
    finally:
        running.cancel()
        await asyncio.wait({running})
        await it.held.end()


async def stays(scene: Scene, state: CallState, seconds: float = 4 * RINGS_ON) -> None:
    await asyncio.sleep(seconds)
    call = await scene.call()
    assert call is not None
    assert call.state is state


@pytest.mark.parametrize("kinds", [(RINGS,), (QUEUED,)])
@pytest.mark.parametrize("listed", [None, False])
async def test_what_rang_and_is_not_heard_of_has_stopped(
    scene: Scene, kinds: tuple[EventKind, ...], *, listed: bool | None
) -> None:
    async with judged(scene, await left_on(scene, *kinds), listed=listed) as it:
        await it.hand.stands(UP)
        await scene.until(CallState.RING_STOPPED)


@pytest.mark.parametrize("kinds", [(RINGS,), (RINGS, ANSWERED)])
async def test_what_is_not_in_the_list_of_all_calls_is_over(scene: Scene, kinds: tuple[EventKind, ...]) -> None:
    async with judged(scene, await left_on(scene, *kinds), listed=True) as it:
        await it.hand.stands(UP)
        await scene.until(CallState.ENDED)


async def test_a_list_that_is_there_at_once_is_waited_behind_once(scene: Scene) -> None:
    """Four looks are one wait, and a slow machine has fewer."""
    looks: list[float] = []

    async def sleep(seconds: float, *, asleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        looks.append(seconds)
        await asleep(seconds)

    it = Judged(scene, await left_on(scene, RINGS), listed=True)
    await it.hand.stands(UP)
    with patch("server.links.left.asyncio.sleep", sleep):
        await it.left.run()
    await it.held.end()
    await scene.until(CallState.ENDED)
    assert 0 < looks.count(RINGS_ON / 4) < 7


@pytest.mark.parametrize("listed", [None, False])
async def test_who_talks_goes_on_where_nothing_is_listed(scene: Scene, *, listed: bool | None) -> None:
    async with judged(scene, await left_on(scene, RINGS, ANSWERED), listed=listed) as it:
        await it.hand.stands(UP)
        await stays(scene, CallState.ANSWERED)


async def test_a_list_that_comes_late_is_waited_for(scene: Scene) -> None:
    async with judged(scene, await left_on(scene, RINGS, ANSWERED), listed=False) as it:
        await it.hand.stands(UP)
        await stays(scene, CallState.ANSWERED)
        it.hand.listed = True
        await scene.until(CallState.ENDED)


async def test_what_is_heard_of_goes_on_also_where_that_changes_nothing(scene: Scene) -> None:
    async with judged(scene, await left_on(scene, RINGS, ANSWERED), listed=True) as it:
        await it.hand.says(ANSWERED)
        await it.hand.stands(UP)
        await stays(scene, CallState.ANSWERED)


async def test_while_the_line_is_down_nothing_is_over_until_nobody_can_believe_it_any_more(scene: Scene) -> None:
    async with judged(scene, await left_on(scene, RINGS), listed=False) as it:
        for notice in (DOWN, UP, DOWN):
            await it.hand.stands(notice)
            await stays(scene, CallState.RINGING, RINGS_ON / 2)
    async with judged(scene, await left_on(scene, RINGS), listed=False, lease=RINGS_ON) as it:
        await it.hand.stands(DOWN)
        await scene.until(CallState.RING_STOPPED)


async def test_what_a_person_did_says_nothing_of_the_line(scene: Scene) -> None:
    left = await left_on(scene, RINGS)
    claimed = claim(left, "p1", NOW)
    async with judged(scene, left, listed=True) as it:
        row = scene.central.call

        async def call(ident: str) -> Call | None:
            found = await row(ident)
            return claimed if found == left else found

        with patch.object(scene.central, "call", side_effect=call):
            await it.hand.stands(UP)
            await scene.until(CallState.ENDED)


async def test_what_another_source_hears_meanwhile_goes_on(scene: Scene) -> None:
    left = await left_on(scene, RINGS)
    async with judged(scene, left, listed=True) as it:
        await scene.room.hear(Report(source="pbx", events=(event(RINGS, at=NOW + 1),), lines=(MAIN,)))
        scene.now = NOW + 1
        await scene.room.hear(Report(source="pbx", events=(event(RINGS, at=NOW + 1),), lines=(MAIN,)))
        assert (await scene.call()) != left
        await it.hand.stands(UP)
        await stays(scene, CallState.RINGING)


async def test_what_goes_by_a_name_of_its_time_is_heard_of_by_the_id_of_its_source(scene: Scene) -> None:
    left = await left_on(scene, RINGS)
    named = msgspec.structs.replace(left, sources=(SourceKey("pbx", names("7", NOW)[0]),))
    async with judged(scene, named, listed=True) as it:
        assert it.held.silent_on(named)
        await it.hand.says(RINGS)
        async with asyncio.timeout(30):
            while it.held.silent_on(named):
                await asyncio.sleep(0.01)
