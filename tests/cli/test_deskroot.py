"""The composition root of a desk, in this process."""

from pathlib import Path

from cli.deskroot import DeskRoot
from cli.plan import Plan
from terminal.callerid.source import parse

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
