"""`ringdesk admin settings`: the central settings of a server, out of a file and into one."""

import argparse
import sys
from pathlib import Path
from typing import Final

from cli.heldfaults import doubts, expect_usable
from cli.heldlines import specs_of
from cli.output import complain, print_json
from config.complaint import of_toml
from ringdesk.errors import BadInput
from server import admin
from server.accept.ringing import deserted
from server.admin import Office
from server.callrules import lineless
from server.store.values import Central
from terminal.callerid.source import SourceSpec

_HELD: Final = "the server listens to it, at {}; `server.log` in its state directory says how it stands"
_AT_A_DESK: Final = (
    "no address on the network, so the server does not listen to it: the desk does whose own source says id={}"
    " ([desk] sources)"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    ways = parser.add_subparsers(dest="verb", required=True)
    taking = ways.add_parser("import", help="take them from a file, all or nothing")
    taking.add_argument(
        "settings_file",
        type=Path,
        metavar="FILE",
        help="TOML with [[source]], [[line]], [[route]] ...; `-`: standard input",
    )
    taking.set_defaults(job=_import, begins=True)
    giving = ways.add_parser("export", help="write them into a file")
    giving.add_argument("file", type=Path, metavar="FILE", help="where to; `-`: standard output")
    giving.add_argument("--with-secrets", action="store_true", help="secrets in full, for another server")
    giving.set_defaults(job=_export)


def text_of(file: Path) -> str:
    """What a settings file says. Raises `BadInput`."""
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror or error}; give another file") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file}: {of_toml(error).english()}") from error


async def _import(desk: Office, options: argparse.Namespace) -> None:
    lines: dict[str, SourceSpec | None] = {}

    def judge(central: Central) -> None:
        lines.update(specs_of(central, options.dialects))
        expect_usable(lines, options.dialects)

    try:
        changed = await admin.import_settings(desk, options.text, options.region, options.dialects, judge)
    except BadInput as error:
        where = "standard input" if str(options.settings_file) == "-" else options.settings_file
        raise BadInput(f"{where}: {error}") from error
    for each in changed:
        print_json({each.kind: each.id, "change": each.what, "fields": each.fields})
    print_json({"imported": str(options.settings_file), "changes": len(changed)})
    for source, spec in lines.items():
        complain(f"[[source]] {source}: {_AT_A_DESK.format(source) if spec is None else _HELD.format(spec.address)}")
    for doubt in doubts(lines, options.dialects):
        complain(doubt)
    now = await desk.store.register.central()
    at_desks = {source for source, spec in _lines_of(now, options).items() if spec is None}
    sites = [site.id for site in await desk.store.register.sites()]
    for route, stores in deserted(now, await desk.store.register.roster(), sites, at_desks):
        complain(
            f"[[route]] {route.id}: of the desks and people whom it names none is at the store of its calls now"
            f" ({', '.join(stores)}), so they ring at all desks there; name others, or give the calls to another store (to_store)"
        )
    for route in lineless(now.rules.routes, now.lines):
        complain(
            f"[[route]] {route.id}: no [[line]] has the id or label {route.line!r}; it fits only calls of a desk whose own"
            f" source says line={route.line}; if that is not meant, write the line as its [[line]] has it"
        )


def _lines_of(central: Central, options: argparse.Namespace) -> dict[str, SourceSpec | None]:
    """As `specs_of`; nothing where one of the sources cannot be used, which is said where they are imported."""
    try:
        return specs_of(central, options.dialects)
    except BadInput:
        return {}


async def _export(desk: Office, options: argparse.Namespace) -> None:
    text = await admin.export_settings(desk, with_secrets=options.with_secrets)
    if str(options.file) == "-":
        sys.stdout.write(text)
        return
    try:
        admin.write_private(options.file, text.encode())
    except OSError as error:
        raise BadInput(f"{options.file}: {error.strerror or error}; give another file") from error
    print_json({"exported": str(options.file), "secrets": "in full" if options.with_secrets else "masked"})
