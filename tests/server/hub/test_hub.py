"""Fan-out: live, in order, throttled, and nobody waits for a slow line. Over real sockets, real processes where it counts."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ringdesk.calls import Call, Caller
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.wire import limits
from ringdesk.wire.messages import Changes, Ping, Pong
from server import admin, hub
from server.hub import outlet
from server.hub.outlet import CAP, DirectOutlet, Exposed, PlainOutlet, framed
from server.store.values import Held
from tests.server.parts import Shop, Terminal, member, note, shop

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def it(tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop(tmp_path) as running:
        yield running


@pytest.fixture(params=["direct", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways out: the transport, and ASGI's send."""
    if request.param == "plain":
        monkeypatch.setattr(outlet, "Exposed", type("Nothing", (), {}))
    return str(request.param)


async def imported(it: Shop, rows: list[tuple[str, Any]], chunk: int = 1000) -> None:
    async with it.office() as desk:
        await admin.import_rows(desk, rows, chunk)


def call(number: int, site: str = "main") -> tuple[str, Call]:
    return "call", Call(id=f"call{number}", site=site, caller=Caller(raw=SafeText("0912345678")))


async def test_uvicorn_still_has_what_the_direct_way_leans_on(it: Shop) -> None:
    assert issubclass(Exposed, WebSocketsSansIOProtocol)
    for name in ("handle_connect", "data_received", "connection_made"):
        assert callable(getattr(WebSocketsSansIOProtocol, name))
    line = await Terminal(it.address).connect()
    await line.close()


def test_a_frame_is_one_unmasked_text_frame() -> None:
    for size, head in (
        (5, b"\x81\x05"),
        (300, b"\x81\x7e\x01\x2c"),
        (70_000, b"\x81\x7f" + (70_000).to_bytes(8, "big")),
    ):
        assert framed(b"x" * size) == head + b"x" * size


async def test_every_terminal_gets_every_change_in_order(it: Shop, way: str) -> None:
    author = await it.terminal()
    readers = [await it.terminal(cls, user=None) for cls in ("desk", "till", "console")]
    sets = ["org@clear", "org@masked", "org@clear"]
    for reader, name in zip(readers, sets, strict=True):
        await reader.pull(name)
    for number in range(30):
        await author.push(author.op(member(f"陳{number}")))
    for reader, name in zip(readers, sets, strict=True):
        while reader.cursors.get(name) is None or reader.cursors[name].seq < 30:
            await reader.expect(Changes)
        assert len(reader.bodies(name, "member")) == 30


async def test_what_another_process_imports_goes_out_live(it: Shop) -> None:
    desk = await it.terminal()
    await desk.pull("org@clear")
    await imported(it, [("member", Member(id=f"m{number}", name=SafeText("陳"))) for number in range(2500)])
    while desk.cursors.get("org@clear") is None or desk.cursors["org@clear"].seq < 2500:
        await desk.expect(Changes)
    await desk.pull("org@clear")
    assert desk.heads["org@clear"].count == 2500


async def test_a_call_goes_to_its_store_only(it: Shop) -> None:
    async with it.office() as office:
        await admin.add_store(office, "Taipei")
    here, there = await it.terminal(user=None), await it.terminal(site="taipei", user=None)
    await here.pull("store:main@clear")
    await there.pull("store:taipei@clear")
    await imported(it, [call(1), call(2, "taipei")])
    await here.expect(Changes)
    await there.expect(Changes)
    assert [row["id"] for row in here.bodies("store:main@clear", "call")] == ["call1"]
    assert [row["id"] for row in there.bodies("store:taipei@clear", "call")] == ["call2"]


async def test_the_organisations_changes_are_batched_a_stores_are_not(
    it: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "ORG_PACE", 30.0)
    author, reader = await it.terminal(), await it.terminal(user=None)
    for name in ("org@clear", "store:main@clear"):
        await reader.pull(name)
    await author.push(author.op(member("first")))
    assert (await reader.expect(Changes)).page.seq == 1
    await author.push(author.op(member("second")))
    await imported(it, [call(1)])
    assert (await reader.expect(Changes)).page.set == "store:main@clear"
    await reader.pull("org@clear")
    assert len(reader.bodies("org@clear", "member")) == 2


async def test_a_change_during_a_pull_is_not_missed(it: Shop) -> None:
    author, reader = await it.terminal(), await it.terminal(user=None)
    total = 40
    for number in range(total):
        await asyncio.gather(reader.pull("org@clear"), author.push(author.op(member(str(number)))))
    while reader.cursors["org@clear"].seq < total:
        await reader.expect(Changes)
    assert len(reader.bodies("org@clear", "member")) == total


async def stalled(it: Shop, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal that is live and then reads no more; it is not given up for as long as a slow machine needs."""
    monkeypatch.setattr(limits, "PROGRESS_SECONDS", 600.0)
    terminal = await it.terminal(user=None)
    await terminal.pull("org@clear")
    terminal.line.transport.pause_reading()
    return terminal


async def test_a_stalled_terminal_blocks_nobody_costs_little_and_is_dropped(
    it: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "ORG_PACE", 0.0)
    outlets: list[DirectOutlet] = []
    made = DirectOutlet.__init__

    def watched(self: DirectOutlet, connection: Exposed) -> None:
        outlets.append(self)
        made(self, connection)

    monkeypatch.setattr(DirectOutlet, "__init__", watched)
    dead = await stalled(it, monkeypatch)
    healthy = await it.terminal(user=None)
    await healthy.pull("org@clear")
    text = SafeLines("x" * 15_000)
    rows: list[tuple[str, Any]] = [("note", Note(id=f"n{number}", text=text)) for number in range(1200)]
    importing = asyncio.create_task(imported(it, rows, 50))
    while healthy.cursors.get("org@clear") is None or healthy.cursors["org@clear"].seq < 1200:
        await healthy.expect(Changes)
        assert outlets[0].backlog() <= CAP + 2 * hub.LIVE_PAGE + limits.FRAME_CAP
    await importing
    assert len(healthy.bodies("org@clear", "note")) == 1200
    assert outlets[0].backlog() > 0
    monkeypatch.setattr(limits, "PROGRESS_SECONDS", 0.2)
    async with asyncio.timeout(20):
        while not outlets[0]._connection.transport.is_closing():
            await asyncio.sleep(0.05)
    dead.line.transport.abort()


async def test_a_slow_terminal_is_served_from_its_cursor_when_it_reads_again(
    it: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "ORG_PACE", 0.0)
    slow = await stalled(it, monkeypatch)
    text = SafeLines("x" * 15_000)
    for step in range(2):
        await imported(it, [("note", Note(id=f"n{number % 100}", text=text, at=step)) for number in range(300)], 50)
    slow.line.transport.resume_reading()
    while slow.cursors.get("org@clear") is None or slow.cursors["org@clear"].seq < 600:
        await slow.expect(Changes)
    assert len(slow.bodies("org@clear", "note")) == 100


async def test_a_silent_line_is_pinged_and_then_dropped(it: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await it.terminal(user=None)
    monkeypatch.setattr(limits, "PING_SECONDS", 0.1)
    ping = await desk.expect(Ping)
    await desk.say(Pong(at=ping.at, now=0.0))
    await desk.expect(Ping)
    monkeypatch.setattr(limits, "SILENCE_SECONDS", 0.1)
    assert await desk.closing() == (1008, "silent")


# --- revocation, from another process


def admin_process(it: Shop, *words: str) -> None:
    run = [sys.executable, "-m", "cli.main", "admin", "--database", it.database, "--state", it.state, *words]
    subprocess.run(run, cwd=ROOT, check=True, capture_output=True, timeout=60)


async def test_a_revoked_device_is_out_at_once_and_stays_out(it: Shop) -> None:
    desk, other = await it.terminal(), await it.terminal()
    await desk.pull("org@clear")
    await asyncio.to_thread(admin_process, it, "revoke", "device", desk.device)
    assert await desk.closing() == (1008, "device_revoked")
    with pytest.raises(Exception, match="device_revoked"):
        await desk.again()
    add = other.op(member())
    assert [answer.result for answer in (await other.push(add, other.op(note(add.op_id)))).answers] == ["applied"] * 2


async def test_a_revoked_person_takes_their_sessions_along(it: Shop) -> None:
    await it.person("ann")
    desk, other = await it.terminal(), await it.terminal(user="ann")
    await asyncio.to_thread(admin_process, it, "revoke", "user", "mei")
    assert await desk.closing() == (1008, "person_revoked")
    assert (await other.push(other.op(member()))).answers[0].result == "applied"
    await desk.again()
    assert type(await desk.login("mei")).__name__ == "Denied"
    assert (await desk.push(desk.op(member()))).answers[0].code == "revoked"


async def test_no_row_after_a_revocation_reaches_the_device(it: Shop) -> None:
    """The reader is held while both are committed: it must see the revocation first."""
    desk = await it.terminal()
    await desk.pull("org@clear")
    async with it.office() as office:
        await admin.revoke_device(office, desk.device)
        await admin.import_rows(office, [("member", Member(id="later", name=SafeText("later")))])
    await desk.closing()
    assert ("org@clear", "member", "later") not in desk.images
    frames = [message for message in desk.heard if isinstance(message, Changes)]
    assert frames == []


# --- the way without the transport


class Websocket:
    """Takes text when it is let."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.open = asyncio.Event()

    async def send_text(self, text: str) -> None:
        await self.open.wait()
        self.sent.append(text)


async def test_the_plain_way_counts_what_waits_and_keeps_the_order() -> None:
    websocket = Websocket()
    plain = PlainOutlet(websocket)  # type: ignore[arg-type]
    for payload in (b"one", b"two"):
        plain.offer(payload, framed(payload))
    await asyncio.sleep(0)
    assert (plain.backlog(), plain.taken()) == (6, 0)
    websocket.open.set()
    await plain.ready()
    assert websocket.sent == ["one", "two"]
    assert (plain.backlog(), plain.taken()) == (0, 6)


def test_a_held_tombstone_stays_one_in_every_projection() -> None:
    from server.hub.pages import image_of

    held = Held(kind="call", id="c", channel="store:main", seq=3, body=None, moved_to="store:other")
    image = image_of(held, "masked")
    assert (image.body, image.moved_to) == (None, "store:other")
    assert msgspec.json.encode(image)
