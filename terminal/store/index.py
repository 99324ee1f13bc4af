"""What is found by what: entries derived from the rows as they are shown, in the transaction that changes them.

One table of grams answers every search: name grams, number tails (`#678`) and member codes (`=0012`), each in the order of
the last contact, so that a query is one range of the index however common the term is.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from operator import itemgetter
from typing import Final

from ringdesk import channels, names, numbers
from ringdesk.calls import Call
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.ops import Row, RowKey
from ringdesk.reached import e164_of
from ringdesk.tasks import Task
from ringdesk.timeline import Contact
from terminal.store import birthdays, business
from terminal.store.connection import Record, Transaction
from terminal.store.rows import shown, shown_rows

VERSION: Final = 4
"""Grows when the entries of a row change; an older replica derives them anew when it is opened."""

DAY: Final = 86_400
_CHUNK: Final = 20_000
_LAST_TIME: Final = 4e9


def tail_gram(digits: str) -> str:
    """The gram of the last digits of a number."""
    return f"#{digits}"


def code_gram(code: str) -> str:
    """The gram of a member code."""
    return f"={names.fold(code)}"


def grams_of(member: Member) -> frozenset[str]:
    """Every gram by which a member is found. An alias is found by nothing: the member that it became is."""
    if member.merged_into is not None:
        return frozenset()
    found = {*names.grams(member.name)}
    for number in member.numbers:
        if number.e164 is not None:
            found.update(tail_gram(tail) for tail in numbers.tails(number.e164))
        elif channels.is_masked(number.raw):
            found.add(tail_gram(number.raw.removeprefix(channels.MASK)))
    if member.code:
        found.add(code_gram(member.code))
    return frozenset(found)


def numbers_of(member: Member) -> frozenset[tuple[str, int]]:
    """(E.164, when it was last chosen as theirs; 1: it is usually theirs) of every number that is one."""
    if member.merged_into is not None:
        return frozenset()
    ranks = [(number.e164, max(int(number.usual), _whole(number.chosen_at))) for number in member.numbers]
    return frozenset({e164: rank for e164, rank in sorted(ranks, key=itemgetter(1)) if e164 is not None}.items())


def _whole(at: float) -> int:
    return int(min(max(at, 0.0), _LAST_TIME))


def reindex(tx: Transaction, key: RowKey, before: Row | None, after: Row | None) -> None:
    """Replace the entries of a row that was shown as `before` and now is as `after`."""
    if isinstance(before, Member) or isinstance(after, Member):
        _reindex_member(tx, key[1], before, after)
        birthdays.reindex(tx, key[1], before, after)
        return
    business.reindex(tx, key, before, after)
    old, new = _about(key, before), _about(key, after)
    if old == new:
        return
    if new is None:
        tx.do("delete from about where kind = ? and id = ?", *key)
    else:
        tx.do(f"insert or replace into {_ABOUT}", *new)
    if key[0] in _CONTACTS:
        for member in {entry[2] for entry in (old, new) if entry is not None and entry[2] is not None}:
            _note_recency(tx, member)


_CONTACTS: Final = ("contact", "note")
"""Kinds whose time counts as a contact with the member."""

_ABOUT: Final = "about (kind, id, member, call, at, number) values (?, ?, ?, ?, ?, ?)"


def _about(key: RowKey, row: Row | None) -> Record | None:
    if isinstance(row, Call):
        return (*key, None, None, row.started, e164_of(row))
    return (*key, row.member, row.call, row.at, None) if isinstance(row, Note | Task | Contact) else None


def _day(tx: Transaction, member: str) -> int:
    return int(tx.value("select day from recency where member = ?", member) or 0)


def _reindex_member(tx: Transaction, member: str, before: Row | None, after: Row | None) -> None:
    old = before if isinstance(before, Member) else None
    new = after if isinstance(after, Member) else None
    if old is not None and new is not None and _same_entries(old, new):
        return
    day = _day(tx, member)
    grams_before = grams_of(old) if old else frozenset()
    grams_after = grams_of(new) if new else frozenset()
    _remove_grams(tx, member, day, grams_before - grams_after)
    _add_grams(tx, member, day, grams_after - grams_before)
    numbers_before = numbers_of(old) if old else frozenset()
    numbers_after = numbers_of(new) if new else frozenset()
    tx.many(
        "delete from member_number where e164 = ? and member = ?",
        ((e164, member) for e164, _ in numbers_before - numbers_after),
    )
    tx.many(
        "insert or replace into member_number (e164, member, usual) values (?, ?, ?)",
        ((e164, member, usual) for e164, usual in numbers_after - numbers_before),
    )


def _same_entries(old: Member, new: Member) -> bool:
    return (old.name, old.numbers, old.code, old.merged_into) == (new.name, new.numbers, new.code, new.merged_into)


def _remove_grams(tx: Transaction, member: str, day: int, grams: Iterable[str]) -> None:
    tx.many("delete from gram where gram = ? and day = ? and member = ?", ((gram, day, member) for gram in grams))


def _add_grams(tx: Transaction, member: str, day: int, grams: Iterable[str]) -> None:
    tx.many("insert or ignore into gram (gram, day, member) values (?, ?, ?)", ((gram, day, member) for gram in grams))


def _note_recency(tx: Transaction, member: str) -> None:
    """Only the first contact of a day moves the grams of a member."""
    latest = tx.value("select max(at) from about where member = ? and kind in ('contact', 'note')", member)
    old, new = _day(tx, member), day_of(latest)
    if old == new:
        return
    row = shown(tx, ("member", member))
    grams = grams_of(row) if isinstance(row, Member) else frozenset()
    _remove_grams(tx, member, old, grams)
    _add_grams(tx, member, new, grams)
    tx.do("insert or replace into recency (member, day) values (?, ?)", member, new)


def day_of(at: float | None) -> int:
    """Minus the day since 1970 (0: no contact), so that the newest is the smallest. A time beyond reason is cut."""
    return 0 if at is None else -(_whole(at) // DAY)


def rebuild(tx: Transaction) -> None:
    """Derive every entry anew from the rows as they are shown. Takes about 100 s for a million members."""
    for table in ("member_number", "gram", "recency", "about", "anniversary"):
        tx.do(f"delete from {table}")  # noqa: S608 - names of ours
    for kind in ("contact", "note", "task", "call"):
        for chunk in _chunks(shown_rows(tx, kind)):
            entries = [entry for key, row in chunk if (entry := _about(key, row)) is not None]
            tx.many(f"insert into {_ABOUT}", entries)
    lasts = tx.all(
        "select member, max(at) from about where member is not null and kind in ('contact', 'note') group by member"
    )
    days = {member: day_of(at) for member, at in lasts}
    tx.many("insert into recency (member, day) values (?, ?)", days.items())
    for chunk in _chunks(shown_rows(tx, "member")):
        members = [row for _, row in chunk if isinstance(row, Member)]
        tx.many(
            "insert into gram (gram, day, member) values (?, ?, ?)",
            sorted((gram, days.get(member.id, 0), member.id) for member in members for gram in grams_of(member)),
        )
        tx.many(
            "insert into member_number (e164, member, usual) values (?, ?, ?)",
            sorted((e164, member.id, usual) for member in members for e164, usual in numbers_of(member)),
        )
        birthdays.enter(tx, members)
    business.rebuild(tx)
    tx.do("insert or replace into meta (name, value) values ('index_version', ?)", VERSION)


def is_current(tx: Transaction) -> bool:
    """Whether the entries were derived by this version's rules."""
    return bool(tx.value("select value from meta where name = 'index_version'") == VERSION)


def _chunks(rows: Iterator[tuple[RowKey, Row]]) -> Iterator[list[tuple[RowKey, Row]]]:
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk
