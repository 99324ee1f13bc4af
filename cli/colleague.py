"""The colleague of the demo: a desk of its own at the demo's server, in a process of its own, whose person takes some of the
calls that ring, serves who is handed over, and has a break now and then.

The child is this module run as a program. The first line of its standard input says how its desk is to be opened; when the
input ends, the parent is gone or wants it gone, and it ends too.
"""

import asyncio
import contextlib
import random
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec

from cli.embedded import end_with_the_parent
from cli.plan import Plan
from ringdesk.calls import Call
from ringdesk.dispositions import INQUIRY
from ringdesk.errors import RingdeskError
from ringdesk.ops import PresenceSet
from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeText
from terminal.desk import Desk
from terminal.news import CallNews, News, ScreenPop

NAME: Final = "怡君"
SHARE: Final = 0.4
"""Of the calls that ring while they are ready, so many they try to take."""
HEARS: Final = (3.0, 6.0)
"""Seconds until they take one: whoever sits at the demo may be quicker."""
SERVES: Final = (15.0, 40.0)
"""Seconds with a caller."""
WORKS: Final = 120.0
"""Seconds from break to break."""
BREAK: Final = 30.0
END_SECONDS: Final = 5.0
SYNC_SECONDS: Final = 600.0


class Told(msgspec.Struct, frozen=True):
    """What the child is told of its desk, and the seed of what its person does."""

    data: Path
    server: str
    user: str
    password: str
    code: str
    seed: int


class Colleague:
    """The person at `desk`. `sleep` waits so many seconds."""

    def __init__(
        self, desk: Desk, rng: random.Random, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._desk = desk
        self._rng = rng
        self._sleep = sleep
        self._state = PresenceState.READY
        self._calls: dict[str, Call] = {}
        self._with: str | None = None
        self._doing: set[asyncio.Task[None]] = set()

    async def work(self) -> None:
        """Work, with breaks, until cancelled."""
        end = self._desk.subscribe(self.hear)
        try:
            await self._say(PresenceState.READY)
            while True:
                await self._sleep(WORKS)
                if self._with is None:
                    await self._say(PresenceState.BREAK)
                    await self._sleep(BREAK)
                    await self._say(PresenceState.READY)
        finally:
            end()
            for task in self._doing:
                task.cancel()
            await asyncio.gather(*self._doing, return_exceptions=True)

    def hear(self, news: News) -> None:
        """The desk told something."""
        if isinstance(news, ScreenPop):
            self._calls[news.call.id] = news.call
            if self._free and self._rng.random() < SHARE:
                self._do(self._take(news.call.id))
        elif isinstance(news, CallNews):
            self._calls[news.call.id] = news.call
            if news.mine and news.call.live and self._with is None:
                self._with = news.call.id
                self._do(self._serve(news.call.id))

    @property
    def _free(self) -> bool:
        return self._with is None and self._state is PresenceState.READY

    def _do(self, what: Awaitable[None]) -> None:
        async def done() -> None:
            with contextlib.suppress(RingdeskError):  # somebody else was quicker
                await what

        task = asyncio.ensure_future(done())
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    async def _take(self, ident: str) -> None:
        await self._sleep(self._rng.uniform(*HEARS))
        call = self._calls[ident]
        if self._free and call.live and call.claimed_by is None:
            await self._desk.claim(ident)

    async def _serve(self, ident: str) -> None:
        try:
            await self._say(PresenceState.BUSY, ident)
            await self._sleep(self._rng.uniform(*SERVES))
            call = self._calls[ident]
            if call.claimed_by == self._desk.person.person and call.disposition is None:
                await self._desk.wrapup(ident, SafeText(INQUIRY))
        finally:
            self._with = None
        await self._say(PresenceState.READY)

    async def _say(self, state: PresenceState, call: str | None = None) -> None:
        self._state = state
        await self._desk.do(PresenceSet(state=state, call=call))


async def beside(told: Told, ready: Awaitable[object]) -> None:
    """Once `ready`, run the child until cancelled; it has ended then. That it does not start or dies is no trouble of the
    demo: nobody is there, and the team says so."""
    await ready
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "cli.colleague",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    try:
        process.stdin.write(msgspec.json.encode(msgspec.to_builtins(told, enc_hook=str)) + b"\n")
        await process.wait()
    finally:
        process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _child(told: Told) -> None:
    from cli.deskroot import DeskRoot

    root = DeskRoot(Plan(data=told.data, server=told.server, user=told.user, password=told.password, code=told.code))
    try:
        desk = await root.open()
        await desk.sync(SYNC_SECONDS)
        await Colleague(desk, random.Random(told.seed)).work()  # noqa: S311 - the same seed, the same colleague
    finally:
        await root.close()


def main() -> int:
    """The child."""
    line = sys.stdin.buffer.readline()
    if not line:
        return 0
    told = msgspec.json.decode(line, type=Told, dec_hook=lambda kind, value: kind(value))
    threading.Thread(target=end_with_the_parent, name="parent", daemon=True).start()
    asyncio.run(_child(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
