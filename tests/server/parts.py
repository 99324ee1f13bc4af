"""A real server on loopback, and a terminal of a few lines that speaks the real protocol to it over a real websocket."""

import asyncio
import contextlib
import itertools
import secrets
import ssl
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import uuid4

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from ringdesk import ops
from ringdesk.channels import Digest, content_digest
from ringdesk.ops import Args, MemberAdd, MemberFields, NoteAdd, Op
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.wire.codec import decode_from_server, encode
from ringdesk.wire.messages import (
    SUBPROTOCOL,
    Answers,
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
    Pull,
    Push,
    UpTo,
    Welcome,
)
from ringdesk.wire.signing import read_code
from ringdesk.wire.values import Cursor, Image, Proof
from server import admin
from server.app import Roots, Serving, serve

PASSWORD = "correct horse battery"
ROOTS = Roots(time.time, lambda: str(uuid4()), secrets.token_bytes)
PATIENCE = 60.0

M = TypeVar("M")


class Shop:
    """A server in this process, on its own directory."""

    def __init__(self, room: Path, roots: Roots = ROOTS, **more: Any) -> None:
        self.room = room
        self.database = f"sqlite:///{room / 'server.db'}"
        self.state = str(room / "state")
        self.address = "127.0.0.1:0"
        self._roots = roots
        self._more = more
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Serve; again on the same address after a `stop`."""
        self._stop = asyncio.Event()
        bound: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        serving = Serving(listen=self.address, database=self.database, state=self.state, **self._more)
        self._running = asyncio.create_task(serve(serving, self._roots, bound.set_result, self._stop))
        waiting: list[asyncio.Future[Any]] = [self._running, bound]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            self._running.result()
        self.address = bound.result()

    async def stop(self) -> None:
        """End it in order."""
        self._stop.set()
        if self._running is not None:
            await self._running
            self._running = None

    def office(self) -> contextlib.AbstractAsyncContextManager[admin.Office]:
        """The administrator beside it: connections of their own."""
        roots = self._roots
        return admin.office(
            self.database,
            self.state,
            clock=roots.clock,
            random_id=roots.random_id,
            random_bytes=roots.random_bytes,
        )

    async def code(self, site: str = "main", cls: Any = "desk", minutes: float = 30) -> str:
        async with self.office() as desk:
            return await admin.enrol_code(desk, site, cls, minutes)

    async def person(self, name: str = "mei", role: str = "agent") -> None:
        async with self.office() as desk:
            await admin.add_user(desk, name, role, PASSWORD)

    async def terminal(self, cls: str = "desk", site: str = "main", user: str | None = "mei") -> "Terminal":
        """A new device: enrolled, welcome, signed in."""
        terminal = Terminal(self.address)
        await terminal.connect()
        await terminal.enrol(await self.code(site, cls))
        await terminal.hello()
        if user is not None:
            await terminal.login(user)
        return terminal


@contextlib.asynccontextmanager
async def shop(room: Path, **more: Any) -> AsyncIterator[Shop]:
    """A running server with one agent, mei."""
    it = Shop(room, **more)
    await it.person()
    await it.start()
    try:
        yield it
    finally:
        await it.stop()


class Terminal:
    """A device with its key and its memory; `connect` may be called again and again."""

    def __init__(self, address: str, tls: ssl.SSLContext | None = None) -> None:
        self.address = address
        self.tls = tls
        self.key = Ed25519PrivateKey.generate()
        self.device = self.epoch = self.server_epoch = self.timeline = self.grant = ""
        self.proof = Proof()
        self.answered = 0
        self.next = 1
        self.cursors: dict[str, Cursor] = {}
        self.images: dict[tuple[str, str, str], Image] = {}
        self.origins: set[tuple[str, int]] = set()
        self.heads: dict[str, UpTo] = {}
        self.heard: list[FromServer] = []
        self.line: ClientConnection
        self.challenge: Challenge

    def url(self) -> str:
        return f"{'wss' if self.tls else 'ws'}://{self.address}/sync"

    async def connect(self, **headers: str) -> Self:
        self.line = await connect(
            self.url(),
            ssl=self.tls,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            ping_interval=None,
            proxy=None,
            additional_headers=headers,
        )
        self.challenge = await self.expect(Challenge)
        return self

    async def close(self) -> None:
        await self.line.close()

    def sign(self) -> str:
        return b64encode(self.key.sign(self.challenge.nonce.encode())).decode()

    async def say(self, message: FromTerminal) -> None:
        await self.line.send(encode(message).decode())

    async def hear(self) -> FromServer:
        async with asyncio.timeout(PATIENCE):
            frame = await self.line.recv()
        assert isinstance(frame, str)
        message = decode_from_server(frame)
        self.heard.append(message)
        self.take(message)
        return message

    async def expect(self, kind: type[M], wanted: Callable[[M], bool] = lambda _: True) -> M:
        """The next message of a kind; what comes before it is taken in."""
        while True:
            message = await self.hear()
            if isinstance(message, kind) and wanted(message):
                return message

    def take(self, message: FromServer) -> None:
        """What a terminal remembers of what it hears."""
        if isinstance(message, Changes):
            page = message.page
            self.origins |= {(origin.op_id, origin.seq) for origin in message.origins}
            held = self.cursors.get(page.set, Cursor())
            if page.seq <= held.seq:
                return
            assert page.prev <= held.seq, f"{page.set} has a gap: {held.seq} -> {page.prev}"
            for image in page.images:
                self.images[page.set, image.kind, image.id] = image
            self.cursors[page.set] = Cursor(page.seq, page.chain)
            if page.up:
                assert self.tally(page.set) == (page.count, page.digest)
        elif isinstance(message, UpTo):
            self.heads[message.set] = message
            assert self.tally(message.set) == (message.count, message.digest)
        elif isinstance(message, Answers):
            for answer in message.answers:
                self.answered = max(self.answered, answer.dev_seq)
            if message.head.seq > self.proof.seq:
                self.proof = message.head

    def tally(self, name: str) -> tuple[int, str]:
        """Count and digest of the images held of a set: its own sum, never the server's."""
        digest = Digest()
        for (held, kind, row), image in self.images.items():
            if held == name and image.body is not None:
                digest = digest.add(content_digest(kind, row, image.seq, bytes(image.body)))
        return digest.count, digest.hex

    async def enrol(self, code: str, name: str = "front") -> Enrolled | Denied:
        secret, _ = read_code(code)
        public = b64encode(self.key.public_key().public_bytes_raw()).decode()
        await self.say(Enrol(code=secret, name=SafeText(name), public_key=public, signature=self.sign()))
        said = await self.hear()
        assert isinstance(said, Enrolled | Denied)
        if isinstance(said, Enrolled):
            self.device, self.epoch = said.device, said.epoch
        return said

    async def hello(self, **other: Any) -> Welcome:
        """Say hello; new epochs are taken over as a terminal does."""
        hello = Hello(
            device=self.device,
            signature=self.sign(),
            epoch=self.epoch,
            server_epoch=self.server_epoch,
            timeline=self.timeline,
            cursors=self.cursors,
            proof=self.proof,
            answered=self.answered,
        )
        await self.say(msgspec.structs.replace(hello, **other))
        welcome = await self.expect(Welcome)
        if welcome.epoch != self.epoch:
            self.next, self.answered = 1, 0
        if welcome.action == "bootstrap":
            self.cursors, self.images = {}, {}
            self.proof = Proof()
        self.epoch, self.server_epoch, self.timeline = welcome.epoch, welcome.server_epoch, welcome.timeline
        return welcome

    async def again(self) -> Welcome:
        """A new line and hello."""
        await self.connect()
        return await self.hello()

    async def login(self, name: str = "mei", password: str = PASSWORD) -> Granted | Denied:
        await self.say(Login(ref="in", name=SafeText(name), password=password))
        said = await self.expect(Granted | Denied)  # type: ignore[arg-type]
        assert isinstance(said, Granted | Denied)
        if isinstance(said, Granted):
            self.grant = said.grant
        return said

    def op(self, args: Args, op_id: str | None = None, /, **more: Any) -> Op:
        """An op with the next number."""
        number, self.next = self.next, self.next + 1
        fields: dict[str, Any] = {
            "op_id": op_id or str(uuid4()),
            "dev_seq": number,
            "kind": ops.kind_of(args),
            "grant": self.grant,
            "at": time.time(),
            "args": msgspec.Raw(ops.encode(args)),
        }
        return Op(**fields | more)

    async def push(self, *pushed: Op) -> Answers:
        await self.say(Push(epoch=self.epoch, ops=pushed))
        return await self.expect(Answers)

    async def pull(self, name: str, max_bytes: int = 65536) -> None:
        """Everything that is new in a set, page by page."""
        while True:
            await self.say(Pull(set=name, cursor=self.cursors.get(name, Cursor()).seq, max_bytes=max_bytes))
            said = await self.expect(Changes | UpTo)  # type: ignore[arg-type]
            if isinstance(said, UpTo):
                return
            if said.page.up:
                await self.expect(UpTo)
                return

    def bodies(self, name: str, kind: str) -> list[dict[str, Any]]:
        """The rows held of a kind in a set."""
        return [
            msgspec.json.decode(image.body)
            for (held, held_kind, _), image in self.images.items()
            if held == name and held_kind == kind and image.body is not None
        ]

    async def closing(self) -> tuple[int, str]:
        """Read to the end; the close code and reason."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(PATIENCE):
                while True:
                    await self.line.recv()
        return self.line.close_code or 0, self.line.close_reason or ""


_NUMBERS = itertools.count()


def member(name: str = "陳美玲", **fields: Any) -> MemberAdd:
    return MemberAdd(code=SafeText(f"M{next(_NUMBERS)}"), fields=MemberFields(name=SafeText(name), **fields))


def note(member_id: str, text: str = "要改取貨時間") -> NoteAdd:
    return NoteAdd(member=member_id, text=SafeLines(text))
