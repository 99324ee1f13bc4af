"""What a device that sees masked rows saves of them: a text that is the masked form of what is stored stands for what is
stored, and one that holds the end of any other number is refused. Else a till that saves what it sees would destroy it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from ringdesk.articles import Article
from ringdesk.calls import Call
from ringdesk.channels import MASKED, is_masked, masked_number, project
from ringdesk.dispositions import Disposition
from ringdesk.errors import Refused
from ringdesk.members import Member, MemberNumber
from ringdesk.ops import (
    Args,
    ArticleSave,
    DispositionSave,
    MemberAdd,
    MemberUpdate,
    NumberAttach,
    NumberDetach,
    Row,
    RowKey,
    TaskAdd,
    TaskUpdate,
)
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task

_END: Final = re.compile(r"\*\*\*[0-9]")

S = TypeVar("S", bound=msgspec.Struct)


def unmasked(args: Args, rows: Mapping[RowKey, Row]) -> Args:
    """The arguments as somebody who sees `rows` in clear would have sent them. Raises `Refused("masked_number")`."""
    how = _HOW.get(type(args))
    return args if how is None else how(args, rows)


def _hidden() -> Refused:
    return Refused("masked_number", "this desk sees only the end of the number; type all of it")


def _texts(given: S, row: Row | None, kind: str, leave: Sequence[str] = ()) -> S:
    """A patch or a whole row: each text, and each list of texts, against the field of its name."""
    masked = None if row is None else project(kind, row, MASKED)
    fields: dict[str, Any] = {}
    for name in given.__struct_fields__:
        value = getattr(given, name)
        if name in leave:
            continue
        if isinstance(value, str):
            fields[name] = _text(value, getattr(row, name, None), getattr(masked, name, None))
        elif isinstance(value, tuple):
            fields[name] = _list(value, getattr(row, name, ()), getattr(masked, name, ()))
    return msgspec.structs.replace(given, **fields)


def _text(given: str, stored: Any, masked: Any) -> str:
    if given == masked and isinstance(stored, str):
        return stored
    if _END.search(given):
        raise _hidden()
    return given


def _list(given: tuple[Any, ...], stored: tuple[Any, ...], masked: tuple[Any, ...]) -> tuple[Any, ...]:
    """Two that look alike are told apart only while both are there."""
    kept = []
    left = list(zip(masked, stored, strict=True))
    for each in given:
        found = next((pair for pair in left if pair[0] == each), None)
        if found is not None:
            left.remove(found)
            kept.append(found[1])
        else:
            kept.append(_text(each, None, None))
    for end, whole in left:
        if end != whole and end in given:
            raise _hidden()
    return tuple(kept)


def _numbers(given: tuple[MemberNumber, ...], member: Member | None) -> tuple[MemberNumber, ...]:
    stored = () if member is None else member.numbers
    ends = tuple(masked_number(number.raw, number.e164) for number in stored)
    meant = _list(tuple(number.raw for number in given), stored, ends)
    return tuple(_number(number, whole) for number, whole in zip(given, meant, strict=True))


def _number(given: MemberNumber, meant: MemberNumber | str) -> MemberNumber:
    """A number as it was given; the end of a stored one becomes that one."""
    if isinstance(meant, MemberNumber):
        label = _label(given.label, meant.label)
        return msgspec.structs.replace(given, raw=meant.raw, e164=meant.e164, label=label)
    if is_masked(meant):
        raise _hidden()
    return msgspec.structs.replace(given, label=_label(given.label, SafeText("")))


def _label(given: SafeText, stored: SafeText) -> SafeText:
    masked = project("member", Member(id="-", tags=(stored,)), MASKED)
    assert isinstance(masked, Member)
    return SafeText(_text(given, stored, masked.tags[0]))


def _member(rows: Mapping[RowKey, Row], member: str | None) -> Member | None:
    row = rows.get(("member", member or ""))
    return row if isinstance(row, Member) else None


def _member_fields(args: Any, member: Member | None) -> Any:
    fields = _texts(args.fields, member, "member", leave=("numbers",))
    if not isinstance(args.fields.numbers, msgspec.UnsetType):
        fields = msgspec.structs.replace(fields, numbers=_numbers(args.fields.numbers, member))
    return msgspec.structs.replace(args, fields=fields)


def _detach(args: NumberDetach, rows: Mapping[RowKey, Row]) -> NumberDetach:
    member = _member(rows, args.member)
    if not is_masked(args.raw) or member is None:
        return args
    found = [number for number in member.numbers if masked_number(number.raw, number.e164) == args.raw]
    if len(found) > 1:
        raise _hidden()
    return msgspec.structs.replace(args, raw=found[0].raw, e164=found[0].e164) if found else args


def _attach(args: NumberAttach, _rows: Mapping[RowKey, Row]) -> NumberAttach:
    return msgspec.structs.replace(
        args, number=msgspec.structs.replace(args.number, label=_label(args.number.label, SafeText("")))
    )


def _task_add(args: TaskAdd, rows: Mapping[RowKey, Row]) -> TaskAdd:
    """The number to call back is the caller's, or one of the member's, where it looks like it."""
    number = args.number
    if number is not None and is_masked(number):
        call, member = rows.get(("call", args.call or "")), _member(rows, args.member)
        known = [call.caller.e164 or call.caller.raw] if isinstance(call, Call) else []
        known += [each.e164 or each.raw for each in member.numbers] if member is not None else []
        found = {each for each in known if each is not None and masked_number(each) == number}
        if len(found) != 1:
            raise _hidden()
        number = SafeText(found.pop())
    return msgspec.structs.replace(_texts(args, None, "task", leave=("number",)), number=number)


def _task_update(args: TaskUpdate, rows: Mapping[RowKey, Row]) -> TaskUpdate:
    row = rows.get(("task", args.task))
    fields = _texts(args.fields, row if isinstance(row, Task) else None, "task")
    if isinstance(fields.number, str) and is_masked(fields.number):
        raise _hidden()
    return msgspec.structs.replace(args, fields=fields)


def _article(args: ArticleSave, rows: Mapping[RowKey, Row]) -> ArticleSave:
    row = rows.get(("article", args.article or ""))
    return _texts(args, row if isinstance(row, Article) else None, "article", leave=("article", "kind"))


def _disposition(args: DispositionSave, rows: Mapping[RowKey, Row]) -> DispositionSave:
    row = rows.get(("disposition", args.code))
    return _texts(args, row if isinstance(row, Disposition) else None, "disposition", leave=("code",))


_HOW: Final[dict[type, Callable[[Any, Mapping[RowKey, Row]], Args]]] = {
    MemberAdd: lambda args, _rows: _member_fields(args, None),
    MemberUpdate: lambda args, rows: _member_fields(args, _member(rows, args.member)),
    NumberAttach: _attach,
    NumberDetach: _detach,
    TaskAdd: _task_add,
    TaskUpdate: _task_update,
    ArticleSave: _article,
    DispositionSave: _disposition,
}
