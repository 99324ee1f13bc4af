"""What a terminal fetches: one pull of each set under way, pages as large as the line carries. A set that is caught up and yet
not the server's is reported and fetched again from nothing.
"""

from collections.abc import Callable
from typing import Final

import structlog

from ringdesk.wire import limits
from ringdesk.wire.messages import Changes, FromTerminal, Pull, UpTo
from terminal.store.pages import Verdict
from terminal.store.replica import Store
from terminal.sync.framesize import adapted

REPAIR_SECONDS: Final = 900.0
"""A set that differs is fetched again at most so often: a fault that stays must not fill the line."""

_FIRST_PAGE: Final = 64 * limits.KIB

_log = structlog.get_logger(__name__)


class Pulls:
    """The pulls of one terminal, over all of its sessions. Attribute `asked`: when all sets were asked for last, in `steady`
    seconds."""

    def __init__(self, store: Store, steady: Callable[[], float]) -> None:
        self._store = store
        self._steady = steady
        self._repairs: dict[str, float] = {}
        self._page = _FIRST_PAGE
        self.reset()

    def reset(self) -> None:
        """Another session: nothing is under way."""
        self.asked = 0.0
        self._pulls: dict[str, tuple[int, float]] = {}
        self._fresh: set[str] = set()
        self._live: set[str] = set()

    @property
    def under_way(self) -> bool:
        """Whether a page is owed."""
        return bool(self._pulls)

    async def anew(self) -> list[FromTerminal]:
        """Ask for whatever is new in every set; none counts as complete until it is found so."""
        self._fresh.clear()
        return await self.all()

    async def all(self) -> list[FromTerminal]:
        """Ask for whatever is new in every set."""
        self.asked = self._steady()
        return [pull for name in await self._store.cursors() if (pull := await self._pull(name)) is not None]

    async def complete(self) -> bool:
        """Whether every set was found complete since `anew`."""
        return self._fresh.issuperset(await self._store.cursors())

    def over(self, name: str) -> None:
        """Nothing more comes for the pull of this set."""
        self._pulls.pop(name, None)

    async def _pull(self, name: str) -> Pull | None:
        """The next pull of a set, unless one is under way."""
        cursor = (await self._store.cursors()).get(name)
        if cursor is None or name in self._pulls:
            return None
        self._pulls[name] = (cursor.seq, self._steady())
        return Pull(set=name, cursor=cursor.seq, max_bytes=self._page)

    async def _next_pull(self, name: str) -> list[FromTerminal]:
        pull = await self._pull(name)
        return [] if pull is None else [pull]

    async def changed(self, message: Changes) -> list[FromTerminal]:
        """A page came, asked for or live."""
        page = message.page
        asked = self._pulls.get(page.set)
        if asked is not None and page.prev == asked[0]:
            self._page = adapted(self._page, self._steady() - asked[1])
            if not page.up:  # the newest page is followed by `up_to`, and that is the end of the pull
                del self._pulls[page.set]
                self._live.discard(page.set)
        verdict = await self._store.apply(message)
        if verdict is Verdict.DIFFERS:
            return await self._repair(page.set)
        follows = page.up or page.set in self._live  # the server goes on by itself
        if verdict is Verdict.GAP or (verdict is not Verdict.UNHELD and not follows):
            return await self._next_pull(page.set)
        if verdict is Verdict.APPLIED:
            self._fresh.add(page.set)
        return []

    async def told(self, message: UpTo) -> list[FromTerminal]:
        """The server said that this terminal has all of a set."""
        self.over(message.set)
        self._live.add(message.set)
        verdict = await self._store.up_to(message)
        if verdict is Verdict.APPLIED:
            self._fresh.add(message.set)
        if verdict is Verdict.DIFFERS:
            return await self._repair(message.set)
        return await self._next_pull(message.set) if verdict in (Verdict.GAP, Verdict.OLD) else []

    async def _repair(self, name: str) -> list[FromTerminal]:
        now = self._steady()
        if now - self._repairs.get(name, -REPAIR_SECONDS) < REPAIR_SECONDS:
            return []
        self._repairs[name] = now
        _log.error("a set differs from the server's and is fetched again", set=name)
        await self._store.diverged(name)
        self.over(name)
        return await self._next_pull(name)
