"""One link: what its line hears is on the disk, in order; how it stands is told; what it left is over."""

import asyncio
from typing import Any
from unittest.mock import patch

import pytest

from ringdesk.calls import Call, CallState, EventKind
from server.callroom import CallRoom, Report
from server.links.held import AT_ONCE, ROOM, Held
from server.store.base import Unavailable
from tests.server.links.line import DOWN, MAIN, NOW, PBX, UP, Hand, Scene, event

HEAR = CallRoom.hear


def held(scene: Scene, *left: Call, rings_on: float = 0.05) -> Held:
    return Held((PBX, (MAIN,)), left, scene.central, scene.standings, lambda: scene.now, rings_on)


def begun(it: Held, *, lists_calls: bool = True) -> Hand:
    hand = Hand(it.hear, it.stand, lists_calls=lists_calls)
    it.begin(hand)
    return hand


class Reports:
    """What the call room is given."""

    def __init__(self, scene: Scene, fault: Any = None) -> None:
        self.seen: list[Report] = []
        self._fault = fault or (lambda _: None)
        self.patch = patch.object(CallRoom, "hear", self._hear(scene))

    def _hear(self, scene: Scene) -> Any:
        async def hear(_room: CallRoom, report: Report) -> bool:
            self.seen.append(report)
            self._fault(report)
            return await HEAR(scene.room, report)

        return hear

    @property
    def events(self) -> list[str]:
        return [each.native_id for report in self.seen for each in report.events]


async def test_a_ring_is_a_call_of_the_store_of_the_line(scene: Scene) -> None:
    it = held(scene)
    hand = begun(it)
    await hand.says(EventKind.RINGING)
    call = await scene.until("ringing")
    assert (call.site, call.sources[0].source) == ("main", "pbx")
    await it.end()
    assert hand.ended


async def test_all_that_is_heard_is_taken_in_in_order_and_many_at_once(scene: Scene) -> None:
    it = held(scene)
    hand = begun(it)
    with (reports := Reports(scene)).patch:
        natives = [str(number) for number in range(3 * AT_ONCE)]
        await asyncio.to_thread(hand.hears(*(event(EventKind.RINGING, each) for each in natives)).join)
        await it.end()
    assert reports.events == natives
    assert len(reports.seen) < len(natives)
    assert max(len(report.events) for report in reports.seen) <= AT_ONCE


async def test_while_the_database_is_away_the_line_waits_and_nothing_is_lost(scene: Scene) -> None:
    away = True

    def fault(_report: Report) -> None:
        if away:
            raise Unavailable("locked")

    it = held(scene)
    hand = begun(it)
    with (reports := Reports(scene, fault)).patch, patch("server.links.held.AGAIN", 0.01):
        natives = [str(number) for number in range(ROOM + 3 * AT_ONCE)]
        thread = hand.hears(*(event(EventKind.RINGING, each) for each in natives))
        await asyncio.to_thread(thread.join, 0.3)
        assert thread.is_alive(), "as much waits as may"
        away = False
        await asyncio.to_thread(thread.join, 30)
        await it.end()
        assert not thread.is_alive()
    taken = list(dict.fromkeys(reports.events))
    assert taken == natives
    assert (await scene.call(natives[-1])) is not None


async def test_a_server_that_ends_does_not_wait_for_a_database_that_is_away(scene: Scene) -> None:
    def fault(_report: Report) -> None:
        raise Unavailable("gone")

    it = held(scene)
    hand = begun(it)
    with Reports(scene, fault).patch, patch("server.links.held.AGAIN", 0.01):
        hand.hears(*(event(EventKind.RINGING, str(number)) for number in range(2 * ROOM)))
        async with asyncio.timeout(20):
            await it.end()


async def test_an_event_that_nobody_understands_is_left_out_and_the_others_count(scene: Scene) -> None:
    def fault(report: Report) -> None:
        if any(each.native_id == "5" for each in report.events):
            raise ValueError("odd")

    it = held(scene)
    hand = begun(it)
    with Reports(scene, fault).patch:
        await asyncio.to_thread(hand.hears(*(event(EventKind.RINGING, str(number)) for number in range(10))).join)
        await it.end()
    assert [number for number in range(10) if await scene.call(str(number)) is None] == [5]


async def test_what_is_old_is_not_made_new_by_what_came_with_it(scene: Scene) -> None:
    """Both waited for a database that was away."""
    it = held(scene)
    hand = begun(it)
    with (reports := Reports(scene)).patch:
        old = [event(EventKind.RINGING, each, NOW - 300) for each in ("1", "2")]
        await asyncio.to_thread(hand.hears(*old, event(EventKind.RINGING, "3")).join)
        await it.end()
    mixed = [report for report in reports.seen if len({each.at for each in report.events}) > 1]
    assert (reports.events, mixed) == (["1", "2", "3"], [])


async def test_how_it_stands_is_told_to_its_store_until_it_is_let_go(scene: Scene) -> None:
    it = held(scene)
    hand = begun(it)
    await hand.stands(DOWN)
    await asyncio.sleep(0)
    (stands,) = scene.standings.of("main").sources
    assert (stands.id, stands.label, stands.level, stands.dialect) == ("pbx", "front", "broken", "ami")
    assert scene.standings.of("north").sources == ()
    await it.end()
    assert scene.standings.of("main").sources == ()
    await hand.stands(UP)
    await asyncio.sleep(0)
    assert scene.standings.of("main").sources == (), "a last word of the thread brings nothing back"


async def _left(scene: Scene, *kinds: EventKind) -> Call:
    """A call that was on when the server was killed."""
    await scene.room.hear(Report(source="pbx", events=tuple(event(kind) for kind in kinds), lines=(MAIN,)))
    (call,) = await scene.central.live()
    return call


@pytest.mark.parametrize(
    ("kinds", "lists_calls", "state"),
    [
        ((EventKind.RINGING,), False, CallState.RING_STOPPED),
        ((EventKind.RINGING,), True, CallState.RING_STOPPED),
        ((EventKind.RINGING, EventKind.ANSWERED), True, CallState.ENDED),
    ],
)
async def test_what_was_on_and_is_not_heard_of_is_over(
    scene: Scene, kinds: tuple[EventKind, ...], *, lists_calls: bool, state: CallState
) -> None:
    it = held(scene, await _left(scene, *kinds))
    hand = begun(it, lists_calls=lists_calls)
    await hand.stands(UP)
    await scene.until(state)
    await it.end()


async def test_who_talks_goes_on_where_the_line_lists_nothing(scene: Scene) -> None:
    it = held(scene, await _left(scene, EventKind.RINGING, EventKind.ANSWERED))
    with (reports := Reports(scene)).patch:
        hand = begun(it, lists_calls=False)
        await hand.stands(UP)
        await asyncio.sleep(0.2)
        await it.end()
    assert reports.seen == []


async def test_what_is_heard_of_goes_on_also_where_that_changes_nothing(scene: Scene) -> None:
    it = held(scene, await _left(scene, EventKind.RINGING, EventKind.ANSWERED))
    with (reports := Reports(scene)).patch:
        hand = begun(it)
        await hand.says(EventKind.ANSWERED)
        await hand.stands(UP)
        await asyncio.sleep(0.3)
        await it.end()
    assert [each.event for report in reports.seen for each in report.events] == [EventKind.ANSWERED]
    call = await scene.call()
    assert call is not None
    assert call.state is CallState.ANSWERED


async def test_while_the_line_is_down_nothing_is_over(scene: Scene) -> None:
    it = held(scene, await _left(scene, EventKind.RINGING), rings_on=0.4)
    with (reports := Reports(scene)).patch:
        hand = begun(it)
        for notice in (DOWN, UP, DOWN):
            await hand.stands(notice)
            await asyncio.sleep(0.2)
        assert reports.seen == []
        await hand.stands(UP)
        await scene.until(CallState.RING_STOPPED)
        await it.end()
