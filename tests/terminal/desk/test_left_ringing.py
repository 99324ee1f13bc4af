"""A desk that is killed while its own line rings or somebody talks, and comes back: what is not heard of any more is over."""

import asyncio
import time
from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import Call, CallEvent, CallState, EventKind, Outcome, SourceKey
from ringdesk.dialects import Level
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
        place.hand.stands(Level.OK)
        while not silent(place):
            await asyncio.sleep(0.02)
        assert [(each.id, each.started) for each in silent(place)] == [(gone.id, gone.started)]


async def test_what_rings_on_and_what_another_source_sees_is_left_alone(tmp_path: Path) -> None:
    there = SourceKey("pbx", "77")
    calls = (left("on"), left("both", more=(there,)), left("other", source="pbx"), left("gone"))
    async with opened(tmp_path, calls=calls) as place:
        await place.hand.ring("0955000111", native="on")
        await place.ear.until(ScreenPop, lambda pop: pop.call.id == calls[0].id)
        await place.desk._flow.judge(calls, Hand().spec.id, listed=False)
        while not silent(place):
            await asyncio.sleep(0.02)
        assert [each.id for each in silent(place)] == [calls[-1].id]


async def test_what_rings_just_before_it_is_given_up_rings_on(tmp_path: Path) -> None:
    on = left("on")
    async with opened(tmp_path, calls=(on,)) as place:
        ring = CallEvent(event=EventKind.RINGING, at=time.time(), source=Hand().spec.id, native_id="on")
        await place.desk._flow.put(ring)  # nobody has taken it from the queue yet
        await place.desk._flow.judge((on,), Hand().spec.id, listed=False)
        await place.desk._flow._queue.join()
        assert [(each.id, each.state) for each in place.desk.calls()] == [(on.id, CallState.RINGING)]


def talks(native: str, *, since: float, more: tuple[SourceKey, ...] = ()) -> Call:
    """A call that somebody has answered `since` seconds ago."""
    at = time.time() - since
    return msgspec.structs.replace(
        left(native, more=more), state=CallState.ANSWERED, started=at, last_ring=at, answered=at
    )


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "RINGS_ON", SOON)


async def over(place: Place, *calls: Call) -> list[Call]:
    """These calls, as soon as they are over for everybody: what says so waits to be sent."""
    wanted = {each.id for each in calls}
    async with asyncio.timeout(60):
        while True:
            rows = [row for row in await place.store.calls(0.0) if row.id in wanted]
            if rows and not any(row.live for row in rows):
                return rows
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("soon")
async def test_a_call_that_was_answered_and_that_the_exchange_no_longer_lists_is_over(tmp_path: Path) -> None:
    """However long ago it began, and whoever else saw it."""
    calls = (talks("1", since=60), talks("2", since=3 * 3600), talks("3", since=60, more=(SourceKey("modem", "9"),)))
    async with opened(tmp_path, calls=calls) as place:
        place.hand.listed = True
        place.hand.stands(Level.OK)
        found = await over(place, *calls)
        assert {row.id: row.outcome for row in found} == dict.fromkeys((call.id for call in calls), Outcome.ANSWERED)


@pytest.mark.usefixtures("soon")
async def test_only_a_list_of_this_connection_ends_who_talks(tmp_path: Path) -> None:
    call = talks("1", since=60)
    async with opened(tmp_path, calls=(call,)) as place:
        for listed, level in ((False, Level.OK), (True, Level.BROKEN)):
            place.hand.listed = listed
            place.hand.stands(level)
            await asyncio.sleep(4 * SOON)
            assert [row.live for row in await place.store.calls(0.0)] == [True], (listed, level)
        place.hand.stands(Level.WARNING)
        await over(place, call)


@pytest.mark.usefixtures("soon")
async def test_who_talks_on_is_not_cut_off(tmp_path: Path) -> None:
    """One that the exchange lists, one that another source has told of since, one of another source alone, one that is over."""
    listed, elsewhere, other, gone = (talks(native, since=60) for native in ("1", "2", "3", "4"))
    other = msgspec.structs.replace(other, id="o", sources=(SourceKey("pbx", "3"),))
    async with opened(tmp_path, calls=(listed, elsewhere, other, gone)) as place:
        await place.hand.say(EventKind.ANSWERED, native="1")
        told = msgspec.structs.replace(elsewhere, sources=(*elsewhere.sources, SourceKey("modem", "9")))
        place.desk._flow.row(told)
        place.hand.listed = True
        place.hand.stands(Level.OK)
        await over(place, gone)
        await place.desk._flow.drain()
        on = [row.id for row in await place.store.calls(0.0) if row.live]
        assert sorted(on) == sorted((listed.id, elsewhere.id, other.id))


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
