"""`ringdesk doctor [SOURCE...]`: what is wrong with this installation and its lines, and what to do about it.

A line is judged by listening to it: its port is opened and its dialect sets the peer up, as the desk does.
"""

import argparse
import os
import platform
import queue
import sqlite3
import stat
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path
from typing import Final

from cli import roots
from cli.doctor_settings import keys, of_settings, settings
from cli.findings import Finding, wrong
from cli.listened import heard_for
from cli.output import print_json
from cli.pumps import expect_dialect, pump_of
from config import registry
from config.load import is_language, language_of, places
from config.settings import Settings
from ringdesk.dialects import Level, Notice
from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText
from ringdesk.transcript import Chunk
from ringdesk.why import Why
from terminal import words
from terminal.callerid.ports import PortError
from terminal.callerid.pump import recorded
from terminal.callerid.source import SourceSpec, Transport, parse
from terminal.callerid.transports import open_port

_PATIENCE: Final = 45.0
"""Seconds for a peer to be set up: a silent modem is given up after some 10 s, one that takes no command after 30."""
_SECOND_THOUGHTS: Final = 3.0
"""Seconds for what is asked after a login: Asterisk may take one until it is asked."""
_PACKAGES: Final = ("ringdesk", "textual", "pyserial", "msgspec", "websockets")
_REPLICA: Final = "replica.db"
_ROOM: Final = 200_000_000
"""Bytes that should be free where the data lies: a replica of 200,000 members and its log."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE",
        help="lines to try: serial:///dev/ttyACM0, tcp://host:port?dialect=ami; default: those of the settings, and the server",
    )
    parser.add_argument(
        "--public",
        metavar="URL",
        help="look at the address that a provider calls instead: https://pop.example.tw/hook/ID",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=0.0,
        metavar="N",
        help="listen to each line so long, and say why no number comes",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="the data directory of a desk or server")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the settings file to look at")
    parser.add_argument("--language", help="language of the report: en, zh-Hant")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(options: argparse.Namespace) -> int:
    """Print what was found, as it is found; 1 if something is wrong."""
    if options.language and not is_language(options.language):
        raise BadInput(Why("doctor_language", {"language": options.language}))
    found, known = settings(options.config)
    words.language(options.language or known.general.language or language_of(options.config))
    allowed = known.general.dialects
    lines = [parse(url, platform.node()) for url in options.sources]
    for spec in lines:
        expect_dialect(spec, allowed)
    named: list[Finding] = list(keys(known))
    asked: Iterator[Finding] = iter(())
    if not options.sources:
        lines, unusable = of_settings(known)
        named += unusable
        asked = _server(known, options.data)
    if not 0 <= options.seconds <= 86_400:
        raise BadInput(Why("doctor_seconds"))
    listened = (each for spec in lines if options.seconds for each in heard_for(spec, options.seconds, allowed))
    areas = _areas(lines, known, options.data)
    databases = _databases(known, options.data, alone=bool(options.sources))
    told = chain([found, *named], _findings(lines, options.data, allowed), databases, areas, listened, asked)
    if options.public is not None:
        from cli.doctor_public import public

        if options.sources or options.data:
            raise BadInput(Why("doctor_public_alone"))
        told = chain([found], public(options.public, known.server.public_url))
    well = True
    for finding in told:
        well &= finding.ok
        if options.json:
            print_json(finding.for_programs())
        else:
            sys.stdout.write(f"{finding.for_people()}\n")
            sys.stdout.flush()
    return 0 if well else 1


def _server(known: Settings, data: Path | None) -> Iterator[Finding]:
    """The server that the settings name, if they do; a desk without one starts its own."""
    from cli.doctor_server import server

    if known.desk.server:
        usual = Path(known.desk.data).expanduser() if known.desk.data else places().data
        yield server(known.desk.server, data or usual)


def _databases(known: Settings, data: Path | None, *, alone: bool) -> Iterator[Finding]:
    """The databases of servers on this machine: that of the data directory, and that of the settings. `alone`: only some
    lines were asked for."""
    if data is None and (alone or not known.server.database):
        return
    from cli.doctor_database import of_servers

    yield from of_servers(known.server.database, known.server.state, data, roots.wall())


def _areas(lines: list[SourceSpec], known: Settings, data: Path | None) -> Iterator[Finding]:
    """Whether the calls of a desk came without an area code, and what is set for it."""
    if data is None:
        return
    from cli.doctor_area import Place, of_calls

    own = [Place(spec.options.region, spec.options.area) for spec in lines]
    yield from of_calls(data / _REPLICA, roots.wall(), [Place(known.general.region or "TW", known.general.area), *own])


def _findings(lines: list[SourceSpec], data: Path | None, allowed: Collection[str]) -> Iterator[Finding]:
    yield _well("python", "doctor_python", version=platform.python_version(), platform=platform.platform())
    yield sqlite(sqlite3.sqlite_version_info)
    yield from map(_package, _PACKAGES)
    yield from map(_foreign, registry.foreign(allowed))
    yield from _ports({os.path.realpath(spec.path) for spec in lines if spec.transport is Transport.SERIAL})
    for spec in lines:
        yield _recording(spec) if spec.transport is Transport.REPLAY else _line(spec, allowed)
    if data is not None:
        yield from _data(data)


def _well(check: str, code: str, **values: str) -> Finding:
    return Finding(check=check, why=Why(code, values))


def sqlite(found: tuple[int, int, int]) -> Finding:
    """SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode when two checkpoints race (the WAL-reset bug); repaired in
    3.51.3, with backports 3.44.6 and 3.50.7 (https://sqlite.org/changes.html). A warning, not a fault: who runs a Python of
    their system can often do no more than keep backups."""
    name = ".".join(map(str, found))
    repaired = found >= (3, 51, 3) or (3, 50, 7) <= found < (3, 51) or (3, 44, 6) <= found < (3, 45)
    sound = repaired or found < (3, 7)
    if sound:
        return _well("sqlite", "doctor_version", version=name)
    return Finding(check="sqlite", level=Level.WARNING, why=Why("doctor_sqlite_faulty", {"version": name}))


def _package(name: str) -> Finding:
    try:
        return _well(name, "doctor_version", version=version(name))
    except PackageNotFoundError:
        return wrong(name, Why("doctor_not_installed"))


def _foreign(each: registry.Foreign) -> Finding:
    """A dialect of another package. One that is not allowed is a warning, not a fault: it is never imported."""
    return Finding(check=f"dialect {each.name}", ok=each.usable, level=each.level, why=each.why)


def _ports(tried_later: set[str]) -> Iterator[Finding]:
    """The serial ports of this machine: each is opened and closed, but for the lines that are tried anyway."""
    from serial.tools.list_ports import comports

    ports = [port for port in comports() if os.path.realpath(port.device) not in tried_later]
    if not ports and not tried_later:
        yield Finding(check="ports", level=Level.WARNING, why=Why("doctor_no_ports"))
    for port in ports:
        try:
            open_port(parse(f"serial://{port.device}", platform.node())).close()
        except PortError as error:
            yield wrong(port.device, error.why, error.detail)
        except BadInput as error:
            yield wrong(port.device, Why("doctor_port_odd"), str(error))
        else:
            named = "" if port.description in (None, "n/a") else SafeText(port.description)
            yield _well(port.device, "doctor_port_opens_named" if named else "doctor_port_opens", name=named)


def _recording(spec: SourceSpec) -> Finding:
    try:
        chunks = sum(1 for _ in recorded(spec))
    except (OSError, BadInput) as error:
        return wrong(spec.url, Why("doctor_recording_unread"), str(error))
    return _well(spec.url, "doctor_recording", count=str(chunks))


def _line(spec: SourceSpec, allowed: Collection[str]) -> Finding:
    notice, said = heard_from(spec, allowed)
    if notice.why.code == "ami_ready":
        notice = Notice(notice.level, Why("doctor_ami_ready"))
    return Finding(check=spec.url, ok=notice.level is Level.OK, level=notice.level, why=notice.why, said=said)


def heard_from(spec: SourceSpec, allowed: Collection[str] = ()) -> tuple[Notice, str | None]:
    """Open a line and let its dialect set the peer up: how it stands, and what the peer or the system said."""
    notices: queue.SimpleQueue[Notice] = queue.SimpleQueue()
    chunks: queue.SimpleQueue[Chunk] = queue.SimpleQueue()
    pump = pump_of(spec, lambda _: None, lambda _, notice: notices.put(notice), roots.wall, chunks.put, allowed=allowed)
    pump.start()
    with closing(pump):
        notice = _verdict(notices)
        if notice.level is Level.OK and spec.transport is Transport.TCP:
            notice = _second(notices) or notice
    return notice, _said(chunks) or notice.detail


def _verdict(notices: "queue.SimpleQueue[Notice]") -> Notice:
    """The first notice that is more than a beginning, or the beginning that does not end."""
    until = time.monotonic() + _PATIENCE
    notice = notices.get()
    while notice.level is Level.STARTING:
        try:
            notice = notices.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            break
    return notice


def _second(notices: "queue.SimpleQueue[Notice]") -> Notice | None:
    """What a peer that is well says soon after: an exchange lets an account in, and then refuses what it asks for."""
    until = time.monotonic() + _SECOND_THOUGHTS
    while (left := until - time.monotonic()) > 0:
        try:
            notice = notices.get(timeout=left)
        except queue.Empty:
            break
        if notice.level in (Level.WARNING, Level.BROKEN):
            return notice
    return None


def _said(chunks: "queue.SimpleQueue[Chunk]") -> str | None:
    """What the peer answered, on one line."""
    heard = bytearray()
    while not chunks.empty():
        chunk = chunks.get()
        heard += chunk.data if chunk.dir == "in" else b""
    return " ".join(SafeText(heard.decode("utf-8", "replace").replace("\r", "\n").replace("\n", " ")).split()) or None


def _data(directory: Path) -> Iterator[Finding]:
    name = str(directory)
    try:
        found = stat.S_ISDIR(directory.stat().st_mode)
    except OSError as error:
        found = False
        if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
            yield wrong(name, Why("doctor_data_hidden"), error.strerror)
            return
    if not found:
        yield wrong(name, Why("doctor_data_none"))
        return
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        yield wrong(name, Why("doctor_data_locked"))
        return
    disk = os.statvfs(directory) if hasattr(os, "statvfs") else None
    free = _ROOM if disk is None else disk.f_bavail * disk.f_frsize
    if free < _ROOM:
        full = {"free": str(free // 1_000_000), "least": str(_ROOM // 1_000_000)}
        yield wrong(name, Why("doctor_data_full", full))
    else:
        yield _well(name, "doctor_data_well")
    from terminal.store.recovery import damaged

    replica = directory / _REPLICA
    if replica.exists():
        from cli.doctor_database import database

        yield database(replica)
    yield from _awaited(replica)
    yield from (_well(str(copy), "doctor_damaged") for copy in damaged(replica))


def _awaited(path: Path) -> Iterator[Finding]:
    """Whose sign-in the outbox of a desk waits for. A replica that cannot be read is told of already."""
    from terminal.store.connection import Transaction, open_reader
    from terminal.store.regrant import awaited

    try:
        with closing(open_reader(path)) as connection:
            found = awaited(Transaction(connection))
    except sqlite3.Error:
        return
    for each in found:
        why = Why("doctor_awaited", {"count": str(each.ops), "name": each.name})
        yield Finding(check="outbox", ok=False, level=Level.WARNING, why=why)
