"""The kinds of intent: what a person can want of the business's data.

Terminals never send rows, only ops; the server is the only author of rows (sync.md 1). A kind is immutable: a changed
meaning is a new kind. To add one: a struct in a file of this package, a line in `KINDS`, what it touches in `touched`, a
function in `merge`, a line in the permission table.
"""

from collections.abc import Mapping
from typing import Annotated, Final, TypeVar

import msgspec

from ringdesk.articles import Article
from ringdesk.calls import Call
from ringdesk.dispositions import Disposition
from ringdesk.errors import BadInput
from ringdesk.marks import NumberMark
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.ops.business import ArticleAsk, ArticleSave, DispositionSave, PresenceSet
from ringdesk.ops.calls import CallClaim, CallHand, CallHold, CallReport, CallSame, CallVerdict, CallWrapup
from ringdesk.ops.members import (
    MemberAdd,
    MemberFields,
    MemberUpdate,
    NumberAttach,
    NumberChoose,
    NumberDetach,
    NumberMarked,
)
from ringdesk.ops.notes import (
    ContactAdd,
    NoteAdd,
    TaskAdd,
    TaskAttempt,
    TaskDone,
    TaskFields,
    TaskReopen,
    TaskUpdate,
)
from ringdesk.presence import Presence
from ringdesk.safetext import SafeText, decode_hook, encode_hook
from ringdesk.tasks import Task
from ringdesk.timeline import Contact

__all__ = [
    "ARGS_VERSION",
    "KINDS",
    "MAX_OP_BYTES",
    "ROW_TYPES",
    "Actor",
    "Args",
    "ArticleAsk",
    "ArticleSave",
    "CallClaim",
    "CallHand",
    "CallHold",
    "CallReport",
    "CallSame",
    "CallVerdict",
    "CallWrapup",
    "ContactAdd",
    "DispositionSave",
    "MemberAdd",
    "MemberFields",
    "MemberUpdate",
    "NoteAdd",
    "NumberAttach",
    "NumberChoose",
    "NumberDetach",
    "NumberMarked",
    "Op",
    "PresenceSet",
    "Revs",
    "Row",
    "RowKey",
    "TaskAdd",
    "TaskAttempt",
    "TaskDone",
    "TaskFields",
    "TaskReopen",
    "TaskUpdate",
    "decode_args",
    "decode_args_of",
    "decode_row",
    "encode",
    "kind_of",
    "size",
]

Row = Member | Note | Task | Contact | Call | Presence | Disposition | Article | NumberMark
"""What is replicated."""

ROW_TYPES: Final[dict[str, type[Row]]] = {
    "member": Member,
    "note": Note,
    "task": Task,
    "contact": Contact,
    "call": Call,
    "presence": Presence,
    "disposition": Disposition,
    "article": Article,
    "mark": NumberMark,
}
"""The kind of a row, as it stands on the wire and in SQL, and its type."""

RowKey = tuple[str, str]
"""(kind, id)."""

Args = (
    NoteAdd
    | TaskAdd
    | TaskUpdate
    | TaskAttempt
    | TaskDone
    | TaskReopen
    | ContactAdd
    | MemberAdd
    | MemberUpdate
    | NumberAttach
    | NumberDetach
    | NumberChoose
    | NumberMarked
    | CallReport
    | CallClaim
    | CallHold
    | CallHand
    | CallWrapup
    | CallVerdict
    | CallSame
    | PresenceSet
    | DispositionSave
    | ArticleSave
    | ArticleAsk
)

KINDS: Final[dict[str, type[Args]]] = {
    "note.add": NoteAdd,
    "task.add": TaskAdd,
    "task.update": TaskUpdate,
    "task.attempt": TaskAttempt,
    "task.done": TaskDone,
    "task.reopen": TaskReopen,
    "contact.add": ContactAdd,
    "member.add": MemberAdd,
    "member.update": MemberUpdate,
    "number.attach": NumberAttach,
    "number.detach": NumberDetach,
    "number.choose": NumberChoose,
    "number.mark": NumberMarked,
    "call.report": CallReport,
    "call.claim": CallClaim,
    "call.hold": CallHold,
    "call.hand": CallHand,
    "call.wrapup": CallWrapup,
    "call.verdict": CallVerdict,
    "call.same": CallSame,
    "presence.set": PresenceSet,
    "disposition.save": DispositionSave,
    "article.save": ArticleSave,
    "article.ask": ArticleAsk,
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


Shape = TypeVar("Shape")

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
    return decode_args_of(op.kind, op.args)


def decode_args_of(kind: str, args: bytes | msgspec.Raw) -> Args:
    """Arguments of a kind, cleaned. Raises `BadInput` as `decode_args` does."""
    return _decoded(_ARGS, kind, args, "ops", f"the arguments of {kind} are")


def decode_row(kind: str, body: bytes | msgspec.Raw) -> Row:
    """A row image. Raises `BadInput` for an unknown kind or another shape."""
    return _decoded(_ROWS, kind, body, "rows", f"the {kind} row is")


def _decoded(
    known: Mapping[str, msgspec.json.Decoder[Shape]], kind: str, body: bytes | msgspec.Raw, what: str, it: str
) -> Shape:
    """A body of a kind. `what` and `it` name it in the refusals."""
    decoder = known.get(kind)
    if decoder is None:
        raise BadInput(f"this version does not know {what} of kind {kind!r}")
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{it} not usable: {error}") from error
