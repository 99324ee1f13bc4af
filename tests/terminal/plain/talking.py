"""A person at the plain desk: lines typed, lines read."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from ringdesk.hours import Hours
from ringdesk.safetext import SafeText
from terminal import words
from terminal.plain import PlainDesk
from terminal.screens.windows import UNKNOWN
from terminal.screens.wrapup import WrapUp
from tests.terminal.scripted_desk import ScriptedDesk

PATIENCE = 60.0


@contextmanager
def spoken(language: str) -> Iterator[None]:
    words.language(language)
    try:
        yield
    finally:
        words.language("en")


class Typist:
    """Types lines into a plain desk, and keeps every byte that it says."""

    def __init__(
        self,
        desk: ScriptedDesk,
        *,
        shared: bool = False,
        hint: Callable[[], SafeText] = SafeText,
        hours: Hours = UNKNOWN,
        wrap_up: WrapUp | None = None,
    ) -> None:
        self.desk = desk
        self.said = bytearray()
        self._chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self.plain = PlainDesk(
            desk,
            self.said.extend,
            wall=lambda: desk.clock,
            zone=ZoneInfo("Asia/Taipei"),
            hours=hours,
            shared=shared,
            hint=hint,
            wrap_up=wrap_up,
        )

    @property
    def lines(self) -> list[str]:
        return self.said.decode().split("\n")

    async def chunks(self) -> AsyncIterator[bytes]:
        while data := await self._chunks.get():
            yield data

    async def type(self, *lines: str) -> list[str]:
        """Type; what was said of it."""
        before = len(self.said)
        self._chunks.put_nowait("".join(f"{line}\n" for line in lines).encode())
        await self.settle()
        return self.said[before:].decode().splitlines()

    async def settle(self) -> None:
        """Until nothing is said any more."""
        quiet, size = 0, len(self.said)
        async with asyncio.timeout(PATIENCE):
            while quiet < 5:
                await asyncio.sleep(0.01)
                quiet = quiet + 1 if len(self.said) == size else 0
                size = len(self.said)

    def end(self) -> None:
        self._chunks.put_nowait(b"")


@asynccontextmanager
async def talking(desk: ScriptedDesk, **more: Any) -> AsyncIterator[Typist]:
    typist = Typist(desk, **more)
    running = asyncio.create_task(typist.plain.run(typist.chunks()))
    await typist.settle()
    try:
        yield typist
    finally:
        typist.end()
        async with asyncio.timeout(PATIENCE):
            await running
