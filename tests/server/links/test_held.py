"""One link: what its line hears is on the disk, in order."""

import asyncio
from typing import Any
from unittest.mock import patch

import msgspec
import pytest

from ringdesk.calls import Caller, EventKind, Outcome, Presentation
from ringdesk.ids import callback_id
from ringdesk.safetext import SafeText
from server.callroom import CallRoom, Report
from server.links.held import AT_ONCE, ROOM, Held
from server.store.base import Unavailable
from tests.server.links.line import DOWN, MAIN, NOW, PBX, UP, Hand, Scene, event

HEAR = CallRoom.hear


def held(scene: Scene) -> Held:
    return Held((PBX, (MAIN,)), scene.central, lambda: scene.now)


def begun(it: Held) -> Hand:
    hand = Hand(it.hear, it.stand)
    it.begin(hand)
    return hand


class Away:
    """A database that takes nothing until that is over."""

    over = False

    def __call__(self, _report: Report) -> None:
        if not self.over:
            raise Unavailable("locked")


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
    it, away = held(scene), Away()
    hand = begun(it)
    with (reports := Reports(scene, away)).patch, patch("server.links.held.AGAIN", 0.01):
        natives = [str(number) for number in range(ROOM + 3 * AT_ONCE)]
        thread = hand.hears(*(event(EventKind.RINGING, each) for each in natives))
        await asyncio.to_thread(thread.join, 0.3)
        assert thread.is_alive(), "as much waits as may"
        away.over = True
        await asyncio.to_thread(thread.join, 30)
        await it.end()
        assert not thread.is_alive()
    taken = list(dict.fromkeys(reports.events))
    assert taken == natives
    assert (await scene.call(natives[-1])) is not None


async def test_a_server_that_ends_does_not_wait_for_a_database_that_is_away(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    it = held(scene)
    hand = begun(it)
    with Reports(scene, Away()).patch, patch("server.links.held.GRACE", 0.2):
        thread = hand.hears(*(event(EventKind.RINGING, str(number)) for number in range(2 * ROOM)))
        async with asyncio.timeout(20):
            await it.end()
        assert not thread.is_alive()
    assert any(record.message == "link.lost" for record in caplog.records), "it is said"


async def test_what_was_on_its_way_to_a_database_that_is_away_is_counted_as_lost(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    it = held(scene)
    hand = begun(it)
    with Reports(scene, Away()).patch, patch("server.links.held.GRACE", 0.2):
        await hand.says(EventKind.RINGING, EventKind.CALLER)
        await it.end()
    assert [record.__dict__["events"] for record in caplog.records if record.message == "link.lost"] == [2]


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
    assert not any(report.delayed for report in reports.seen), "they were old when they were heard"


async def test_a_call_that_was_missed_while_the_database_was_away_is_owed_a_callback(scene: Scene) -> None:
    it, away = held(scene), Away()
    hand = begun(it)
    with (reports := Reports(scene, away)).patch, patch("server.links.held.AGAIN", 0.01):
        await hand.says(EventKind.RINGING, native="first")
        caller = Caller(SafeText("0912345678"), None, Presentation.SHOWN)
        missed = [
            msgspec.structs.replace(event(EventKind.RINGING), caller=caller),
            msgspec.structs.replace(event(EventKind.ENDED), outcome=Outcome.MISSED),
        ]
        await asyncio.to_thread(hand.hears(*missed).join)
        scene.now += 300
        away.over = True
        await it.end()
    assert [report.delayed for report in reports.seen if report.events[-1].native_id == "7"] == [True]
    call = await scene.call()
    assert call is not None
    assert call.outcome is Outcome.MISSED
    assert await scene.store.order.row(("task", callback_id(call.id))) is not None


async def test_a_line_that_cannot_make_up_its_mind_is_asked_for_its_last_word_alone(scene: Scene) -> None:
    it = held(scene)
    hand = begun(it)
    for notice in (UP, DOWN) * 100:
        await hand.stands(notice)
    assert it.notice == DOWN
    await it.end()
