"""The central settings as a person writes them: out of TOML, and into it again.

    [[source]]
    id = "twilio"
    dialect = "twilio"
    secrets = ["the newest first"]

    [[line]]
    id = "+886227208889"
    source = "twilio"
    store = "main"

Either list replaces all that was there of its kind; a kind that is not in the file stays as it is. `server.callrules` has
the other kinds: hours, callbacks.
"""

import difflib
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from config import complaint
from ringdesk.errors import BadInput
from server import callrules
from server.callrules import CallbacksTable, HoursTable, MarkTable, WrittenRules
from server.store.values import Central, RouteRow

MASK: Final = "***"
"""Stands for a secret that the reader need not know; imported again it means the one that is there."""
_KNOWN: Final = ("source", "line", "hours", "callbacks", "route", "mark")


class SourceTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `[[source]]`."""

    id: str
    dialect: str
    url: str = ""
    secrets: tuple[str, ...] = ()
    open: bool = False

    def __repr__(self) -> str:
        return f"SourceTable(id={self.id!r})"  # never the secrets


class LineTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `[[line]]`. `region` None: that of the machine."""

    id: str
    source: str
    store: str = "main"
    label: str = ""
    region: str | None = None
    area: str = ""
    abilities: tuple[str, ...] = ()


class Written(msgspec.Struct, frozen=True):
    """A file that was read. None: it says nothing of that kind."""

    sources: tuple[SourceTable, ...] | None
    lines: tuple[LineTable, ...] | None
    rules: WrittenRules = WrittenRules()


Table = TypeVar("Table", SourceTable, LineTable, HoursTable, CallbacksTable, RouteRow, MarkTable)


def read(text: str) -> Written:
    """The tables of a file. Raises `BadInput`."""
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(complaint.of_toml(error)) from error
    for name in found:
        if name not in _KNOWN:
            raise BadInput(
                f"there is no [[{name}]] in the central settings of this version; it has [[source]], [[line]], [[hours]],"
                " [[route]], [[mark]] and [callbacks]"
            )
    rules = WrittenRules(
        _tables(found, "hours", HoursTable, "store"),
        _single(found, "callbacks", CallbacksTable),
        _tables(found, "route", RouteRow),
        _tables(found, "mark", MarkTable, "number"),
    )
    return Written(_tables(found, "source", SourceTable), _tables(found, "line", LineTable), rules)


def _single(found: Mapping[str, Any], kind: str, table: type[Table]) -> Table | None:
    if kind not in found:
        return None
    if not isinstance(found[kind], dict):
        raise BadInput(f"{kind} is one table; write [{kind}], in one bracket, before what it says")
    return _read(f"[{kind}]", found[kind], table)


def _tables(found: Mapping[str, Any], kind: str, table: type[Table], name: str = "id") -> tuple[Table, ...] | None:
    if kind not in found:
        return None
    if not isinstance(found[kind], list):
        raise BadInput(f"{kind} is a list; write [[{kind}]], in two brackets, before each of them")
    tables: list[Table] = []
    for number, values in enumerate(found[kind], 1):
        if not isinstance(values, dict):
            raise BadInput(f"{kind} is a list of tables; write [[{kind}]], in two brackets, before each of them")
        tables.append(_read(f"[[{kind}]] {values.get(name) or f'number {number}'}", values, table))
    _expect_once(kind, name, (getattr(each, name) for each in tables))
    return tuple(tables)


def _read(where: str, values: Mapping[str, Any], table: type[Table]) -> Table:
    _expect_keys(where, values, table)
    try:
        return msgspec.convert(values, table)
    except msgspec.ValidationError as error:
        known = inspect.type_info(table)
        assert isinstance(known, inspect.StructType)
        fields = {field.name: field for field in known.fields}
        raise BadInput(complaint.of_type(error, fields, {"origin": where})) from error


def _expect_keys(where: str, values: Mapping[str, Any], table: type[Table]) -> None:
    known = {field.name: field for field in msgspec.structs.fields(table)}
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0)
            raise BadInput(f"{where}: there is no key {name}; did you mean {near[0]}?")
    for name, field in known.items():
        if field.required and name not in values:
            raise BadInput(f"{where}: it has no {name}; write one")


def _expect_once(kind: str, name: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            raise BadInput(f"two of [[{kind}]] have the {name} {each!r}; give one of them another")
        seen.add(each)


def text_of(central: Central, *, with_secrets: bool) -> str:
    """The settings as a file that `read` takes."""
    shown: Callable[[str], str] = (lambda secret: secret) if with_secrets else (lambda _secret: MASK)
    tables: list[str] = []
    for source in central.sources:
        values: dict[str, Any] = {"id": source.id, "dialect": source.dialect}
        values |= {"url": source.url} if source.url else {}
        values |= {"secrets": [shown(each) for each in source.active]} if source.active else {}
        values |= {"open": True} if source.open else {}
        tables.append(_table("[[source]]", values))
    for line in central.lines:
        values = {"id": line.id, "source": line.source, "store": line.site, "region": line.region, "area": line.area}
        values |= {"label": line.label} if line.label else {}
        tables.append(_table("[[line]]", values | {"abilities": line.abilities.split()}))
    tables += [_table(head, said) for head, said in callrules.tables_of(central.rules)]
    return "\n".join(tables) or "source = []\nline = []\n"


def _table(head: str, values: Mapping[str, Any]) -> str:
    """Every text here is printable, so that JSON's and TOML's ways of writing it are the same (TOML 1.0, basic strings)."""
    rows = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join([head, *rows, ""])
