"""The doctor, the databases: whether each can be read, and what a server's says of the requests that were refused."""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from cli.doctor_hooks import refused
from cli.doctor_links import stood
from cli.findings import Finding, wrong
from cli.paths import exists
from config.lock import is_free
from ringdesk.dialects import Level
from ringdesk.errors import BadInput
from ringdesk.why import Why, register
from terminal.store.held import FILE as REPLICA

register(
    {
        "doctor_database_none": "is named in the settings (`[server] database`) and not there; start the server once, or "
        "correct the path",
        "doctor_data_bare": "there is no database: neither a desk's ({replica}) nor a server's (a .db file with its tables); "
        "give --data the directory in which one of them lies",
        "doctor_database_url": "is no database that can be read; write sqlite:///PATH in the settings (`[server] database`)",
        "doctor_server_none": "no server runs on this database, so how its lines stand is not known; start it with "
        "`ringdesk server`, or by its service",
    }
)

SERVER: Final = "server.db"
"""The file of a server in a data directory, unless it was named otherwise (`--database`)."""
LOG: Final = "server.log"
"""Its log, in its state directory."""
_STATE: Final = "state"
"""Where people keep the state of a server beside its database by hand (`--state state`)."""
_TABLES: Final = {"image", "ring"}
"""Two that no other program's database has together."""


def of_servers(named: str, state: str, data: Path | None, now: float) -> Iterator[Finding]:
    """Those of the data directory, where there are some, and the one that the settings name (`sqlite:///PATH`), with its state
    directory."""
    beside = [] if data is None else _servers_in(data)
    try:
        meant = _meant(named)
    except BadInput:
        yield wrong(named, Why("doctor_database_url"))
        meant = None
    if data is not None and not (beside or _there(data / REPLICA)) and data.is_dir():
        why = Why("doctor_data_bare", {"replica": REPLICA})
        yield Finding(check=str(data / "*.db"), level=Level.WARNING, why=why)
    for each in beside:
        if meant is None or each.absolute() != meant.absolute():
            yield from _of_server(each, "", now)
    if meant is None:
        return
    if not _there(meant):
        yield wrong(str(meant), Why("doctor_database_none"))
        return
    yield from _of_server(meant, state, now)


def _of_server(path: Path, state: str, now: float) -> Iterator[Finding]:
    from cli.own_server import SECRET_FILE

    yield database(path)
    yield from refused(path, now)
    if not is_free(path.with_name(f"{path.name}.lock")):
        yield from stood(_state(path, state) / LOG)
    elif not _there(path.with_name(SECRET_FILE)):  # a desk of its own starts its server when it opens
        yield Finding(check=f"server {path}", ok=False, level=Level.WARNING, why=Why("doctor_server_none"))


def _state(path: Path, given: str) -> Path:
    from server.identity.state import state_of
    from server.store.sqlite import PREFIX

    usual, beside = state_of(f"{PREFIX}{path}", given), path.with_name(_STATE)
    return usual if given or _there(usual) or not _there(beside) else beside


def _servers_in(data: Path) -> list[Path]:
    """What is named as a server's by itself, be it readable or not, and what has the tables of one under another name."""
    usual, others = data / SERVER, []
    with contextlib.suppress(OSError):  # what may not be looked at is told of already
        others = sorted(path for path in data.glob("*.db") if path.name not in (SERVER, REPLICA) and _is_server(path))
    return [usual, *others] if _there(usual) else others


def _is_server(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    except sqlite3.Error:
        return False
    return {name for (name,) in found} >= _TABLES


def database(path: Path) -> Finding:
    """Opened for reading only; the content is not looked at."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").fetchone()
    except sqlite3.Error as error:
        return wrong(str(path), Why("doctor_database_unread"), str(error))
    return Finding(check=str(path), why=Why("doctor_database", {"count": str(tables)}))


def _meant(named: str) -> Path | None:
    """The file behind what the settings say. Raises `BadInput`."""
    from server.store.sqlite import path_of

    return path_of(named) if named else None


def _there(path: Path) -> bool:
    """One that may not be looked at is there: why it cannot be read is told of it."""
    try:
        return exists(path)
    except BadInput:
        return True
