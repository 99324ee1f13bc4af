"""What is judged of an op beside its person's rights, when the rows that it touches are known. Facts were judged before."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from ringdesk import ids
from ringdesk.channels import channel_of, store_channel
from ringdesk.errors import BadInput, Refused
from ringdesk.members import MemberNumber
from ringdesk.ops import (
    Args,
    CallHand,
    CallReport,
    CallSame,
    MemberAdd,
    MemberUpdate,
    NumberAttach,
    Row,
    RowKey,
    TaskAdd,
    TaskUpdate,
)
from ringdesk.ops.touched import makes
from ringdesk.safetext import SafeText
from server.accept.intents import colleague
from server.store.values import Person


def expect_own_call(args: Args, site: str, rows: Mapping[RowKey, Row]) -> None:
    """A call is its store's: to a device of another `site` it is one that nobody knows, also where a note or a task names
    it. One that a report opens has the id that follows from what the line saw of it (sync.md 5), so that nobody can take the
    id of somebody else's call.

    Raises `Refused("unknown_call")`, `Refused("unknown_source")` for a report, `BadInput`.
    """
    if isinstance(args, CallSame) and (other := rows.get(("call", args.other))) is not None:
        _expect_here(args.other, other, site)
    named: str | None = getattr(args, "call", None)
    call = None if named is None else rows.get(("call", named))
    if call is not None:
        if channel_of("call", call) != store_channel(site):
            if isinstance(args, CallReport) and args.call in _ids(args):
                said = ", ".join(sources(args))
                raise Refused(
                    "unknown_source", f"another store has a source {said}, too; give this desk's own another id="
                )
            raise Refused("unknown_call", f"there is no call {named}; choose the call again")
    elif isinstance(args, CallReport) and args.events and args.call not in _ids(args):
        raise BadInput("the id of a call follows from its source and its native id; report it under that")


def _expect_here(named: str, call: Row, site: str) -> None:
    if channel_of("call", call) != store_channel(site):
        raise Refused("unknown_call", f"there is no call {named}; choose the call again")


def expect_own_source(args: Args, site: str, sites: Mapping[UUID, frozenset[str]]) -> None:
    """A source of the central settings (`sites`: those of its lines, by the namespace of its calls) is heard by the devices of
    its stores: whoever knows its id, under whatever name makes the same ids of calls, could say what it will ring with. Any
    other id follows from that of the device, which no other store knows.

    Raises `Refused("unknown_source")`.
    """
    for source in sources(args):
        if site not in sites.get(ids.space_of(source), (site,)):
            raise Refused(
                "unknown_source", f"the source {source} belongs to another store; give this desk's own another id"
            )


def sources(args: Args | None) -> tuple[str, ...]:
    """The ids of the sources whose events are reported, each once."""
    return tuple(dict.fromkeys(event.source for event in args.events)) if isinstance(args, CallReport) else ()


AHEAD: Final = 60.0
"""Seconds by which a device's clock may be ahead of the server's; what it says beyond is taken for that."""
UNSURE: Final = 3600.0
"""Seconds that a device may be unsure of its clock."""


def clamped(at: float, now: float) -> float:
    """A time of a device, of which nothing lies in the future."""
    return min(max(at, 0.0), now + AHEAD)


def in_time(args: Args, now: float) -> Args:
    """The arguments with their times clamped: a clock that is fast must not outdo what is said after it."""
    replace = msgspec.structs.replace
    if isinstance(args, CallReport):
        events = tuple(replace(event, at=clamped(event.at, now)) for event in args.events)
        return replace(args, events=events, uncertainty=min(max(args.uncertainty, 0.0), UNSURE))
    if isinstance(args, NumberAttach):
        return replace(args, number=_chosen(args.number, now))
    if isinstance(args, MemberAdd | MemberUpdate) and not isinstance(args.fields.numbers, msgspec.UnsetType):
        numbers = tuple(_chosen(number, now) for number in args.fields.numbers)
        return replace(args, fields=replace(args.fields, numbers=numbers))
    return args


def _chosen(number: MemberNumber, now: float) -> MemberNumber:
    return msgspec.structs.replace(number, chosen_at=clamped(number.chosen_at, now))


def with_names(args: Args, people: Mapping[str, Person], *, judged: bool) -> Args:
    """A colleague is called what the server calls them. Raises `Refused("unknown_person")` for one whom it does not know, or
    who may not work here any more; a fact (not `judged`) stays as it is."""
    to = colleague(args)
    if to is None:
        return args
    person = people.get(to)
    if person is None or person.revoked_at is not None:
        if not judged:
            return args
        raise Refused("unknown_person", "there is no such colleague; choose somebody from the list")
    name = SafeText(person.name)
    if isinstance(args, CallHand):
        return msgspec.structs.replace(args, to_name=name)
    if isinstance(args, TaskAdd):
        return msgspec.structs.replace(args, assignee_name=name)
    assert isinstance(args, TaskUpdate)
    return msgspec.structs.replace(args, fields=msgspec.structs.replace(args.fields, assignee_name=name))


def expect_free(op_id: str, args: Args, rows: Mapping[RowKey, Row]) -> None:
    """An op that was never answered has made nothing: a row under its id is somebody else's, and stays as it is. Nor may it
    take an id that is foreseen for another row: the callback of a call that is still to come (`ids.callback_id`).

    Raises `Refused("id_taken")`.
    """
    made = makes(op_id, args)
    if made is not None and (made in rows or ids.is_agreed(op_id)):
        raise Refused("id_taken", f"this id is that of another {made[0]}; do it again, under a new id")


def _ids(report: CallReport) -> set[str]:
    own = {(event.source, event.native_id) for event in report.events}
    linked = {(event.source, event.linked_id) for event in report.events if event.linked_id is not None}
    return {ids.call_id(source, native) for source, native in own | linked}
