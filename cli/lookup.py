"""`ringdesk lookup`: the search box from the shell. Reads a replica, takes no lock, changes nothing."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from cli.output import print_json
from cli.paths import is_file
from config.load import load, places
from config.settings import General
from ringdesk.errors import BadInput
from ringdesk.numbers import known_region
from ringdesk.why import Why, register
from terminal import words
from terminal.lookup.search import LIMIT, Lookup
from terminal.news import Match
from terminal.store.connection import Database, open_reader
from terminal.store.held import FILE
from terminal.store.migrations import VERSION, check
from terminal.widgets.speech import because
from terminal.widgets.telephone import home, written

register(
    {
        "lookup_region": "there is no numbering plan for '{region}'; give two letters such as TW, US or GB",
        "lookup_no_replica": "{folder} holds no replica; give the --data directory of a desk that has run",
        "lookup_older": "{path} was made by an older ringdesk; open the desk once, then search again",
    }
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("query", help="a number, its last 3 or 4 digits, a member code, a name, or digits and a name")
    parser.add_argument("--data", metavar="DIR", help="the data directory of a desk; default: the one that `desk` uses")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")
    parser.add_argument("--limit", type=int, default=LIMIT, help=f"how many at most ({LIMIT})")
    parser.add_argument(
        "--region", help="where a number without a country code is dialled; default: as in the settings"
    )
    parser.add_argument("--area", help="the area code of a local number; default: as in the settings")
    parser.add_argument("--language", help="language of the answer: en, zh-Hant")
    parser.add_argument("--json", action="store_true", help="one object per line")


def run(options: argparse.Namespace) -> int:
    """Search once."""
    if options.region is not None and not known_region(options.region):
        raise BadInput(Why("lookup_region", {"region": options.region}))
    general = {name: getattr(options, name) for name in ("region", "area", "language")}
    settings = load(options.config, flags={"desk": {"data": options.data}, "general": general})
    words.language(settings.general.language)
    home(settings.general.region)
    folder = Path(settings.desk.data).expanduser() if settings.desk.data else places().data
    path = folder / FILE
    if not is_file(path):
        raise BadInput(Why("lookup_no_replica", {"folder": str(folder)}))
    for match in asyncio.run(_search(path, settings.general, options)):
        if options.json:
            print_json(match_object(match))
        else:
            sys.stdout.write(_line(match) + "\n")
    return 0


async def _search(path: Path, general: General, options: argparse.Namespace) -> list[Match]:
    reader = await Database.reader(path, _current)
    try:
        return await Lookup(reader, region=general.region, area=general.area).search(options.query, options.limit)
    finally:
        await reader.close()


def _current(path: Path) -> Any:
    connection = open_reader(path)
    if check(connection, path) != VERSION:
        connection.close()
        raise BadInput(Why("lookup_older", {"path": str(path)}))
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
    """For a person: the numbers as people write them, the reason in the language in force."""
    numbers = ", ".join(written(number.e164, number.raw) for number in match.member.numbers)
    code = f" [{match.member.code}]" if match.member.code else ""
    return f"{match.member.name}{code}  {numbers}  ({because(match.why)})"
