"""Those who have not said hello: how many there may be, who goes first, and that no flood of them keeps a desk out."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from server.identity import authority
from server.sessions.strangers import MOST, MOST_AT_ONE, Stranger, Strangers
from tests.server.parts import ROOTS, Shop, Terminal, member, shop


class Lobby:
    """Strangers who come, and those who had to go, in order."""

    def __init__(self) -> None:
        self.strangers = Strangers()
        self.gone: list[Stranger] = []

    def comes(self, origin: str) -> Stranger | None:
        one = Stranger(origin, lambda: None)
        one.go = partial(self.gone.append, one)
        return one if self.strangers.admit(one) else None

    def come(self, origin: str, count: int) -> list[Stranger]:
        return [one for _ in range(count) if (one := self.comes(origin)) is not None]


def test_the_oldest_of_its_address_goes_those_first_that_never_said_a_word() -> None:
    lobby = Lobby()
    crowd = lobby.come("a", MOST_AT_ONE)
    assert lobby.comes("b") is not None
    assert lobby.gone == []
    lobby.strangers.heard(crowd[0])
    assert lobby.comes("a") is not None
    assert lobby.gone == [crowd[1]]
    for one in crowd[2:]:
        lobby.strangers.heard(one)
    lobby.come("a", 2)
    assert (len(lobby.gone), crowd[0] in lobby.gone) == (3, False)


def test_of_all_together_the_largest_crowd_gives_way_and_few_do_not() -> None:
    lobby = Lobby()
    crowd = lobby.come("a", MOST_AT_ONE)
    rest = [lobby.comes(f"b{number}") for number in range(MOST - MOST_AT_ONE)]
    assert None not in rest
    assert lobby.comes("c") is not None
    assert lobby.gone == crowd[:1]
    single = Lobby()
    assert None not in [single.comes(f"b{number}") for number in range(MOST)]
    assert single.comes("c") is None
    assert single.gone == []


def test_who_is_known_or_gone_is_counted_no_more_and_once() -> None:
    lobby = Lobby()
    for one in lobby.come("a", MOST_AT_ONE):
        for _ in range(2):
            lobby.strangers.release(one)
    lobby.come("a", MOST_AT_ONE)
    assert lobby.gone == []


# --- over sockets


class Flood:
    """One machine that opens websockets as fast as it can, and never says a word. All of this test have its address."""

    def __init__(self, address: str, tls: ssl.SSLContext | None) -> None:
        self.opened = 0
        self._lines: list[Terminal] = []
        self._address, self._tls = address, tls
        self._tasks: list[asyncio.Task[None]] = []

    async def rise(self) -> None:
        self._tasks = [asyncio.create_task(self._open()) for _ in range(4)]
        async with asyncio.timeout(60):
            while self.opened < 2 * MOST_AT_ONE:
                await asyncio.sleep(0.01)

    async def _open(self) -> None:
        while True:
            line = Terminal(self._address, self._tls)
            with contextlib.suppress(ConnectionClosed, OSError, TimeoutError, EOFError):
                await line.connect()
                self._lines.append(line)
            self.opened += 1
            await asyncio.sleep(0.02)

    async def ebb(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in self._lines:
            line.line.transport.abort()


@pytest.fixture(params=["plain", "tls"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Shop, ssl.SSLContext | None]]:
    if request.param == "plain":
        async with shop(tmp_path) as it:
            yield it, None
        return
    own = authority.ensure(tmp_path / "own", ["localhost"], ROOTS.clock())
    async with shop(tmp_path, tls_cert=own.certificate) as it:
        trust = ssl.create_default_context(cafile=own.ca)
        trust.check_hostname = False
        yield it, trust


async def test_a_flood_of_silent_websockets_keeps_no_desk_at_the_same_address_out(
    office: tuple[Shop, ssl.SSLContext | None],
) -> None:
    it, tls = office
    code = await it.code()
    flood = Flood(it.address, tls)
    await flood.rise()
    try:
        before = flood.opened
        for attempt in range(3):
            desk = Terminal(it.address, tls)
            try:
                await desk.connect()
                await desk.enrol(code)
                assert (await desk.hello()).action == "ok"
            except (ConnectionClosed, OSError):
                assert attempt < 2, "a desk that tries again comes in"
                continue
            break
        await desk.login()
        assert (await desk.push(desk.op(member()))).answers[0].result == "applied"
        assert flood.opened > before, "the flood went on meanwhile"
        await desk.close()
    finally:
        await flood.ebb()
