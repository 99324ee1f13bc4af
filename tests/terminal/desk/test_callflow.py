"""The call flow while its lines report without a pause."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import AsyncMock

from ringdesk.calls import Caller, CallEvent, CallState, EventKind, Presentation
from ringdesk.ids import call_id
from ringdesk.safetext import SafeText
from ringdesk.tracker import Tracker
from terminal.desk.callbook import CallBook
from terminal.desk.callflow import CallFlow
from terminal.news import CallNews, News, ScreenPop

AT = 1795325880.0
HIDDEN = Caller(presentation=Presentation.PRIVATE)


class Clock:
    """Each look at it is nearly a second later."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> float:
        self.at += 0.9
        return self.at


def ring(native: str, source: str = "line") -> CallEvent:
    return CallEvent(event=EventKind.RINGING, at=AT, source=source, native_id=native, caller=HIDDEN)


@asynccontextmanager
async def working(*events: CallEvent) -> AsyncIterator[list[News]]:
    """What is published of events that wait already when the work begins, until nothing waits."""
    found: list[News] = []
    clock = Clock()
    lookup = AsyncMock()
    lookup.ended.return_value = {}
    facts: dict[str, Any] = {"card": AsyncMock(), "save_report": AsyncMock(), "name_of": lambda _: SafeText("")}
    flow = CallFlow(CallBook(Tracker()), lookup=lookup, publish=found.append, me="me", now=clock, **facts)
    for event in events:
        await flow.put(event)
    running = asyncio.create_task(flow.run())
    await flow._queue.join()
    running.cancel()
    yield found


async def test_a_call_is_given_up_while_others_keep_coming() -> None:
    async with working(*(ring(str(number)) for number in range(250))) as news:
        first = call_id("line", "0")
        ended = [isinstance(each, CallNews) and each.call.id == first and not each.call.live for each in news]
        assert ended.index(True) < max(at for at, each in enumerate(news) if isinstance(each, ScreenPop))
        given_up = news[ended.index(True)]
        assert isinstance(given_up, CallNews)
        assert given_up.call.state is CallState.ENDED
