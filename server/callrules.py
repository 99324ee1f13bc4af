"""What the central settings say of calls, as a person writes it: when stores are open, who is called back.

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

from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from ringdesk.callbacks import Policy
from ringdesk.errors import BadInput
from ringdesk.hours import DAYS, hours
from server.store.values import Rules, StoreHours

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


class WrittenRules(msgspec.Struct, frozen=True):
    """What a file says of calls. None: nothing of that kind."""

    hours: tuple[HoursTable, ...] | None = None
    callbacks: CallbacksTable | None = None


def settled(written: WrittenRules, before: Rules, sites: frozenset[str]) -> Rules:
    """The rules as they are after an import. Raises `BadInput`."""
    opened = before.hours if written.hours is None else tuple(_hours(each, sites) for each in written.hours)
    policy = before.callbacks if written.callbacks is None else _policy(written.callbacks)
    return Rules(hours=opened, callbacks=policy)


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
        raise BadInput(
            f"{where}: there is no store {store!r}; the stores are {there}; `ringdesk admin store add` makes one"
        )


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
    policy = rules.callbacks
    if policy != Policy():
        within = round(policy.within / 60)
        tables.append(("[callbacks]", {"make": policy.make, "passive": policy.passive, "within_minutes": within}))
    return tables
