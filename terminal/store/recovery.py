"""A replica that is damaged: whatever cannot be had from the server is taken out of it as far as it can be read, into a new one.

That is the outbox, how the device stands, who has signed in here and what they chose, and half-typed notes. Rows are fetched
from the server again. The damaged file is kept beside the new one, the newest `KEPT` of them. Everything is read without trust:
what does not decode is left behind.

The new replica is complete before the damaged one makes way, so that whoever is stopped in between goes on at the next start.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from ringdesk import ops
from ringdesk.ops.touched import touches
from ringdesk.why import Why, register
from terminal.store.connection import MARK, Transaction, is_damage, open_writer
from terminal.store.edit import Edit
from terminal.store.migrations import VERSION, migrate
from terminal.store.salvage import ACTOR, OP, STANDING, UNUSABLE, Line, Salvage, salvage
from terminal.store.standing import stand

register(
    {
        "replica_recovered": (
            "{path} was damaged and is made anew: what was not sent yet was read from it ({count}) and is kept, the rest comes"
            " from the server; the damaged file is kept as {copy}"
        ),
        "replica_unread": (
            "{path} was damaged and is made anew; nothing could be read from it, what the server has comes from there; the"
            " damaged file is kept as {copy}"
        ),
    }
)

LOST: Final = "lost"
"""The epoch of a device made anew. Which numbers were used is not certain any more; no server knows this epoch, so it gives
another one, in which they do not matter."""
KEPT: Final = 3
"""Damaged files that are kept: somebody may want to look into them, but each is as large as the replica was."""
_NEW: Final = ".new"
_BESIDE: Final = ("", "-wal", "-shm")

_log = structlog.get_logger(__name__)


def _is_lost(path: Path) -> bool:
    """Whether there is an empty file or none, and beside it what only a used one has. SQLite would take it for a new database,
    and delete the log that belongs to it."""
    with suppress(OSError):
        log = path.with_name(f"{path.name}-wal")
        if not path.exists():
            return log.exists() and log.stat().st_size > 0
        if path.stat().st_size:
            return False
        return (log.exists() and log.stat().st_size > 0) or (path.parent / "device.key").exists()
    return False


def recovered(path: Path) -> Why | None:
    """Make sure that what lies at `path`, if anything, can be used; what a person is told where it had to be made anew.

    Raises sqlite3.Error, OSError where the disk does not let it.
    """
    _go_on(path)
    if _is_lost(path) or path.with_name(path.name + MARK).exists():
        return recover(path)
    if path.exists():
        try:
            _expect_sound(path)
        except UNUSABLE as error:
            if is_damage(error, path, opening=True):
                return recover(path)
    return None


def recover(path: Path) -> Why:
    """Make the replica `path` anew out of what can be read of it; what a person is told. Raises sqlite3.Error, OSError."""
    found = salvage(path)
    new = path.with_name(path.name + _NEW)
    for beside in _BESIDE:
        new.with_name(new.name + beside).unlink(missing_ok=True)
    _build(new, found)
    copy = _move_aside(path)
    new.replace(path)
    _forget(path)
    _log.error("the replica was damaged and is made anew", copy=str(copy), ops=len(found.ops), unsent=found.unsent)
    said = {"path": str(path), "copy": str(copy), "count": str(found.unsent)}
    return Why("replica_recovered" if found.standing or found.ops else "replica_unread", said)


def _go_on(path: Path) -> None:
    """End a recovery that was stopped after the damaged file had made way. Raises OSError."""
    new = path.with_name(path.name + _NEW)
    if new.exists() and not path.exists():
        _move_aside(path)
        new.replace(path)
        _forget(path)


def damaged(path: Path) -> list[Path]:
    """The damaged files that are kept beside the replica `path`, the newest first."""
    numbers = {number for each in path.parent.glob(f"{path.name}.damaged-*") if (number := _number(path, each))}
    return [_copy(path, number) for number in sorted(numbers, reverse=True)]


def _copy(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.damaged-{number}")


def _number(path: Path, copy: Path) -> int:
    """Which of the damaged files that is, or to which of them it belongs; 0 if it is none."""
    said = copy.name.removeprefix(f"{path.name}.damaged-").removesuffix("-wal").removesuffix("-shm")
    return int(said) if said.isascii() and said.isdecimal() else 0


def _forget(path: Path) -> None:
    """Nobody waits for the room of what is older: a file that cannot be removed now is removed the next time."""
    for copy in damaged(path)[KEPT:]:
        for beside in _BESIDE:
            with suppress(OSError):
                copy.with_name(copy.name + beside).unlink(missing_ok=True)


def _move_aside(path: Path) -> Path:
    path.with_name(path.name + MARK).unlink(missing_ok=True)
    newest = next(iter(damaged(path)), None)
    copy = _copy(path, 1 if newest is None else _number(path, newest) + 1)
    for beside in _BESIDE:
        with suppress(FileNotFoundError):
            path.with_name(path.name + beside).replace(copy.with_name(copy.name + beside))
    return copy


def _build(path: Path, found: Salvage) -> None:
    with closing(open_writer(path)) as connection:
        migrate(connection, path)
        connection.execute("begin immediate")
        tx = Transaction(connection)
        if found.standing is not None:
            stand(tx, msgspec.structs.replace(found.standing, epoch=LOST, last=0, answered=0))
        for table, lines in found.lines.items():
            for line in lines.values():
                with suppress(sqlite3.Error):  # a value of another type, a column without one
                    connection.execute(*_insert(table, line))
        edit = Edit(tx)
        for line in sorted(found.ops.values(), key=lambda line: int(line["made"])):
            with suppress(sqlite3.Error):
                _put(connection, edit, line)
        edit.finish()
        connection.execute("commit")
        connection.execute("pragma wal_checkpoint(truncate)").fetchall()


def _put(connection: sqlite3.Connection, edit: Edit, line: Line) -> None:
    """One op, with the rows on which it is replayed. Their ids are in the order of their making."""
    keys: tuple[ops.RowKey, ...] = ()
    with suppress(*UNUSABLE):
        op, actor = OP.decode(line["op"]), ACTOR.decode(line["actor"])
        keys = tuple(touches(op.op_id, ops.decode_args(op), actor.person))
    edit.touch(*keys)
    unanswered = line["state"] == "waiting" and line["answer"] is None
    made = connection.execute(*_insert("outbox", line | ({"epoch": ""} if unanswered else {}))).lastrowid
    for kind, row in sorted(set(keys)):
        connection.execute("insert into replay (kind, id, made) values (?, ?, ?)", (kind, row, made))


def _insert(table: str, line: Line) -> tuple[str, tuple[Any, ...]]:
    marks = ", ".join("?" * len(line))
    return f"insert into {table} ({', '.join(line)}) values ({marks})", tuple(line.values())  # noqa: S608 - names of ours


_WAITING: Final = "select made from outbox {} where state = 'waiting' order by made"
_SCHEMA: Final = "select type, name, sql from sqlite_schema order by type, name"


def _schema() -> list[Any]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, Path(":memory:"))
        return connection.execute(_SCHEMA).fetchall()


def _expect_sound(path: Path) -> None:
    """Look at what everything else rests on, without changing the file. Raises what a damaged one makes it raise."""
    with path.open("rb") as file:
        if not set(file.read(20)[18:20]) <= {1, 2}:  # the versions for writing and reading: others let nobody write
            raise sqlite3.DatabaseError("the header is not of a database")
    address = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
        tx = Transaction(connection)
        version = tx.value("pragma user_version")
        if version > VERSION and tx.all(_SCHEMA) == _schema():
            raise sqlite3.DatabaseError(f"the schema is not of version {version}")
        if version != VERSION:
            return  # an older one is brought up to date, a newer one is for another program
        body = tx.value("select value from meta where name = 'standing'")
        if body is not None:
            STANDING.decode(body)
        waiting = [tx.all(_WAITING.format(way)) for way in ("not indexed", "indexed by outbox_waiting")]
        if waiting[0] != waiting[1]:
            raise sqlite3.DatabaseError("an index differs from its table")  # what it lacks would never be sent
        for op, actor in tx.all("select op, actor from outbox where state = 'waiting'"):
            OP.decode(op)
            ACTOR.decode(actor)
