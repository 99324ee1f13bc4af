"""What intents about members and their telephone numbers do."""

from typing import Any, Final

import msgspec

from ringdesk.channels import is_masked
from ringdesk.errors import Refused
from ringdesk.marks import NumberMark
from ringdesk.members import GUARDED, Member, MemberNumber
from ringdesk.merge import bounds
from ringdesk.merge.case import Case, Effect, expect_date, the_member
from ringdesk.ops import (
    MemberAdd,
    MemberFields,
    MemberUpdate,
    NumberAttach,
    NumberChoose,
    NumberDetach,
    NumberMarked,
    Row,
    RowKey,
)
from ringdesk.safetext import SafeText
from ringdesk.timeline import Contact, ContactKind

_MAX_REV: Final = 2**53
"""The largest integer on the wire (sync.md 3)."""


def enrol_twin(op_id: str, args: MemberAdd, twin: Member) -> Effect:
    """What `member.add` does when the server finds that `twin` has the number already: an alias with what was typed."""
    alias = Member(id=op_id, code=args.code, merged_into=twin.id, **_given(args.fields))
    return Effect({("member", op_id): alias}, into=twin.id)


def _given(fields: MemberFields) -> dict[str, Any]:
    given = {name: value for name, value in msgspec.structs.asdict(fields).items() if value is not msgspec.UNSET}
    return {
        name: SafeText(value.strip()) if isinstance(value, SafeText) else value  # a name of blanks is none
        for name, value in given.items()
    }


def _expect_fields(case: Case, fields: MemberFields, member: Member | None = None) -> None:
    numbers = () if isinstance(fields.numbers, msgspec.UnsetType) else fields.numbers
    if not case.fact:
        bounds.expect_few("numbers", numbers, bounds.MAX_NUMBERS)
        for name in ("tags", "flags", "facts"):
            words = getattr(fields, name)
            bounds.expect_few(name, () if isinstance(words, msgspec.UnsetType) else words, bounds.MAX_WORDS)
    seen = {number.raw for number in member.numbers} if member is not None else set()
    if any(is_masked(number.raw) and number.raw not in seen for number in numbers):
        raise Refused("masked_number", "this desk sees only the end of the number; type all of it")
    if not isinstance(fields.birthday, msgspec.UnsetType):
        expect_date(case, fields.birthday)


def member_add(case: Case, args: MemberAdd) -> Effect:
    """A new member."""
    if ("member", case.op_id) in case.rows:
        return Effect({})
    _expect_fields(case, args.fields)
    given = _given(args.fields)
    if not case.fact and not (args.code.strip() or given.get("name", "").strip() or given.get("numbers")):
        raise Refused("empty_member", "a member needs a name, a number or a member code; type one")
    return Effect({("member", case.op_id): Member(id=case.op_id, code=args.code, **given)})


def member_update(case: Case, args: MemberUpdate) -> Effect:
    """Field by field: the last to arrive wins, the value that it overwrote unseen is kept in the timeline.

    A guarded field is refused instead. A fact with an old base loses: after a restore facts arrive in any order, and the
    newer base tells which value was the later one.
    """
    member = the_member(case, args.member)
    _expect_fields(case, args.fields, member)
    changed = {name: value for name, value in _given(args.fields).items() if getattr(member, name) != value}
    moved = tuple(name for name in changed if member.revs.get(name, 0) > case.base.get(name, 0))
    stale = sorted(GUARDED.intersection(moved))
    if stale and not case.fact:
        raise Refused("stale_field", f"{', '.join(stale)} was changed by somebody else; look again, then change it")
    written = {name: value for name, value in changed.items() if not (case.fact and name in moved)}
    rows: dict[RowKey, Row] = {}
    if written:
        revs = member.revs | {name: _next_rev(case, member, name) for name in written}
        rows["member", member.id] = msgspec.structs.replace(member, revs=revs, **written)
    if moved:
        losers = {name: changed[name] if case.fact else getattr(member, name) for name in moved}
        rows["contact", case.op_id] = _conflict(case, member.id, losers)
    return Effect(rows, kept=() if case.fact else moved, lost=moved if case.fact else ())


def _next_rev(case: Case, member: Member, name: str) -> int:
    """One more; a fact also restores the count that its author saw, which the restored server has forgotten."""
    seen = member.revs.get(name, 0)
    return min(max(seen, case.base.get(name, 0)) + 1 if case.fact else seen + 1, _MAX_REV)


def _conflict(case: Case, member: str, losers: dict[str, Any]) -> Contact:
    text = "; ".join(f"{name}: {_readable(value)}" for name, value in losers.items())
    fields = SafeText(" ".join(losers))
    contact = Contact(id=case.op_id, member=member, kind=ContactKind.CONFLICT, at=case.at, text=SafeText(text))
    return msgspec.structs.replace(contact, who=case.actor.name, state=fields)


def _readable(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(part.e164 or part.raw if isinstance(part, MemberNumber) else str(part) for part in value)
    return "" if value is None else str(value)


def number_attach(case: Case, args: NumberAttach) -> Effect:
    """One number more; one that is there stays as it is."""
    member = the_member(case, args.member)
    _expect_whole(args.number.raw)
    if not case.fact and not args.number.raw.strip():
        raise Refused("empty_number", "there is no number to attach; type one")
    if any(_same(number, args.number.e164, args.number.raw) for number in member.numbers):
        return Effect({})
    if not case.fact:
        bounds.expect_few("numbers", (*member.numbers, args.number), bounds.MAX_NUMBERS)
    return _with_numbers(case, member, (*member.numbers, args.number))


def number_detach(case: Case, args: NumberDetach) -> Effect:
    """The number leaves; one that is gone already is no error."""
    member = the_member(case, args.member)
    kept = tuple(number for number in member.numbers if not _same(number, args.e164, args.raw))
    return Effect({}) if kept == member.numbers else _with_numbers(case, member, kept)


def number_choose(case: Case, args: NumberChoose) -> Effect:
    """The latest choice comes first. It is no change of the member: no rev counts it."""
    member = the_member(case, args.member)
    numbers = tuple(
        msgspec.structs.replace(number, chosen_at=max(number.chosen_at, case.at))
        if number.e164 == args.e164
        else number
        for number in member.numbers
    )
    if numbers == member.numbers:
        return Effect({})
    return Effect({("member", member.id): msgspec.structs.replace(member, numbers=numbers)})


def number_mark(case: Case, args: NumberMarked) -> Effect:
    """A mark on a number that is nobody's; the last word stands."""
    _expect_whole(args.raw)
    if not case.fact and not args.raw.strip():
        raise Refused("empty_number", "there is no number to mark; a caller who hides has none")
    row_id = args.mark or case.op_id
    mark = NumberMark(
        id=row_id,
        raw=args.raw,
        e164=args.e164,
        label=args.label,
        text=args.text,
        author=case.actor.person,
        author_name=case.actor.name,
        at=case.at,
    )
    return Effect({("mark", row_id): mark})


def _same(number: MemberNumber, e164: str | None, raw: str) -> bool:
    return number.e164 == e164 if e164 is not None else number.raw == raw


def _expect_whole(raw: str) -> None:
    if is_masked(raw):
        raise Refused("masked_number", "this desk sees only the end of the number; type all of it")


def _with_numbers(case: Case, member: Member, numbers: tuple[MemberNumber, ...]) -> Effect:
    revs = member.revs | {"numbers": _next_rev(case, member, "numbers")}
    return Effect({("member", member.id): msgspec.structs.replace(member, numbers=numbers, revs=revs)})
