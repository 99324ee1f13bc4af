"""What the central settings say of calls, as a person writes it: when stores are open, who is called back, where calls ring,
whose calls disturb nobody.

    [[hours]]
    store = "main"
    zone = "Asia/Taipei"
    mon = "09:00-18:00"
    closed = ["2026-02-16"]

    [callbacks]
    passive = true
    within_minutes = 60

Each replaces all that was there of its kind; what is not in the file stays as it is.
"""

import difflib
from collections.abc import Iterable, Mapping
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from ringdesk.callbacks import Policy
from ringdesk.errors import BadInput
from ringdesk.hours import DAYS, hours
from ringdesk.marks import MarkLabel
from ringdesk.reached import LEAST
from ringdesk.routing import MarkedNumbers
from ringdesk.safetext import SafeText
from server.store.values import LineRow, Roster, RouteRow, Rules, StoreHours, folded

MAX_TEXT: Final = 128
LEAST_SECONDS: Final = 5
MAX_SECONDS: Final = 600
LEAST_BEGINNING: Final = 3
"""Digits of the beginning of a number that marks all that begin so."""
MAX_WITHIN: Final = 7 * 24 * 60
"""Minutes of opening time within which somebody is called back: a week."""


class HoursTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An `[[hours]]`: a day that is missing is closed; without any day none are known."""

    store: str
    zone: str = ""
    mon: str = ""
    tue: str = ""
    wed: str = ""
    thu: str = ""
    fri: str = ""
    sat: str = ""
    sun: str = ""
    closed: tuple[str, ...] = ()


class CallbacksTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[callbacks]`; `ringdesk.callbacks.Policy` has the meaning."""

    make: bool = True
    passive: bool = False
    within_minutes: int = 60


class MarkTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `[[mark]]`: a number, or with `*` behind it the beginning of many."""

    number: str
    label: Literal["junk", "supplier"] = "junk"


class WrittenRules(msgspec.Struct, frozen=True):
    """What a file says of calls. None: nothing of that kind."""

    hours: tuple[HoursTable, ...] | None = None
    callbacks: CallbacksTable | None = None
    routes: tuple[RouteRow, ...] | None = None
    marks: tuple[MarkTable, ...] | None = None


def settled(written: WrittenRules, before: Rules, sites: frozenset[str], known: Roster | None = None) -> Rules:
    """The rules as they are after an import; `known`, where it is given, are those who can be routed to. Raises `BadInput`."""
    opened = before.hours if written.hours is None else tuple(_hours(each, sites) for each in written.hours)
    policy = before.callbacks if written.callbacks is None else _policy(written.callbacks)
    routes = before.routes
    if written.routes is not None:
        routes = tuple(_route(each, sites, known) for each in written.routes)
    marks = before.marks if written.marks is None else tuple(map(_mark, written.marks))
    return Rules(hours=opened, callbacks=policy, routes=routes, marks=marks)


def _route(table: RouteRow, sites: frozenset[str], known: Roster | None) -> RouteRow:
    where = f"[[route]] {table.id}"
    for text in (table.id, table.source, table.line, table.called, table.queue, table.extension):
        if text is not None and not (0 < len(text) <= MAX_TEXT and SafeText(text) == text):
            raise BadInput(f"{where}: {text!r} is no line of text; write 1 to {MAX_TEXT} characters")
    for store in (table.store, table.to_store):
        if store is not None:
            expect_store(where, store, sites)
    if table.called is not None and not any(char.isdecimal() for char in table.called):
        raise BadInput(f"{where}: called = {table.called!r} is no number; write one, or its beginning, as in +88622720")
    if not LEAST_SECONDS <= table.seconds <= MAX_SECONDS:
        raise BadInput(
            f"{where}: seconds is {table.seconds:g}; one desk rings for {LEAST_SECONDS} to {MAX_SECONDS} s before the next"
        )
    if not (table.desks or table.people or table.to_store):
        raise BadInput(f"{where}: it says nobody who rings; write desks, people or to_store")
    if known is not None:
        _expect_known(where, "desk", table.desks, known.desks, "`ringdesk admin devices` lists them")
        _expect_known(where, "person", table.people, known.people, "`ringdesk admin users` lists them")
    return table


def lineless(routes: Iterable[RouteRow], lines: Iterable[LineRow]) -> list[RouteRow]:
    """The routes that name a line which no `[[line]]` has: one of a desk's own source, or a typing error."""
    known = {name for line in lines for name in (line.id, line.label)}
    return [route for route in routes if route.line is not None and route.line not in known]


def _expect_known(
    where: str, what: str, named: tuple[str, ...], known: Mapping[str, tuple[str, ...]], advice: str
) -> None:
    ids = {each for several in known.values() for each in several}
    for name in named:
        if name in ids:
            continue
        meant = known.get(folded(name), ())
        if not meant:
            raise BadInput(f"{where}: there is no {what} {name!r}; {advice}")
        if len(meant) > 1:
            raise BadInput(
                f"{where}: {name!r} is the name of {len(meant)} devices ({', '.join(meant)}); give each its own with"
                " `ringdesk admin device name`, or write the id of the one that is meant"
            )


def _mark(table: MarkTable) -> MarkedNumbers:
    number, many = table.number.removesuffix("*"), table.number.endswith("*")
    digits = "".join(char for char in number if char.isdecimal())
    if "*" in number or len(digits) < (LEAST_BEGINNING if many else LEAST) or SafeText(table.number) != table.number:
        raise BadInput(
            f"[[mark]] {table.number!r}: write a number of {LEAST} digits or more, or its beginning of {LEAST_BEGINNING} or"
            " more and a * behind it, as in +886800*"
        )
    return MarkedNumbers(number=table.number, label=MarkLabel(table.label))


def _hours(table: HoursTable, sites: frozenset[str]) -> StoreHours:
    where = f"[[hours]] {table.store}"
    expect_store(where, table.store, sites)
    week = {day: span for day in DAYS if (span := getattr(table, day))}
    try:
        hours(week, table.closed)
    except BadInput as error:
        raise BadInput(f"{where}: {str(error).partition(': ')[2]}") from error
    if table.zone and not _is_zone(table.zone):
        raise BadInput(f"{where}: there is no time zone {table.zone!r} on this machine; write it as in Asia/Taipei")
    return StoreHours(id=table.store, zone=table.zone, week=week, closed=table.closed)


def expect_store(where: str, store: str, sites: frozenset[str]) -> None:
    """A store that there is. Raises `BadInput`."""
    if store not in sites:
        there = ", ".join(sorted(sites))
        near = difflib.get_close_matches("-".join(store.casefold().split()), sites, n=1)
        todo = f"did you mean {near[0]!r}?" if near else "`ringdesk admin store add` makes one"
        raise BadInput(f"{where}: there is no store {store!r}; the stores are {there}; {todo}")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _policy(table: CallbacksTable) -> Policy:
    if not 1 <= table.within_minutes <= MAX_WITHIN:
        raise BadInput(
            f"[callbacks]: within_minutes is {table.within_minutes}; write minutes of opening time, from 1 to {MAX_WITHIN}"
        )
    return Policy(make=table.make, passive=table.passive, within=table.within_minutes * 60.0)


def tables_of(rules: Rules) -> list[tuple[str, dict[str, object]]]:
    """The rules as tables of a file: the header in its brackets, and what stands below it."""
    tables: list[tuple[str, dict[str, object]]] = []
    for each in rules.hours:
        zone = {"zone": each.zone} if each.zone else {}
        closed = {"closed": list(each.closed)} if each.closed else {}
        tables.append(("[[hours]]", {"store": each.id, **zone, **each.week, **closed}))
    for route in rules.routes:
        given = {name: value for name, value in msgspec.structs.asdict(route).items() if value not in (None, ())}
        shown = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
        tables.append(("[[route]]", shown | {"seconds": round(route.seconds)}))
    tables += [("[[mark]]", {"number": mark.number, "label": mark.label.value}) for mark in rules.marks]
    policy = rules.callbacks
    if policy != Policy():
        within = round(policy.within / 60)
        tables.append(("[callbacks]", {"make": policy.make, "passive": policy.passive, "within_minutes": within}))
    return tables
