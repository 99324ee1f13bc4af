"""Between rows of SQLite and values: a statement's columns stand in the order of the struct's fields."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from ringdesk.callbacks import Policy
from ringdesk.ops import decode_row
from ringdesk.presence import Presence
from ringdesk.routing import MarkedNumbers
from server.store.schema import QUERIES
from server.store.values import (
    MAIN_SITE,
    Device,
    Entry,
    Person,
    Roster,
    RouteRow,
    Rules,
    StoreHours,
    audit_content,
    folded,
)

T = TypeVar("T", bound=msgspec.Struct)
Db = sqlite3.Connection
Link = Callable[[str, bytes], str]
"""The audit's chain: previous link and entry -> next link."""


def made(kind: type[T], row: Sequence[Any]) -> T:
    """A value of a row."""
    return kind(**dict(zip(kind.__struct_fields__, row, strict=True)))


def first(db: Db, kind: type[T], name: str, /, **given: Any) -> T | None:
    """The first row of a named statement."""
    row = db.execute(QUERIES[name], given).fetchone()
    return None if row is None else made(kind, row)


def every(db: Db, kind: type[T], name: str, /, **given: Any) -> tuple[T, ...]:
    """All rows of a named statement."""
    return tuple(made(kind, row) for row in db.execute(QUERIES[name], given))


def scalar(db: Db, name: str, /, **given: Any) -> Any:
    """The one column of the first row of a named statement, None without a row."""
    row = db.execute(QUERIES[name], given).fetchone()
    return None if row is None else row[0]


def rules_of(db: Db) -> Rules:
    """What the central settings say of calls."""
    rows = tuple(db.execute(QUERIES["settings"]))
    return _rules(rows)


@lru_cache(maxsize=8)
def _rules(rows: tuple[tuple[str, str, int, bytes], ...]) -> Rules:
    """Asked for with many calls, and changed by a person: read once."""
    hours = tuple(msgspec.json.decode(body, type=StoreHours) for kind, _, _, body in rows if kind == "hours")
    policies = (msgspec.json.decode(body, type=Policy) for kind, _, _, body in rows if kind == "callbacks")
    routes = tuple(msgspec.json.decode(body, type=RouteRow) for kind, _, _, body in rows if kind == "route")
    marks = tuple(msgspec.json.decode(body, type=MarkedNumbers) for kind, _, _, body in rows if kind == "mark")
    return Rules(hours=hours, callbacks=next(policies, Policy()), routes=routes, marks=marks)


def roster_of(db: Db) -> Roster:
    """Who can be routed to: devices and people that were not closed out, what the people do, and where they are."""
    desks: dict[str, tuple[str, ...]] = {}
    people: dict[str, tuple[str, ...]] = {}
    stores: dict[str, str] = {}
    for device in every(db, Device, "devices"):
        if device.revoked_at is None:
            name = folded(device.name)
            desks[name] = (*desks.get(name, ()), device.id)
            stores[device.id] = device.site or MAIN_SITE
    for person in every(db, Person, "people"):
        if person.revoked_at is None:
            people[person.folded] = (person.id,)
    said = [
        row for _, body in db.execute(QUERIES["presences"]) if isinstance(row := decode_row("presence", body), Presence)
    ]
    said.sort(key=lambda row: row.at)
    return Roster(
        desks=desks,
        people=people,
        doing={row.id: row.state for row in said},
        working={row.device: row.state for row in said if row.device},
        stores=stores | {row.id: stores.get(row.device, "") for row in said if row.device},
    )


def put_rules(db: Db, rules: Rules) -> None:
    """In place of what the central settings said of calls."""
    db.execute(QUERIES["clear_settings"])
    rows: list[tuple[str, str, msgspec.Struct]] = [("hours", each.id, each) for each in rules.hours]
    rows += [("route", each.id, each) for each in rules.routes]
    rows += [("mark", each.number, each) for each in rules.marks]
    if rules.callbacks != Policy():
        rows.append(("callbacks", "", rules.callbacks))
    for position, (kind, row_id, value) in enumerate(rows):
        given = {"kind": kind, "id": row_id, "position": position, "body": msgspec.json.encode(value)}
        db.execute(QUERIES["put_setting"], given)


def append_audit(db: Db, entry: Entry, link: Link) -> None:
    """One more line of audit, chained to the one before."""
    # After the end that the space knows, so that what was cut off there leaves a gap; older code moves only the lines.
    n, chain = max(db.execute(QUERIES["audit_head"]).fetchone() or (0, ""), db.execute(QUERIES["audit_end"]).fetchone())
    line = msgspec.structs.asdict(entry)
    line["n"], line["chain"] = n + 1, link(chain, audit_content(n + 1, entry))
    db.execute(QUERIES["put_audit"], line)
    db.execute(QUERIES["move_audit"], {"n": line["n"], "chain": line["chain"]})
