"""The composition root of a desk, in this process."""

import asyncio
from pathlib import Path

from cli import roots
from cli.deskroot import DeskRoot
from cli.plan import Plan
from terminal.callerid.source import parse
from terminal.desk import Desk
from terminal.serverclock import Told

URL = "socket://127.0.0.1:1"


async def source_ids(data: Path, url: str = URL) -> list[str]:
    """The ids of the sources of a desk with this data directory, started and ended."""
    root = DeskRoot(Plan(data=data, user="me", sources=(parse(url, "front-desk"),)))
    try:
        desk = await root.open()
        return [source.source for source in (await desk.standing()).sources]
    finally:
        await root.close()


async def test_the_id_of_a_source_follows_from_the_device_and_not_from_the_name_of_the_pc(tmp_path: Path) -> None:
    first = await source_ids(tmp_path / "a")
    assert len(first) == 1
    assert first != await source_ids(tmp_path / "b")
    assert first == await source_ids(tmp_path / "a")


async def test_an_id_that_was_given_stays(tmp_path: Path) -> None:
    assert await source_ids(tmp_path / "a", f"{URL}?id=front") == ["front"]


async def another_grant(desk: Desk, grant: str) -> str:
    async with asyncio.timeout(20):
        while desk._person.grant == grant:
            await asyncio.sleep(0.05)
    return desk._person.grant


async def test_a_step_of_the_clock_past_a_grant_renews_it_at_once(tmp_path: Path) -> None:
    root = DeskRoot(Plan(data=tmp_path, user="me"))
    try:
        desk = await root.open()
        grant = await another_grant(desk, desk._person.grant)  # of the first contact
        roots.CLOCK.told(roots.CLOCK() + 30 * 86400.0, roots.steady())
        await another_grant(desk, grant)
    finally:
        roots.CLOCK.resume(Told())
        await root.close()
