"""The store and the link against the real server, a process of its own: enrolment, two desks, kill -9, a closed line."""

import asyncio
import contextlib
import json
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from cli.roots import new_ids
from ringdesk.errors import Refused
from ringdesk.members import MemberNumber
from ringdesk.ops import MemberAdd, MemberFields, MemberUpdate, NoteAdd, TaskAdd, TaskDone
from ringdesk.safetext import SafeLines, SafeText
from terminal.lookup.search import Lookup
from terminal.news import NoticeNews, SyncNews
from terminal.serverclock import ServerClock
from terminal.store import pages
from terminal.store.people import SignedIn
from terminal.store.replica import Store
from terminal.sync.enrol import enrol
from terminal.sync.key import DeviceKey
from terminal.sync.link import Link
from terminal.sync.replicator import Replicator
from terminal.sync.watch import Timings

PASSWORD = "correct horse battery"
QUICK = Timings(tick=0.05, first=0.05, longest=0.3)
PATIENCE = 60.0


class Server:
    """`ringdesk server` and `ringdesk admin` on one database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = ["--database", f"sqlite:///{folder / 'server.db'}", "--state", str(folder / "state")]
        self.address = "127.0.0.1:0"
        self.child: subprocess.Popen[str] | None = None
        password = folder / "password"
        password.write_text(PASSWORD + "\n")
        self.admin("user", "add", "mei", "--role", "senior", "--password-file", str(password))

    def admin(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", "admin", *self.place, *words],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def code(self) -> str:
        return str(json.loads(self.admin("--json", "enrol", "--store", "main", "--class", "desk"))["code"])

    def start(self, *more: str) -> None:
        words = [sys.executable, "-m", "cli.main", "server", "--listen", self.address, *self.place, *more]
        self.child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.child.stdout is not None
        self.address = json.loads(self.child.stdout.readline())["listening"]

    def kill(self) -> None:
        """kill -9."""
        if self.child is not None:
            self.child.kill()
            self.child.communicate()
            self.child = None

    @property
    def url(self) -> str:
        return f"ws://{self.address}/sync"


class Desk:
    def __init__(self, store: Store, url: str, timings: Timings = QUICK) -> None:
        self.store = store
        self.heard: list[SyncNews | NoticeNews] = []
        replicator = Replicator(
            store,
            sign=DeviceKey.load(store.directory).sign,
            clock=ServerClock(time.time, time.monotonic),
            steady=time.monotonic,
        )
        self.link = Link(
            store,
            replicator,
            url,
            steady=time.monotonic,
            rng=random.Random(1),
            heard=self.heard.append,
            timings=timings,
        )

    async def sign_in(self) -> SignedIn:
        async with asyncio.timeout(PATIENCE):
            while not self.link.connected:
                await asyncio.sleep(0.02)
        return await self.link.sign_in("mei", PASSWORD)


@asynccontextmanager
async def desk(server: Server, name: str, timings: Timings = QUICK) -> AsyncIterator[Desk]:
    directory = server.folder / name
    known = directory.exists()
    store = await Store.open(directory, ids=new_ids(), clock=ServerClock(time.time))
    try:
        if not known:
            await enrol(store, server.url, await asyncio.to_thread(server.code), name)
        it = Desk(store, server.url, timings)
        running = asyncio.create_task(it.link.run())
        try:
            yield it
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
    finally:
        await store.close()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    it = await asyncio.to_thread(Server, tmp_path)
    await asyncio.to_thread(it.start)
    yield it
    await asyncio.to_thread(it.kill)


async def test_two_desks(server: Server) -> None:
    async with desk(server, "a") as a, desk(server, "b") as b:
        mei = await a.sign_in()
        numbers = (MemberNumber(SafeText("0912-345-678"), "+886912345678"),)
        fields = MemberFields(name=SafeText("林美玲"), numbers=numbers)
        member = (await a.store.save(MemberAdd(fields=fields), actor=mei.actor, grant=mei.grant)).op_id
        note = NoteAdd(member=member, text=SafeLines("雨傘忘在店裡"))
        noted = (await a.store.save(note, actor=mei.actor, grant=mei.grant)).op_id
        assert (await a.link.synced(PATIENCE)).outbox == 0
        assert await a.store.dump("tray") == []
        await b.link.synced(PATIENCE)
        assert [row["id"] for row in await b.store.dump("notes")] == [noted]
        found = await Lookup(b.store.reader).search("678 林")
        assert [match.member.id for match in found] == [member]
        ann = await b.sign_in()
        task = TaskAdd(member=member, title=SafeText("回電"))
        made = (await b.store.save(task, actor=ann.actor, grant=ann.grant)).op_id
        await b.link.synced(PATIENCE)
        await a.link.synced(PATIENCE)
        await a.store.save(TaskDone(task=made), actor=mei.actor, grant=mei.grant)
        await a.link.synced(PATIENCE)
        await b.link.synced(PATIENCE)
        assert (await b.store.card(member)).tasks == ()
        for name in await a.store.cursors():
            sums = [await each.store.reader.run(partial(pages.check_digest, name=name)) for each in (a, b)]
            assert sums[0] == sums[1]


async def test_the_server_is_killed_again_and_again(server: Server) -> None:
    rng = random.Random(5)
    async with desk(server, "a") as a:
        mei = await a.sign_in()
        member = (
            await a.store.save(MemberAdd(fields=MemberFields(name=SafeText("林"))), actor=mei.actor, grant=mei.grant)
        ).op_id
        written = []
        for number in range(60):
            note = NoteAdd(member=member, text=SafeLines(f"note {number}"))
            written.append((await a.store.save(note, actor=mei.actor, grant=mei.grant)).op_id)
            await asyncio.sleep(rng.random() * 0.05)
            if number % 20 == 10:
                await asyncio.to_thread(server.kill)
                await asyncio.to_thread(server.start)
        await a.link.synced(PATIENCE)
        assert sorted(row["id"] for row in await a.store.dump("notes")) == sorted(written)
        assert (await a.store.standing()).divergences == 0
    async with desk(server, "b") as b:
        await b.link.synced(PATIENCE)
        assert sorted(row["id"] for row in await b.store.dump("notes")) == sorted(written)


async def test_without_the_server(server: Server) -> None:
    async with desk(server, "a") as a:
        await a.sign_in()
    await asyncio.to_thread(server.kill)
    async with desk(server, "a") as a:
        mei = await a.link.sign_in("mei", PASSWORD)
        with pytest.raises(Refused) as refusal:
            await a.link.sign_in("mei", "wrong")
        assert refusal.value.code == "not_allowed"
        fields = MemberFields(name=SafeText("離線"))
        member = (await a.store.save(MemberAdd(fields=fields), actor=mei.actor, grant=mei.grant)).op_id
        tags = MemberFields(tags=(SafeText("vip"),))
        await a.store.save(MemberUpdate(member=member, fields=tags), actor=mei.actor, grant=mei.grant)
        with pytest.raises(Refused) as refusal:
            await a.link.synced(0.2)
        assert refusal.value.code == "offline"
        await asyncio.to_thread(server.start)
        assert (await a.link.synced(PATIENCE)).outbox == 0
        assert await a.store.dump("tray") == []
        assert [row["tags"] for row in await a.store.dump("members")] == [("vip",)]


async def test_a_note_brings_the_line_back_before_its_time(server: Server) -> None:
    """The pauses are a minute here; the person does not wait for them, and knows how long they are."""
    async with desk(server, "a", Timings(first=60.0, longest=60.0)) as a:
        mei = await a.sign_in()
        for _ in range(2):
            await asyncio.to_thread(server.kill)
            async with asyncio.timeout(PATIENCE):
                while a.link.connected or (await a.link.status()).why is None:
                    await asyncio.sleep(0.02)
            await asyncio.sleep(0.1)
            told = [news for news in a.heard if isinstance(news, SyncNews)][-1]
            assert told.why is not None
            assert 30 <= int(told.why.args["seconds"]) <= 61
            assert "; trying again in " in told.why.english()
            await asyncio.to_thread(server.start)
            fields = MemberFields(name=SafeText("回來"))
            await a.store.save(MemberAdd(fields=fields), actor=mei.actor, grant=mei.grant)
            began = time.monotonic()
            assert (await a.link.synced(25.0)).outbox == 0
            assert time.monotonic() - began < 20.0


async def test_without_a_person_it_comes_back_within_ten_seconds(server: Server) -> None:
    """However long the server was away."""
    async with desk(server, "a", Timings(first=4.0)) as a:
        await a.sign_in()
        await asyncio.to_thread(server.kill)
        async with asyncio.timeout(PATIENCE):
            while sum(isinstance(news, SyncNews) and news.why is not None for news in a.heard) < 3:
                await asyncio.sleep(0.05)
        waits = [int(news.why.args["seconds"]) for news in a.heard if isinstance(news, SyncNews) and news.why]
        assert max(waits) <= 10
    assert Timings().longest <= 10.0


async def test_a_code_works_once(server: Server, tmp_path: Path) -> None:
    code = await asyncio.to_thread(server.code)
    first = await Store.open(tmp_path / "one", ids=new_ids(), clock=ServerClock(time.time))
    second = await Store.open(tmp_path / "two", ids=new_ids(), clock=ServerClock(time.time))
    try:
        await enrol(first, server.url, code, "one")
        with pytest.raises(Refused):
            await enrol(second, server.url, code, "two")
    finally:
        await first.close()
        await second.close()
