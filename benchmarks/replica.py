"""A desk's data directory with many fictional members, made through the product's own import and sync.

`python -m benchmarks.replica DIR --members 100000 --seed 7` says how long the import at the server and the first sync took.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cli.deskroot import DeskRoot
from cli.plan import Plan
from ringdesk import sample
from ringdesk.ops import Row
from server import admin

PATIENCE = 3600.0


def _members(seed: int, count: int) -> Iterator[tuple[str, Row]]:
    for member in sample.people(seed, count):
        yield "member", member


async def make(room: Path, seed: int, members: int) -> dict[str, float]:
    """Fill `room`; the seconds of the import and of the first sync."""
    took: dict[str, float] = {"members": members}

    async def prepare(office: admin.Office) -> None:
        begun = time.perf_counter()
        await admin.import_rows(office, _members(seed, members))
        took["import at the server, s"] = round(time.perf_counter() - begun, 1)

    root = DeskRoot(Plan(data=room), prepare=prepare)
    try:
        desk = await root.open()
        begun = time.perf_counter()
        await desk.sync(PATIENCE)
        took["first sync, s"] = round(time.perf_counter() - begun, 1)
    finally:
        await root.close()
    return took


def main() -> None:
    """Make it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("room", type=Path)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    took = asyncio.run(make(options.room, options.seed, options.members))
    sys.stderr.write(msgspec.json.encode(took).decode() + "\n")


if __name__ == "__main__":
    main()
