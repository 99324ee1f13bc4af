"""A desk that knows people before its first start: brought in by the server's import, by sync like any other row."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cli.deskroot import DeskRoot
from cli.plan import Plan
from ringdesk.ops import Row

if TYPE_CHECKING:
    from server.admin import Office


async def filled(data: Path, rows: Iterable[tuple[str, Row]]) -> None:
    """Make the data directory of a desk with a server of its own, with these rows (kind and row) on both."""

    async def prepare(office: "Office") -> None:
        from server import admin

        await admin.import_rows(office, rows)

    root = DeskRoot(Plan(data=data, user="me"), prepare=prepare)
    try:
        desk = await root.open()
        await desk.sync(60)
    finally:
        await root.close()
