"""What an op is applied under, what it did, and the checks that every kind shares."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, TypeVar

import msgspec

from ringdesk.articles import Article
from ringdesk.calls import Call
from ringdesk.dispositions import Disposition
from ringdesk.errors import Refused
from ringdesk.marks import NumberMark
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.ops import Actor, Row, RowKey
from ringdesk.presence import Presence
from ringdesk.tasks import Task
from ringdesk.timeline import Contact


class Effect(msgspec.Struct, frozen=True):
    """What an op did.

    `rows` are the rows written, with their new values; empty when everything was already so. `kept` are the fields where
    the op's value stands over one that somebody else wrote since the person looked; `lost` those where the op's own value
    did not stand. Either makes the answer `merged`. `into` is the member that a new one turned out to be.
    """

    rows: dict[RowKey, Row]
    kept: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    into: str | None = None

    @property
    def result(self) -> Literal["applied", "merged", "merged_into"]:
        """How the server's answer calls it."""
        if self.into is not None:
            return "merged_into"
        return "merged" if self.kept or self.lost else "applied"


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """All that an op is applied under; `apply` has the units."""

    op_id: str
    actor: Actor
    at: float
    base: dict[str, int]
    rows: Mapping[RowKey, Row]
    fact: bool
    site: str


R = TypeVar("R", Member, Note, Task, Contact, Call, Presence, Disposition, Article, NumberMark)


def find(case: Case, kind: str, row_id: str, shape: type[R]) -> R | None:
    """An existing row; None if there is none."""
    row = case.rows.get((kind, row_id))
    return row if isinstance(row, shape) else None


def the_call(case: Case, call_id: str) -> Call:
    """An existing call. Raises `Refused("unknown_call")`."""
    call = find(case, "call", call_id, Call)
    if call is None:
        raise Refused("unknown_call", f"there is no call {call_id}; choose the call again")
    return call


def the_member(case: Case, member_id: str) -> Member:
    """An existing member. Raises `Refused("unknown_member")`."""
    member = find(case, "member", member_id, Member)
    if member is None:
        raise Refused("unknown_member", f"there is no member {member_id}; look the member up again")
    return member


def expect_subject(case: Case, member: str | None, call: str | None = None) -> None:
    """Whom or what an op is about must exist; a fact is written even so."""
    if case.fact:
        return
    if member is not None:
        the_member(case, member)
    if call is not None:
        the_call(case, call)


_DATE: Final = re.compile(
    r"(?P<year>[0-9]{4})-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|\+00:00)?)?"
)
_YEARS: Final = range(1900, 2201)


def expect_date(case: Case, text: str | None) -> None:
    """An ISO date, or date-time in UTC, that every calendar can show, or none. Raises `Refused("bad_date")`."""
    if text is None or case.fact:
        return
    shape = _DATE.fullmatch(text)
    try:
        if shape is None or int(shape["year"]) not in _YEARS:
            raise ValueError(text)
        datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("bad_date", f"{text!r} is not a date; write it as 2026-12-31") from error
