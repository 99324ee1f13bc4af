"""A desk that is killed while its own line rings, and comes back: what does not ring on has stopped."""

import asyncio
import time
from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import Call, CallEvent, CallState, EventKind, SourceKey
from ringdesk.ids import call_id
from ringdesk.tracker.again import names
from terminal.desk import life
from terminal.news import ScreenPop
from tests.terminal.desk.place import Hand, Place, opened
from tests.terminal.scripted_desk import call

SOON = 0.3


def left(native: str, *, more: tuple[SourceKey, ...] = (), source: str = "") -> Call:
    """A call that rang four seconds ago, when the desk was killed."""
    at = time.time() - 4
    source = source or Hand().spec.id
    began = msgspec.structs.replace(call(call_id(source, native), None), started=at, last_ring=at)
    return msgspec.structs.replace(began, state=CallState.RINGING, sources=(SourceKey(source, native), *more))


def silent(place: Place) -> list[Call]:
    return [each for each in place.desk.calls() if each.state is CallState.RING_STOPPED]


async def test_a_call_of_which_the_line_says_nothing_any_more_stopped_ringing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "RINGS_ON", SOON)
    gone = left("gone")
    async with opened(tmp_path, calls=(gone,)) as place:
        while not silent(place):
            await asyncio.sleep(0.02)
        assert [(each.id, each.started) for each in silent(place)] == [(gone.id, gone.started)]


async def test_what_rings_on_and_what_another_source_sees_is_left_alone(tmp_path: Path) -> None:
    there = SourceKey("pbx", "77")
    calls = (left("on"), left("both", more=(there,)), left("other", source="pbx"), left("gone"))
    async with opened(tmp_path, calls=calls) as place:
        await place.hand.ring("0955000111", native="on")
        await place.ear.until(ScreenPop, lambda pop: pop.call.id == calls[0].id)
        await place.desk._flow.lapse(list(calls))
        while not silent(place):
            await asyncio.sleep(0.02)
        assert [each.id for each in silent(place)] == [calls[-1].id]


async def test_what_rings_just_before_it_is_given_up_rings_on(tmp_path: Path) -> None:
    on = left("on")
    async with opened(tmp_path, calls=(on,)) as place:
        ring = CallEvent(event=EventKind.RINGING, at=time.time(), source=Hand().spec.id, native_id="on")
        await place.desk._flow.put(ring)  # nobody has taken it from the queue yet
        await place.desk._flow.lapse([on])
        await place.desk._flow._queue.join()
        assert [(each.id, each.state) for each in place.desk.calls()] == [(on.id, CallState.RINGING)]


@pytest.mark.parametrize("other_since", [False, True])
async def test_a_call_that_is_on_ends_where_the_clock_is_a_day_ahead_since(tmp_path: Path, other_since: bool) -> None:
    """Its exchange counts from 1 each day: the call goes by a name of the time in which it began."""
    began = time.time() - 86_400.0
    source, name = Hand().spec.id, names("7", began)[0]
    before = msgspec.structs.replace(left("7"), state=CallState.ENDED, started=began - 90_000.0, ended=began - 89_000.0)
    on = msgspec.structs.replace(left(name), state=CallState.ANSWERED, started=began, answered=began)
    async with opened(tmp_path, calls=(before, on)) as place:
        if other_since:
            await place.hand.ring("0955000111", native="8")
        await place.hand.say(EventKind.ENDED, native="7")
        await place.desk._flow.drain()
        (row,) = [each for each in await place.store.calls(began - 1) if each.id == on.id]
        assert (row.state, row.sources) == (CallState.ENDED, (SourceKey(source, name),))
