"""What lies in the server's database, as values. Times are seconds since 1970; a seq is a number of the head."""

import unicodedata
from collections.abc import Callable
from typing import Final, Literal

import msgspec

from ringdesk.callbacks import Policy
from ringdesk.presence import PresenceState
from ringdesk.routing import MarkedNumbers, Mode, When
from ringdesk.safetext import encode_hook
from ringdesk.wire.values import Proof

DeviceClass = Literal["desk", "till", "console"]

MAIN_SITE: Final = "main"
"""A store that exists from the start (contracts.md 1)."""


def folded(name: str) -> str:
    """A name as it is compared: width, case and blanks do not matter."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


class Space(msgspec.Struct, frozen=True):
    """The unit of total order. `timeline` names this database's history, `server_epoch` changes when it was rolled back;
    `rights` counts revocations, so that whoever caches a permission sees that it is old."""

    timeline: str
    server_epoch: str
    organisation: str
    head: Proof
    rights: int


class Site(msgspec.Struct, frozen=True):
    """A store or office of the business."""

    id: str
    name: str


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal that was enrolled. `public_key` are the 32 bytes of an Ed25519 key. `last_dev_seq` is the newest number of
    `epoch` with an answer. A fenced device was seen twice (a clone); it may come back by enrolling again."""

    id: str
    name: str
    cls: DeviceClass
    site: str
    public_key: bytes
    epoch: str
    last_dev_seq: int = 0
    enrolled_at: float = 0.0
    seen_at: float = 0.0
    fenced_at: float | None = None
    revoked_at: float | None = None


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who signs in. `folded` is the name as it is compared; `password` an argon2id hash with its parameters."""

    id: str
    name: str
    folded: str
    role: str
    password: str
    failures: int = 0
    failed_at: float = 0.0
    revoked_at: float | None = None


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time code: who knows the secret of `secret_hash` may make one device known, once, before `expires`."""

    secret_hash: str
    site: str
    cls: DeviceClass
    expires: float
    used_by: str | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A telephone source of the central settings. `secrets` stand a line each, the newest first; `open`: what nobody signed
    is believed; `position` is its place in the settings."""

    id: str
    dialect: str
    url: str
    secrets: str = ""
    open: bool = False
    position: int = 0

    @property
    def active(self) -> tuple[str, ...]:
        """The secrets one by one."""
        return tuple(self.secrets.split("\n")) if self.secrets else ()

    def __repr__(self) -> str:
        return f"Source(id={self.id!r}, dialect={self.dialect!r})"  # never the secrets


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the central settings; `abilities` are words with blanks between."""

    id: str
    source: str
    site: str
    label: str = ""
    region: str = "TW"
    area: str = ""
    abilities: str = ""
    position: int = 0


class StoreHours(msgspec.Struct, frozen=True, kw_only=True):
    """When a store is open (`ringdesk.hours`), by its wall clock. `zone` is an IANA name, "": that of the server's machine."""

    id: str
    zone: str = ""
    week: dict[str, str] = {}
    closed: tuple[str, ...] = ()


class RouteRow(msgspec.Struct, frozen=True, kw_only=True):
    """A route of the central settings, as a person wrote it (`ringdesk.routing.Route`): `desks` and `people` by name or id, the
    desks first in a hunt. `to_store`: whose call it becomes."""

    id: str
    source: str | None = None
    line: str | None = None
    called: str | None = None
    queue: str | None = None
    extension: str | None = None
    store: str | None = None
    to_store: str | None = None
    when: When = "always"
    mode: Mode = "ring-all"
    seconds: float = 20.0
    desks: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Who can be routed to: the ids of devices and of people by their folded names, what each person does, and what whoever works
    at a device does. `stores` is where each of them is, by id: a device at its store, a person at that of the device where they
    said something last ("": it was closed out); of who never said anything it has nothing."""

    desks: dict[str, tuple[str, ...]] = {}
    people: dict[str, tuple[str, ...]] = {}
    doing: dict[str, PresenceState] = {}
    working: dict[str, PresenceState] = {}
    stores: dict[str, str] = {}


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What the central settings say of calls."""

    hours: tuple[StoreHours, ...] = ()
    callbacks: Policy = Policy()
    routes: tuple[RouteRow, ...] = ()
    marks: tuple[MarkedNumbers, ...] = ()


class Central(msgspec.Struct, frozen=True):
    """The central settings, in their order."""

    sources: tuple[Source, ...] = ()
    lines: tuple[LineRow, ...] = ()
    rules: Rules = Rules()


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the audit: `actor` did `action` to `subject`."""

    at: float
    actor: str
    action: str
    subject: str = ""
    detail: str = ""


Settle = Callable[[Central, frozenset[str]], tuple[Central, Entry]]
"""From the central settings and the ids of all sites to the new ones, and what the audit says of it."""


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it lies in the chain: `chain` covers it and everything before."""

    n: int
    at: float
    actor: str
    action: str
    subject: str
    detail: str
    chain: str


def entry_of(line: Audited) -> Entry:
    """The entry behind a line of the audit."""
    return Entry(at=line.at, actor=line.actor, action=line.action, subject=line.subject, detail=line.detail)


def audit_content(n: int, entry: Entry) -> bytes:
    """What the chain of the audit covers of a line, beside the line before."""
    return msgspec.json.encode((n, entry), enc_hook=encode_hook)


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """An image of a row in a channel. `body` None is a tombstone; `moved_to` is then the channel to which the row went."""

    kind: str
    id: str
    channel: str
    seq: int
    body: bytes | None
    moved_to: str | None = None


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """An op with its answer (JSON). `hash` is an HMAC of its payload with `salt`; `payload` is kept for parked ops only."""

    op_id: str
    kind: str
    device: str
    seq: int
    at: float
    salt: bytes
    hash: str
    answer: bytes
    payload: bytes | None = None


class Tally(msgspec.Struct, frozen=True):
    """Count and content digest (hexadecimal) of a replicated set."""

    count: int = 0
    digest: str = ""


class News(msgspec.Struct, frozen=True):
    """That there is something after a seq: in which channels, up to `space.head`, of one moment."""

    space: Space
    channels: frozenset[str]


class Authorship(msgspec.Struct, frozen=True):
    """Which device's op made a seq."""

    device: str
    op_id: str
    seq: int


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """The newest images in `(prev, seq]` of a channel, in order; never part of a seq. `up`: `seq` is the channel's newest,
    and `tally` that of the set; `authors` are all device ops in `(prev, seq]`, whatever their channel, at most
    `limits.ORIGINS_MAX` of one device. One moment."""

    prev: int
    seq: int
    chain: str
    images: tuple[Held, ...]
    up: bool
    tally: Tally
    authors: tuple[Authorship, ...]
    space: Space
