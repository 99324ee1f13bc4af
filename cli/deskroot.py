"""The composition root of a desk: opens its parts in their order, and closes them in the reverse one.

Local first: somebody who has signed in here before opens the desk at once, server or not; the server is asked meanwhile.
"""

import asyncio
import contextlib
import platform
import random
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from cli import roots
from cli.embedded import EmbeddedServer
from cli.paths import expect_usable, told, trouble
from cli.plan import Plan
from cli.pumps import pump_of
from cli.refusals import KNOWN_NOW
from ringdesk import numbers
from ringdesk.errors import BadInput, Refused, RingdeskError
from ringdesk.safetext import SafeText
from ringdesk.tracker import Tracker
from ringdesk.why import Why, register
from terminal.callerid.source import SourceSpec, parse
from terminal.desk import Desk, Door, Source
from terminal.lookup.search import Lookup
from terminal.news import NoticeNews, SyncNews
from terminal.store.held import FILE
from terminal.store.people import EXPIRED, SignedIn
from terminal.store.replica import Store
from terminal.sync.enrol import enrol, is_enrolled, is_spent
from terminal.sync.key import DeviceKey
from terminal.sync.link import Link, forever
from terminal.sync.replicator import Replicator
from terminal.sync.socket import Unreachable
from terminal.words import _, sentence

if TYPE_CHECKING:
    from server.admin import Office

register(
    {
        "desk_no_folder": "'{folder}' is no name of a folder ({reason}); give another with --data",
        "desk_unknown": (
            "{folder} is not known to a server yet: make a code there with `ringdesk admin enrol --store main"
            " --output code.txt`, and start this desk once with --enrol-file code.txt"
        ),
        "desk_nobody": "nobody signs in; give --user NAME and --password-file FILE",
    }
)

FIRST_CONTACT: Final = 20.0
"""Seconds that somebody who never signed in here waits for a server of which nothing is heard."""
SECOND_OPINION: Final = 2.0
"""The same for somebody whose password is not the one of last time: it may have been changed at the server since."""
RETRY: Final = 60.0
"""Seconds until a grant that was not renewed is asked for again."""

_log = structlog.get_logger(__name__)


class DeskRoot:
    """One desk with all its parts. `prepare` may fill the database of a server of its own before it starts; `make` makes
    the desk, as `Desk` does."""

    def __init__(
        self,
        plan: Plan,
        *,
        progress: Callable[[str], None] = lambda _: None,
        prepare: "Callable[[Office], Awaitable[None]] | None" = None,
        make: Callable[..., Desk] = Desk,
    ) -> None:
        self._plan = plan
        self._make = make
        self._progress = progress
        self._prepare = prepare
        self._stack = AsyncExitStack()
        self._desk: Desk | None = None
        self._store: Store | None = None
        self._connected = asyncio.Event()
        self._tried = asyncio.Event()
        self._reached: SyncNews | None = None
        self.server: EmbeddedServer | None = None

    async def open(self) -> Desk:
        """Open everything; the desk that runs. Raises `RingdeskError`; whatever was opened by then is closed again."""
        try:
            return await self._open()
        except OSError as error:
            await self.close()
            raise told(error) from error
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close everything. Twice is no error."""
        self._desk = None
        await self._stack.aclose()

    async def rows(self) -> int:
        """How many rows have come here; 0 before the store is open."""
        if self._store is None:
            return 0
        return int(await self._store.reader.run(lambda tx: tx.value("select count(*) from image")))

    async def _open(self) -> Desk:
        plan = self._plan
        _make_folder(plan.data)
        store = await Store.open(plan.data, ids=roots.new_ids(), clock=roots.CLOCK)
        self._store = store
        self._stack.push_async_callback(store.close)
        if not plan.server:
            plan = await self._with_own_server(store)
        is_new = await self._be_known(store, plan)
        link, running = self._link(store, plan)
        try:
            person = await self._sign_in(store, link, running, plan)
        except Refused as error:
            if is_new and error.code == "not_allowed":
                raise Refused(
                    KNOWN_NOW,
                    f"{error}; this desk is known to the server now: start it again with the same --data, without a code,"
                    " and the right password",
                ) from error
            raise
        door = Door(store, link, chosen=bool(self._plan.server))
        door.remember(plan.user, plan.password)
        await store.forgive(plan.user)
        lookup = Lookup(store.reader, region=plan.region, area=plan.area)
        desk = self._make(
            store,
            lookup,
            link,
            person,
            tracker=Tracker(),
            sources=await self._sources(store),
            read=partial(numbers.read, region=plan.region, area=plan.area),
            now=roots.CLOCK,
            steady=roots.steady,
            door=door,
            login=plan.user,
        )
        self._stack.push_async_callback(desk.close)
        await self._task(self._renew(desk, door))
        self._desk = desk
        await desk.start()
        if store.recovered is not None:
            desk.untold.append(NoticeNews(store.recovered.code, SafeText(sentence(store.recovered))))
        return desk

    async def _sources(self, store: Store) -> list[Source]:
        """The sources of this desk. What has no id of its own gets one that follows from the device: its name and address
        would do, but two shops may have the same, and whoever guessed an id could take the calls to come."""
        plan, device = self._plan, (await store.standing()).device
        return [
            _source(parse(spec.url, device, region=plan.region, area=plan.area), plan.dialects) for spec in plan.sources
        ]

    # --- a server of one's own ----------------------------------------------------------------------------------------

    async def _with_own_server(self, store: Store) -> Plan:
        """Start the embedded server, with this desk and its person known to it."""
        from cli.own_server import admit

        plan = self._plan
        server = self.server = EmbeddedServer(plan.data, plan.config)
        admission = await admit(store, server, plan.user or "me", self._prepare)
        self._progress(_("starting the server"))
        self._stack.push_async_callback(server.stop)
        await server.start()
        return msgspec.structs.replace(plan, server=server.url, **msgspec.structs.asdict(admission))

    # --- the link -----------------------------------------------------------------------------------------------------

    async def _be_known(self, store: Store, plan: Plan) -> bool:
        """Enrol where no server knows this device, or where a new code says that it is to be another one; whether it was."""
        is_new = False
        known = await is_enrolled(store)
        if plan.code and not (known and await is_spent(store, plan.code)):
            self._progress(_("making this desk known to the server"))
            try:
                await enrol(store, plan.server, plan.code, platform.node() or "desk")
                is_new = True
            except Unreachable as error:
                if not known:
                    raise
                _log.warning("not enrolled anew", reason=str(error))  # local first: the next start tries again
        elif not known:
            raise BadInput(Why("desk_unknown", {"folder": str(plan.data)}))
        DeviceKey.settle(plan.data, (await store.standing()).key)
        return is_new

    def _link(self, store: Store, plan: Plan) -> tuple[Link, "asyncio.Task[None]"]:
        replicator = Replicator(
            store,
            sign=DeviceKey.load(plan.data).sign,
            clock=roots.CLOCK,
            steady=roots.steady,
            app=f"ringdesk {version('ringdesk')}",
        )
        rng = random.Random(secrets.randbits(64))  # noqa: S311 - spreads reconnects, no secret
        link = Link(store, replicator, plan.server, steady=roots.steady, rng=rng, heard=self._heard)
        running = asyncio.create_task(forever(link), name="link")
        self._stack.push_async_callback(_ended, running)
        return link, running

    def _heard(self, news: SyncNews | NoticeNews) -> None:
        if isinstance(news, SyncNews):
            (self._connected.set if news.connected else self._connected.clear)()
            self._reached = news
            self._tried.set()
        if self._desk is not None:
            self._desk.heard(news)

    async def _sign_in(self, store: Store, link: Link, running: "asyncio.Task[None]", plan: Plan) -> SignedIn:
        """By what this desk remembers, else by the server. A server that is away is waited for no longer than it takes to
        find that out."""
        if not plan.user:
            raise BadInput(Why("desk_nobody"))
        try:
            return await store.sign_in(plan.user, plan.password)
        except Refused as error:
            refusal = error
        _log.info("not signed in by memory", code=refusal.code)
        self._progress(_("waiting for the server"))
        tried = asyncio.create_task(self._tried.wait())
        patience = FIRST_CONTACT if refusal.code in ("offline", EXPIRED) else SECOND_OPINION
        try:
            await asyncio.wait((tried, running), timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            tried.cancel()
        if running.done():
            await running
        if self._connected.is_set():
            return await link.sign_in(plan.user, plan.password)
        why = self._reached.why if self._reached else None
        if why is not None and why.code == "sync_down":  # nothing is tried again once this command has ended
            why = Why("sync_away", why.args)
        reason, away = ("the server does not answer", None) if why is None else (why.english(), Unreachable(why))
        if refusal.code == "offline":
            raise Refused(
                "offline",
                f"{plan.user} signs in on this desk for the first time, which needs the server: {reason}; try again when it runs",
            ) from away
        raise Refused(refusal.code, f"{refusal} ({reason})") from away

    async def _renew(self, desk: Desk, door: Door) -> None:
        """Keep the grant of whoever works here fresh: at the first contact, then at half of its life; at
        once where a step of the clock went past that."""
        due: dict[str, float] = {}
        stepped = asyncio.Event()
        roots.CLOCK.stepped = stepped.set
        while True:
            await self._connected.wait()
            login = desk.login
            if roots.CLOCK() >= due.get(login, 0.0):
                try:
                    person = await door.renew(login)
                except RingdeskError as error:
                    _log.warning("the grant was not renewed", error=str(error))
                    desk.heard(NoticeNews("not_signed_in", SafeText(str(error))))
                else:
                    if person is not None:
                        due[login] = (person.expires + roots.CLOCK()) / 2
                        desk.renewed(login, person)
            # Not wait_for: up to Python 3.11 it swallows a cancellation that comes together with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RETRY):
                    await stepped.wait()
            stepped.clear()

    async def _task(self, work: Any) -> None:
        self._stack.push_async_callback(_ended, asyncio.create_task(work))


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _source(spec: SourceSpec, allowed: tuple[str, ...]) -> Source:
    return Source(spec, lambda on_event, on_health: pump_of(spec, on_event, on_health, roots.CLOCK, allowed=allowed))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except ValueError as error:
        raise BadInput(Why("desk_no_folder", {"folder": ascii(str(folder))[1:-1], "reason": str(error)})) from error
    except OSError as error:
        raise BadInput(trouble(folder, error)) from error
    for name in (FILE, "server.db", "server.state"):
        expect_usable(folder / name, is_folder=name == "server.state")
