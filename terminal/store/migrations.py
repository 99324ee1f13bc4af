"""The schema of the replica: one list of steps, each a file, each run once and in order."""

import sqlite3
from importlib.resources import files
from pathlib import Path
from typing import Final

from ringdesk.errors import RingdeskError
from ringdesk.why import Why, register

register(
    {
        "replica_newer": "{path} was made by a newer ringdesk (its schema is {version}, this one knows {known}); upgrade ringdesk"
    }
)

STEPS: Final = (
    "0001_replica.sql",
    "0002_business.sql",
    "0003_people.sql",
    "0004_drafts.sql",
    "0005_tries.sql",
    "0006_numbers.sql",
)
"""Every step ever released; a new one goes to the end. `pragma user_version` is how many have run."""

VERSION: Final = len(STEPS)


def check(connection: sqlite3.Connection, path: Path) -> int:
    """How many steps the database has. Raises `RingdeskError` for one that a newer program made."""
    version = int(connection.execute("pragma user_version").fetchone()[0])
    if version > VERSION:
        versions = {"version": str(version), "known": str(VERSION)}
        raise RingdeskError(Why("replica_newer", {"path": str(path), **versions}))
    return version


def migrate(connection: sqlite3.Connection, path: Path, *, upto: int = VERSION) -> None:
    """Bring the database to `upto`, all steps in one transaction. Raises sqlite3.Error, `RingdeskError`."""
    version = check(connection, path)
    if version >= upto:
        return
    connection.execute("begin immediate")
    try:
        for name in STEPS[version:upto]:
            for statement in statements(files("terminal.store").joinpath("schema", name).read_text("utf-8")):
                connection.execute(statement)
        connection.execute(f"pragma user_version = {upto}")
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def statements(script: str) -> list[str]:
    """The statements of a script, one by one: `executescript` would commit before the first."""
    found: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    if pending.strip():
        raise ValueError(f"the script ends inside a statement: {pending.strip()[:60]!r}")
    return found
