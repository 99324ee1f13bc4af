"""A replicator between its store and a model server, without a socket."""

from ringdesk.ops import MemberAdd, MemberFields
from ringdesk.safetext import SafeText
from ringdesk.wire import codec, limits
from ringdesk.wire.messages import (
    Answers,
    Challenge,
    Changes,
    FromTerminal,
    Need,
    Pull,
    Push,
    UpTo,
)
from terminal.serverclock import ServerClock
from terminal.store.replica import Store
from terminal.sync.replicator import Replicator
from tests.terminal.store.model import ACTOR, Server

CHALLENGE = Challenge(nonce="n0nce", proto_min=1, proto_max=1, server_epoch="history-1")


class Bench:
    """A replicator, its store and a model server; `now` moves by hand."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.server = Server()
        self.now = 100.0
        self.wall = 1e9
        self.clock = ServerClock(lambda: self.wall, lambda: self.now)
        self.replicator = Replicator(
            store,
            sign=lambda nonce: f"signed {nonce}",
            clock=self.clock,
            steady=lambda: self.now,
            app="test",
        )

    async def greet(self) -> list[FromTerminal]:
        hello = await self.replicator.opened(CHALLENGE)
        return await self.replicator.received(self.server.hello(hello))

    async def serve(self, messages: list[FromTerminal]) -> None:
        """Answer until nothing is said any more."""
        while messages:
            message = messages.pop(0)
            assert len(codec.encode(message)) < limits.FRAME_CAP
            replies: list[Answers | Need | Changes | UpTo] = []
            if isinstance(message, Push):
                replies += self.server.push(message)
            if isinstance(message, Pull):
                replies += self.server.pull(message, 3)
            for reply in replies:
                messages += await self.replicator.received(reply)

    async def save(self, count: int = 1, size: int = 1) -> None:
        for number in range(count):
            name = SafeText(f"{number}" + "x" * size)
            await self.store.save(MemberAdd(fields=MemberFields(name=name)), actor=ACTOR)
