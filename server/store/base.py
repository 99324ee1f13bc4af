"""The server's database in words of the domain: what a backend must do. `sqlite.py` is the first one.

Two halves: `Order` (rows, ops, the head) and `Register` (people, devices, sites, codes, audit). A backend keeps:

* The lock order of every transaction: device, rows by id, head (sync.md 2).
* A transaction is all or nothing, and durable when the call returns. A call that raises wrote nothing.
* Only `Unavailable` says that the database failed; what a person did wrong is `Refused`.
* A change of the register and its line of audit are one transaction.
"""

from collections.abc import Sequence
from typing import Protocol

from ringdesk.errors import RingdeskError
from ringdesk.ops import RowKey
from server.store.head import Batch, Decide, RecentCall, Wanted
from server.store.values import (
    Audited,
    Central,
    Device,
    Enrolment,
    Entry,
    Held,
    LineRow,
    News,
    Person,
    Roster,
    Settle,
    Site,
    Slice,
    Source,
    Space,
    Tally,
)


class Unavailable(RingdeskError):
    """The database did not do it (disk full, locked, gone): nothing was written; the same may be tried again."""


class Order(Protocol):
    """The rows and their one order."""

    async def commit(self, wanted: Wanted, decide: Decide) -> Batch:
        """One transaction: lock and load what is wanted, let `decide` judge, take the head, write the batch in bulk."""

    async def space(self) -> Space:
        """Where the order stands."""

    async def news(self, after: int) -> News:
        """What happened after `after`, read at one moment with the rights."""

    async def slice(self, channel: str, name: str, after: int, max_bytes: int, device: str | None = None) -> Slice:
        """What comes after `after` in a channel, about `max_bytes` of bodies, at least one seq. `name` is the set whose
        tally is wanted; the authors are those of `device`, or of all devices. It ends before one of them has more than
        `limits.ORIGINS_MAX`, if need be without an image."""

    async def chains(self, seqs: Sequence[int]) -> dict[int, str]:
        """The chain at each seq that the log has."""

    async def newest(self, channels: Sequence[str]) -> dict[str, int]:
        """The newest seq of each channel; 0 for one without rows."""

    async def tally(self, name: str) -> Tally:
        """Count and digest of a set now."""

    async def row(self, key: RowKey) -> Held | None:
        """A row in the channel where it is."""

    async def reached(self, e164: str, limit: int) -> tuple[Held, ...]:
        """The members who can be found under a number, by id, at most `limit`."""

    async def silent_calls(self, now: float, limit: int) -> tuple[RecentCall, ...]:
        """Calls whose time is over at `now`, the oldest first. Only a hint: what counts is the row under its lock."""

    async def live_calls(self, limit: int) -> tuple[Held, ...]:
        """Calls that have not ended, the newest first, at most `limit`."""

    async def hunted_calls(self, now: float, limit: int) -> tuple[RecentCall, ...]:
        """Calls of which somebody's turn to ring is over at `now`, the oldest first. Only a hint, too."""

    async def roll_back(self, seen: str, fresh: str, entry: Entry) -> Space:
        """Set the server epoch to `fresh` if it is still `seen`; the space as it is then."""


class Register(Protocol):
    """Who and what is known."""

    async def add_site(self, site: Site, entry: Entry) -> None:
        """A new site. Refused `exists`."""

    async def sites(self) -> tuple[Site, ...]:
        """All sites, by id."""

    async def add_person(self, person: Person, entry: Entry) -> None:
        """A new person. Refused `exists` where the folded name is taken."""

    async def person(self, person: str) -> Person | None:
        """By id."""

    async def person_named(self, folded: str) -> Person | None:
        """By folded name."""

    async def people(self) -> tuple[Person, ...]:
        """All, by name."""

    async def note_login(self, person: str, failures: int, at: float, entry: Entry) -> None:
        """How many sign-ins failed in a row, the last one at `at` (0.0: none)."""

    async def set_password(self, person: str, password: str) -> None:
        """A hash with newer parameters."""

    async def renew_password(self, person: str, password: str, entry: Entry) -> None:
        """Another password; failed sign-ins are forgotten. Refused `unknown_user`."""

    async def add_enrolment(self, enrolment: Enrolment, entry: Entry) -> None:
        """A one-time code."""

    async def enrol(self, secret_hash: str, device: Device, now: float, entry: Entry) -> Device:
        """Use a code and add the device, in its site and class. Refused `bad_code`, `used_code`, `expired_code`."""

    async def device(self, device: str) -> Device | None:
        """By id."""

    async def devices(self) -> tuple[Device, ...]:
        """All, oldest first."""

    async def name_device(self, device: str, name: str, entry: Entry) -> Device:
        """Another name, which it keeps when it enrols again; as it was before. Refused `unknown_device` for one that is not
        there or was revoked, `exists` for the name of another."""

    async def seen(self, device: str, at: float) -> None:
        """The device said hello."""

    async def restart(self, device: str, epoch: str, entry: Entry) -> Device:
        """A new epoch: the device numbers its ops from 1 again."""

    async def lived(self, device: str, epoch: str) -> bool:
        """Whether the device numbered an op in that epoch, as far as this database knows."""

    async def revoke_device(self, device: str, entry: Entry) -> None:
        """From this commit on the device is nobody's. Refused `unknown_device`."""

    async def revoke_person(self, person: str, entry: Entry) -> None:
        """From this commit on the person may do nothing. Refused `unknown_user`."""

    async def revoked(self) -> tuple[frozenset[str], frozenset[str]]:
        """The devices and the people that were revoked."""

    async def put_source(self, source: Source, lines: Sequence[LineRow], entry: Entry) -> None:
        """A source and its lines, in place of what stood under its id."""

    async def lines(self, site: str) -> tuple[LineRow, ...]:
        """The lines of a site."""

    async def roster(self) -> Roster:
        """Who can be routed to."""

    async def central(self) -> Central:
        """The central settings."""

    async def settle(self, decide: Settle) -> Central:
        """One transaction: `decide` gets the central settings and the ids of all sites, and says what they are from now on.
        Raises what it raises; then nothing changed."""

    async def source(self, source: str) -> tuple[Source, tuple[LineRow, ...]] | None:
        """A source of the central settings and its lines, in their order."""

    async def audit_end(self) -> tuple[int, str]:
        """Number and chain of the last line that was written, as the space knows them."""

    async def note(self, entry: Entry) -> None:
        """A line of audit by itself."""

    async def audit(self, after: int = 0, limit: int = 1000) -> tuple[Audited, ...]:
        """The audit in order."""


class Store(Protocol):
    """A database."""

    @property
    def order(self) -> Order:
        """The rows and their order."""

    @property
    def register(self) -> Register:
        """Who and what is known."""

    @property
    def failures(self) -> int:
        """How many writes the disk did not take so far. One that had to wait too long for another program is none of them."""

    async def can_write(self) -> bool:
        """Try: whether a small transaction is taken, and leaves room for more."""

    async def holds(self, source: str) -> bool:
        """Whether this process is the one that holds the link of a source (sync.md 5): of all processes on the database one at
        most, from when nobody did until it ends, however that comes. Raises `Unavailable`."""

    def hurry(self, seconds: float) -> None:
        """This process is about to end: from so many seconds on no write waits for another program any longer, and those that
        do are given up (`Unavailable`)."""

    async def close(self) -> None:
        """Give it back; what was committed stays."""
