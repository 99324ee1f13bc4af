"""What can happen to a telephone call: the words of the field as frozen values.

A **call** is one conversation between a caller and the business. A **leg** is one telephone of ours that is rung for it.
"""

from enum import StrEnum
from typing import Final

import msgspec

from ringdesk.marks import MarkLabel
from ringdesk.safetext import SafeText


class Direction(StrEnum):
    """Which way a call goes, seen from the business."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


OUTERMOST: Final = (Direction.IN, Direction.OUT, Direction.INTERNAL)
"""Which of two calls that turn out to be one the one is: who calls us before whom we call, and both before ourselves."""


class Presentation(StrEnum):
    """Whether the caller's number may be shown (ETSI EN 300 659-3, 5.4.3 reasons; Q.951 presentation)."""

    SHOWN = "shown"
    PRIVATE = "private"
    UNAVAILABLE = "unavailable"
    PAYPHONE = "payphone"
    UNREADABLE = "unreadable"


class CallState(StrEnum):
    """Where a call stands. `ring_stopped` is what a passive line sees: it rang, and stopped; nobody knows why."""

    NEW = "new"
    RINGING = "ringing"
    QUEUED = "queued"
    ANSWERED = "answered"
    HELD = "held"
    TRANSFERRING = "transferring"
    RING_STOPPED = "ring_stopped"
    ENDED = "ended"


RANK: Final[dict[CallState, int]] = {
    CallState.NEW: 0,
    CallState.RINGING: 1,
    CallState.RING_STOPPED: 2,
    CallState.QUEUED: 3,
    CallState.ANSWERED: 4,
    CallState.HELD: 4,
    CallState.TRANSFERRING: 4,
    CallState.ENDED: 5,
}
"""An event that would lead to a lower rank only adds facts: a late report never moves a call back. A line whose ringing stopped
says nothing of a queue that took the call."""
WAITING: Final = frozenset({CallState.NEW, CallState.RINGING, CallState.QUEUED})
"""The states in which a telephone makes a noise, or a caller listens to music."""


class Outcome(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"
    MISSED = "missed"
    ABANDONED = "abandoned"
    REJECTED = "rejected"
    BUSY = "busy"
    FAILED = "failed"
    VOICEMAIL = "voicemail"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


class LegState(StrEnum):
    """Where one of our telephones stands in a call."""

    RINGING = "ringing"
    ANSWERED = "answered"
    MISSED = "missed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    ENDED = "ended"


class EventKind(StrEnum):
    """What a dialect can report. Every kind but the last two concerns a call."""

    RINGING = "ringing"
    """It rings (again): opens the call at the first, counts rings after that."""
    CALLER = "caller"
    """A fact about the caller: number, name, presentation, date of the line."""
    QUEUED = "queued"
    LEG = "leg"
    """One of our telephones changed its state (`leg`)."""
    ANSWERED = "answered"
    HELD = "held"
    RESUMED = "resumed"
    TRANSFERRING = "transferring"
    RING_STOPPED = "ring_stopped"
    ENDED = "ended"
    """Over; `outcome` says how, if the source knows."""
    LINKED = "linked"
    """`native_id` and `linked_id` of this source are one call."""
    MESSAGE_WAITING = "message_waiting"
    """A lamp, not a call: never opens anything."""
    REJECTED = "rejected"
    """What came cannot be believed (checksum, truncation, signature); `reason` says why."""


class Caller(msgspec.Struct, frozen=True):
    """Who calls. `raw` is the number as the source gave it, None when it gave none."""

    raw: SafeText | None = None
    e164: str | None = None
    presentation: Presentation = Presentation.UNAVAILABLE
    name: SafeText | None = None


class Called(msgspec.Struct, frozen=True):
    """What was called: the number as given, the line's id or label, the queue."""

    raw: SafeText | None = None
    line: SafeText | None = None
    queue: SafeText | None = None


class Via(msgspec.Struct, frozen=True):
    """Who forwarded the call, and why (busy, no_answer, unconditional, deflection, unreachable, unknown)."""

    raw: SafeText
    reason: str = "unknown"


class Leg(msgspec.Struct, frozen=True):
    """One of our telephones, as the source names it (its extension)."""

    agent: SafeText
    state: LegState


class CallEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a source reports.

    `at` is the time of receipt in seconds since 1970; `source` the id of the source; `native_id` the source's own id of
    the call (for a peer that has none: the time in ms at which the call opened). `caller` and `called` are None when the
    event says nothing about them. `line_time` is what the line claimed as its own date and time: shown, never trusted.
    `leg` of a `ringing`, `answered` or `ended` is the leg that the report is about, of a source that reports all legs alike.
    `verified` is None where the source has no signature. `unique`: its source never gives the id to another call, so what comes
    under it long after the call is a repetition (`tracker.again`). `lapsed`: nobody heard it.
    Of a `ring_stopped`, the link to its source is lost; of an `ended`, who reports it gave the call up.
    """

    event: EventKind
    at: float
    source: str
    native_id: str = ""
    direction: Direction = Direction.IN
    caller: Caller | None = None
    called: Called | None = None
    via: Via | None = None
    leg: Leg | None = None
    answered_by: SafeText | None = None
    linked_id: str | None = None
    outcome: Outcome | None = None
    line_time: SafeText | None = None
    reason: SafeText | None = None
    verified: bool | None = None
    unique: bool | None = None
    lapsed: bool | None = None


class SourceKey(msgspec.Struct, frozen=True):
    """A source's name for a call."""

    source: str
    native_id: str


class Routed(msgspec.Struct, frozen=True, kw_only=True):
    """Where a call that waits rings by a route of the business: the ids of the devices and people that ring `now`, `since` when,
    and until when (None: as long as it waits); of a hunt also those whose turn has `passed`. Seconds since 1970."""

    route: str
    now: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    since: float = 0.0
    until: float | None = None


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """How two calls were before a person said that they are one: of the one that led to the other from then on, where it stood
    and what was asked of it; of the other what could be told of both afterwards."""

    state: CallState
    outcome: Outcome | None = None
    ended: float | None = None
    perhaps: str | None = None
    kept_state: CallState
    kept_outcome: Outcome | None = None
    kept_ended: float | None = None
    caller: Caller
    absent: bool
    called: Called
    via: Via | None = None
    answered: float | None = None
    answered_by: SafeText | None = None
    legs: tuple[Leg, ...] = ()
    started: float
    sources: tuple[SourceKey, ...] = ()
    ring_count: int = 0


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One telephone call. Times are seconds since 1970. `answered_by` is an extension, `claimed_by` a person's id and
    `claimed_name` their name; `claimed_at` is when somebody said first that they have it.

    `on_hold`: the one who has the call lets it wait. `handed_by`, `handed_name`: who handed it on to them.
    `site` is the store or office that the line belongs to. `ring_count` counts RING reports of passive lines.
    `routed` says where it rings (None: at all desks of the store), `mark` what the business's own list says of the number.
    `perhaps` is the id of another source's call that this may be, though nothing proves it: who saw that one is not disturbed
    again; `apart` are those of which a person said that this is another one. `joined` is, of a call that a person joined to
    another, how both were before. `lapsed`: nobody heard it stop ringing, and it may ring on. `inferred`: no source said the
    outcome, it follows from what was heard until the end. `absent` says that the source
    stated that there is no number (so the pop need not wait). `merged_into` is the id under which a call goes on that turned
    out to be the same as another.
    """

    id: str
    direction: Direction = Direction.IN
    state: CallState = CallState.NEW
    outcome: Outcome | None = None
    caller: Caller = Caller()
    called: Called = Called()
    via: Via | None = None
    answered_by: SafeText | None = None
    claimed_by: str | None = None
    claimed_name: SafeText | None = None
    claimed_at: float | None = None
    on_hold: bool = False
    handed_by: str | None = None
    handed_name: SafeText | None = None
    legs: tuple[Leg, ...] = ()
    started: float = 0.0
    answered: float | None = None
    ended: float | None = None
    sources: tuple[SourceKey, ...] = ()
    site: str = ""
    ring_count: int = 0
    absent: bool = False
    last_ring: float | None = None
    disposition: str | None = None
    merged_into: str | None = None
    routed: Routed | None = None
    mark: MarkLabel | None = None
    perhaps: str | None = None
    apart: tuple[str, ...] = ()
    joined: Joined | None = None
    lapsed: bool = False
    inferred: bool = False

    @property
    def rank(self) -> int:
        """The rank of the state (see `RANK`)."""
        return RANK[self.state]

    @property
    def picked_up(self) -> float | None:
        """When somebody had it first, seconds since 1970: the answer that the line saw or the claim, whichever was earlier.
        A hand-on changes nothing of it. None: nobody has had it, or nobody knows when."""
        return min((at for at in (self.answered, self.claimed_at) if at is not None), default=None)

    @property
    def held(self) -> bool:
        """Whether the caller waits: the exchange says so, or the person who has the call."""
        return self.live and (self.state is CallState.HELD or self.on_hold)

    @property
    def live(self) -> bool:
        """Whether somebody may still be on the line."""
        return self.state is not CallState.ENDED
