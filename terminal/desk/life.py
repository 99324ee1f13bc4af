"""The life of a desk: what it is made of, how it begins and ends, and the news that come in from its lines, its store and its
link."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import msgspec
import structlog

from ringdesk import numbers, ops
from ringdesk.calls import Call, CallEvent
from ringdesk.dialects import Notice
from ringdesk.errors import Refused, RingdeskError
from ringdesk.members import Member
from ringdesk.numbers import Number
from ringdesk.ops import Args, CallReport, Row
from ringdesk.safetext import SafeText
from ringdesk.tracker import Policy, Tracker
from ringdesk.tracker.unheard import RINGS_ON, Judging, sources_of
from ringdesk.wire.values import SourceStands
from terminal.desk.business import Business
from terminal.desk.callbook import KEPT, CallBook
from terminal.desk.callflow import CallFlow
from terminal.desk.door import Door
from terminal.desk.newsroom import Newsroom
from terminal.desk.ports import Link, Lookup, Pump, Source
from terminal.desk.served import health_of
from terminal.drafts import Drafting
from terminal.news import HealthNews, News, NoticeNews, SyncNews
from terminal.store.edit import Happened
from terminal.store.people import EXPIRED, SignedIn
from terminal.store.replica import Store
from terminal.store.rows import Change

_log = structlog.get_logger(__name__)


class Life:
    """A desk that listens; `Desk` is what people do at it."""

    def __init__(  # noqa: PLR0913 - the parts of a desk, each by its name
        self,
        store: Store,
        lookup: Lookup,
        link: Link,
        person: SignedIn,
        *,
        tracker: Tracker,
        sources: Sequence[Source] = (),
        read: Callable[[str], Number] = numbers.read,
        now: Callable[[], float],
        steady: Callable[[], float] | None = None,
        door: Door | None = None,
        login: str = "",
    ) -> None:
        """Nothing happens before `start`.

        Args:
            store: the replica; the desk does not close it.
            lookup: finds members, on a connection of its own.
            link: the link to the server; it runs by itself, and tells `heard` what it has to tell.
            person: who has signed in, with the grant that their ops carry.
            tracker: makes calls of what the desk's own lines report.
            sources: the lines of this desk.
            read: what a typed number means here.
            now: the server's time, in seconds since 1970.
            door: how the next person comes in; None: nobody else does.
            login: under which `person` signed in.
        """
        self._store = store
        self._lookup = lookup
        self._link = link
        self._person = person
        self._door = door
        self.login = login
        """Under which the person who works here signed in."""
        self._sources = {source.spec.id: source for source in sources}
        self._read = read
        self._now = now
        self._news = Newsroom(now)
        self._news.introduce(person.actor.person, person.actor.name)
        self.untold: list[NoticeNews] = []
        """What whoever listens first is told."""
        self._renewing = asyncio.Lock()
        self._health: dict[str, HealthNews] = {}
        self._sync = SyncNews(connected=False, outbox=0, cursor=0)
        self._pumps: list[Pump] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._ending: list[Callable[[], None]] = []
        self.business = Business(store, person.actor.person)
        """What the business has to say."""
        self.away_since = 0.0
        """When the person who works here last left (seconds since 1970; 0: they were never here)."""
        self._flow = CallFlow(
            CallBook(tracker, steady),
            lookup=lookup,
            card=store.card,
            save_report=self._report,
            publish=self._news.publish,
            name_of=self._news.name_of,
            me=person.actor.person,
            now=now,
        )

    # --- its life -----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to listen. What happens after this returns is told to whoever subscribes at once."""
        await self._place()
        self.away_since = await self._store.arrived(self.person.person)
        now = self._now()
        recent = await self._store.calls(now - KEPT)
        left = await self._store.live_calls(now - Policy().silent, self._sources.keys())
        self._sync = await self._link.status()
        self._served(self._sync.sources)
        self._ending.append(self._store.listen(self._happened))
        self._flow.begin(list({call.id: call for call in (*left, *recent)}.values()), await self._store.last_began())
        loop = asyncio.get_running_loop()
        for source in self._sources.values():
            self._flow.add(source)
            self._pumps.append(source.make(self._from_thread(loop), self._health_from_thread(loop)))
        self._tasks.append(asyncio.create_task(self._flow.run(), name="calls"))
        for pump in self._pumps:
            pump.start()
        for ident, pump in zip(self._sources, self._pumps, strict=True):
            if calls := [call for call in left if ident in sources_of(call)]:
                self._spawn(self._judge(ident, pump, calls))

    async def _judge(self, source: str, pump: Pump, calls: Sequence[Call]) -> None:
        """What became of the calls of a source that were on when this desk was left."""
        loop, tick = asyncio.get_running_loop(), min(RINGS_ON / 4, 1.0)
        judging = Judging(loop.time(), RINGS_ON)
        while not judging.done:
            await asyncio.sleep(tick)
            health = self._health.get(source)
            listed = judging.look(loop.time(), up=health is not None and health.level.is_up, listed=pump.listed)
            if listed is not None:
                await self._flow.judge(calls, source, listed=listed)

    async def close(self) -> None:
        """End: the lines first, so that nothing comes any more, then what works on it. Twice is no error."""
        pumps, self._pumps = self._pumps, []
        for pump in pumps:
            pump.stop()
        await asyncio.gather(*(asyncio.to_thread(pump.close) for pump in pumps))
        ending, self._ending = self._ending, []
        for end in ending:
            end()
        await self._flow.drain()
        if self._tasks:
            await self._store.left(self.person.person)
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def subscribe(self, listener: Callable[[News], None]) -> Callable[[], None]:
        """Hear all news from now on, beginning with how sources and sync stand, and with what had to be told before anybody
        listened; the returned callable ends it.

        Listeners must not block.
        """
        for health in self._health.values():
            listener(health)
        listener(self._sync)
        untold, self.untold = self.untold, []
        for notice in untold:
            listener(notice)
        return self._news.subscribe(listener)

    def heard(self, news: SyncNews | NoticeNews) -> None:
        """What the link has to tell."""
        if isinstance(news, SyncNews):
            if news.connected and not self._sync.connected:
                self._news.connected()
                if self._tasks:
                    self._spawn(self._place())
            self._sync = news
            self._served(news.sources)
        self._news.publish(news)

    @property
    def person(self) -> ops.Actor:
        """Who works here."""
        return self._person.actor

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _report(self, report: CallReport) -> None:
        await self._keep([msgspec.structs.replace(report, uncertainty=self._link.uncertainty)])

    async def _keep(
        self, wanted: Sequence[Args], base: dict[str, int] | None = None, draft: Drafting | None = None
    ) -> tuple[str, ...]:
        async def keep(who: SignedIn) -> tuple[str, ...]:
            saved, _ = await self._store.save_together(
                wanted, actor=who.actor, grant=who.grant, base=base, mono=self._link.mono, draft=draft
            )
            return saved

        who = self._person
        try:
            return await keep(who)
        except Refused as refusal:
            if refusal.code != EXPIRED or not await self._renew(who):
                raise
        return await keep(self._person)

    async def _renew(self, spent: SignedIn) -> bool:
        """A grant for the same person in place of a spent one; whether there is one. A line that is down says so at once."""
        login, door = self.login, self._door
        async with self._renewing:
            if self._person is spent and door is not None:
                try:
                    fresh = await door.renew(login)
                except RingdeskError as error:
                    _log.warning("the grant was not renewed", error=str(error))
                    return False
                if fresh is not None:
                    self.renewed(login, fresh)
        return self._person is not spent and self._person.actor.person == spent.actor.person

    def renewed(self, login: str, person: SignedIn) -> None:
        """A fresh grant for `login`, unless somebody else has come in meanwhile."""
        if login == self.login:
            self._person = person

    async def _place(self) -> None:
        """Where this desk stands and the lines there; the server may have changed both."""
        standing = await self._store.standing()
        self._flow.place(standing.store, standing.lines, standing.device)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks = [task for task in self._tasks if not task.done()]
        self._tasks.append(asyncio.create_task(work))

    def _happened(self, happened: Happened) -> None:
        """The store committed something."""
        for change in happened.changes:
            if isinstance(change.after, Call):
                self._flow.row(change.after)
        self._news.happened(happened)
        numbers = frozenset().union(*(_gained(change) for change in happened.changes))
        if numbers:
            self._flow.owned(numbers)

    def _from_thread(self, loop: asyncio.AbstractEventLoop) -> Callable[[CallEvent], None]:
        """The thread of a source waits while the desk has enough to do."""

        def hear(event: CallEvent) -> None:
            with contextlib.suppress(RuntimeError, asyncio.CancelledError):  # the loop is closed
                asyncio.run_coroutine_threadsafe(self._flow.put(event), loop).result()

        return hear

    def _health_from_thread(self, loop: asyncio.AbstractEventLoop) -> Callable[[str, Notice], None]:
        def hear(source: str, notice: Notice) -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._source_stands, source, notice)

        return hear

    def _source_stands(self, source: str, notice: Notice) -> None:
        spec = self._sources[source].spec
        label = SafeText(spec.options.line or spec.address)
        news = self._health[source] = HealthNews(source, notice.level, notice.why, notice.detail, label)
        _log.info("source", source=source, url=spec.url, stands=notice.level, why=notice.why.code)
        self._news.publish(news)

    def _served(self, sources: Sequence[SourceStands]) -> None:
        """How the sources stand that the server listens to; one that this desk listens to as well stands as it does here."""
        now = {each.id: health_of(each) for each in sources if each.id not in self._sources}
        gone = [health for health in self._health.values() if health.served and health.source not in now]
        for health in gone:
            del self._health[health.source]
            self._news.publish(msgspec.structs.replace(health, gone=True))
        for health in now.values():
            if self._health.get(health.source) != health:
                self._health[health.source] = health
                self._news.publish(health)


def _gained(change: Change) -> frozenset[str]:
    """The numbers (E.164) that a member has since this change and had not before."""
    after, before = (_numbers(each) for each in (change.after, change.before))
    return after - before


def _numbers(row: Row | None) -> frozenset[str]:
    return frozenset(each.e164 for each in row.numbers if each.e164) if isinstance(row, Member) else frozenset()
