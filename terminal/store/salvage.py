"""What can be read of a damaged replica: its outbox, how the device stands, who has signed in and what they chose, half-typed
notes. Read without trust: what does not decode is left behind.

Copies are read only, for opening a database may change it. First as it is; then with its header, its first page, its log
replaced, for whatever is missing still; at last leaf by leaf.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from ringdesk import ops
from ringdesk.errors import BadInput
from ringdesk.ops import Actor, Op
from ringdesk.ops.touched import touches
from ringdesk.safetext import decode_hook
from ringdesk.wire.values import Answer
from terminal.store.connection import open_writer
from terminal.store.leaves import PAGE, records
from terminal.store.migrations import migrate
from terminal.store.standing import Standing

_HEADER: Final = 100
"""Bytes of the header of an SQLite file (sqlite.org/fileformat.html 1.3), at the start of page 1."""
_ROOM: Final = ".salvage-"
_COPY: Final = ("", "-wal", "-shm")
OP: Final = msgspec.json.Decoder(Op)
ACTOR: Final = msgspec.json.Decoder(Actor, dec_hook=decode_hook)
_ANSWER: Final = msgspec.json.Decoder(Answer, dec_hook=decode_hook)
STANDING: Final = msgspec.json.Decoder(Standing, dec_hook=decode_hook)
_ROLES: Final = msgspec.json.Decoder(tuple[str, ...])
_PROMISED: Final = msgspec.json.Decoder(dict[str, str])
_OUTBOX: Final = ("made", "op_id", "epoch", "dev_seq", "state", "seq", "said", "op", "actor", "answer", "answered_at")
_JSON: Final = frozenset({"said", "op", "actor", "answer", "value"})
_KEPT: Final = {
    "person": ("login", "person", "name", "roles", "verifier", "token", "expires", "wrong", "waits"),
    "pin": ("login", "verifier", "wrong", "waits"),
    "draft": ("author", "member", "call", "text", "saved_at", "revises", "promised"),
    "choice": ("person", "name", "value"),
}
"""Tables that are taken along, beside the outbox, with the columns that they have now."""
_KEYS: Final = {
    "person": ("login",),
    "pin": ("login",),
    "draft": ("author", "member", "call"),
    "choice": ("person", "name"),
}

UNUSABLE: Final = (sqlite3.Error, ValueError, msgspec.MsgspecError, RecursionError, BadInput)
"""What reading damaged bytes may raise; UnicodeDecodeError is a ValueError."""

_log = structlog.get_logger(__name__)

Line = dict[str, Any]


class Salvage(msgspec.Struct):
    """What could be read: ops by their id, the lines of the other tables by their key."""

    ops: dict[str, Line] = msgspec.field(default_factory=dict)
    lines: dict[str, dict[tuple[Any, ...], Line]] = msgspec.field(default_factory=dict)
    standing: Standing | None = None
    torn: bool = False
    """Something could not be read."""

    @property
    def unsent(self) -> int:
        """Ops without an answer."""
        return sum(1 for line in self.ops.values() if line["state"] == "waiting" and line["answer"] is None)


def salvage(path: Path) -> Salvage:
    """Everything that can be read of the replica at `path` and its write-ahead log. Raises OSError, sqlite3.Error."""
    found = Salvage()
    for left in path.parent.glob(f"{_ROOM}*"):  # of one that was stopped
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_ROOM, dir=path.parent, ignore_cleanup_errors=True) as room:
        fresh = Path(room) / "fresh"
        with closing(open_writer(fresh)) as connection:
            migrate(connection, fresh)
        main, log = _bytes(path), _bytes(path.with_name(f"{path.name}-wal"))
        for number, (content, beside) in enumerate(_readings(main, log, fresh.read_bytes())):
            copy = Path(room) / f"copy-{number}"
            copy.write_bytes(content)
            if beside:
                copy.with_name(f"{copy.name}-wal").write_bytes(beside)
            found.torn = False
            _read(copy, found)
            for each in _COPY:
                copy.with_name(copy.name + each).unlink(missing_ok=True)
            if not found.torn:
                break
        else:
            _read_leaves(main, log, found)
    return found


def _read_leaves(main: bytes, log: bytes, found: Salvage) -> None:
    """What no query came to, because a page on the way is damaged."""
    drafts = found.lines.setdefault("draft", {})
    for rowid, values in records(main, log):
        with suppress(*UNUSABLE):
            if len(values) == len(_OUTBOX):
                line = {name: _value(name, value) for name, value in zip(_OUTBOX, (rowid, *values[1:]), strict=True)}
                if line["op_id"] not in found.ops and _is_op(line):
                    found.ops[line["op_id"]] = line
            elif values[:1] == (b"standing",) and found.standing is None:
                found.standing = STANDING.decode(values[1])
            elif len(values) == len(_KEPT["draft"]) and isinstance(values[4], float):
                line = {name: _value(name, value) for name, value in zip(_KEPT["draft"], values, strict=True)}
                if _is_usable(partial(_expect_readable, "draft", line)):
                    drafts.setdefault(tuple(line[name] for name in _KEYS["draft"]), line)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _readings(main: bytes, log: bytes, fresh: bytes) -> Iterator[tuple[bytes, bytes]]:
    if main:
        yield main, log
        yield fresh[:28] + (len(main) // PAGE).to_bytes(4, "big") + fresh[32:_HEADER] + main[_HEADER:], log
        yield fresh[:28] + (len(main) // PAGE).to_bytes(4, "big") + fresh[32:PAGE] + main[PAGE:], log
        if log:
            yield main, b""
    elif log:
        yield fresh, log


def _read(copy: Path, found: Salvage) -> None:
    try:
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            connection.text_factory = bytes
            for line in _lines(connection, found, "meta", ("name", "value")):
                if line["name"] == "standing" and found.standing is None:
                    with suppress(*UNUSABLE):
                        found.standing = STANDING.decode(line["value"])
            found.torn |= found.standing is None
            for line in _lines(connection, found, "outbox", _OUTBOX):
                if _is_op(line):
                    found.ops.setdefault(line["op_id"], line)
                else:
                    found.torn = True
            for table, columns in _KEPT.items():
                kept = found.lines.setdefault(table, {})
                for line in _lines(connection, found, table, columns):
                    if _is_usable(partial(_expect_readable, table, line)):
                        kept.setdefault(tuple(line[name] for name in _KEYS[table]), line)
    except UNUSABLE as error:
        found.torn = True
        _log.info("not read any further", reason=str(error)[:200])


def _expect_readable(table: str, line: Line) -> None:
    """Raises for what would not be understood when it is needed."""
    if table == "person":
        _ROLES.decode(line["roles"])
    elif table == "draft":
        _PROMISED.decode(line.get("promised", "{}"))


def _lines(connection: sqlite3.Connection, found: Salvage, table: str, columns: tuple[str, ...]) -> Iterator[Line]:
    """From the start to where it cannot be read any more, then from the end; a line may come twice."""
    for way in ("asc", "desc"):
        try:
            has = {str(line[1], "utf-8") for line in connection.execute(f"pragma table_info({table})")}
            named = [name for name in columns if name in has]
            for values in connection.execute(f"select {', '.join(named)} from {table} order by {columns[0]} {way}"):  # noqa: S608
                with suppress(*UNUSABLE):
                    yield {name: _value(name, value) for name, value in zip(named, values, strict=True)}
        except UNUSABLE:
            found.torn = True
        else:
            return


def _value(name: str, value: Any) -> Any:
    """Text where text belongs, JSON as bytes. What a person typed is kept with a mark where it is damaged; raises ValueError for
    other text that is none."""
    if not isinstance(value, bytes):
        return value
    if name in _JSON:
        return value.decode("utf-8", "replace").encode()
    return value.decode("utf-8", "replace" if name == "text" else "strict")


def _is_usable(decode: Callable[[], Any]) -> bool:
    try:
        decode()
    except (*UNUSABLE, TypeError):
        return False
    return True


def _is_op(line: Line) -> bool:
    """Whether an op can be replayed and sent."""

    def decode() -> None:
        for name in ("op", "actor", "answer", "said"):
            msgspec.json.decode(line[name] or b"null")  # whole: a typed decoder passes over what it does not know
        op, actor = OP.decode(line["op"]), ACTOR.decode(line["actor"])
        touches(op.op_id, ops.decode_args(op), actor.person)
        if op.op_id != line["op_id"]:
            raise ValueError("another op")
        if line["answer"] is not None:
            _ANSWER.decode(line["answer"])

    forgotten = line["state"] == "settled"  # its arguments may be gone (`outbox.forget`)
    return line["state"] in ("waiting", "tray", "settled") and (forgotten or _is_usable(decode))
