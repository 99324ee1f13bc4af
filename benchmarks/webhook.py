"""Webhook latency and CPU: a signed request goes out -> the call is at a terminal.

Three servers in the same run, in turns, each with `--desks` websockets open:

* `ringdesk`: the real process; every websocket is a device that enrolled, signed in and holds its sets. One desk is in the
  store that rings, the others are in another one.
* `raw`: Starlette on uvicorn that reads the body, checks the same HMAC and sends one frame (`benchmarks.webhook_floor`).
* `raw+disk`: the same, which has each body on the disk before it sends and answers, as the product promises.

Requests leave at a steady `--rate` over lines that stay open, each for a call of its own, whatever the answers take: the
clock starts when a request is due. What is answered with 503 is sent again, as providers do. Lost is what no terminal saw.
"""

import argparse
import asyncio
import contextlib
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.desks import Desks
from benchmarks.figures import cpu_of, ratios, report, summary
from benchmarks.webhook_floor import SECRET, SIGNATURE
from ringdesk.ids import call_id
from server import admin

LINES: Final = 32
"""Connections of the provider."""
PASSWORD: Final = "correct horse battery"
SETTLE: Final = 10.0
"""Seconds at most until the last call of a round must have come."""
SETTINGS: Final = f"""
[[source]]
id = "pbx"
dialect = "placetel"
secrets = ["{SECRET.decode()}"]
[[line]]
id = "0227208889"
source = "pbx"
store = "main"
area = "2"
"""


class Target(NamedTuple):
    """A server under load: where, its process, and the id under which a call shows at the terminal."""

    name: str
    port: int
    pid: int
    path: str
    shown_as: Callable[[str], str]


class Seen:
    """When calls came to the terminal (perf_counter), by the id under which they show."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}

    def __call__(self, call: str, at: float) -> None:
        """The first time counts."""
        self.at.setdefault(call, at)


class Line(asyncio.Protocol):
    """One connection of the provider: one request at a time."""

    def __init__(self, target: Target) -> None:
        self._head = f"POST {target.path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        self._transport: asyncio.Transport
        self._answered: asyncio.Future[int]
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """An answer, with nothing in it or with a length."""
        self._held += data
        head, end, rest = self._held.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if end and len(rest) >= length:
            self._held = b""
            self._answered.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits hears that nothing comes."""
        if hasattr(self, "_answered") and not self._answered.done():
            self._answered.set_result(0)

    async def ask(self, body: bytes) -> int:
        """The status of one signed request."""
        signed = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        self._answered = asyncio.get_running_loop().create_future()
        head = f"{self._head}{SIGNATURE}: {signed}\r\ncontent-length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)
        return await self._answered

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


class Load:
    """Requests at a rate to one target; the sums of all rounds."""

    def __init__(self, target: Target, seen: Seen) -> None:
        self.target = target
        self.seen = seen
        self.due: dict[str, float] = {}
        self.statuses: Counter[int] = Counter()
        self.cpu_ms = 0.0
        self._free: asyncio.Queue[Line] = asyncio.Queue()

    async def _open(self) -> None:
        """The provider's lines, anew for each round: servers hang up on one that says nothing."""
        for _ in range(LINES):
            _, line = await asyncio.get_running_loop().create_connection(
                lambda: Line(self.target), "127.0.0.1", self.target.port
            )
            self._free.put_nowait(line)

    async def round(self, rate: float, seconds: float, *, counts: bool = True) -> None:
        """One round, until its last call came."""
        await self._open()
        before, known = cpu_of(self.target.pid), dict(self.due)
        begun = time.perf_counter()
        sending = []
        for number in range(round(rate * seconds)):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            sending.append(asyncio.create_task(self._send(due)))
        await asyncio.gather(*sending)
        patience = time.perf_counter() + SETTLE
        while any(each not in self.seen.at for each in self.due) and time.perf_counter() < patience:
            await asyncio.sleep(0.01)
        while not self._free.empty():
            self._free.get_nowait().close()
        if counts:
            self.cpu_ms += cpu_of(self.target.pid) - before
        else:
            self.due = known

    async def _send(self, due: float) -> None:
        call = uuid.uuid4().hex
        caller = f"09{secrets.randbelow(10**8):08}"
        body = f"event=IncomingCall&from={caller}&to=0227208889&direction=in&call_id={call}".encode()
        self.due[self.target.shown_as(call)] = due
        line = await self._free.get()
        try:
            while (status := await line.ask(body)) == 503:
                self.statuses[status] += 1
            self.statuses[status] += 1
        finally:
            self._free.put_nowait(line)

    def rows(self) -> dict[str, dict[str, float]]:
        """Milliseconds from request to terminal, and CPU time a request."""
        took = [(self.seen.at[call] - due) * 1000 for call, due in self.due.items() if call in self.seen.at]
        if not took:
            raise SystemExit(f"no call of {self.target.name} came to the terminal; answers: {dict(self.statuses)}")
        cpu = round(self.cpu_ms / len(self.due), 3)
        return {f"{self.target.name}, ms": summary(took) | {"CPU": cpu, "lost": len(self.due) - len(took)}}


@contextlib.asynccontextmanager
async def ours(room: Path, count: int) -> AsyncIterator[Load]:
    """The product's server with its desks."""
    database = f"sqlite:///{room / 'server.db'}"
    async with admin.office(
        database, clock=time.time, random_id=lambda: str(uuid.uuid4()), random_bytes=secrets.token_bytes
    ) as office:
        await admin.add_store(office, "north")
        await admin.add_user(office, "mei", "agent", PASSWORD)
        await admin.import_settings(office, SETTINGS, "TW")
        sites = ["main", *["north"] * (count - 1)]
        codes = [await admin.enrol_code(office, site, "desk") for site in sites]
    words = [sys.executable, "-m", "cli.main", "server", "--listen", "127.0.0.1:0", "--database", database]
    with _process(words) as child:
        address = json.loads(await asyncio.to_thread(_first_line, child))["listening"]
        seen = Seen()
        desks = Desks(address, seen)
        await desks.come_in(codes, "mei", PASSWORD)
        target = Target("ringdesk", int(address.rpartition(":")[2]), child.pid, "/hook/pbx", _ours)
        yield Load(target, seen)
        if desks.lost:
            raise SystemExit(f"{desks.lost} desks lost their line")
        await desks.close()


@contextlib.asynccontextmanager
async def floor(name: str, count: int, *words: str) -> AsyncIterator[Load]:
    """A raw application with as many lines."""
    with _process([sys.executable, "-m", "benchmarks.webhook_floor", *words]) as child:
        port = int(await asyncio.to_thread(_first_line, child))
        async with contextlib.AsyncExitStack() as stack:
            lines = [await stack.enter_async_context(_plain(port, "terminal"))]
            lines += [await stack.enter_async_context(_plain(port, "idle")) for _ in range(count - 1)]
            seen = Seen()
            hearing = asyncio.create_task(_hear(lines[0], seen))
            yield Load(Target(name, port, child.pid, "/hook", str), seen)
            hearing.cancel()


def _plain(port: int, path: str) -> connect:
    return connect(f"ws://127.0.0.1:{port}/{path}", compression=None, ping_interval=None, proxy=None)


async def _hear(line: ClientConnection, seen: Seen) -> None:
    async for frame in line:
        now = time.perf_counter()
        seen(msgspec.json.decode(frame)["call"], now)


def _ours(call: str) -> str:
    return call_id("pbx", call)


@contextlib.contextmanager
def _process(words: list[str]) -> Any:
    child = subprocess.Popen(words, stdout=subprocess.PIPE)
    try:
        yield child
    finally:
        child.terminate()
        child.wait(30)


def _first_line(child: subprocess.Popen[bytes]) -> bytes:
    assert child.stdout is not None
    return child.stdout.readline()


async def measure(options: argparse.Namespace, room: Path) -> list[Load]:
    """All three, round by round in turns."""
    async with (
        ours(room, options.desks) as product,
        floor("raw", options.desks) as raw,
        floor("raw+disk", options.desks, str(room / "journal")) as durable,
    ):
        loads = [product, raw, durable]
        for load in loads:
            await load.round(min(options.rate, 100.0), 1.0, counts=False)
        for _ in range(options.rounds):
            for load in loads:
                await load.round(options.rate, options.seconds)
    return loads


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--desks", type=int, default=1000, help="websockets open at each server")
    parser.add_argument("--rate", type=float, default=500.0, help="webhooks a second")
    parser.add_argument("--seconds", type=float, default=5.0, help="of one round")
    parser.add_argument("--rounds", type=int, default=3, help="of each server, in turns")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        product, raw, durable = asyncio.run(measure(options, Path(room)))
    mine, least, synced = (dict(load.rows()) for load in (product, raw, durable))
    (own,), (bare,), (disk,) = mine.values(), least.values(), synced.values()
    extra = {
        "ringdesk / raw": json.dumps(_times(own, bare)),
        "ringdesk / raw+disk": json.dumps(_times(own, disk)),
        "answers of ringdesk": json.dumps(dict(product.statuses)),
        "websockets": f"{options.desks} at each server; of ringdesk all are devices that enrolled and signed in",
        "webhooks a second": options.rate,
    }
    report("webhook", mine | least | synced, extra, as_json=options.json)


def _times(own: dict[str, float], least: dict[str, float]) -> dict[str, float]:
    return ratios(own, least) | {"CPU": round(own["CPU"] / least["CPU"], 2) if least["CPU"] else 0.0}


if __name__ == "__main__":
    main()
