"""The head transaction, as values: what it loads, what is decided on that ground, what it writes. Times are seconds since 1970;
a seq is a number of the head."""

from collections.abc import Callable
from uuid import UUID

import msgspec

from ringdesk.ops import RowKey
from ringdesk.wire.values import Proof
from server.store.values import Device, Entry, Held, Person, Roster, Rules, Settled, Tally


class Around(msgspec.Struct, frozen=True, order=True):
    """The calls of a site that began between two moments, both included. `callers`: only theirs, as `RecentCall` has them
    (none: all)."""

    site: str
    since: float
    until: float
    callers: tuple[str, ...] = ()


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a transaction locks and loads, in the one lock order: the device, then the rows by id (sync.md 2).

    `numbers` are dev_seqs of the device's present epoch; `reachable` numbers in E.164 for which the members are asked;
    `dialled` are digits of which the open callbacks and the marks are asked for, `rules`: whether the rules about calls are.
    `sources`: whether it is asked for the sites of the central sources; `around` are the calls beside which one that is
    reported may have been seen by another source; `hook` is the id of a webhook that may have been taken in already.
    """

    device: str | None = None
    numbers: tuple[int, ...] = ()
    op_ids: tuple[str, ...] = ()
    rows: tuple[RowKey, ...] = ()
    reachable: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    dialled: tuple[str, ...] = ()
    rules: bool = False
    sources: bool = False
    around: tuple[Around, ...] = ()
    hook: str | None = None


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What was loaded of what was `wanted`. Only rows that are there are in `rows`, each in the channel where it now is; the
    calls `around`, and the tasks and marks of `dialled`, are among them. `sites` are those of the lines of each central source,
    by the namespace of its calls. `roster` comes with `rules` that have routes. `hook_at`: when the webhook that was asked for
    was taken in."""

    device: Device | None
    numbered: dict[int, str]
    settled: dict[str, Settled]
    rows: dict[RowKey, Held]
    reachable: dict[str, tuple[str, ...]]
    people: dict[str, Person]
    attempts: dict[str, int]
    sites: dict[UUID, frozenset[str]] = {}
    rules: Rules | None = None
    roster: Roster = Roster()
    hook_at: float | None = None
    wanted: Wanted = Wanted()

    @property
    def asked(self) -> frozenset[RowKey]:
        """The rows that were looked for."""
        return frozenset(self.wanted.rows)


class Head(msgspec.Struct, frozen=True):
    """The head, locked: where the order stands, and the tallies of the sets that the decision touches."""

    proof: Proof
    tallies: dict[str, Tally]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One seq: the images that it made; `device` and `op_id` are None for what the server did by itself."""

    seq: int
    chain: str
    images: tuple[Held, ...]
    device: str | None = None
    op_id: str | None = None


class RecentCall(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when a call began, and when it is given up if nothing is heard of it after the image at `seq`. `due` None: it
    has ended. `merged`: it goes on under another id. The caller is known under `e164` or `said` (`joining.known_as`). `late`:
    what was heard of it last was history. `step`: when the next of a hunt is to ring."""

    call: str
    site: str
    started: float
    seq: int
    due: float | None
    merged: bool = False
    e164: str | None = None
    said: str | None = None
    late: bool = False
    step: float | None = None


class TakenIn(msgspec.Struct, frozen=True):
    """A webhook that is taken in; those from before `floor` are forgotten."""

    id: str
    at: float
    floor: float


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a transaction writes. `reachable` maps a member to the numbers under which they can be found now,
    `dialled` a callback or mark to the digits under which it can be;
    `calls` are those that were written."""

    changes: tuple[Change, ...] = ()
    settled: tuple[Settled, ...] = ()
    numbered: tuple[tuple[int, str], ...] = ()
    last_dev_seq: int | None = None
    fenced_at: float | None = None
    tallies: dict[str, Tally] = {}
    reachable: dict[str, tuple[str, ...]] = {}
    dialled: dict[RowKey, tuple[str, ...]] = {}
    calls: tuple[RecentCall, ...] = ()
    attempts: dict[str, int] = {}
    audit: tuple[Entry, ...] = ()
    hook: TakenIn | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What the ground led to, before it has its place in the order: `changes` is how many seqs it needs, `sets` whose
    tallies. `seal` gives the batch, once the head is locked; it must be pure."""

    seal: Callable[[Head], Batch]
    changes: int = 0
    sets: tuple[str, ...] = ()


Decide = Callable[[Ground], Decision | Wanted]
"""A pure function of the ground. A `Wanted` in answer means: load this as well and ask again."""
