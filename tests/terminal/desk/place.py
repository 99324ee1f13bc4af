"""A desk with its real parts in a temporary directory, and no server: everything is saved, nothing is answered."""

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from ringdesk.calls import Call, Caller, CallEvent, EventKind, Presentation
from ringdesk.dialects import Level, Notice
from ringdesk.ids import Uuid7Source
from ringdesk.members import Member, MemberNumber
from ringdesk.ops import Actor, encode
from ringdesk.safetext import SafeText
from ringdesk.tracker import Tracker
from ringdesk.why import Why
from ringdesk.wire.values import Image
from terminal.callerid.source import SourceSpec, parse
from terminal.desk import Desk, Source
from terminal.lookup.search import Lookup
from terminal.news import News
from terminal.serverclock import ServerClock
from terminal.store.people import SignedIn
from terminal.store.replica import Store
from terminal.sync.link import Link
from terminal.sync.replicator import Replicator

ME = Actor("me", SafeText("Mei"), "device", ("agent",))
NUMBER = "0912-345-678"
E164 = "+886912345678"
MEMBER = Member(
    id="m1",
    code=SafeText("M1"),
    name=SafeText("林美玲"),
    honorific=SafeText("小姐"),
    numbers=(MemberNumber(SafeText("0912345678"), E164),),
)
PATIENCE = 60.0

N = TypeVar("N")


class Hand:
    """A line that is worked by hand: what it reports comes in its caller's thread, as from a pump."""

    listed: bool | None = None

    def __init__(self) -> None:
        self.spec: SourceSpec = parse("socket://127.0.0.1:1?line=front&area=2", "test")
        self.on_event: Callable[[CallEvent], None] = lambda _: None
        self.on_health: Callable[[str, Notice], None] = lambda _source, _notice: None

    def make(self, on_event: Callable[[CallEvent], None], on_health: Callable[[str, Notice], None]) -> "Hand":
        self.on_event, self.on_health = on_event, on_health
        return self

    def start(self) -> None:
        """Nothing opens."""

    def stop(self) -> None:
        """Nothing ends."""

    def close(self) -> None:
        """Nothing closes."""

    def stands(self, level: Level) -> None:
        """How it stands now."""
        self.on_health(self.spec.id, Notice(level, Why("line_ok", {"port": "front"})))

    async def say(self, kind: EventKind, caller: Caller | None = None, native: str = "1") -> None:
        event = CallEvent(event=kind, at=time.time(), source=self.spec.id, native_id=native, caller=caller)
        await asyncio.to_thread(self.on_event, event)

    async def ring(self, number: str | None, native: str = "1", name: str | None = None) -> None:
        presentation = Presentation.PRIVATE if number is None else Presentation.SHOWN
        raw = None if number is None else SafeText(number)
        await self.say(EventKind.RINGING, native=native)
        await self.say(
            EventKind.CALLER, Caller(raw, None, presentation, None if name is None else SafeText(name)), native
        )


class Ear:
    """All news in order."""

    def __init__(self, desk: Desk) -> None:
        self.heard: list[News] = []
        self._more = asyncio.Event()
        desk.subscribe(self._hear)

    def _hear(self, news: News) -> None:
        self.heard.append(news)
        self._more.set()

    def of(self, kind: type[N]) -> list[N]:
        return [news for news in self.heard if isinstance(news, kind)]

    async def until(self, kind: type[N], wanted: Callable[[N], bool] = lambda _: True) -> N:
        async with asyncio.timeout(PATIENCE):
            while True:
                for news in self.of(kind):
                    if wanted(news):
                        return news
                self._more.clear()
                await self._more.wait()


class Place(msgspec.Struct):
    """The parts of one desk."""

    store: Store
    desk: Desk
    hand: Hand
    link: Link
    ears: list[Ear] = []

    @property
    def ear(self) -> Ear:
        """Listens from the first time that it is asked for; it is told what came before."""
        if not self.ears:
            self.ears.append(Ear(self.desk))
        return self.ears[0]


@asynccontextmanager
async def opened(
    folder: Path,
    *,
    calls: tuple[Call, ...] = (),
    person: Actor = ME,
    members: tuple[Member, ...] = (MEMBER,),
    sources: tuple[Source, ...] = (),
) -> AsyncIterator[Place]:
    """A desk that runs, with the members and calls that a server gave; beside `sources` it has a line worked by hand."""
    ids = Uuid7Source(lambda: time.time_ns() // 1_000_000, random.Random(1).randbytes)
    store = await Store.open(folder, ids=ids, clock=ServerClock(time.time, time.monotonic))
    try:
        await install(store, "org@clear", *members)
        await install(store, "store:main@clear", *calls)
        replicator = Replicator(
            store, sign=lambda nonce: nonce, clock=ServerClock(time.time, time.monotonic), steady=time.monotonic
        )
        link = Link(store, replicator, "ws://127.0.0.1:1/sync", steady=time.monotonic, rng=random.Random(1))
        hand = Hand()
        lookup = Lookup(store.reader, region="TW", area="2")
        signed_in = SignedIn(person, "", time.time() + 3600)
        lines = [Source(hand.spec, hand.make), *sources]
        desk = Desk(store, lookup, link, signed_in, tracker=Tracker(), sources=lines, now=time.time)
        await desk.start()
        try:
            yield Place(store, desk, hand, link)
        finally:
            await desk.close()
    finally:
        await store.close()


_SEQ = itertools.count(1)


async def install(store: Store, name: str, *rows: Member | Call) -> None:
    """Rows as if the server had sent them."""
    images = [
        Image(
            kind="member" if isinstance(row, Member) else "call",
            id=row.id,
            seq=next(_SEQ),
            body=msgspec.Raw(encode(row)),
        )
        for row in rows
    ]
    await store.bulk_install(name, images)
