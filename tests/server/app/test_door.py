"""Who may wait in front of the server, how many of them, and for how long."""

import asyncio
import contextlib
import resource
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from ringdesk.wire import limits
from server.app import door
from server.app.door import Door, Guest, descriptors
from server.identity import authority
from server.peers import networks
from tests.cli.processes import environment
from tests.server.app.test_serve import ask
from tests.server.parts import ROOTS, Shop, member, shop

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def admitted(it: Door, host: str, times: int) -> list[Guest]:
    return [guest for _ in range(times) if (guest := it.admit(host)) is not None]


def closing(guests: list[Guest]) -> list[Guest]:
    """Those of them that have to go, from now on."""
    gone: list[Guest] = []
    for guest in guests:
        guest.close = partial(gone.append, guest)
    return gone


def test_of_too_many_that_say_nothing_the_oldest_of_the_address_goes() -> None:
    it = Door(20_000)
    guests = admitted(it, "192.0.2.1", door.MOST_AT_ONE)
    gone = closing(guests)
    assert it.admit("192.0.2.2") is not None
    assert gone == []
    assert it.admit("::ffff:192.0.2.1") is not None
    assert gone == guests[:1]
    for _ in range(2):
        guests[1].leave()
    assert it.admit("192.0.2.1") is not None
    assert gone == guests[:1]


def test_who_shook_hands_does_not_go_for_others_of_its_address_and_still_for_all() -> None:
    it = Door(0)
    honest = it.admit("192.0.2.1")
    assert honest is not None
    for _ in range(2):
        honest.shook_hands()
    gone = closing([honest])
    admitted(it, "192.0.2.1", 3 * door.MOST_AT_ONE)
    assert gone == []
    shaken = Door(0)
    guests = admitted(shaken, "192.0.2.1", door.MOST_AT_ONE)
    for guest in guests:
        guest.shook_hands()
    others = admitted(shaken, "192.0.2.1", door.FEWEST - door.MOST_AT_ONE)
    for guest in others:
        guest.shook_hands()
    gone = closing(guests + others)
    assert shaken.admit("192.0.2.2") is not None, "one address cannot keep all others out"
    assert gone == guests[:1]


def test_who_is_believed_is_no_longer_one_of_its_address_and_still_one_of_all() -> None:
    it = Door(0)
    guests = admitted(it, "192.0.2.1", door.MOST_AT_ONE)
    gone = closing(guests)
    for guest in guests:
        for _ in range(2):
            guest.believed()
    for number in range(door.FEWEST - door.MOST_AT_ONE):
        assert it.admit(f"192.0.3.{number}") is not None
    assert it.admit("192.0.2.2") is None, "nobody is there with more than one"
    assert gone == []


def test_who_is_believed_goes_for_too_many_of_its_own_address_who_are() -> None:
    it = Door(0)
    half = door.FEWEST // 2
    guests = admitted(it, "192.0.2.1", door.MOST_AT_ONE)
    gone = closing(guests)
    for guest in guests:
        guest.believed()
    assert len(guests) == half
    guests[0].believed()
    (one_more,) = admitted(it, "192.0.2.1", 1)
    assert gone == []
    one_more.believed()
    assert gone == [guests[1]], "the one who proved itself longest ago"
    guests[1].believed()
    assert it.admit("192.0.2.2") is not None
    for guest in [*guests, one_more]:
        guest.leave()
    assert list(it._origins) == ["192.0.2.2"]


def test_that_all_places_are_taken_is_said_and_not_each_time() -> None:
    said: list[str] = []
    it = Door(0, on_full=lambda: said.append("full"))
    admitted(it, "192.0.2.1", 2 * door.MOST_AT_ONE)
    assert said == [], "one address with too many is not all"
    for number in range(door.FEWEST):
        it.admit(f"192.0.3.{number}")
    for _ in range(3):
        it.admit("192.0.2.2")
    assert said == ["full"]


def test_all_together_are_a_share_of_the_descriptors() -> None:
    def room(count: int) -> int:
        it = Door(count)
        return sum(it.admit(f"192.0.{number >> 8}.{number & 255}") is not None for number in range(5000))

    assert [room(count) for count in (64, 1024, 20_000)] == [128, 256, 1024]


def test_a_customer_with_many_addresses_counts_once_and_a_proxy_not_at_all() -> None:
    it = Door(20_000, networks(["10.0.0.5", "fd00::/8"]))
    for number in range(door.MOST_AT_ONE):
        assert it.admit(f"2001:db8:0:1::{number:x}") is not None
    oldest = next(iter(it._origins["2001:db8:0:1::/64"].silent))
    gone = closing([oldest])
    assert it.admit("2001:db8:0:2::1") is not None
    assert gone == []
    assert it.admit("2001:db8:0:1::ffff") is not None
    assert gone == [oldest]
    assert len(admitted(it, "10.0.0.5", 200)) == len(admitted(it, "fd00::1%eth0", 200)) == 200


def test_what_comes_by_a_proxy_counts_for_whom_it_asks_for() -> None:
    it = Door(0, networks(["10.0.0.5"]))
    guests = admitted(it, "10.0.0.5", door.FEWEST)
    gone = closing(guests)
    assert it.admit("192.0.2.2") is None, "nobody knows yet whose they are"
    for number, guest in enumerate(guests):
        guest.asks_for("192.0.2.1" if number % 2 else f"198.51.100.{number}")
    guests[1].asks_for("198.51.100.1")
    assert it.admit("192.0.2.2") is not None
    assert gone == [guests[3]], "the oldest of the address that asked for most"
    for guest in guests:
        guest.asks_for("192.0.2.1")
    guests[5].believed()
    guests[5].asks_for("10.0.0.5")
    for guest in guests:
        guest.leave()
    assert list(it._origins) == ["192.0.2.2"]


def test_who_comes_by_no_proxy_counts_for_nobody_else() -> None:
    it = Door(20_000, networks(["10.0.0.5"]))
    guest = it.admit("192.0.2.1")
    assert guest is not None
    assert not guest.proxied
    guest.asks_for("198.51.100.1")
    assert list(it._origins) == ["192.0.2.1"]


async def test_one_behind_a_proxy_keeps_out_nobody_else_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST", 4)
    held = HEALTH.replace(b"Connection: close", b"X-Forwarded-For: 198.51.100.1")
    async with shop(tmp_path, proxies=("127.0.0.1",)) as it:
        lines = await open_lines(it.address, 4)
        for reader, writer in lines:
            writer.write(held)
            assert b" 200 " in await reader.readline()
        assert (await ask(it.address, HEALTH)).startswith(b"HTTP/1.1 200")
        async with asyncio.timeout(limits.UNAUTHENTICATED_SECONDS / 2):
            with contextlib.suppress(ConnectionError):
                while await lines[0][0].read(1000):
                    pass
        for _, writer in lines:
            writer.close()


def test_the_process_may_open_as_much_as_it_may_ask_for() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1000, hard), hard))
    try:
        assert descriptors() == resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# --- over sockets


@pytest.fixture
async def encrypted(tmp_path: Path) -> AsyncIterator[Shop]:
    own = authority.ensure(tmp_path / "own", ["localhost"], ROOTS.clock())
    async with shop(tmp_path, tls_cert=own.certificate) as it:
        yield it


async def test_silence_before_the_tls_handshake_has_its_time_and_no_more(
    encrypted: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UNAUTHENTICATED_SECONDS", 0.3)
    async with asyncio.timeout(10):
        assert await ask(encrypted.address, b"") == b""
        assert await ask(encrypted.address, b"\x16\x03\x01\x02\x00\x01") == b""


async def test_who_does_not_shake_hands_is_no_longer_counted(encrypted: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_AT_ONE", 1)
    for _ in range(5):
        assert not (await ask(encrypted.address, b"GET / HTTP/1.1\r\n\r\n")).startswith(b"HTTP")
    host, port = encrypted.address.split(":")
    trust = ssl.create_default_context(cafile=authority.ensure(encrypted.room / "own", [], ROOTS.clock()).ca)
    reader, writer = await asyncio.open_connection(host, int(port), ssl=trust, server_hostname="localhost")
    writer.write(HEALTH)
    assert b" 200 " in await reader.readline()
    writer.close()


async def open_lines(address: str, count: int) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host, _, port = address.rpartition(":")
    return [await asyncio.open_connection(host, int(port)) for _ in range(count)]


async def test_of_one_too_many_the_oldest_is_closed_and_a_terminal_that_said_hello_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_AT_ONE", 2)
    async with shop(tmp_path) as it:
        desks = [await it.terminal() for _ in range(4)]
        lines = await open_lines(it.address, 2)
        async with asyncio.timeout(limits.UNAUTHENTICATED_SECONDS / 2):
            assert (await ask(it.address, HEALTH)).startswith(b"HTTP/1.1 200")
            with contextlib.suppress(ConnectionError):
                assert await lines[0][0].read(1) == b""
        assert not lines[1][0].at_eof()
        for _, writer in lines:
            writer.close()
        for desk in desks:
            assert (await desk.push(desk.op(member()))).answers[0].result == "applied"
            await desk.close()


async def test_who_says_nothing_during_the_handshake_keeps_nobody_out(
    encrypted: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One machine of an office, behind the address of all of them."""
    monkeypatch.setattr(door, "MOST_AT_ONE", 2)
    trust = ssl.create_default_context(cafile=authority.ensure(encrypted.room / "own", [], ROOTS.clock()).ca)
    host, port = encrypted.address.split(":")
    honest = [await asyncio.open_connection(host, int(port), ssl=trust, server_hostname="localhost") for _ in range(4)]
    lines = await open_lines(encrypted.address, 6)
    honest.append(await asyncio.open_connection(host, int(port), ssl=trust, server_hostname="localhost"))
    for reader, writer in honest:
        writer.write(HEALTH)
        assert b" 200 " in await reader.readline()
        writer.close()
    for reader, writer in lines[:4]:
        async with asyncio.timeout(limits.UNAUTHENTICATED_SECONDS / 2):
            with contextlib.suppress(ConnectionError):
                assert await reader.read(1) == b"", "the oldest had to go at once"
        writer.close()
    for _, writer in lines[4:]:
        writer.close()


# --- without descriptors


def test_a_server_that_ran_out_of_descriptors_goes_on(tmp_path: Path) -> None:
    words = ["server", "--listen", "127.0.0.1:0", "--database", f"sqlite:///{tmp_path / 'server.db'}"]
    child = subprocess.Popen(
        ["/bin/sh", "-c", 'ulimit -n 60; exec "$@"', "sh", sys.executable, "-m", "cli.main", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
    )
    try:
        assert child.stdout is not None
        host, _, port = msgspec.json.decode(child.stdout.readline())["listening"].rpartition(":")

        def asked() -> bytes:
            with contextlib.closing(socket.create_connection((host, int(port)), 30)) as line:
                line.sendall(HEALTH)
                return line.recv(100)

        flood = [socket.create_connection((host, int(port)), 30) for _ in range(80)]
        for each in flood:
            each.settimeout(30)
            with contextlib.suppress(ConnectionError):
                assert each.recv(1) == b""
            each.close()
        assert asked().startswith(b"HTTP/1.1 200")
    finally:
        child.terminate()
        _, errors = child.communicate(timeout=30)
    log = (tmp_path / "server.state" / "server.log").read_text()
    assert errors.splitlines()[1:] == [], "nothing but that the database is new"
    assert log.count("Too many open files") == 1, log[:2000]
