"""The kinds of intent: what a person can want of the business's data.

Terminals never send rows, only ops; the server is the only author of rows (sync.md 1). A kind is immutable: a changed
meaning is a new kind. To add one: a struct here, a line in `KINDS`, a function in `merge`, a line in the permission table.
"""

from typing import Annotated, Final

import msgspec

from ringdesk.calls import Call, CallEvent
from ringdesk.errors import BadInput
from ringdesk.members import Member, MemberNumber
from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText, decode_hook, encode_hook
from ringdesk.tasks import Task
from ringdesk.timeline import Contact

Row = Member | Note | Task | Contact | Call
"""What is replicated."""

ROW_TYPES: Final[dict[str, type[Row]]] = {
    "member": Member,
    "note": Note,
    "task": Task,
    "contact": Contact,
    "call": Call,
}
"""The kind of a row, as it stands on the wire and in SQL, and its type."""

RowKey = tuple[str, str]
"""(kind, id)."""


class NoteAdd(msgspec.Struct, frozen=True, kw_only=True):
    """`note.add`: write a note to a member, a call, or both. `parent` makes it a revision."""

    member: str | None = None
    call: str | None = None
    text: SafeLines
    parent: str | None = None


class TaskAdd(msgspec.Struct, frozen=True, kw_only=True):
    """`task.add`: promise something."""

    member: str | None = None
    call: str | None = None
    title: SafeText
    due: SafeText | None = None
    assignee: str | None = None


class TaskDone(msgspec.Struct, frozen=True, kw_only=True):
    """`task.done`: close a task; closing it twice is no error."""

    task: str


class MemberFields(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A patch of a member: only what is set is changed."""

    name: SafeText | msgspec.UnsetType = msgspec.UNSET
    honorific: SafeText | msgspec.UnsetType = msgspec.UNSET
    numbers: tuple[MemberNumber, ...] | msgspec.UnsetType = msgspec.UNSET
    tier: SafeText | msgspec.UnsetType = msgspec.UNSET
    tags: tuple[SafeText, ...] | msgspec.UnsetType = msgspec.UNSET
    flags: tuple[SafeText, ...] | msgspec.UnsetType = msgspec.UNSET
    home_store: SafeText | msgspec.UnsetType = msgspec.UNSET
    language: SafeText | msgspec.UnsetType = msgspec.UNSET
    birthday: SafeText | msgspec.UnsetType | None = msgspec.UNSET
    do_not_call: bool | msgspec.UnsetType = msgspec.UNSET


class MemberAdd(msgspec.Struct, frozen=True, kw_only=True):
    """`member.add`: a new member; the id is the op's."""

    code: SafeText = SafeText("")
    fields: MemberFields


class MemberUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """`member.update`: change fields. The op's `base` holds the rev of each field that the person saw."""

    member: str
    fields: MemberFields


class CallReport(msgspec.Struct, frozen=True, kw_only=True):
    """`call.report`: what a line of this desk saw of one call. Opens the call if nobody has.

    `also` are calls reported before that turned out to be this one: they end and lead here. `uncertainty` is how far, in
    seconds, the desk's clock may be from the server's (sync.md 5).
    """

    call: str
    events: tuple[CallEvent, ...]
    also: tuple[str, ...] = ()
    uncertainty: float = 0.0


class CallClaim(msgspec.Struct, frozen=True, kw_only=True):
    """`call.claim`: "I have it". The first claim stands."""

    call: str
    member: str | None = None


class CallWrapup(msgspec.Struct, frozen=True, kw_only=True):
    """`call.wrapup`: the call is dealt with; `code` is a disposition code, `member` whom it was about."""

    call: str
    code: SafeText
    member: str | None = None


Args = NoteAdd | TaskAdd | TaskDone | MemberAdd | MemberUpdate | CallReport | CallClaim | CallWrapup

KINDS: Final[dict[str, type[Args]]] = {
    "note.add": NoteAdd,
    "task.add": TaskAdd,
    "task.done": TaskDone,
    "member.add": MemberAdd,
    "member.update": MemberUpdate,
    "call.report": CallReport,
    "call.claim": CallClaim,
    "call.wrapup": CallWrapup,
}
"""Every kind of op and its arguments."""

Revs = dict[str, Annotated[int, msgspec.Meta(ge=0, le=2**53)]]
"""Field -> rev, within what the wire carries (sync.md 3)."""

ARGS_VERSION: Final = 1
"""The version of every kind's arguments, as far as there are any yet."""

MAX_OP_BYTES: Final = 32 * 1024
"""An op of a larger `size` is refused when it is saved, and by the server (sync.md 3)."""


class Op(msgspec.Struct, frozen=True, kw_only=True):
    """One intent, as it lies in the outbox and crosses the wire.

    `op_id` UUIDv7, also the id of what the op creates. `dev_seq` 1, 2, 3 ... in `(device, epoch)`. `v` is the version of
    the kind's arguments. `grant` is the signed grant of the person. `base` maps a field to the rev that the person saw.
    `at` is the device's wall clock in seconds since 1970, `mono` milliseconds since the hello of the session (None when
    offline): both label, neither orders. `fact` marks an op that had been applied before the server was restored: it is
    applied again, not judged again (sync.md 7); `said` is then the server's signed answer of that time (`wire.messages.Answer`),
    without which nobody believes it. `null`: there is none.
    """

    op_id: str
    dev_seq: int
    kind: str
    v: int = 1
    grant: str = ""
    base: Revs = {}
    at: float = 0.0
    mono: int | None = None
    fact: bool = False
    said: msgspec.Raw = msgspec.Raw(b"null")
    args: msgspec.Raw = msgspec.Raw(b"{}")


class Actor(msgspec.Struct, frozen=True):
    """Who did it: a person, on a device."""

    person: str
    name: SafeText
    device: str
    roles: tuple[str, ...] = ()


_NOTHING_SAID: Final = msgspec.Raw(b"null")
_ENCODER: Final = msgspec.json.Encoder(enc_hook=encode_hook)
_ARGS: Final = {kind: msgspec.json.Decoder(args, dec_hook=decode_hook) for kind, args in KINDS.items()}
_ROWS: Final = {kind: msgspec.json.Decoder(row, dec_hook=decode_hook) for kind, row in ROW_TYPES.items()}
_KIND_OF: Final[dict[type, str]] = {args: kind for kind, args in KINDS.items()}


def kind_of(args: Args) -> str:
    """The kind to which arguments belong."""
    return _KIND_OF[type(args)]


def encode(value: msgspec.Struct) -> bytes:
    """A row, or the arguments of an op, as JSON."""
    return _ENCODER.encode(value)


def size(op: Op) -> int:
    """Bytes of an op, encoded as it was when it was made: both ends judge the same. What it is sent with later does not
    count, or an op that fitted would not fit any more: another number, and the answer that makes it a fact."""
    return len(_ENCODER.encode(msgspec.structs.replace(op, dev_seq=0, fact=False, said=_NOTHING_SAID)))


def decode_args(op: Op) -> Args:
    """The arguments of an op, cleaned. Raises `BadInput` for an unknown kind or arguments of the wrong shape."""
    decoder = _ARGS.get(op.kind)
    if decoder is None:
        raise BadInput(f"this version does not know ops of kind {op.kind!r}")
    try:
        return decoder.decode(op.args)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"the arguments of {op.kind} are not usable: {error}") from error


def decode_row(kind: str, body: bytes | msgspec.Raw) -> Row:
    """A row image. Raises `BadInput` for an unknown kind or another shape."""
    decoder = _ROWS.get(kind)
    if decoder is None:
        raise BadInput(f"this version does not know rows of kind {kind!r}")
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"the {kind} row is not usable: {error}") from error


def touches(op_id: str, args: Args) -> tuple[RowKey, ...]:
    """The rows that an op reads or writes, sorted: the order in which the server locks them (sync.md 2)."""
    match args:
        case NoteAdd():
            keys = [("note", op_id)]
            keys += [("member", args.member)] if args.member else []
            keys += [("call", args.call)] if args.call else []
            keys += [("note", args.parent)] if args.parent else []
        case TaskAdd():
            keys = [("task", op_id)]
            keys += [("member", args.member)] if args.member else []
            keys += [("call", args.call)] if args.call else []
        case TaskDone():
            keys = [("task", args.task)]
        case MemberAdd():
            keys = [("member", op_id)]
        case MemberUpdate():
            keys = [("member", args.member), ("contact", op_id)]
        case CallReport():
            keys = [("call", call) for call in {args.call, *args.also}]
        case CallClaim():
            keys = [("call", args.call)]
        case CallWrapup():
            keys = [("call", args.call), ("contact", op_id)]
            keys += [("member", args.member)] if args.member else []
    return tuple(sorted(keys))
