"""What a pushed op says, before anything is looked up: its arguments, and the person who stands behind it."""

from collections.abc import Iterator
from typing import Final

import msgspec

from ringdesk import ids, ops
from ringdesk.errors import BadInput, Refused
from ringdesk.members import MemberNumber
from ringdesk.merge import bounds
from ringdesk.ops import (
    Actor,
    Args,
    CallHand,
    CallReport,
    MemberAdd,
    MemberUpdate,
    NumberAttach,
    Op,
    RowKey,
    TaskAdd,
    TaskUpdate,
)
from ringdesk.ops.touched import touches
from ringdesk.rules.permissions import may, may_change
from ringdesk.safetext import SafeText, decode_hook
from ringdesk.wire import limits
from ringdesk.wire.signing import GrantBody, ServerKey, payload
from ringdesk.wire.values import Answer
from server.accept import joining
from server.store.head import Around
from server.store.values import (
    Device,
    Person,
)

MAX_ID: Final = 64
LATEST: Final = 2.0**33
"""Seconds since 1970: the year 2242. Later times break the calendars that show them."""


DONE: Final = ("applied", "merged", "merged_into")
"""Results that make an op a fact."""

_ANSWERS: Final = msgspec.json.Decoder(Answer, dec_hook=decode_hook)


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """An op that was read. `refusal` says why it cannot be used; then `args` or `grant` may be missing. `fact`: this server
    once applied it, and the op proves it."""

    op: Op
    fact: bool = False
    args: Args | None = None
    grant: GrantBody | None = None
    refusal: Refused | None = None

    @property
    def rows(self) -> tuple[RowKey, ...]:
        """The rows that it reads or writes."""
        if self.args is None:
            return ()
        return touches(self.op.op_id, self.args, self.grant.person if self.grant else "")

    @property
    def people(self) -> tuple[str, ...]:
        """Who acts, and to whom it gives something."""
        named = () if self.args is None else (colleague(self.args),)
        acts = (self.grant.person,) if self.grant else ()
        return (*acts, *(person for person in named if person))

    @property
    def reaches(self) -> tuple[str, ...]:
        """The numbers of a member whom it adds, in E.164."""
        if not isinstance(self.args, MemberAdd) or isinstance(self.args.fields.numbers, msgspec.UnsetType):
            return ()
        numbers: tuple[MemberNumber, ...] = self.args.fields.numbers
        return tuple(number.e164 for number in numbers if number.e164)

    def around(self, site: str) -> tuple[Around, ...]:
        """Where another source may have seen the call that it reports."""
        return joining.around(site, self.args.events) if isinstance(self.args, CallReport) else ()


def read(op: Op, key: ServerKey, device: str) -> Intent:
    """An op's arguments and grant. What is wrong with it becomes a refusal: every op gets an answer."""
    fact = _is_fact(op, key)
    try:
        _expect_usable(op)
        args = _args(op)
    except Refused as refusal:
        return Intent(op=op, refusal=refusal, fact=fact)
    except BadInput as error:
        return Intent(op=op, refusal=Refused("bad_op", str(error)), fact=fact)
    try:
        return Intent(op=op, args=args, grant=key.read_grant(op.grant, device), fact=fact)
    except Refused as refusal:
        # What a line saw is the device's own word: it rings before anybody has signed in.
        refused = None if isinstance(args, CallReport) else refusal
        return Intent(op=op, args=args, refusal=refused, fact=fact)


def _expect_usable(op: Op) -> None:
    """What is judged before anybody looks at the arguments. Raises `Refused`: too_large, unknown_version."""
    size = ops.size(op)
    if size > limits.OP_MAX:
        message = f"this has {size} bytes and {limits.OP_MAX} are taken; write less at once"
        raise Refused("too_large", message)
    if op.v != ops.ARGS_VERSION:
        message = f"this server does not know version {op.v} of {op.kind}; update the server, then do it again"
        raise Refused("unknown_version", message)


def _is_fact(op: Op, key: ServerKey) -> bool:
    """Whether the op is sent as a fact and carries our own answer, to this very op, that it was done. A device's word alone
    would pass by the rights of a person who was revoked; such an op is judged like any other."""
    if not op.fact:
        return False
    try:
        said = _ANSWERS.decode(op.said)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return said.op_id == op.op_id and said.result in DONE and key.said(said, payload(op))


def _args(op: Op) -> Args:
    """The arguments, if their ids and times are such that every terminal can show them."""
    args = ops.decode_args(op)
    if not ids.is_uuid(op.op_id):
        raise BadInput("the id of an op is a UUID in its usual 36 characters; make a new one")
    named = [row_id for _, row_id in touches(op.op_id, args, "-")]
    if not all(_is_id(row_id) for row_id in (*named, *_ids(args))):
        raise BadInput(f"an id has 1 to {MAX_ID} printable ASCII characters; make a new one")
    if not all(bounds.E164.fullmatch(number) for number in _e164s(args)):
        raise BadInput("a number in E.164 is a plus and up to 15 digits; type the number again")
    times = [op.at, *(event.at for event in args.events)] if isinstance(args, CallReport) else [op.at]
    if not all(0 <= at < LATEST for at in times):
        raise BadInput("a time is in seconds since 1970 and before 2242; set the clock of this device")
    return args


_ID_FIELDS: Final = ("member", "call", "parent", "task", "mark", "article", "assignee", "to", "other")


def _ids(args: msgspec.Struct) -> Iterator[str]:
    """What stands in fields for an id; nobody to hand a call to is judged with the call."""
    for name in _ID_FIELDS:
        value = getattr(args, name, None)
        if isinstance(value, str) and (value or name != "to"):
            yield value
    if isinstance(args, TaskUpdate):
        yield from _ids(args.fields)


def _e164s(args: Args) -> Iterator[str]:
    """The numbers in E.164 that a person sends; those of a line are dropped where they are none."""
    if isinstance(args, MemberAdd | MemberUpdate) and not isinstance(args.fields.numbers, msgspec.UnsetType):
        numbers: tuple[MemberNumber, ...] = args.fields.numbers
    elif isinstance(args, NumberAttach):
        numbers = (args.number,)
    else:
        numbers = ()
    own = getattr(args, "e164", None)
    yield from (number.e164 for number in numbers if number.e164 is not None)
    yield from () if own is None else (own,)


def colleague(args: Args) -> str | None:
    """The id of the person to whom an op gives a call or a task."""
    if isinstance(args, CallHand):
        return args.to
    given = args if isinstance(args, TaskAdd) else args.fields if isinstance(args, TaskUpdate) else None
    assignee = None if given is None else given.assignee
    return None if isinstance(assignee, msgspec.UnsetType) else assignee


def _is_id(text: str) -> bool:
    return 0 < len(text) <= MAX_ID and text.isascii() and text.isprintable()


def actor(intent: Intent, device: Device, person: Person | None) -> Actor:
    """Who acts, after rights were judged: now, when the op arrives. Raises `Refused` (not_allowed, revoked, bad_grant, ...).

    The present role counts, so that a downgrade reaches what was written offline. A fact was judged before the server was
    restored: for it the roles of its signed grant count.
    """
    if intent.refusal is not None:
        raise intent.refusal
    grant = intent.grant
    if grant is None:
        return Actor(person="", name=SafeText(device.name), device=device.id)
    roles = grant.roles
    if person is not None and not intent.fact:
        if person.revoked_at is not None:
            raise Refused("revoked", f"{person.name} may not work here any more; ask a supervisor")
        roles = (person.role,)
    if not _allowed(intent, roles):
        raise Refused("not_allowed", f"{intent.op.kind} needs more rights than {', '.join(roles)}; ask a supervisor")
    return Actor(person=grant.person, name=grant.name, device=device.id, roles=roles)


def _allowed(intent: Intent, roles: tuple[str, ...]) -> bool:
    if isinstance(intent.args, CallReport):
        return True
    if isinstance(intent.args, MemberUpdate):
        given = msgspec.structs.asdict(intent.args.fields)
        return may_change(roles, [name for name, value in given.items() if value is not msgspec.UNSET])
    return may(roles, intent.op.kind)
