"""Who is connected, and how far each has read. Live frames come from the ordered reader of the change log, never from the
writer's memory; the page of a frame is built once for all terminals at the same cursor; nobody waits for a slow one.

A terminal is **live** in a set once it has pulled to the newest; from then on the hub keeps its cursor there. When its
line is full the hub leaves the cursor where it is and sends a newer page later: so a slow line costs no memory, and only
one that takes no byte at all for a while is dropped (1013; it resumes by its cursor).
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Final

import msgspec
from starlette.websockets import WebSocket

from ringdesk.channels import ORG, split
from ringdesk.wire import limits
from ringdesk.wire.codec import encode
from ringdesk.wire.messages import Message, Ping
from server.accept.images import PROJECTIONS
from server.fanout import Wake
from server.hub.outlet import CAP, Outlet, framed
from server.hub.pages import Ready, read_page
from server.hub.saving import Saving
from server.hub.standings import Standings
from server.store.base import Store, Unavailable
from server.store.values import Device, News, Space

POLL: Final = 0.25
"""Seconds between looks for what another process committed, and for lines that are free again."""
ORG_PACE: Final = 1.0
"""Seconds between two frames of an organisation-wide set (sync.md 4: batches of 1 to 5 s); the first goes at once."""
LIVE_PAGE: Final = 64 * limits.KIB
CLOSE_PATIENCE: Final = 1.0
"""Seconds for the close frame of a terminal that is sent away; then the line is cut."""
SWEEP: Final = 1.0

POLICY: Final = 1008
GOING_AWAY: Final = 1012
TRY_LATER: Final = 1013
"""Close codes (RFC 6455, section 7.4, and its registry)."""
OTHER_HISTORY: Final = "server_epoch"
"""The reason that asks a terminal to say hello again: the server's history was rolled back."""

log = logging.getLogger("ringdesk.server.hub")


class Terminal:
    """A session that said hello.

    Attributes:
        cursors: set -> the seq of the last page sent; only sets that are live are here.
        people: who signed in on it.
    """

    def __init__(
        self, websocket: WebSocket, outlet: Outlet, device: Device, sets: tuple[str, ...], server_epoch: str
    ) -> None:
        self.websocket = websocket
        self.outlet = outlet
        self.device = device
        self.sets = sets
        self.server_epoch = server_epoch
        self.cursors: dict[str, int] = {}
        self.people: set[str] = set()
        self.taken = 0
        self.taken_at = 0.0
        self.pinged_at = 0.0
        self.leaving = False


class Hub:
    """Connected terminals and the one reader of the change log. `clock` gives seconds since 1970, for pings.

    Attributes:
        saving: whether the server can save; everybody who is connected is told when that changes.
        standings: how the server's own sources stand; whoever is connected in their stores is told when that changes.
    """

    def __init__(self, store: Store, wake: Wake, clock: Callable[[], float]) -> None:
        self._store = store
        self._wake = wake
        self._clock = clock
        self._terminals: dict[str, Terminal] = {}
        self._live: dict[str, dict[Terminal, None]] = defaultdict(dict)
        """Set -> who is live in it."""
        self._space: Space | None = None
        self._dirty: set[str] = set()
        self._next_org = 0.0
        self._closing: set[asyncio.Task[None]] = set()
        self.saving = Saving(store, self.tell)
        self.standings = Standings(self.tell)

    # --- who is here

    def join(self, terminal: Terminal) -> None:
        """A terminal said hello. The newest session of a device wins."""
        older = self._terminals.get(terminal.device.id)
        if older is not None:
            self.expel(older, POLICY, "replaced")
        loop = asyncio.get_running_loop()
        terminal.taken_at = terminal.pinged_at = loop.time()
        self._terminals[terminal.device.id] = terminal

    def leave(self, terminal: Terminal) -> None:
        """A session is over."""
        if self._terminals.get(terminal.device.id) is terminal:
            del self._terminals[terminal.device.id]
            for name in list(terminal.cursors):
                self._stand(terminal, name, None)

    def _stand(self, terminal: Terminal, name: str, cursor: int | None) -> None:
        """How far a terminal has got in a set; None: it is not live in it, or no longer."""
        if cursor is None:
            terminal.cursors.pop(name, None)
            self._live[name].pop(terminal, None)
        elif self._terminals.get(terminal.device.id) is terminal:
            terminal.cursors[name] = cursor
            self._live[name][terminal] = None

    def expel(self, terminal: Terminal, code: int, reason: str) -> None:
        """Close a session: from now on it gets nothing more; it may take a second to close politely."""
        if terminal.leaving:
            return
        terminal.leaving = True
        self.leave(terminal)
        log.info("session.expelled", extra={"device": terminal.device.id, "code": code, "reason": reason})
        task = asyncio.create_task(self._close(terminal, code, reason))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _close(self, terminal: Terminal, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(CLOSE_PATIENCE):
                await terminal.websocket.close(code, reason)
        except (TimeoutError, RuntimeError):
            terminal.outlet.abort()

    def tell(self, message: Message, site: str | None = None) -> None:
        """Something that concerns everybody who is connected, or those of one site."""
        frame = encode(message)
        for terminal in self._terminals.values():
            if site in (None, terminal.device.site):
                terminal.outlet.offer(frame)

    @property
    def count(self) -> int:
        """How many are connected."""
        return len(self._terminals)

    # --- pull

    async def pull(self, terminal: Terminal, name: str, after: int, max_bytes: int) -> None:
        """Send one page after `after`, or that there is none. The set is live once the page is its newest."""
        page = await read_page(self._store.order, name, after, max_bytes, terminal.device.id)
        await self._look_at(page.slice.space)
        if terminal.leaving:
            return
        if page.body is not None:
            terminal.outlet.offer(page.changes(terminal.device.id))
        if not page.slice.up:
            self._stand(terminal, name, None)
            return
        terminal.outlet.offer(page.up_to(name))
        self._stand(terminal, name, page.slice.seq)
        if self._space is not None and page.slice.space.head.seq < self._space.head.seq:
            # The reader has passed what this page knew: let it look again for this terminal.
            self._dirty.add(split(name)[0])
            self._wake.poke()

    # --- live

    async def run(self) -> None:
        """Read the change log for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.saving.run())
            group.create_task(self._follow())
            group.create_task(self._watch())

    async def _follow(self) -> None:
        while True:
            try:
                await self._turn()
            except Unavailable as error:
                log.warning("reader.unavailable", extra={"error": str(error)})
            except Exception:
                log.exception("reader.failed")
            await self._wake.wait(self._pause())

    def _pause(self) -> float:
        if ORG not in self._dirty:
            return POLL
        return min(POLL, max(self._next_org - asyncio.get_running_loop().time(), 0.001))

    async def _turn(self) -> None:
        if self._space is None:
            self._space = await self._store.order.space()
        news: News = await self._store.order.news(self._space.head.seq)
        await self._look_at(news.space)
        if news.space.head.seq < self._space.head.seq:
            log.error("history.went_back", extra={"from": self._space.head.seq, "to": news.space.head.seq})
            for terminal in list(self._terminals.values()):
                self.expel(terminal, GOING_AWAY, OTHER_HISTORY)
        self._space = news.space
        self._dirty |= news.channels
        now = asyncio.get_running_loop().time()
        due = {channel for channel in self._dirty if channel != ORG or now >= self._next_org}
        self._dirty -= due
        if ORG in due:
            self._next_org = now + ORG_PACE
        for channel in sorted(due, reverse=True):  # the stores first: a call waits for nobody
            if not await self._spread(channel):
                self._dirty.add(channel)

    async def _look_at(self, space: Space) -> None:
        """Act on what a read saw beside its rows, before any of them leaves: revoked rights, a history that was replaced."""
        known = self._space
        if known is None or (space.rights, space.server_epoch) == (known.rights, known.server_epoch):
            return
        devices, people = await self._store.register.revoked()
        for terminal in list(self._terminals.values()):
            if terminal.server_epoch != space.server_epoch:
                self.expel(terminal, GOING_AWAY, OTHER_HISTORY)
            elif terminal.device.id in devices:
                self.expel(terminal, POLICY, "device_revoked")
            elif not people.isdisjoint(terminal.people):
                self.expel(terminal, POLICY, "person_revoked")
        self._space = msgspec.structs.replace(space, head=known.head)

    async def _spread(self, channel: str) -> bool:
        """Send what is new in a channel to everybody live in one of its sets; whether all are at its newest."""
        done = True
        groups: dict[tuple[str, int], list[Terminal]] = defaultdict(list)
        for name in (f"{channel}@{projection}" for projection in PROJECTIONS):
            for terminal in self._live[name]:
                groups[name, terminal.cursors[name]].append(terminal)
        for (name, cursor), group in groups.items():
            done &= await self._lead_up(name, cursor, group)
        return done

    async def _lead_up(self, name: str, cursor: int, group: list[Terminal]) -> bool:
        """Page after page to a group at one cursor; whether nobody was left behind on the way."""
        done = True
        while group:
            page = await read_page(self._store.order, name, cursor, LIVE_PAGE)
            await self._look_at(page.slice.space)
            if page.body is None:
                return done
            reached = self._send(name, cursor, group, page)
            done &= len(reached) == len(group)
            if page.slice.up:
                return done
            group, cursor = reached, page.slice.seq
        return done

    def _send(self, name: str, cursor: int, group: list[Terminal], page: Ready) -> list[Terminal]:
        """The page to each of the group whose line has room; those who got it."""
        plain = page.changes("")
        frame = framed(plain)
        authors = {author.device for author in page.slice.authors}
        reached = []
        for terminal in group:
            if terminal.leaving or terminal.cursors.get(name) != cursor or terminal.outlet.backlog() > CAP:
                continue
            if terminal.device.id in authors:
                terminal.outlet.offer(page.changes(terminal.device.id))
            else:
                terminal.outlet.offer(plain, frame)
            self._stand(terminal, name, page.slice.seq)
            reached.append(terminal)
        return reached

    # --- the lines

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP)
            try:
                for terminal in list(self._terminals.values()):
                    self._inspect(terminal, loop.time())
            except Exception:
                log.exception("watch.failed")

    def _inspect(self, terminal: Terminal, now: float) -> None:
        """Drop a line on which nothing moves, by bytes, never by whole frames: 64 kbit/s must work."""
        taken = terminal.outlet.taken()
        if taken != terminal.taken or not terminal.outlet.backlog():
            terminal.taken, terminal.taken_at = taken, now
        elif now - terminal.taken_at > limits.PROGRESS_SECONDS:
            self.expel(terminal, TRY_LATER, "stalled")
            return
        heard = terminal.outlet.heard()
        if heard is not None and now - heard > limits.SILENCE_SECONDS:
            self.expel(terminal, POLICY, "silent")
        elif heard is not None and now - max(heard, terminal.pinged_at) > limits.PING_SECONDS:
            terminal.pinged_at = now
            terminal.outlet.offer(encode(Ping(at=self._clock())))
