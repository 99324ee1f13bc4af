"""What waits on a link to an exchange, and for how long that is believed while the link is down. Pure: facts and the clock in,
events out.

Whoever hangs up while nobody listens leaves no trace: without an end a call would ring on the desks for ever. So what waits
holds a lease (sync.md 5). While the link is up it needs none; once it is down the lease runs, and what has not come back until
then has stopped ringing, nobody knows why. What the exchange says later still counts for the same call, also that it rings on.
"""

from typing import Final

import msgspec

from ringdesk.calls import CallEvent, EventKind
from ringdesk.dialects import Level

QUEUE_TIMES: Final = 10.0
"""How many times longer a caller in a queue is believed to wait than a telephone to ring."""
MOST: Final = 1000
"""Calls kept; beyond it the oldest is left to the tracker's own patience."""

_WAITS: Final = frozenset({EventKind.RINGING, EventKind.QUEUED})
_OVER: Final = frozenset(
    {EventKind.ANSWERED, EventKind.HELD, EventKind.RESUMED, EventKind.RING_STOPPED, EventKind.ENDED, EventKind.LINKED}
)


class Lease:
    """The calls of one link that wait. `seconds` is how long the link may be down before what rings there stops."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: dict[str, CallEvent] = {}
        self._down_at: float | None = None

    def heard(self, event: CallEvent) -> None:
        """The source reports something."""
        known = self._waiting.get(event.native_id)
        if event.event in _WAITS:
            queued = known is not None and known.event is EventKind.QUEUED
            self._waiting[event.native_id] = msgspec.structs.replace(known, at=event.at) if known and queued else event
        elif event.event in _OVER:
            self._waiting.pop(event.linked_id or event.native_id, None)
        elif known is not None:
            self._waiting[event.native_id] = msgspec.structs.replace(known, at=event.at)
        while len(self._waiting) > MOST:
            del self._waiting[next(iter(self._waiting))]

    def stands(self, level: Level, now: float) -> None:
        """How the link feels. One that is only about to be well has not said yet what still rings."""
        if level is Level.BROKEN:
            self._down_at = now if self._down_at is None else min(self._down_at, now)
        elif level is not Level.STARTING:
            self._down_at = None

    @property
    def next_due(self) -> float | None:
        """When the first of the leases runs out."""
        if self._down_at is None:
            return None
        return min((self._until(event) for event in self._waiting.values()), default=None)

    def due(self, now: float) -> tuple[CallEvent, ...]:
        """What stopped ringing, for all that anybody knows."""
        if self._down_at is None:
            return ()
        lost = [event for event in self._waiting.values() if self._until(event) <= now]
        for event in lost:
            del self._waiting[event.native_id]
        return tuple(
            CallEvent(
                event=EventKind.RING_STOPPED,
                at=now,
                source=event.source,
                native_id=event.native_id,
                direction=event.direction,
                lapsed=True,
            )
            for event in lost
        )

    def _until(self, event: CallEvent) -> float:
        """A link that brings news of a call is not down for that one, whatever else is wrong with it."""
        seconds = self._seconds * (QUEUE_TIMES if event.event is EventKind.QUEUED else 1.0)
        return max(self._down_at or 0.0, event.at) + seconds
