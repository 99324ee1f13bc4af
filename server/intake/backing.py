"""What stands behind an intake: whose requests may come, and where what they say goes."""

import asyncio
from collections.abc import Iterable
from typing import Final, Protocol

import msgspec

from ringdesk import ops
from ringdesk.calls import Call
from ringdesk.errors import BadInput
from ringdesk.members import Member
from server.callroom import CallRoom, Report
from server.callroom.heard import ANYWHERE
from server.store.base import Store
from server.store.values import Entry, LineRow, Source

SETTINGS_SECONDS: Final = 1.0
"""For so long a source is taken to be as it was read: somebody may change the settings beside the server."""


class Backing(Protocol):
    """The server's is its database (`Central`); a desk that listens by itself has another."""

    async def source(self, source: str) -> tuple[Source, tuple[LineRow, ...]] | None:
        """A source and its lines. Raises `Unavailable`."""

    async def hear(self, report: Report) -> bool:
        """Take in what a source reports; False for what was taken in before. It is durable on return. Raises `Unavailable`."""

    async def owners(self, e164: str) -> tuple[Member, ...]:
        """The members under a number, two at most: more than one is nobody. Raises `Unavailable`."""

    async def note(self, entry: Entry) -> None:
        """A line of audit. Raises `Unavailable`."""


class Central:
    """The server's database, and its calls. `home` is the line of a source that has none in the central settings: how numbers are
    read on this machine. A line in its country without an area code has its area code, too."""

    def __init__(self, store: Store, room: CallRoom, home: LineRow = ANYWHERE) -> None:
        self._store = store
        self._room = room
        self._home = home
        self._read: dict[str, tuple[float, tuple[Source, tuple[LineRow, ...]]]] = {}

    async def source(self, source: str) -> tuple[Source, tuple[LineRow, ...]] | None:
        """A source of the central settings, as it was within the last `SETTINGS_SECONDS`."""
        now = asyncio.get_running_loop().time()
        at, known = self._read.get(source, (0.0, None))
        if known is not None and now - at < SETTINGS_SECONDS:
            return known
        found = await self._store.register.source(source)
        self._read.pop(source, None)  # of names that are no source's nothing is kept: anybody may think of one
        if found is None:
            return None
        placed = found[0], self._placed(found[1])
        self._read[source] = now, placed
        return placed

    async def sources(self) -> tuple[tuple[Source, tuple[LineRow, ...]], ...]:
        """All sources of the central settings, each with its lines. Raises `Unavailable`."""
        central = await self._store.register.central()
        lines: dict[str, list[LineRow]] = {}
        for line in central.lines:
            lines.setdefault(line.source, []).append(line)
        return tuple((source, self._placed(lines.get(source.id, ()))) for source in central.sources)

    def _placed(self, lines: Iterable[LineRow]) -> tuple[LineRow, ...]:
        return tuple(map(self._at_home, lines)) or (self._home,)

    def _at_home(self, line: LineRow) -> LineRow:
        if line.area or line.region != self._home.region:
            return line
        return msgspec.structs.replace(line, area=self._home.area)

    async def hear(self, report: Report) -> bool:
        """On its way to the desks."""
        return await self._room.hear(report)

    async def live(self) -> tuple[Call, ...]:
        """The calls that are on. Raises `Unavailable`."""
        return await self._room.live()

    async def call(self, call: str) -> Call | None:
        """A call, by its id. Raises `Unavailable`."""
        return await self._room.call(call)

    async def owners(self, e164: str) -> tuple[Member, ...]:
        """Of the whole business, as every desk of every store has them: a member may call any store."""
        held = await self._store.order.reached(e164, 2)
        return tuple(member for each in held if (member := _member(each.body)) is not None)

    async def note(self, entry: Entry) -> None:
        """Into the chain."""
        await self._store.register.note(entry)


def _member(body: bytes | None) -> Member | None:
    try:
        row = ops.decode_row("member", body or b"null")
    except BadInput:
        return None
    return row if isinstance(row, Member) else None
