"""The messages of the protocol: one class each, its meaning in the docstring, one tuple a direction that registers them.

Text frames of JSON, told apart by `type`. A session runs:

    server: challenge
    terminal: enrol  -> server: enrolled            (once in the life of a device; the session then goes on with hello)
    terminal: hello  -> server: welcome | closed with a reason
    then, in any order and overlapping:
    terminal: login -> server: granted | denied
    terminal: push  -> server: answers | need
    terminal: pull  -> server: changes, up_to
    server: changes, up_to (live)       both: ping, pong

A **space** is the unit of total order (the organisation). A **replicated set** is named `channel@projection`. Sequence
numbers and cursors are within +-2^53. Times are seconds since 1970.

Versions:
* 1 (2026-11): everything in this file and in `values`.
"""

from typing import Annotated, Final, Literal

import msgspec

from ringdesk.ops import Op
from ringdesk.safetext import SafeText
from ringdesk.wire.values import (
    Answer,
    ChannelInfo,
    Cursor,
    Id,
    Image,
    Line,
    OfflineCaps,
    Origin,
    Page,
    Proof,
    Seq,
    SetName,
    SourceStands,
    Token,
)

PROTOCOL_MIN: Final = 1
PROTOCOL_MAX: Final = 1

SUBPROTOCOL: Final = "ringdesk.sync.v1"

PUSH: Final = "push"
"""What `Denied.ref` says of a push, which has none of its own."""
CANNOT_SAVE: Final = "cannot_save"
CAN_SAVE: Final = "can_save"
SOURCES: Final = "sources"
"""Codes of a notice."""


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of every message."""


# --- server -> terminal ---------------------------------------------------------------------------------------------


class Challenge(Message, frozen=True, kw_only=True, tag="challenge"):
    """The first frame of a session. `nonce` is what hello and enrol sign; `ca` certificates (PEM), among which is the one
    that an enrolment code names, empty on loopback; `proto` the versions it speaks; `server_epoch` changes when the server's
    history was rolled back."""

    nonce: Token
    proto_min: int
    proto_max: int
    server_epoch: Id
    ca: Annotated[str, msgspec.Meta(max_length=16384)] = ""
    now: float = 0.0


class Enrolled(Message, frozen=True, kw_only=True, tag="enrolled"):
    """The device is known now. `cls` is desk, till or console; `epoch` a random number for this life of the device."""

    device: Id
    epoch: Id
    cls: Literal["desk", "till", "console"]
    store: Id
    organisation: SafeText = SafeText("")


class Welcome(Message, frozen=True, kw_only=True, tag="welcome"):
    """The session is open.

    `epoch` is the device's (a new one tells it to number its unanswered ops again from 1); `expected` the dev_seq that
    the server wants next; `head` the newest proof; `sets` what the device holds (others are to be dropped, new ones start
    at 0); `lease` seconds for which the replica may be used without the server; `action`: go on, drop and start again
    from a bootstrap, read only (too old), or wipe. `retry_after` in seconds, for a herd.
    """

    proto: int
    server_epoch: Id
    timeline: Id
    epoch: Id
    expected: Seq
    head: Proof
    sets: tuple[ChannelInfo, ...]
    now: float
    cls: Literal["desk", "till", "console"] = "desk"
    store: Id = "main"
    lease: float = 0.0
    action: Literal["ok", "bootstrap", "readonly", "wipe"] = "ok"
    caps: OfflineCaps = OfflineCaps()
    lines: tuple[Line, ...] = ()
    organisation: SafeText = SafeText("")
    audit_head: str = ""
    retry_after: float | None = None


class Granted(Message, frozen=True, kw_only=True, tag="granted"):
    """The person may work on this device. `grant` is the signed token that their ops carry; the terminal keeps its expiry too."""

    ref: str
    grant: Token
    person: Id
    name: SafeText
    roles: tuple[str, ...]
    expires: float


class Denied(Message, frozen=True, kw_only=True, tag="denied"):
    """A login, enrolment, pull or push (`PUSH`) was not looked at, or refused. `code` is stable; `retry_after` in seconds
    while somebody is slowed down. A push that was denied is pushed again: none of its ops has an answer."""

    ref: str
    code: str
    message: SafeText
    retry_after: float | None = None


class Answers(Message, frozen=True, kw_only=True, tag="answers"):
    """Answers to a push, in dev_seq order, all committed. `head` is the server's newest proof at the commit."""

    epoch: Id
    answers: tuple[Answer, ...]
    head: Proof


class Need(Message, frozen=True, kw_only=True, tag="need"):
    """The device's numbering has a gap: push again from dev_seq `n`, answered or not."""

    epoch: Id
    n: Seq


class Changes(Message, frozen=True, kw_only=True, tag="changes"):
    """A page in its envelope. `origins` are this device's ops in `(prev, seq]`, whatever their channel (sync.md 3)."""

    origins: tuple[Origin, ...] = ()
    page: Page


class UpTo(Message, frozen=True, kw_only=True, tag="up_to"):
    """The terminal has all of `set` up to head `head`, also where the set itself was quiet.

    `seq` is the newest of the set then: `count` and `digest` are those of a terminal whose cursor is there, and say nothing
    to one that is elsewhere.
    """

    set: SetName
    seq: Seq
    head: Seq
    chain: Token
    count: Seq
    digest: str


class Dropped(Message, frozen=True, kw_only=True, tag="dropped"):
    """The device may no longer hold `set`: delete it and say `confirmed`."""

    set: SetName
    seq: Seq


class Erase(Message, frozen=True, kw_only=True, tag="erase"):
    """A person was erased: overwrite these rows beyond recovery and say `confirmed`."""

    erasure: Id
    keys: tuple[tuple[str, str], ...]


class ServerNotice(Message, frozen=True, kw_only=True, tag="notice"):
    """A line for the person at the desk. `CANNOT_SAVE` holds for the session until `CAN_SAVE`: what is pushed meanwhile is
    not answered, and pushed again. `SOURCES` has all `sources` of the terminal's store that the server listens to, as they
    stand now; `message` says what is wrong with them."""

    code: str
    message: SafeText
    sources: tuple[SourceStands, ...] = ()


# --- terminal -> server ---------------------------------------------------------------------------------------------


class Enrol(Message, frozen=True, kw_only=True, tag="enrol"):
    """Make this device known. `code` is the secret part of the one-time code; `public_key` the device's Ed25519 key and
    `signature` its signature over the challenge, both base64."""

    code: Token
    name: SafeText
    public_key: Token
    signature: Token


class Hello(Message, frozen=True, kw_only=True, tag="hello"):
    """Who the terminal is and what it holds.

    `signature` is over the challenge's nonce with the device's key (base64). `epoch` and `server_epoch` as last seen.
    `cursors` by replicated set. `proof` is the highest `(seq, chain)` ever seen; `answered` the last dev_seq of this
    epoch with an answer. `outbox_first`, `outbox_last` are the dev_seqs that wait (0: none). `clock` is the device's.
    """

    proto_min: int = PROTOCOL_MIN
    proto_max: int = PROTOCOL_MAX
    app: SafeText = SafeText("")
    schema: int = 1
    device: Id
    signature: Token
    epoch: Id
    server_epoch: str = ""
    timeline: str = ""
    cursors: dict[SetName, Cursor] = {}
    proof: Proof = Proof()
    answered: Seq = 0
    outbox_first: Seq = 0
    outbox_last: Seq = 0
    clock: float = 0.0
    encrypted: bool = False
    audit_head: str = ""


class Login(Message, frozen=True, kw_only=True, tag="login"):
    """A person signs in. `ref` comes back in the answer."""

    ref: str
    name: SafeText
    password: Annotated[str, msgspec.Meta(max_length=1024)]


class Push(Message, frozen=True, kw_only=True, tag="push"):
    """Ops in dev_seq order without a gap. `epoch` is the device's."""

    epoch: Id
    ops: Annotated[tuple[Op, ...], msgspec.Meta(max_length=500)]


class Pull(Message, frozen=True, kw_only=True, tag="pull"):
    """Send what comes after `cursor` in `set`, at most about `max_bytes` (the page is adaptive, 8 to 256 KiB)."""

    set: SetName
    cursor: Seq
    max_bytes: Annotated[int, msgspec.Meta(ge=8192, le=262144)] = 65536


class Fetch(Message, frozen=True, kw_only=True, tag="fetch"):
    """Rows on demand (a member above the directory cap, older history). They are cache: no cursor, no digest."""

    ref: str
    kind: str
    id: str
    before: float | None = None


class Confirmed(Message, frozen=True, kw_only=True, tag="confirmed"):
    """A drop or an erasure is done on this device."""

    subject: Id


class Fetched(Message, frozen=True, kw_only=True, tag="fetched"):
    """The answer to fetch."""

    ref: str
    images: tuple[Image, ...]


# --- both ways ------------------------------------------------------------------------------------------------------


class Ping(Message, frozen=True, kw_only=True, tag="ping"):
    """Are you there? `at` comes back."""

    at: float


class Pong(Message, frozen=True, kw_only=True, tag="pong"):
    """Yes. `now` is the answerer's clock."""

    at: float
    now: float


FromServer = (
    Challenge
    | Enrolled
    | Welcome
    | Granted
    | Denied
    | Answers
    | Need
    | Changes
    | UpTo
    | Dropped
    | Erase
    | ServerNotice
    | Fetched
    | Ping
    | Pong
)
FromTerminal = Enrol | Hello | Login | Push | Pull | Fetch | Confirmed | Ping | Pong
