"""Birthdays: entries derived from the members as they are shown, in the transaction that changes them (see `index`)."""

import calendar
import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from ringdesk.members import Member
from ringdesk.ops import Row
from terminal.store.connection import Transaction
from terminal.store.rows import shown

MOST: Final = 50
"""Members of one day: nobody congratulates more."""

_BIRTHDAY: Final = re.compile(r"(?:\d{4}|-)-(\d\d-\d\d)")
"""An ISO date, or one without a year (`--11-24`)."""


def birthday(row: Row | None) -> str | None:
    """`MM-DD` of a member's birthday; None for anything else."""
    if not isinstance(row, Member) or row.merged_into is not None or row.birthday is None:
        return None
    found = _BIRTHDAY.fullmatch(row.birthday)
    return found[1] if found else None


def reindex(tx: Transaction, member: str, before: Row | None, after: Row | None) -> None:
    """Replace the entry of a member."""
    old, new = birthday(before), birthday(after)
    if old == new:
        return
    if old is not None:
        tx.do("delete from anniversary where day = ? and member = ?", old, member)
    if new is not None:
        tx.do("insert or replace into anniversary (day, member) values (?, ?)", new, member)


def enter(tx: Transaction, members: Iterable[Member]) -> None:
    """Derive the entries of these members; theirs were deleted."""
    days = [(day, member.id) for member in members if (day := birthday(member)) is not None]
    tx.many("insert or replace into anniversary (day, member) values (?, ?)", sorted(days))


def anniversaries(tx: Transaction, today: date) -> list[Member]:
    """Whose birthday is today, by name; those of February 29 have it on the 28th of a common year."""
    days = [f"{today:%m-%d}"]
    if (today.month, today.day) == (2, 28) and not calendar.isleap(today.year):
        days.append("02-29")
    lines = [line for day in days for line in tx.all("select member from anniversary where day = ? limit ?", day, MOST)]
    rows = (shown(tx, ("member", member)) for (member,) in lines)
    return sorted((row for row in rows if isinstance(row, Member)), key=lambda row: (row.name, row.id))
