"""Terminals and a server of the product in one thread of events, with a hostile network between them, from one seed.

Real: the terminals' stores on SQLite files, the replicator, the server's conversations, acceptor, hub and database, and
the bytes of every frame. Simulated: sockets, clocks, ids, randomness, and the moments at which something dies. A run is a
function of its seed and of the code; `python -m tests.faults.simulator SEED` runs one again.

Frames are lost, doubled, late and overtaken. A terminal dies between two transactions; the server dies before a commit, or
after it and before the answer, and its disk fails in the middle of one. Devices are renewed, sets are dropped and come
back, rows move between stores, and the server's database is put back to an older copy under running terminals.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final
from unittest.mock import patch

from ringdesk.wire import codec
from ringdesk.wire.messages import FromTerminal, Push
from server.sessions.greeting import Goodbye
from server.store.base import Unavailable
from terminal.store import pages
from terminal.sync import pulls, replicator
from terminal.sync.replicator import StartAgain
from tests.faults.ends import Chance, Packet, Terminal, TerminalDied, Wire
from tests.faults.host import DEVICES, ENTRY, KEY, Host, ServerDied
from tests.faults.people import People
from tests.faults.verdict import Red, expect_convergence, expect_own_writes, expect_server

STEPS: Final = 220
ROUNDS: Final = 25
"""Reconnections within which all must be at rest once nothing is broken any more."""
STRIKES: Final = ("", "", "", "", "", "disk", "disk", "before", "after")


class World:
    """All there is. `rollbacks`: the server's database may be put back to an older copy."""

    def __init__(self, seed: int, room: Path, *, rollbacks: bool) -> None:
        self.chance = Chance(seed)
        self.rng = self.chance.rng
        self.rollbacks = rollbacks
        self.host = Host(self.chance, room)
        self.people = People(self.chance, self.host)
        self.terminals = [Terminal(self.chance, room, name) for name in DEVICES]
        self.net: list[Packet] = []

    async def begin(self) -> None:
        await self.host.start()
        await self.host.fill(self.terminals)

    async def end(self) -> None:
        for terminal in self.terminals:
            await terminal.store.close()
        await self.stop_server()

    async def stop_server(self) -> None:
        for terminal in self.terminals:
            if terminal.wire is not None:
                self.hang_up(terminal.wire)
        self.net.clear()
        await self.host.stop()

    # --- the network

    def post(self, wire: Wire, data: bytes, *, up: bool) -> None:
        packet = Packet(wire, data, up)
        loss = 0.4 if packet.is_a("answers") else 0.1  # so that images often overtake their answers
        if not wire.is_cut and not self.chance.hits(loss):
            twice = self.chance.hits(0.1) and not packet.is_a("up_to")
            self.net += [packet] * (2 if twice else 1)

    def say(self, terminal: Terminal, messages: list[FromTerminal]) -> None:
        if terminal.wire is not None:
            for message in messages:
                self.post(terminal.wire, codec.encode(message), up=True)

    def hang_up(self, wire: Wire) -> None:
        """The line is down at once for the terminal; what it had sent may still be read by the server."""
        wire.is_cut = True
        self.net = [each for each in self.net if each.wire is not wire or (each.up and self.rng.random() < 0.5)]
        terminal = wire.terminal
        if terminal.wire is wire:
            terminal.wire = None
            terminal.replicator.closed()

    async def deliver(self) -> None:
        """The oldest frame, or any other. A line keeps the order; more is asked of the protocol here than it has to bear, but
        for `up_to`, which is of a moment: overtaken, it is lost."""
        place = self.rng.randrange(len(self.net)) if self.chance.hits(0.4) else 0
        packet = self.net.pop(place)
        late = [each for each in self.net[:place] if each.wire is not packet.wire or not each.is_a("up_to")]
        self.net[:place] = late
        if packet.up:
            await self._hear(packet)
        elif packet.wire.terminal.wire is packet.wire:
            await self._take(packet.wire.terminal, packet)
            await self.look_at(packet.wire.terminal)

    async def _hear(self, packet: Packet) -> None:
        """The server reads a frame."""
        message = codec.decode_from_terminal(packet.data)
        if self.chance.lossy and isinstance(message, Push):
            self.host.strike = self.rng.choice(STRIKES)
        conversation = packet.wire.conversation
        try:
            conversation.speech.session.received(message)
            await conversation._do(message)
        except Unavailable:
            return
        except ServerDied:
            await self.server_power_cut()
        except Goodbye as goodbye:
            raise Red("sent away", f"{packet.wire.terminal.name}: {goodbye}") from goodbye
        finally:
            self.host.strike = ""

    async def _take(self, terminal: Terminal, packet: Packet) -> None:
        """A terminal reads a frame, and may die at any transaction that follows from it. Its screen looks between the slices
        of a page too."""
        is_page = packet.is_a("changes")
        if self.chance.hits(0.15 if is_page else 0.04):
            terminal.transactions = self.rng.randrange(4 if is_page else 2)
        terminal.watch = partial(self.look_at, terminal) if is_page else None
        try:
            replies = await terminal.replicator.received(codec.decode_from_server(packet.data))
        except TerminalDied:
            await self.power_cut(terminal)
        except StartAgain:
            self._give_up(terminal)
        else:
            self.say(terminal, replies)
        finally:
            terminal.transactions = terminal.watch = None

    def _give_up(self, terminal: Terminal) -> None:
        if terminal.wire is not None:
            self.hang_up(terminal.wire)

    # --- what happens

    async def step(self) -> None:
        self.chance.now += self.rng.random() * 3
        terminal = self.rng.choice(self.terminals)
        if terminal.wire is None and self.rng.random() < 0.3:
            await self.hello(terminal)
        elif self.net and self.rng.random() < 0.55:
            await self.deliver()
        else:
            happens, weights = zip(*EVENTS, strict=True)
            await self.rng.choices(happens, weights)[0](self, terminal)
        await self.look_at(terminal)

    async def hello(self, terminal: Terminal) -> None:
        self._give_up(terminal)
        wire = Wire(self, self.host.parts, terminal)
        await wire.conversation.introduce()
        if self.chance.hits(0.1):  # the welcome is lost
            wire.is_cut = True
            return
        wire.is_open, terminal.wire = True, wire
        for frame in wire.greeting:
            await self._take(terminal, Packet(wire, frame, up=False))
        terminal.is_behind = terminal.is_behind and not terminal.replicator.is_open

    async def save(self, terminal: Terminal) -> None:
        for _ in range(self.rng.randint(1, 3)):
            await self.people.save(terminal)

    async def push(self, terminal: Terminal) -> None:
        try:
            self.say(terminal, await terminal.replicator.pending())
        except StartAgain:
            self._give_up(terminal)

    async def pull(self, terminal: Terminal) -> None:
        self.say(terminal, await terminal.replicator.pulls())

    async def turn(self, _: Terminal | None = None) -> None:
        """The reader of the change log; the pace of the organisation's set is left out."""
        self.host.parts.hub._next_org = 0.0
        await self.host.parts.hub._turn()

    async def elsewhere(self, _: Terminal) -> None:
        await self.people.elsewhere()

    async def power_cut(self, terminal: Terminal) -> None:
        self._give_up(terminal)
        await terminal.store.close()
        await terminal.boot()

    async def server_power_cut(self, _: Terminal | None = None) -> None:
        await self.stop_server()
        await self.host.start()

    async def renew(self, terminal: Terminal) -> None:
        """A new life of the device: its numbering begins again."""
        await self.host.database.register.restart(terminal.name, self.chance.new_id(), ENTRY)
        await self.hello(terminal)

    async def narrow_or_widen(self, _: Terminal) -> None:
        """A set is taken from the desk, or given back."""
        self.host.narrow ^= {"desk"}
        await self.hello(self.terminals[1])

    async def copy(self, _: Terminal) -> None:
        if self.rollbacks:
            self.host.copy()

    async def roll_back(self, _: Terminal) -> None:
        """The machine of the server is put back to its last copy, and works on before its terminals are back."""
        if not self.host.has_copy:
            return
        await self.stop_server()
        self.host.put_back()
        for terminal in self.terminals:
            terminal.is_behind = True
            terminal.calls.clear()
        await self.host.start()
        for _each in range(self.rng.randrange(5)):
            await self.people.elsewhere()

    # --- what must hold

    async def look_at(self, terminal: Terminal) -> None:
        if not terminal.is_behind:
            await expect_own_writes(self.host.truth, terminal)

    async def heal(self) -> None:
        """Nothing is broken any more: everybody comes back, and all must come to rest."""
        self.chance.lossy = False
        quiet = 0
        for _ in range(ROUNDS):
            quiet = quiet + 1 if await self._at_rest() else 0
            if quiet > 2:
                break
            self.chance.now += pulls.REPAIR_SECONDS + 1
            for terminal in self.terminals:
                await self.hello(terminal)
            for terminal in self.terminals:
                await self.push(terminal)
            await self.turn()
            frames = 0
            while self.net:
                frames += 1
                if frames > 5000:
                    raise Red("no rest", "frames make frames")
                await self.deliver()

    async def _at_rest(self) -> bool:
        head = (await self.host.database.order.space()).head.seq
        waiting = sum([(await terminal.store.waiting()).ops for terminal in self.terminals])
        done = [await terminal.store.complete_to() == head for terminal in self.terminals]
        return not waiting and all(done)

    async def live(self, steps: int = STEPS) -> None:
        with (
            self.host.rigged(),
            patch.object(replicator, "PUSH_OPS", 4),
            patch.object(pages, "apply_slice", partial(pages.apply_slice, at_once=1)),
        ):
            await self.begin()
            try:
                for _ in range(steps):
                    await self.step()
                await self.heal()
                expect_server(self.host.file, KEY, self.host.truth)
                for terminal in self.terminals:
                    await self.look_at(terminal)
                    await expect_convergence(self.host.file, self.host.truth, terminal, rollbacks=self.rollbacks)
            finally:
                await self.end()


EVENTS: Final[tuple[tuple[Callable[[World, Terminal], Awaitable[None]], float], ...]] = (
    (World.save, 30),
    (World.push, 14),
    (World.pull, 10),
    (World.turn, 14),
    (World.elsewhere, 7),
    (World.hello, 5),
    (World.power_cut, 2),
    (World.server_power_cut, 1),
    (World.renew, 2),
    (World.narrow_or_widen, 1.5),
    (World.copy, 3),
    (World.roll_back, 3),
)
"""What happens beside the delivery of frames, and how often."""


def simulate(seed: int, steps: int = STEPS) -> None:
    """Run one seed; every odd one with a server that is put back. Raises `Red`, with the command that repeats it."""
    memory = Path("/dev/shm")  # where every commit is on the disk, the disk may as well be quick
    room = Path(tempfile.mkdtemp(prefix="ringdesk-", dir=memory if memory.is_dir() else None))
    try:
        asyncio.run(World(seed, room, rollbacks=seed % 2 == 1).live(steps))
    except Exception as error:
        error.add_note(f"repeat it with: python -m tests.faults.simulator {seed}")
        raise
    finally:
        shutil.rmtree(room)


if __name__ == "__main__":
    for given in sys.argv[1:]:
        simulate(int(given))
        print(f"seed {given}: nothing went wrong")
