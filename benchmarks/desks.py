"""Desks without a screen, by the hundred: devices that enrolled, said hello, signed in and hold their sets, as the wire has it.

They do what a terminal must to stay connected, and no more: one that `listens` is told every call that reaches it.
"""

import asyncio
import contextlib
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from ringdesk.safetext import SafeText
from ringdesk.wire.codec import decode_from_server, encode
from ringdesk.wire.messages import (
    SUBPROTOCOL,
    Challenge,
    Changes,
    Denied,
    Enrol,
    Enrolled,
    FromServer,
    FromTerminal,
    Granted,
    Hello,
    Login,
    Ping,
    Pong,
    Pull,
    UpTo,
    Welcome,
)
from ringdesk.wire.signing import read_code

AT_ONCE: Final = 6
"""Desks that come in at one moment: fewer than sign-ins may wait at the server."""

M = TypeVar("M")


class Desk:
    """One device on one line. `called` gets the ids of calls as their images arrive, and when (perf_counter)."""

    def __init__(self, line: ClientConnection, called: Callable[[str, float], None]) -> None:
        self._line = line
        self._called = called
        self._held: dict[str, int] = {}

    async def come_in(self, code: str, user: str, password: str) -> None:
        """From the challenge to the newest page of each set. `SystemExit` where the server does not want it."""
        key = Ed25519PrivateKey.generate()
        nonce = (await self._expect(Challenge)).nonce.encode()
        signature = b64encode(key.sign(nonce)).decode()
        public = b64encode(key.public_key().public_bytes_raw()).decode()
        secret, _ = read_code(code)
        await self._say(Enrol(code=secret, name=SafeText("benchmark"), public_key=public, signature=signature))
        known = await self._expect(Enrolled)
        await self._say(Hello(device=known.device, signature=signature, epoch=known.epoch))
        welcome = await self._expect(Welcome)
        await self._say(Login(ref="in", name=SafeText(user), password=password))
        await self._expect(Granted)
        for info in welcome.sets:
            await self._hold(info.name)

    async def _hold(self, name: str) -> None:
        while True:
            await self._say(Pull(set=name, cursor=self._held.get(name, 0), max_bytes=65536))
            said: Changes | UpTo = await self._expect((Changes, UpTo))
            if isinstance(said, Changes) and said.page.up:
                said = await self._expect(UpTo)
            if isinstance(said, UpTo):
                return

    async def stay(self) -> None:
        """Take in what comes, until the line is closed."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._hear()

    async def close(self) -> None:
        """Go."""
        await self._line.close()

    async def _say(self, message: FromTerminal) -> None:
        await self._line.send(encode(message).decode())

    async def _expect(self, kind: type[M] | tuple[type[Any], ...]) -> M:
        while True:
            message = await self._hear()
            if isinstance(message, kind):
                return message
            if isinstance(message, Denied):
                raise SystemExit(f"the server refused a desk: {message.code} {message.message}")

    async def _hear(self) -> FromServer:
        frame = await self._line.recv(decode=False)
        now = time.perf_counter()
        message = decode_from_server(frame)
        if isinstance(message, Changes):
            self._held[message.page.set] = message.page.seq
            for image in message.page.images:
                if image.kind == "call":
                    self._called(image.id, now)
        elif isinstance(message, Ping):
            await self._say(Pong(at=message.at, now=0.0))
        return message


class Desks:
    """All of them. The first code's desk tells `called` of its calls.

    Attributes:
        lost: how many lines have ended by themselves.
    """

    def __init__(self, address: str, called: Callable[[str, float], None]) -> None:
        self._address = address
        self._called = called
        self._desks: list[Desk] = []
        self._staying: list[asyncio.Task[None]] = []

    @property
    def lost(self) -> int:
        """See above."""
        return sum(each.done() for each in self._staying)

    async def come_in(self, codes: Sequence[str], user: str, password: str) -> None:
        """A desk for each code, a few at a time."""
        room = asyncio.Semaphore(AT_ONCE)
        await self._come(codes[0], user, password, self._called, room)
        await asyncio.gather(*(self._come(code, user, password, _deaf, room) for code in codes[1:]))

    async def _come(
        self, code: str, user: str, password: str, called: Callable[[str, float], None], room: asyncio.Semaphore
    ) -> None:
        async with room:
            line = await connect(
                f"ws://{self._address}/sync",
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                compression=None,
                ping_interval=None,
                proxy=None,
            )
            desk = Desk(line, called)
            await desk.come_in(code, user, password)
        self._desks.append(desk)
        self._staying.append(asyncio.create_task(desk.stay()))

    async def close(self) -> None:
        """All go."""
        await asyncio.gather(*(desk.close() for desk in self._desks))
        await asyncio.gather(*self._staying)


def _deaf(_call: str, _at: float) -> None:
    pass
