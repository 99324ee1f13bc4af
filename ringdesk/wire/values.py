"""What the messages of the protocol are made of: bounded texts and numbers, and the values that several messages carry.

Sequence numbers and cursors are within +-2^53. Times are seconds since 1970.
"""

from typing import Annotated, Literal

import msgspec

from ringdesk.dialects import Level
from ringdesk.safetext import SafeText
from ringdesk.why import Why

Seq = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
SetName = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Token = Annotated[str, msgspec.Meta(max_length=4096)]


class Proof(msgspec.Struct, frozen=True):
    """That the server once was at `seq`: `chain` is its HMAC chain there, in hexadecimal, and can be checked by the server
    even when it has forgotten that `seq` (a restore)."""

    seq: Seq = 0
    chain: Token = ""


class Cursor(msgspec.Struct, frozen=True):
    """How far a terminal holds a replicated set: all images up to `seq`, where the chain was `chain`."""

    seq: Seq = 0
    chain: Token = ""


class ChannelInfo(msgspec.Struct, frozen=True):
    """A replicated set that the device holds; `head` the server's newest seq in it, `snapshot` the content id of a ready file."""

    name: SetName
    head: Seq
    snapshot: str | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the central settings that concerns the device's store."""

    id: SafeText
    source: str
    store: str
    label: SafeText = SafeText("")
    region: str = "TW"
    area: str = ""
    abilities: tuple[str, ...] = ()


class OfflineCaps(msgspec.Struct, frozen=True):
    """How much may be redeemed while offline, in points (sync.md 6). 0: nothing."""

    per_member: int = 0
    per_device_day: int = 0


class Written(msgspec.Struct, frozen=True):
    """A row that an op wrote, and the channel in which it now is."""

    kind: str
    id: str
    channel: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an op; stored by the server, the same whenever it is asked again.

    `result`: applied; merged (`kept` and `lost` are field names); merged_into (`into` the id it became); rejected (`code`,
    `message`); erased; parked. `seq` is 0 where nothing was written. `rows` are the rows that it wrote. `flags` are facts
    for a supervisor (late, overdraft). `signature` is the server's HMAC over the answer, kept with the op for 7 days.
    """

    op_id: Id
    dev_seq: Seq
    result: Literal["applied", "merged", "merged_into", "rejected", "erased", "parked"]
    seq: Seq = 0
    chain: Token = ""
    rows: tuple[Written, ...] = ()
    kept: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    into: str | None = None
    code: str | None = None
    message: SafeText | None = None
    flags: tuple[str, ...] = ()
    signature: Token = ""


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A row as it is after `seq`. `body` None is a tombstone; `moved_to` then names the channel to which the row went."""

    kind: str
    id: str
    seq: Seq
    body: msgspec.Raw | None = None
    moved_to: str | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a change frame that is the same for every terminal: the newest images in `(prev, seq]` of a set.

    `up`: `seq` is the newest of the set; `count` and `digest` (hexadecimal, over all its images) are valid only then.
    """

    set: SetName
    prev: Seq
    seq: Seq
    chain: Token
    images: tuple[Image, ...]
    up: bool
    count: Seq = 0
    digest: str = ""


class Origin(msgspec.Struct, frozen=True):
    """An op of this device that the server applied at `seq`."""

    op_id: Id
    seq: Seq


class SourceStands(msgspec.Struct, frozen=True, kw_only=True):
    """How a source stands that the server listens to itself. `label` is what its line is called; `words` are `why` in English,
    for a terminal that does not know the code."""

    id: Id
    dialect: Id
    label: SafeText
    level: Level
    why: Why
    words: SafeText
    detail: SafeText | None = None
