"""`ringdesk lookup`: the search box from the shell. Reads a replica, takes no lock, changes nothing."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from cli.output import print_json
from cli.paths import is_file
from config.load import load, places
from ringdesk.errors import BadInput
from ringdesk.numbers import known_region
from terminal.lookup.search import LIMIT, Lookup
from terminal.news import Match
from terminal.store.connection import Database, open_reader
from terminal.store.held import FILE
from terminal.store.migrations import VERSION, check


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("query", help="a number, its last 3 or 4 digits, a member code, a name, or digits and a name")
    parser.add_argument("--data", metavar="DIR", help="the data directory of a desk; default: the one that `desk` uses")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")
    parser.add_argument("--limit", type=int, default=LIMIT, help=f"how many at most ({LIMIT})")
    parser.add_argument("--region", default="TW", help="where a number without a country code is dialled (TW)")
    parser.add_argument("--area", default="", help="the area code of a local number")
    parser.add_argument("--json", action="store_true", help="one object per line")


def run(options: argparse.Namespace) -> int:
    """Search once."""
    if not known_region(options.region):
        raise BadInput(f"there is no numbering plan for {options.region!r}; give two letters such as TW, US or GB")
    data = load(options.config, flags={"desk": {"data": options.data}}).desk.data
    folder = Path(data).expanduser() if data else places().data
    path = folder / FILE
    if not is_file(path):
        raise BadInput(f"{folder} holds no replica; give the --data directory of a desk that has run")
    for match in asyncio.run(_search(path, options)):
        if options.json:
            print_json(match_object(match))
        else:
            sys.stdout.write(_line(match) + "\n")
    return 0


async def _search(path: Path, options: argparse.Namespace) -> list[Match]:
    reader = await Database.reader(path, _current)
    try:
        return await Lookup(reader, region=options.region, area=options.area).search(options.query, options.limit)
    finally:
        await reader.close()


def _current(path: Path) -> Any:
    connection = open_reader(path)
    if check(connection, path) != VERSION:
        connection.close()
        raise BadInput(f"{path} was made by an older ringdesk; open the desk once, then search again")
    return connection


def match_object(match: Match) -> dict[str, Any]:
    """A match as it is printed."""
    return {
        "member": match.member.id,
        "name": str(match.member.name),
        "why": match.why.english(),
        "why_code": match.why.code,
        "guess": match.guess,
    }


def _line(match: Match) -> str:
    numbers = ", ".join(number.raw for number in match.member.numbers)
    code = f" [{match.member.code}]" if match.member.code else ""
    return f"{match.member.name}{code}  {numbers}  ({match.why.english()})"
