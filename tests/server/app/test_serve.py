"""Where and how the server listens."""

import asyncio
import hashlib
import socket
import sqlite3
import ssl
from contextlib import closing
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidMessage
from websockets.typing import Subprotocol

from ringdesk.errors import BadInput, RingdeskError
from ringdesk.wire import limits
from ringdesk.wire.messages import SUBPROTOCOL
from ringdesk.wire.signing import read_code
from server import admin
from server.app import Serving, _certificate
from server.app.address import bound
from server.identity import authority
from server.identity.state import state_of
from server.store.sqlite_lane import BUSY
from tests.server.parts import ROOTS, Shop, Terminal, member, shop


async def ask(address: str, request: bytes) -> bytes:
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    try:
        async with asyncio.timeout(15):
            return await reader.read(4096)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_health_is_told_and_nothing_else_exists(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        said = await ask(it.address, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 200")
        assert said.endswith(b'{"ok":true}')
        for path in (b"/", b"/docs", b"/sync", b"/healthz/x"):
            assert b" 404 " in await ask(
                it.address, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
        assert b" 405 " in await ask(it.address, b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert b" 400 " in await ask(it.address, b"\x16\x03\x01nonsense\r\n\r\n")


async def test_who_talks_slowly_or_endlessly_before_the_request_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shop(tmp_path) as it:
        assert await ask(it.address, b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 70_000) == b""
        monkeypatch.setattr(limits, "UNAUTHENTICATED_SECONDS", 0.2)
        assert await ask(it.address, b"GET / HTTP/1.1\r\nX") == b""
        assert await ask(it.address, b"") == b""


@pytest.mark.parametrize(
    "bad", ["", "8790", "host:", "127.0.0.1:x", "127.0.0.1:70000", "no such host:1", "127.0.0.1:" + "9" * 5000]
)
def test_an_address_that_is_none_is_refused_in_words(bad: str) -> None:
    with pytest.raises(BadInput, match="--listen"):
        bound(bad)


def test_a_port_in_use_is_one_line() -> None:
    taken = bound("127.0.0.1:0")
    try:
        with pytest.raises(RingdeskError, match="choose another --listen"):
            bound(f"127.0.0.1:{taken.getsockname()[1]}")
    finally:
        taken.close()


@pytest.mark.parametrize(("host", "plain"), [("127.0.0.1", True), ("::1", True), ("0.0.0.0", False), ("::", False)])
def test_beyond_loopback_there_is_a_certificate(tmp_path: Path, host: str, *, plain: bool) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:  # bound, never listening: nothing is reachable from outside
        listener.bind((host, 0))
        serving = Serving(listen="", database=f"sqlite:///{tmp_path / 's.db'}")
        certificate, pem = _certificate(serving, ROOTS, listener)
    assert (certificate is None, pem == "") == (plain, plain)


async def test_a_terminal_trusts_the_server_of_its_code_and_no_other(tmp_path: Path) -> None:
    rooms = [tmp_path / "ours", tmp_path / "theirs"]
    places = []
    for room in rooms:
        room.mkdir()
        places.append(authority.ensure(room / "state", ["shop.example"], ROOTS.clock()))
    own = places[0]
    async with shop(rooms[0], tls_cert=own.certificate) as it:
        _, fingerprint = read_code(await it.code())
        assert fingerprint == hashlib.sha256(ssl.PEM_cert_to_DER_cert(own.pem())).digest()
        terminal = Terminal(it.address, ssl.create_default_context(cafile=own.ca))
        await terminal.connect()
        await terminal.enrol(await it.code())
        await terminal.hello()
        await terminal.login()
        assert (await terminal.push(terminal.op(member()))).answers[0].result == "applied"
        strict = ssl.create_default_context(cafile=places[1].ca)
        with pytest.raises(ssl.SSLCertVerificationError):
            await connect(terminal.url(), ssl=strict, subprotocols=[Subprotocol(SUBPROTOCOL)], proxy=None)
        with pytest.raises((OSError, EOFError, InvalidMessage)):
            await connect(f"ws://{it.address}/sync", subprotocols=[Subprotocol(SUBPROTOCOL)], proxy=None)


async def test_a_stop_closes_every_session_in_order(tmp_path: Path) -> None:
    it = Shop(tmp_path)
    await it.person()
    await it.start()
    lines = [await it.terminal(user=None) for _ in range(5)]
    await it.stop()
    assert {(await line.closing())[0] for line in lines} == {1012}
    assert not Path(tmp_path, "server.db-wal").exists()


async def test_what_belongs_to_the_server_is_for_its_user_alone(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.office() as desk:
        await admin.certificate(desk, [])
        await (await it.terminal()).close()
        private = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert {path.name for path in private} >= {"server.db", "server.key", "ca.key", "server.pem"}
        assert {oct(path.stat().st_mode & 0o077) for path in private} == {"0o0"}
        assert state_of(it.database, "") == tmp_path / "server.state"


async def test_a_server_that_ends_gives_up_what_another_program_does_not_let_it_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("server.app.LAST_WRITES", 0.2)
    async with shop(tmp_path) as it:
        terminal = Terminal(it.address)
        await terminal.connect()
        await terminal.enrol(await it.code())
        await terminal.hello()
        await terminal.login()
        with closing(sqlite3.connect(it.room / "server.db", isolation_level=None, timeout=60)) as other:
            other.execute("BEGIN IMMEDIATE")
            pushing = asyncio.ensure_future(terminal.push(terminal.op(member())))
            await asyncio.sleep(1.0)
            assert not pushing.done()
            async with asyncio.timeout(BUSY / 2):
                await it.stop()
            await asyncio.wait({pushing})
            assert pushing.exception() is not None, "it was not answered, so it comes again"
    written = [record.__dict__["writes"] for record in caplog.records if record.message == "store.not_written"]
    assert written
    assert written[0] >= 1
