"""What the server's own sources report becomes calls: once, on the right line, in any order."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ringdesk import ops
from ringdesk.calls import (
    Call,
    Called,
    Caller,
    CallEvent,
    CallState,
    Direction,
    EventKind,
    Leg,
    LegState,
    Outcome,
    Presentation,
)
from ringdesk.ids import call_id
from ringdesk.safetext import SafeText
from ringdesk.tracker.again import AGAIN_SECONDS
from ringdesk.wire.signing import ServerKey
from server.callroom import CallRoom, Report
from server.callroom.heard import KEPT_SECONDS, placed
from server.fanout import Wake
from server.store.sqlite import SqliteStore, open_store
from server.store.values import LineRow

KEY = ServerKey(b"k" * 32)
NOW = 1_000_000.0
MAIN = LineRow(id="front", source="pbx", site="main", area="2")
NORTH = LineRow(id="+886223456789", source="pbx", site="north", area="2", label="北店")
OTHER = LineRow(id="us", source="pbx", site="us", region="US")


def event(kind: EventKind = EventKind.RINGING, call: str = "c", number: str = "0912345678", **more: Any) -> CallEvent:
    caller = Caller(raw=SafeText(number), presentation=Presentation.SHOWN)
    fields: dict[str, Any] = {"event": kind, "at": NOW, "source": "pbx", "native_id": call, "caller": caller}
    return CallEvent(**fields | more)


class Bench:
    """Rooms of several processes on one database, at a time that stands still."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.now = NOW
        self.wake = Wake()

    def room(self) -> CallRoom:
        return CallRoom(self.store.order, KEY, self.wake, lambda: self.now)

    async def hears(self, *events: CallEvent, once: str = "", lines: tuple[LineRow, ...] = (MAIN,)) -> bool:
        return await self.room().hear(Report(source="pbx", events=events, lines=lines, once=once))

    async def call(self, native: str = "c", source: str = "pbx") -> Call:
        held = await self.store.order.row(("call", call_id(source, native)))
        assert held is not None
        row = ops.decode_row("call", held.body or b"")
        assert isinstance(row, Call)
        return row

    async def head(self) -> int:
        space = await self.store.order.space()
        assert KEY.proves(space.head.seq, space.head.chain) or not space.head.seq
        return space.head.seq


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    path = f"sqlite:///{tmp_path / 's.db'}"
    bench = Bench(await open_store(path, link=lambda _a, _b: "", random_id=iter("abcdef").__next__))
    yield bench
    await bench.store.close()


async def test_a_request_is_taken_in_once_within_a_day(bench: Bench) -> None:
    assert await bench.hears(event(), once="r1")
    assert not await bench.hears(event(), once="r1")
    assert (await bench.head(), (await bench.call()).ring_count) == (1, 1)
    bench.now += KEPT_SECONDS + 1
    assert await bench.hears(event(EventKind.ENDED), once="r1")
    assert (await bench.call()).state is CallState.ENDED


async def test_the_same_name_at_two_sources_is_two_requests(bench: Bench) -> None:
    assert await bench.hears(event(), once="r1")
    assert await bench.room().hear(Report(source="other", events=(event(source="other"),), once="r1"))


async def test_the_mark_says_no_number(bench: Bench) -> None:
    report = Report(source="pbx", events=(), once="0912345678")
    assert report.mark is not None
    assert (len(report.mark), "0912345678" in report.mark) == (64, False)
    assert Report(source="pbx", events=()).mark is None


async def test_a_request_that_says_nothing_new_is_remembered_and_writes_nothing(bench: Bench) -> None:
    assert await bench.hears(event(EventKind.MESSAGE_WAITING), once="lamp")
    assert not await bench.hears(event(EventKind.MESSAGE_WAITING), once="lamp")
    assert await bench.head() == 0


async def test_two_at_once_in_two_processes_are_one_call(bench: Bench) -> None:
    kinds = [EventKind.RINGING, EventKind.ANSWERED, EventKind.ENDED]
    told = await asyncio.gather(
        *(bench.hears(event(kind), once=f"{kind}") for kind in kinds for _ in range(4)),
    )
    assert told.count(True) == 3
    call = await bench.call()
    assert (call.state, call.outcome, call.caller.e164) == (CallState.ENDED, Outcome.ANSWERED, "+886912345678")
    assert await bench.head() <= 3


async def test_the_end_may_come_before_the_beginning(bench: Bench) -> None:
    await bench.hears(event(EventKind.ENDED, outcome=Outcome.MISSED), once="2")
    await bench.hears(event(), once="1")
    call = await bench.call()
    assert (call.state, call.outcome) == (CallState.ENDED, Outcome.MISSED)
    assert await bench.store.order.silent_calls(9e9, 9) == ()


async def test_a_call_that_falls_silent_is_given_up_like_any_other(bench: Bench) -> None:
    await bench.hears(event())
    bench.now += 200
    await bench.room().look()
    assert (await bench.call()).state is CallState.ENDED


async def test_desks_are_woken_for_what_is_new_only(bench: Bench) -> None:
    async def woken() -> bool:
        try:
            async with asyncio.timeout(0.05):
                await bench.wake._event.wait()
        except TimeoutError:
            return False
        bench.wake._event.clear()
        return True

    await bench.hears(event(), once="r1")
    assert await woken()
    await bench.hears(event(), once="r1")
    assert not await woken()


async def test_linked_calls_are_one_whichever_was_heard_first(bench: Bench) -> None:
    await bench.hears(event(call="parent"))
    await bench.hears(event(EventKind.LINKED, call="child", linked_id="parent", caller=None))
    await bench.hears(event(EventKind.ANSWERED, call="child", caller=None))
    parent, child = await bench.call("parent"), await bench.call("child")
    assert (child.merged_into, child.live) == (parent.id, False)
    assert (parent.state, parent.caller.raw) == (CallState.ANSWERED, "0912345678")


async def test_a_link_to_a_call_that_is_still_to_come_leads_there(bench: Bench) -> None:
    await bench.hears(event(call="child"))
    await bench.hears(event(EventKind.LINKED, call="child", linked_id="parent", caller=None))
    await bench.hears(event(EventKind.ANSWERED, call="parent"))
    child, parent = await bench.call("child"), await bench.call("parent")
    assert (parent.merged_into, child.state) == (child.id, CallState.ANSWERED)


@pytest.mark.parametrize(
    ("called", "site", "label"),
    [
        (None, "main", None),
        (Called(raw=SafeText("front")), "main", "front"),
        (Called(raw=SafeText("02-2345-6789")), "north", "北店"),
        (Called(raw=SafeText("886223456789")), "north", "北店"),
        (Called(raw=SafeText("7"), line=SafeText("us")), "us", "us"),
        (Called(raw=SafeText("0299999999")), "main", None),
    ],
)
def test_the_line_that_was_called_says_the_store(called: Called | None, site: str, label: str | None) -> None:
    found, where = placed(event(called=called), (MAIN, NORTH, OTHER), NOW)
    assert where == site
    if label is not None:
        assert found.called is not None
        assert found.called.line == label


def test_the_line_says_how_a_number_is_read() -> None:
    short = event(number="2345-6789", called=Called(raw=SafeText("front")))
    assert (placed(short, (MAIN,), NOW)[0].caller or Caller()).e164 == "+886223456789"
    american = event(number="2125550123", called=Called(raw=SafeText("us")))
    assert (placed(american, (MAIN, OTHER), NOW)[0].caller or Caller()).e164 == "+12125550123"
    assert placed(event(), (), NOW)[1] == "main", "without a line"


@pytest.mark.parametrize(("said", "meant"), [(NOW - 1200, NOW - 1200), (NOW + 5, NOW), (-3.0, 0.0)])
def test_nothing_lies_in_the_future(said: float, meant: float) -> None:
    assert placed(event(at=said), (MAIN,), NOW)[0].at == meant


class TestAnIdThatComesAgain:
    """Long after a call is over its id is another call's."""

    async def says(self, bench: Bench, kind: EventKind, *, again: bool = True) -> bool:
        said = (event(kind, at=bench.now, unique=None if again else True),)
        report = Report(source="pbx", events=said, lines=(MAIN,), once=f"c-{kind}", again=again)
        return await bench.room().hear(report)

    async def calls(self, bench: Bench) -> list[Call]:
        page = await bench.store.order.slice("store:main", "store:main@clear", 0, 1 << 20)
        rows = [ops.decode_row(held.kind, held.body or b"") for held in page.images]
        return sorted((row for row in rows if isinstance(row, Call)), key=lambda call: call.started)

    async def once_through(self, bench: Bench, *, again: bool = True) -> list[bool]:
        taken = []
        for kind in (EventKind.RINGING, EventKind.ANSWERED, EventKind.ENDED):
            taken.append(await self.says(bench, kind, again=again))
            bench.now += 30
        return taken

    async def test_it_is_a_call_of_its_own_each_time(self, bench: Bench) -> None:
        for _ in range(4):
            assert await self.once_through(bench) == [True] * 3
            bench.now += AGAIN_SECONDS + 60
        assert await self.says(bench, EventKind.RINGING)
        found = await self.calls(bench)
        assert [(call.state, call.outcome) for call in found] == [
            *[(CallState.ENDED, Outcome.ANSWERED)] * 4,
            (CallState.RINGING, None),
        ]
        assert found[0].id == call_id("pbx", "c")
        assert len({call.id for call in found}) == 5

    async def test_what_is_only_sent_again_opens_nothing(self, bench: Bench) -> None:
        await self.once_through(bench)
        bench.now += AGAIN_SECONDS - 120
        assert await self.once_through(bench) == [False, False, False]
        bench.now += AGAIN_SECONDS
        assert await self.says(bench, EventKind.ENDED)
        assert [call.state for call in await self.calls(bench)] == [CallState.ENDED]

    async def test_a_call_that_goes_on_for_hours_is_one(self, bench: Bench) -> None:
        await self.once_through(bench)
        bench.now += AGAIN_SECONDS + 60
        await self.says(bench, EventKind.RINGING)
        bench.now += 3 * AGAIN_SECONDS
        await self.says(bench, EventKind.RINGING)
        await self.says(bench, EventKind.ENDED)
        assert [call.live for call in await self.calls(bench)] == [False, False]

    async def test_a_request_of_a_source_that_names_each_once_is_one_for_a_day(self, bench: Bench) -> None:
        await self.once_through(bench, again=False)
        bench.now += AGAIN_SECONDS + 60
        assert await self.once_through(bench, again=False) == [False] * 3
        bench.now += KEPT_SECONDS
        before, head = await self.calls(bench), await bench.head()
        assert await self.once_through(bench, again=False) == [True] * 3
        assert (await self.calls(bench), await bench.head()) == (before, head), "the ids of its calls never come again"

    async def test_what_is_sent_again_under_an_id_that_never_comes_again_says_nothing_of_another(
        self, bench: Bench
    ) -> None:
        await self.once_through(bench, again=False)
        before = await self.calls(bench)
        bench.now += 30 * KEPT_SECONDS
        said = event(caller=None, at=bench.now, unique=True, leg=Leg(SafeText("801"), LegState.RINGING))
        assert await bench.hears(said, once="thirty days later")
        assert await self.calls(bench) == before

    async def test_what_its_own_time_says_is_long_past_is_history_and_never_rings(self, bench: Bench) -> None:
        bench.now += 3 * KEPT_SECONDS
        assert await bench.hears(event(unique=True), once="recorded three days ago, and never heard of")
        (call,) = await self.calls(bench)
        assert (call.state, call.started) == (CallState.ENDED, NOW)
        assert call.ended is not None
        assert call.ended < NOW + 600
        tasks = await bench.store.order.slice("store:main", "store:main@clear", 0, 1 << 20)
        assert [held.kind for held in tasks.images] == ["call"], "nobody is called back for it"

    async def test_what_is_linked_to_an_id_that_came_again_is_not_joined_to_the_call_of_long_ago(
        self, bench: Bench
    ) -> None:
        await self.once_through(bench)
        bench.now += AGAIN_SECONDS + 60
        link = event(EventKind.LINKED, call="new", linked_id="c", caller=None, at=bench.now)
        await bench.hears(event(call="new", at=bench.now))
        await bench.hears(link)
        found = await self.calls(bench)
        assert [(call.live, call.merged_into is None) for call in found] == [
            (False, True),
            (True, True),
            (False, False),
        ]


class TestTwoSourcesOfOneCall:
    """What two providers, or a provider and an exchange, saw of one call is one call."""

    async def other(self, bench: Bench, *events: CallEvent) -> None:
        report = Report(source="cloud", events=events, lines=(MAIN,))
        assert await bench.room().hear(report)

    async def test_the_second_view_goes_on_with_the_first(self, bench: Bench) -> None:
        await bench.hears(event())
        await self.other(bench, event(source="cloud", call="x", at=NOW + 2))
        first, gone = await bench.call(), await bench.call("x", "cloud")
        assert {key.source for key in first.sources} == {"pbx", "cloud"}
        assert (gone.state, gone.merged_into, gone.outcome) == (CallState.ENDED, first.id, None)
        await self.other(bench, event(EventKind.ENDED, source="cloud", call="x", at=NOW + 9))
        assert (await bench.call()).state is CallState.ENDED

    async def test_it_may_say_later_who_calls(self, bench: Bench) -> None:
        await bench.hears(event())
        await self.other(bench, event(source="cloud", call="x", caller=None))
        assert (await bench.call("x", "cloud")).merged_into is None
        bench.now += 3
        await self.other(bench, event(EventKind.CALLER, source="cloud", call="x", at=NOW + 3))
        assert (await bench.call("x", "cloud")).merged_into == (await bench.call()).id

    @pytest.mark.parametrize(
        "more",
        [
            {"number": "0911000000"},
            {"at": NOW - 20},
            {"source": "pbx"},
            {"direction": Direction.OUT},
        ],
    )
    async def test_what_differs_is_another_call(self, bench: Bench, more: dict[str, Any]) -> None:
        await bench.hears(event())
        given: dict[str, Any] = {"source": "cloud", "call": "x"} | more
        source = given["source"]
        assert await bench.room().hear(Report(source=source, events=(event(**given),), lines=(MAIN,)))
        assert (await bench.call("x", source)).merged_into is None
        assert (await bench.call()).merged_into is None

    async def test_who_hung_up_and_rings_again_is_not_swallowed_by_the_call_that_is_over(self, bench: Bench) -> None:
        await bench.hears(event(at=NOW - 5))
        await bench.hears(event(EventKind.ENDED, at=NOW - 4))
        await self.other(bench, event(source="cloud", call="x", at=NOW - 2))
        again = await bench.call("x", "cloud")
        assert (again.merged_into, again.live) == (None, True)

    @pytest.mark.parametrize("word", ["asterisk", "SIP", "1"])
    async def test_a_word_that_is_no_number_makes_no_two_calls_one(self, bench: Bench, word: str) -> None:
        await bench.hears(event(number=word))
        await self.other(bench, event(source="cloud", call="x", number=word))
        assert (await bench.call("x", "cloud")).merged_into is None

    async def test_a_chain_of_ids_leads_to_its_end(self, bench: Bench) -> None:
        """C, then A without a number, then B; A's number makes all of them one, and A's end is the call's."""
        await bench.hears(event(at=NOW - 8))
        await self.other(bench, event(source="cloud", call="a", at=NOW - 4, caller=None))
        third = event(source="third", call="b", at=NOW - 1)
        await bench.room().hear(Report(source="third", events=(third,), lines=(MAIN,)))
        await self.other(bench, event(EventKind.CALLER, source="cloud", call="a", at=NOW - 1))
        await self.other(bench, event(EventKind.ENDED, source="cloud", call="a", at=NOW))
        calls = [await bench.call(), await bench.call("a", "cloud"), await bench.call("b", "third")]
        assert [call.live for call in calls] == [False] * 3
        assert sum(call.merged_into is None for call in calls) == 1

    async def test_of_two_withheld_callers_nobody_knows_which_it_is(self, bench: Bench) -> None:
        hidden = Caller(presentation=Presentation.PRIVATE)
        await bench.hears(event(caller=hidden))
        await bench.hears(event(call="d", caller=hidden))
        await self.other(bench, event(source="cloud", call="x", caller=hidden))
        second = await bench.call("x", "cloud")
        assert second.merged_into is None
        assert second.perhaps in (call_id("pbx", "c"), call_id("pbx", "d")), "it says so"

    async def test_two_processes_that_hear_both_views_at_once_make_one_call(self, bench: Bench) -> None:
        reports = [
            Report(source=source, events=(event(source=source, call=f"n{n}", number=f"09123{n:05d}"),), lines=(MAIN,))
            for n in range(20)
            for source in ("pbx", "cloud")
        ]
        await asyncio.gather(*(bench.room().hear(report) for report in reports))
        for n in range(20):
            views = [await bench.call(f"n{n}", source) for source in ("pbx", "cloud")]
            assert sum(view.merged_into is None for view in views) == 1
            assert {view.merged_into for view in views} - {None} == {v.id for v in views if v.merged_into is None}

    async def test_a_call_is_looked_for_among_those_of_its_site_and_time(self, bench: Bench) -> None:
        """However many there are elsewhere and before."""
        for n in range(300):
            bench.now = NOW + 20 * n
            await bench.hears(event(call=f"n{n}", at=bench.now))
        await self.other(bench, event(source="cloud", call="x", at=bench.now))
        assert (await bench.call("x", "cloud")).merged_into == (await bench.call("n299")).id

    async def test_a_call_is_found_however_many_others_ring_at_the_same_moment(self, bench: Bench) -> None:
        await bench.hears(event(at=NOW - 3))
        others = [event(call=f"n{n}", number=f"09{n:08}", at=NOW) for n in range(300)]
        await bench.hears(*others)
        await self.other(bench, event(source="cloud", call="x", at=NOW))
        assert (await bench.call("x", "cloud")).merged_into == (await bench.call()).id

    async def test_numbers_written_in_two_ways_are_one_caller(self, bench: Bench) -> None:
        await bench.hears(event(number="0912-345-678"))
        await self.other(bench, event(source="cloud", call="x", number="+886 912 345 678"))
        assert (await bench.call("x", "cloud")).merged_into == (await bench.call()).id
