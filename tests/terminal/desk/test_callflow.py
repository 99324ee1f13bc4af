"""The call flow while its lines report without a pause."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import AsyncMock, Mock

from ringdesk.calls import Caller, CallEvent, CallState, EventKind, Outcome, Presentation
from ringdesk.ids import call_id
from ringdesk.safetext import SafeText
from ringdesk.tracker import Tracker
from terminal.desk.callbook import CallBook
from terminal.desk.callflow import CallFlow
from terminal.news import CallNews, News, ScreenPop

AT = 1795325880.0


class Clock:
    """Each look at it is nearly a second later."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> float:
        self.at += 0.9
        return self.at


def ring(native: str, source: str = "line", at: float = AT + 1000.0) -> CallEvent:
    caller = Caller(raw=SafeText(f"0912{source}{native}"), presentation=Presentation.SHOWN)
    return CallEvent(event=EventKind.RINGING, at=at, source=source, native_id=native, caller=caller)


@asynccontextmanager
async def working(*events: CallEvent) -> AsyncIterator[list[News]]:
    """What is published of events that come all at once, as their lines have room, until nothing waits."""
    found: list[News] = []
    clock = Clock()
    lookup = AsyncMock()
    lookup.ended.return_value = {}
    lookup.mark.return_value = None
    facts: dict[str, Any] = {"card": AsyncMock(), "save_report": AsyncMock(), "name_of": lambda _: SafeText("")}
    flow = CallFlow(CallBook(Tracker()), lookup=lookup, publish=found.append, me="me", now=clock, **facts)
    putting = asyncio.gather(*(flow.put(event) for event in events))
    await asyncio.sleep(0)
    running = asyncio.create_task(flow.run())
    await putting
    await flow._queue.join()
    running.cancel()
    yield found


async def test_a_call_is_given_up_while_others_keep_coming() -> None:
    async with working(ring("0", at=AT), *(ring(str(number)) for number in range(1, 250))) as news:
        first = call_id("line", "0")
        ended = [isinstance(each, CallNews) and each.call.id == first and not each.call.live for each in news]
        assert ended.index(True) < max(at for at, each in enumerate(news) if isinstance(each, ScreenPop))
        given_up = news[ended.index(True)]
        assert isinstance(given_up, CallNews)
        assert given_up.call.state is CallState.ENDED


async def test_what_a_desk_gave_up_is_reported_as_no_more_than_that() -> None:
    """The others may know more of it; what it was given up as is their guess, too, where they do not."""
    parts: dict[str, Any] = {"lookup": AsyncMock(), "card": AsyncMock(), "save_report": AsyncMock()}
    parts["lookup"].ended.return_value = {}
    clock = Clock()
    flow = CallFlow(CallBook(Tracker()), publish=lambda _: None, name_of=lambda _: None, me="me", now=clock, **parts)
    flow.add(Mock(**{"spec.id": "line", "spec.options.region": "TW", "spec.options.area": ""}))
    await flow._take(ring("0", at=AT))
    clock.at += 200.0
    await flow._take(None)
    await flow.flush(call_id("line", "0"))
    (report,) = (said.args[0] for said in parts["save_report"].await_args_list)
    over = report.events[-1]
    assert (over.event, over.outcome, over.lapsed) == (EventKind.ENDED, Outcome.UNKNOWN, True)


async def test_a_busy_line_delays_itself_alone() -> None:
    busy = (ring(str(number), "busy") for number in range(100))
    async with working(*busy, ring("a", "quiet"), ring("b", "quiet")) as news:
        pops = [each.call.id for each in news if isinstance(each, ScreenPop)]
        assert [pops.index(call_id("quiet", native)) for native in "ab"] == [1, 3]
        own = [each for each in pops if each not in (pops[1], pops[3])]
        assert own == [call_id("busy", str(number)) for number in range(100)]


async def test_what_waited_in_a_flood_until_it_was_old_is_history() -> None:
    """It has the time at which it was heard; the desk comes to it a minute later."""
    flood = [ring(str(number), "busy", AT) for number in range(100)]
    async with working(*flood, ring("a", "quiet", AT)) as news:
        popped = {each.call.id for each in news if isinstance(each, ScreenPop)}
        calls = [call_id("busy", str(number)) for number in range(100)]
        assert {call_id("quiet", "a"), calls[0]} <= popped
        assert not popped.intersection(calls[50:])


async def test_a_flood_waits_here_with_the_time_at_which_it_was_heard() -> None:
    """Not in its port, from which it would be read minutes later as if it were new."""
    parts: dict[str, Any] = {"lookup": AsyncMock(), "card": AsyncMock(), "save_report": AsyncMock()}
    flow = CallFlow(CallBook(Tracker()), publish=lambda _: None, name_of=lambda _: None, me="me", now=Clock(), **parts)
    for number in range(2000):
        async with asyncio.timeout(20):
            await flow.put(ring(str(number)))  # nobody takes them
