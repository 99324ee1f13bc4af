"""A line that is worked by hand, and a server's database behind it."""

import asyncio
import threading
from typing import Final

from ringdesk import ops
from ringdesk.calls import Call, CallEvent, EventKind
from ringdesk.dialects import Level, Notice
from ringdesk.errors import BadInput
from ringdesk.ids import call_id
from ringdesk.why import Why
from ringdesk.wire.messages import ServerNotice
from ringdesk.wire.signing import ServerKey
from server.callroom import CallRoom
from server.fanout import Wake
from server.hub.standings import Standings
from server.intake.backing import Central
from server.links.line import Heard, Line, Stood
from server.store.sqlite import SqliteStore
from server.store.values import Entry, LineRow, Source

NOW: Final = 1_000_000.0
PBX: Final = Source(id="pbx", dialect="ami", url="tcp://pbx:5038")
MAIN: Final = LineRow(id="1", source="pbx", site="main", label="front")
UP: Final = Notice(Level.OK, Why("line_ok", {"port": "pbx"}))
DOWN: Final = Notice(Level.BROKEN, Why("line_ok", {"port": "pbx"}))


class Hand:
    """It hears what it is told to hear, in a thread of its own."""

    def __init__(self, heard: Heard, stood: Stood, *, listed: bool | None = False) -> None:
        self._heard = heard
        self._stood = stood
        self.listed = listed
        self.begun = self.ended = False
        self.threads: list[threading.Thread] = []

    def start(self) -> None:
        self.begun = True

    def stop(self) -> None:
        self.ended = True

    def close(self) -> None:
        self.ended = True
        for thread in self.threads:
            thread.join()

    def hears(self, *events: CallEvent) -> threading.Thread:
        """From now on, one after the other."""
        thread = threading.Thread(target=lambda: [self._heard(event) for event in events])
        self.threads.append(thread)
        thread.start()
        return thread

    async def says(self, *kinds: EventKind, native: str = "7", at: float = NOW) -> None:
        """Heard, and taken over by the loop."""
        thread = self.hears(*(event(kind, native, at) for kind in kinds))
        await asyncio.to_thread(thread.join)

    async def stands(self, notice: Notice) -> None:
        await asyncio.to_thread(self._stood, "pbx", notice)


def event(kind: EventKind, native: str = "7", at: float = NOW) -> CallEvent:
    return CallEvent(event=kind, at=at, source="pbx", native_id=native)


class Scene:
    """A database, and the lines that were made over it."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.now = NOW
        self.said: list[tuple[str, ServerNotice]] = []
        self.standings = Standings(lambda notice, site: self.said.append((site, notice)))
        self.room = CallRoom(store.order, ServerKey(b"k" * 32), Wake(), lambda: self.now)
        self.central = Central(store, self.room)
        self.hands: list[Hand] = []

    def make(self, source: Source, _lines: tuple[LineRow, ...], heard: Heard, stood: Stood) -> Line | None:
        if not source.url:
            return None
        if source.url == "bad":
            raise BadInput("this is no url")
        self.hands.append(Hand(heard, stood))
        return self.hands[-1]

    async def put(self, *sources: Source) -> None:
        for source in sources:
            await self.store.register.put_source(
                source,
                (MAIN,) if source.id == MAIN.source else (),
                Entry(at=1.0, actor="test", action="test"),
            )

    async def call(self, native: str = "7") -> Call | None:
        held = await self.store.order.row(("call", call_id("pbx", native)))
        row = None if held is None else ops.decode_row("call", held.body or b"")
        assert row is None or isinstance(row, Call)
        return row

    async def until(self, state: str, native: str = "7") -> Call:
        async with asyncio.timeout(30):
            while (call := await self.call(native)) is None or call.state != state:
                await asyncio.sleep(0.01)
        return call
