"""The two ends of a simulated line: a device with its directory, and one connection as the server sees it."""

import random
from base64 import b64encode
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ringdesk.wire import codec
from ringdesk.wire.messages import Challenge
from server.hub.outlet import CAP
from server.sessions import Conversation, Parts
from terminal.serverclock import ServerClock
from terminal.store.connection import Transaction
from terminal.store.replica import Store
from terminal.sync.replicator import Replicator


class TerminalDied(Exception):
    """The power of a terminal went."""


class Chance:
    """All that is injected: time, ids, randomness, each from the seed.

    Attributes:
        lossy: whether anything may still be broken.
    """

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.ids = random.Random(seed + 1)
        self.now = 1_800_000_000.0
        self.lossy = True

    def clock(self) -> float:
        return self.now

    def steady(self) -> float:
        """Moves with every look, so that each image of a page has a slice of its own."""
        self.now += 0.011
        return self.now

    def new_id(self) -> str:
        return str(UUID(int=self.ids.getrandbits(128), version=4))

    def hits(self, probability: float) -> bool:
        """Whether something goes wrong that does so with this probability."""
        return self.lossy and self.rng.random() < probability


class Network(Protocol):
    """What carries frames between the ends."""

    def post(self, wire: "Wire", data: bytes, *, up: bool) -> None: ...

    def hang_up(self, wire: "Wire") -> None: ...


class Terminal:
    """A device: its directory survives, everything else dies with the process.

    Attributes:
        transactions: how many more are committed before it dies; None: it lives.
        watch: what looks at it after every transaction, as its screen may.
        saved: ops of which the person was told that they are saved.
        calls: calls that were here, on a terminal that holds them wherever they go.
        is_behind: the server's history may be another one than the one that this terminal knows.
    """

    def __init__(self, chance: Chance, room: Path, name: str) -> None:
        self.chance = chance
        self.name = name
        self.directory = room / name
        self.key = Ed25519PrivateKey.from_private_bytes(chance.rng.randbytes(32))
        self.wire: Wire | None = None
        self.transactions: int | None = None
        self.watch: Callable[[], Awaitable[None]] | None = None
        self.saved: set[str] = set()
        self.calls: set[str] = set()
        self.is_behind = True
        self.store: Store
        self.replicator: Replicator

    async def boot(self) -> None:
        chance = self.chance
        self.transactions = None
        self.store = await Store.open(
            self.directory, ids=chance.new_id, clock=ServerClock(chance.clock), steady=chance.steady
        )
        run = self.store._writer.run

        async def until_it_dies(work: Callable[[Transaction], Any]) -> Any:
            if self.transactions is not None:
                self.transactions -= 1
                if self.transactions < 0:
                    raise TerminalDied
            done = await run(work)
            if self.watch is not None:
                await self.watch()
            return done

        self.store._writer.run = until_it_dies  # type: ignore[method-assign]
        self.replicator = Replicator(self.store, sign=self.sign, clock=ServerClock(chance.clock), steady=chance.steady)

    def sign(self, nonce: str) -> str:
        return b64encode(self.key.sign(nonce.encode())).decode()


class Wire:
    """One connection, seen from the server: the websocket and the way out of a conversation.

    Attributes:
        greeting: frames said before the terminal was welcome, the welcome among them.
        is_open: the terminal has got them.
        is_cut: nothing more arrives.
    """

    scope: Final[dict[str, Any]] = {"state": {}}
    client = None

    def __init__(self, network: Network, parts: Parts, terminal: Terminal) -> None:
        self.network = network
        self.terminal = terminal
        self.greeting: list[bytes] = []
        self.is_open = False
        self.is_cut = False
        self.conversation = Conversation(parts, self)  # type: ignore[arg-type]
        self.conversation.speech.outlet = self

    async def receive(self) -> dict[str, Any]:
        """Hello, the only thing that a conversation reads by itself."""
        challenge = codec.decode_from_server(self.greeting.pop())
        assert isinstance(challenge, Challenge)
        hello = await self.terminal.replicator.opened(challenge)
        return {"type": "websocket.receive", "text": codec.encode(hello).decode()}

    async def close(self, _code: int, _reason: str) -> None:
        self.network.hang_up(self)

    def offer(self, payload: bytes, frame: bytes | None = None) -> None:
        if self.is_open:
            self.network.post(self, payload, up=False)
        elif not self.is_cut:
            self.greeting.append(payload)

    def backlog(self) -> int:
        """Now and then the line is full, and the hub has to leave this terminal behind."""
        return CAP + 1 if self.terminal.chance.hits(0.1) else 0

    def taken(self) -> int:
        return 0

    def heard(self) -> float | None:
        return None

    async def ready(self) -> None:
        return None

    def abort(self) -> None:
        self.network.hang_up(self)


class Packet(msgspec.Struct):
    """A frame under way."""

    wire: Wire
    data: bytes
    up: bool

    def is_a(self, tag: str) -> bool:
        return f'"type":"{tag}"'.encode() in self.data[:40]
