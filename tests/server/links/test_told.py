"""How the sources of a running server stand, as the desks of their store are told."""

import asyncio
from pathlib import Path

import msgspec

from ringdesk.wire.messages import SOURCES, ServerNotice
from server import admin
from server.links.line import Heard, Line, Stood
from server.store.values import LineRow, Source
from tests.server.links.line import DOWN, MAIN, PBX, Hand
from tests.server.parts import ROOTS, Terminal, shop


async def test_a_desk_is_told_how_the_sources_of_its_store_stand_when_it_comes_and_when_that_changes(
    tmp_path: Path,
) -> None:
    lines: list[Hand] = []

    def make(_source: Source, _lines: tuple[LineRow, ...], heard: Heard, stood: Stood) -> Line | None:
        lines.append(Hand(heard, stood))
        return lines[-1]

    async with shop(tmp_path, roots=msgspec.structs.replace(ROOTS, line=make)) as it:
        async with it.office() as desk:
            await admin.add_store(desk, "north")
            await desk.store.register.put_source(PBX, (MAIN,), desk.entry("test"))
        here, there = await it.terminal(), await it.terminal(site="north")
        async with asyncio.timeout(30):
            while not lines:
                await asyncio.sleep(0.01)
        await lines[0].stands(DOWN)
        told = await here.expect(ServerNotice)
        assert (told.code, [(each.id, each.level) for each in told.sources]) == (SOURCES, [("pbx", "broken")])
        late = await it.terminal()
        assert (await here_and_now(late)).sources == told.sources
        assert not [message for message in there.heard if isinstance(message, ServerNotice)]


async def here_and_now(terminal: Terminal) -> ServerNotice:
    """What it was told with its welcome, or is told next."""
    known = [message for message in terminal.heard if isinstance(message, ServerNotice)]
    return known[-1] if known else await terminal.expect(ServerNotice)
