"""The server's machine in the simulation: it can be cut off at a commit, and its database be put back to an older copy."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from ringdesk import channels
from ringdesk.members import Member
from ringdesk.ops import Row
from ringdesk.safetext import SafeText
from ringdesk.wire.messages import Enrolled
from ringdesk.wire.signing import GrantBody, ServerKey
from server import callroom, hub
from server.accept import Acceptor, import_rows
from server.fanout import Wake
from server.hub import Hub
from server.hub.pages import Ready, read_page
from server.identity.people import Logins
from server.sessions import Parts, greeting
from server.store import sqlite_order
from server.store.base import Order
from server.store.head import Batch, Decide, Wanted
from server.store.sqlite import SqliteStore, open_store
from server.store.values import (
    Device,
    DeviceClass,
    Enrolment,
    Entry,
    Person,
    Site,
)
from tests.faults.ends import Chance, Terminal
from tests.faults.verdict import ANSWERS, Truth

KEY: Final = ServerKey(b"the simulated server's secret...")
ENTRY: Final = Entry(at=0.0, actor="simulator", action="test")
MEMBERS: Final = ("m1", "m2", "m3")
STORES: Final = ("main", "east")
DEVICES: Final[dict[str, tuple[DeviceClass, str]]] = {
    "console": ("console", "main"),
    "desk": ("desk", "main"),
    "till": ("till", "east"),
}


class ServerDied(Exception):
    """The power of the server went."""


class Host:
    """The server and its disk.

    Attributes:
        truth: what it has committed in its present history.
        strike: what befalls its next commit: "", before, after, disk.
        narrow: classes of device that at present may hold the organisation's set only.
        grants: the signed grant of the person at each device.
    """

    def __init__(self, chance: Chance, room: Path) -> None:
        self._chance = chance
        self.file = room / "server.db"
        self._copy = room / "copy.db"
        self._disk_fails = False
        self.truth = Truth()
        self.strike = ""
        self.narrow: set[str] = set()
        self.grants: dict[str, str] = {}
        self.database: SqliteStore
        self.parts: Parts

    async def start(self) -> None:
        chance = self._chance
        self.database = await open_store(
            f"sqlite:///{self.file}", link=lambda _before, _entry: "", random_id=chance.new_id
        )
        self._guard_commits()
        wake = Wake()
        self.parts = Parts(
            store=self.database,
            key=KEY,
            hub=Hub(self.database, wake, chance.clock),
            wake=wake,
            acceptor=Acceptor(self.database.order, KEY, chance.ids.randbytes, callroom.flags),
            logins=Logins(self.database.register, KEY),
            clock=chance.clock,
            random_id=chance.new_id,
            random_bytes=chance.ids.randbytes,
        )

    async def stop(self) -> None:
        self.parts.logins.close()
        await self.database.close()

    def _guard_commits(self) -> None:
        commit = self.database.order.commit

        async def struck(wanted: Wanted, decide: Decide) -> Batch:
            strike, self.strike = self.strike, ""
            if strike == "before":
                raise ServerDied
            self._disk_fails = strike == "disk"
            try:
                batch = await commit(wanted, decide)
            finally:
                self._disk_fails = False
            for settled in batch.settled:
                self.truth.settle(settled.op_id, ANSWERS.decode(settled.answer))
            if strike == "after":
                raise ServerDied
            return batch

        self.database.order.commit = struck  # type: ignore[method-assign]

    @contextlib.contextmanager
    def rigged(self) -> Iterator[None]:
        """Small pages and envelopes, so that few rows make many frames; a disk that fails when it is told to."""
        write = sqlite_order._write

        async def small_page(order: Order, name: str, after: int, max_bytes: int, device: str | None = None) -> Ready:
            room = self._chance.rng.choice((0, 500, 1500, max_bytes)) if self._chance.lossy else max_bytes
            return await read_page(order, name, after, room, device)

        def failing_write(*given: Any) -> None:
            write(*given)
            if self._disk_fails:
                raise sqlite3.OperationalError("disk I/O error")

        with (
            patch.object(hub, "read_page", small_page),
            patch.object(sqlite_order, "_write", failing_write),
            patch.object(sqlite_order, "ORIGINS_MAX", 3),
            patch.object(greeting, "sets_of", self._sets_held),
        ):
            yield

    def _sets_held(self, cls: str, store: str) -> tuple[str, ...]:
        """As the product gives them, but a console holds both stores: rows then move between two sets of one terminal."""
        stores = () if cls in self.narrow else STORES if cls == "console" else (store,)
        held = [channels.ORG, *(channels.store_channel(each) for each in stores)]
        return tuple(f"{channel}@{channels.PROJECTIONS[cls]}" for channel in sorted(held))

    # --- what lies in it

    async def fill(self, terminals: list[Terminal]) -> None:
        """People, devices, and something to talk about."""
        await self.database.register.add_site(Site("east", "east"), ENTRY)
        for terminal in terminals:
            await self._admit(terminal)
        people: list[Row] = [Member(id=each, name=SafeText(f"林{each}")) for each in MEMBERS]
        await self.write(*(("member", row) for row in people))

    async def _admit(self, terminal: Terminal) -> None:
        register, (cls, site) = self.database.register, DEVICES[terminal.name]
        await register.add_enrolment(Enrolment(secret_hash=terminal.name, site=site, cls=cls, expires=9e9), ENTRY)
        public = terminal.key.public_key().public_bytes_raw()
        epoch = self._chance.new_id()
        device = Device(id=terminal.name, name=terminal.name, cls=cls, site="", public_key=public, epoch=epoch)
        await register.enrol(terminal.name, device, self._chance.now, ENTRY)
        name = f"at-{terminal.name}"
        await register.add_person(Person(id=name, name=name, folded=name, role="senior", password=""), ENTRY)
        body = GrantBody(
            person=name, name=SafeText(name), device=terminal.name, roles=("senior",), issued=0.0, expires=9e9
        )
        self.grants[terminal.name] = KEY.grant(body)
        await terminal.boot()
        await terminal.store.enrolled(Enrolled(device=terminal.name, epoch=epoch, cls=cls, store=site))

    async def write(self, *rows: tuple[str, Row]) -> None:
        """What an administrator brings in."""
        await import_rows(self.database.order, KEY, rows, ENTRY)

    # --- copies

    def copy(self) -> None:
        """What the machine could be put back to."""
        self._copy.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(self.file)) as source:
            source.execute("VACUUM INTO ?", (str(self._copy),))

    @property
    def has_copy(self) -> bool:
        return self._copy.exists()

    def put_back(self) -> None:
        """The database as it was copied; the server has to be stopped."""
        for each in self.file.parent.glob(f"{self.file.name}*"):
            each.unlink()
        self._copy.rename(self.file)
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            answers = database.execute("SELECT op_id, answer FROM op").fetchall()
        self.truth.reload((op_id, ANSWERS.decode(answer)) for op_id, answer in answers)
