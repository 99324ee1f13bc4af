"""The store against a network that loses, repeats and reorders, and a server that moves rows, refuses and forgets.

What must hold at every step: what was written here is shown once and only once. What must hold in the end: the outbox is
empty, every op took effect exactly once, and the replica is the server's, with the entries that a rebuild would make.
"""

import random
from functools import partial
from pathlib import Path

import pytest

from ringdesk.errors import Refused
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.ops import Args, MemberFields, MemberUpdate, NoteAdd, Row, RowKey, TaskAdd, TaskDone
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.wire.messages import (
    Answers,
    Changes,
    Hello,
    Message,
    Need,
    Pull,
    Push,
    UpTo,
)
from terminal.serverclock import ServerClock
from terminal.store import index, pages
from terminal.store.connection import Transaction
from terminal.store.pages import Verdict
from terminal.store.replica import Store
from terminal.store.rows import shown_rows
from tests.terminal.store.model import ACTOR, ORG, SHOP, Ids, Server, channel

MEMBERS = ("m1", "m2", "m3")
KINDS = ("member", "note", "task", "contact")


class World:
    """A server, a terminal and what is between them."""

    def __init__(self, seed: int, directory: Path, *, rollbacks: bool, judge: int) -> None:
        self.rng = random.Random(seed)
        self.directory = directory
        self.rollbacks = rollbacks
        self.server = Server(judge=judge)
        self.kept: Server | None = None
        self.net: list[tuple[str, Message]] = []
        self.ids = Ids()
        self.now = 1_800_000_000.0
        self.written: dict[str, str] = {}
        self.tasks: list[str] = []
        self.deleted: set[str] = set()
        self.lossy = True
        self.offline = False
        for member in MEMBERS:
            self.server.write({("member", member): Member(id=member, name=SafeText(f"林{member}"))}, None)

    async def open(self) -> None:
        self.store = await Store.open(self.directory, ids=self.ids, clock=ServerClock(lambda: self.now))

    def send(self, way: str, message: Message) -> None:
        if self.lossy and self.rng.random() < 0.2:
            return
        self.net += [(way, message)] * (2 if self.lossy and self.rng.random() < 0.15 else 1)

    # --- what happens ---------------------------------------------------------------------------------------------

    async def hello(self) -> None:
        """The line breaks and comes back: what was under way is gone."""
        self.net.clear()
        self.offline = False
        stood, waiting = await self.store.standing(), await self.store.waiting()
        hello = Hello(
            device="desk-1",
            signature="",
            epoch=stood.epoch,
            server_epoch=stood.server_epoch,
            cursors=await self.store.cursors(),
            proof=stood.proof,
            answered=stood.answered,
            outbox_first=waiting.first,
            outbox_last=waiting.last,
        )
        await self.store.welcomed(self.server.hello(hello))

    async def save(self) -> None:
        choice = self.rng.randrange(5)
        member = self.rng.choice(MEMBERS)
        args: Args
        if choice == 0 and self.tasks:
            args = TaskDone(task=self.rng.choice(self.tasks))
        elif choice == 1:
            args = TaskAdd(member=member, title=SafeText("call back"))
        elif choice == 2:
            args = MemberUpdate(member=member, fields=MemberFields(tags=(SafeText(f"t{self.rng.randrange(9)}"),)))
        elif choice == 3:
            args = MemberUpdate(member=member, fields=MemberFields(name=SafeText(f"陳{self.rng.randrange(9)}")))
        else:
            args = NoteAdd(member=member, text=SafeLines(f"note {self.rng.random()}"))
        try:
            saved = await self.store.save(args, actor=ACTOR)
        except Refused as error:
            if error.code not in ("unknown_member", "unknown_task", "stale_field"):
                raise
            return
        self.written[saved.op_id] = type(args).__name__
        if choice == 1:
            self.tasks.append(saved.op_id)

    async def push(self, first: int | None = None) -> None:
        if self.offline:
            return
        waiting = await self.store.waiting()
        start = first or waiting.first
        sent = await self.store.outgoing(start, 4, 1 << 18) if start else []
        if sent:
            self.send("up", Push(epoch=(await self.store.standing()).epoch, ops=tuple(sent)))

    async def pull(self, name: str) -> None:
        cursor = (await self.store.cursors()).get(name)
        if cursor is not None and not self.offline:
            self.send("up", Pull(set=name, cursor=cursor.seq))

    async def deliver(self) -> None:
        way, message = self.net.pop(self.rng.randrange(len(self.net)) if self.lossy else 0)
        if way == "up":
            replies: list[Message] = []
            if isinstance(message, Push):
                replies = [*self.server.push(message)]
            elif isinstance(message, Pull):
                replies = [*self.server.pull(message, self.rng.randint(1, 4) if self.lossy else 50)]
            for reply in replies:
                self.send("down", reply)
            return
        await self.receive(message)

    async def receive(self, message: Message) -> None:
        if isinstance(message, Answers):
            await self.store.answered(message)
        elif isinstance(message, Need):
            stood = await self.store.standing()
            if message.epoch == stood.epoch:
                await (self.hello() if message.n <= stood.answered else self.push(message.n))
        elif isinstance(message, Changes):
            if self.lossy and self.rng.random() < 0.1:
                await self.torn(message)
            else:
                await self.follow(message.page.set, await self.store.apply(message))
        elif isinstance(message, UpTo):
            await self.follow(message.set, await self.store.up_to(message))

    async def follow(self, name: str, verdict: Verdict) -> None:
        """A page leaves out what was changed again later; if the server then forgets that, only the digest can tell."""
        if verdict is Verdict.DIFFERS and not self.lossy:
            await self.store.diverged(name)
        if verdict in (Verdict.GAP, Verdict.DIFFERS):
            await self.pull(name)

    async def torn(self, frame: Changes) -> None:
        """A crash between two slices of a page: the cursor was not reached."""
        clock = iter(range(10**6))

        def first_slice(tx: Transaction) -> pages.Slice:
            return pages.apply_slice(tx, frame, 0, lambda: float(next(clock)), at_once=1)

        await self.store._writer.run(first_slice)
        await self.reopen()

    async def reopen(self) -> None:
        await self.store.close()
        await self.open()

    def elsewhere(self) -> None:
        """Others change the server's rows."""
        server = self.server
        key = self.rng.choice(sorted(server.rows))
        place = server.rows[key]
        choice = self.rng.random()
        if choice < 0.4:
            to = channel(ORG) if place.channel == channel(SHOP) else channel(SHOP)
            server.write({key: place.row}, None, to)
        elif choice < 0.9 and isinstance(place.row, Member):
            member = Member(id=key[1], name=place.row.name, tags=(SafeText("elsewhere"),), revs={"tags": 99})
            server.write({key: member}, None)
        elif choice > 0.97 and key[0] == "note":
            server.delete(key)
            self.deleted.add(key[1])
        else:
            note = Note(id=self.ids(), member="m1", text=SafeLines("theirs"), at=self.now)
            server.write({("note", note.id): note}, None)

    async def step(self) -> None:
        chance = self.rng.random()
        if self.net and chance < 0.5:
            await self.deliver()
        elif chance < 0.62:
            await self.save()
        elif chance < 0.72:
            await self.push()
        elif chance < 0.8:
            await self.pull(self.rng.choice((ORG, SHOP)))
        elif chance < 0.86:
            frames = self.server.live(self.rng.choice((ORG, SHOP)), self.rng.randint(0, 3), self.rng.randint(1, 3))
            for frame in frames:
                if not self.offline:
                    self.send("down", frame)
        elif chance < 0.93:
            self.elsewhere()
        elif chance < 0.96:
            await self.hello()
        elif chance < 0.975:
            await self.reopen()
        elif chance < 0.98:
            self.server.epoch += "+"  # the device's numbering starts anew
            self.server.last, self.server.numbered = 0, {}
            self.net.clear()
            self.offline = True
        elif self.rollbacks and chance < 0.985:
            self.kept = self.server.backup()
        elif self.rollbacks and self.kept is not None and chance < 0.99:
            self.server, self.kept = self.kept, None
            self.net.clear()
            self.offline = True
        await self.check()

    # --- what must hold -------------------------------------------------------------------------------------------

    async def check(self) -> None:
        """Own notes are shown exactly once, whether they wait, are answered, or came back as images."""
        notes = [row["id"] for row in await self.store.dump("notes")]
        assert len(notes) == len(set(notes)), "shown twice"
        mine = {op_id for op_id, kind in self.written.items() if kind == "NoteAdd"}
        assert not mine - set(notes) - self.deleted, "own write hidden"

    async def settle(self) -> None:
        self.lossy = False
        for _ in range(60):
            await self.hello()
            await self.push()
            for name in (ORG, SHOP):
                await self.pull(name)
            while self.net:
                await self.deliver()
            cursors = await self.store.cursors()
            done = all(
                cursors[name].seq == (self.server.channel_seqs[channel(name)] or [0])[-1] for name in (ORG, SHOP)
            )
            if done and not (await self.store.waiting()).ops:
                break

    async def compare(self) -> None:
        waiting = await self.store.waiting()
        assert waiting.ops == 0, "stuck outbox"
        server = self.server
        tray = {row["op_id"] for row in await self.store.dump("tray")}
        for op_id in self.written:
            if op_id in tray and self.rollbacks:
                continue  # refused by a history that is no more: its person decides
            assert op_id in server.by_id, "acked loss"
            refused = server.by_id[op_id].result == "rejected"
            assert refused == (op_id in tray)
            assert server.applied.count(op_id) == (not refused), "not exactly once"
        assert await self.store.reader.run(held_rows) == {key: place.row for key, place in server.rows.items()}
        for name in (ORG, SHOP):
            assert await self.store.reader.run(partial(pages.check_digest, name=name)) == server.digest(name)
        assert await self.store.reader.run(lambda tx: tx.all("select * from overlay")) == []
        assert self.rollbacks or (await self.store.standing()).divergences == 0
        before = await self.store.reader.run(entries)
        await self.store._writer.run(index.rebuild)
        assert await self.store.reader.run(entries) == before


def held_rows(tx: Transaction) -> dict[RowKey, Row]:
    return {key: row for kind in KINDS for key, row in shown_rows(tx, kind)}


def entries(tx: Transaction) -> list[list[tuple[object, ...]]]:
    recency = tx.all("select member, day from recency where day <> 0 order by member")
    tables = ("member_number", "gram", "about")
    return [recency, *(sorted(tx.all(f"select * from {table}"), key=repr) for table in tables)]


async def live(seed: int, directory: Path, steps: int, *, rollbacks: bool) -> None:
    world = World(seed, directory, rollbacks=rollbacks, judge=5 if seed % 2 else 0)
    await world.open()
    try:
        await world.hello()
        for _ in range(steps):
            await world.step()
        await world.settle()
        await world.check()
        await world.compare()
    finally:
        await world.store.close()


@pytest.mark.parametrize("seed", range(8))
async def test_hostile_network(seed: int, tmp_path: Path) -> None:
    await live(seed, tmp_path, 150, rollbacks=False)


@pytest.mark.parametrize("seed", range(100, 106))
async def test_hostile_network_and_restored_server(seed: int, tmp_path: Path) -> None:
    await live(seed, tmp_path, 150, rollbacks=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1100))
async def test_many_seeds(seed: int, tmp_path: Path) -> None:
    await live(seed, tmp_path, 400, rollbacks=seed % 2 == 0)
