"""A server on a real socket around the model: it greets, answers, and can be told to misbehave."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from ringdesk.safetext import SafeText
from ringdesk.wire import codec
from ringdesk.wire.messages import (
    SUBPROTOCOL,
    Challenge,
    Denied,
    Enrol,
    Enrolled,
    FromServer,
    FromTerminal,
    Granted,
    Hello,
    Login,
    Message,
    Ping,
    Pong,
    Pull,
    Push,
    ServerNotice,
)
from tests.terminal.store.model import ORG, SHOP, Server, channel

HURRIED = "once more"
"""A password that the server does not look at: there were too many before."""


@dataclass
class Peer:
    """What the server is asked to do besides its work."""

    model: Server = field(default_factory=Server)
    ca: str = ""
    code: str = ""
    password: str = "correct horse"
    url: str = ""
    sessions: int = 0
    heard: list[FromTerminal] = field(default_factory=list)
    raw: list[bytes | str] = field(default_factory=list)
    """Frames to send after the welcome, as they are."""
    mute: Callable[[FromTerminal], bool] = lambda _: False
    """Which messages are not answered."""
    refusal: ServerNotice | None = None
    """What a hello is answered with, before the line is closed."""
    open_now: set[ServerConnection] = field(default_factory=set)
    closes: list[int] = field(default_factory=list)

    async def serve(self, line: ServerConnection) -> None:
        self.sessions += 1
        self.open_now.add(line)
        try:
            await line.send(codec.encode(self._challenge()), text=True)
            async for frame in line:
                message = codec.decode_from_terminal(frame)
                self.heard.append(message)
                if not self.mute(message):
                    for reply in self.reply(message):
                        await line.send(codec.encode(reply), text=True)
                if isinstance(message, Hello):
                    if self.refusal is not None:
                        break
                    for each in self.raw:
                        await line.send(each, text=isinstance(each, str))
        except ConnectionClosed:
            pass
        finally:
            self.open_now.discard(line)
            self.closes.append(line.close_code or 0)

    def _challenge(self) -> Challenge:
        return Challenge(
            nonce="n0nce", proto_min=1, proto_max=1, server_epoch=self.model.server_epoch, ca=self.ca, now=0.0
        )

    def reply(self, message: FromTerminal) -> list[FromServer]:
        match message:
            case Enrol():
                if message.code != self.code:
                    return [Denied(ref="enrol", code="bad_code", message=SafeText("this code is not known"))]
                return [Enrolled(device="desk-1", epoch=self.model.epoch, cls="desk", store="main")]
            case Hello() if self.refusal is not None:
                return [self.refusal]
            case Hello():
                return [self.model.hello(message)]
            case Login():
                if message.password != self.password:
                    code = "slow_down" if message.password == HURRIED else "bad_password"
                    return [Denied(ref=message.ref, code=code, message=SafeText("wrong password"))]
                granted = Granted(
                    ref=message.ref, grant="token", person="mei", name=SafeText("Mei"), roles=("agent",), expires=4e9
                )
                return [granted]
            case Push():
                before = {name: (self.model.channel_seqs[channel(name)] or [0])[-1] for name in (ORG, SHOP)}
                answers = self.model.push(message)
                live = [frame for name, seq in before.items() for frame in self.model.frames(name, seq, 1000)]
                return [*answers, *live]
            case Pull():
                frames: list[FromServer] = [*self.model.pull(message, 3)]
                return frames
            case Ping():
                return [Pong(at=message.at, now=0.0)]
            case _:
                return []

    async def tell(self, message: Message) -> None:
        """Send something unasked to every session."""
        for line in tuple(self.open_now):
            await line.send(codec.encode(message), text=True)

    async def hang_up(self) -> None:
        for line in tuple(self.open_now):
            line.transport.abort()


@asynccontextmanager
async def listening(peer: Peer, context: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    """The peer on a port of its own."""
    subprotocols = [SUBPROTOCOL]
    server = await serve(
        peer.serve,
        "127.0.0.1",
        int(peer.url.rpartition(":")[2].partition("/")[0]) if peer.url else 0,
        ssl=context,
        subprotocols=subprotocols,  # type: ignore[arg-type]
        compression=None,
    )
    port = next(iter(server.sockets)).getsockname()[1]
    peer.url = f"{'wss' if context else 'ws'}://127.0.0.1:{port}/sync"
    try:
        yield peer
    finally:
        server.close()
        await server.wait_closed()


async def until(done: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something that is bound to happen."""
    async with asyncio.timeout(seconds):
        while not done():
            await asyncio.sleep(0.01)
