"""What became of the calls that were on when their line was left, and of which the line says nothing now that it is back. The
same at a desk that is started again and at a server."""

from collections.abc import Set
from typing import Final

from ringdesk.calls import WAITING, Call, CallEvent, CallState, EventKind, Outcome

RINGS_ON: Final = 12.0
"""Seconds within which a line on which a telephone still rings has said so: the longest pause between two rings (6 s), twice."""
LEASE: Final = 60.0
"""Seconds for which it is believed that a telephone rings on while its line cannot be reached (sync.md 5)."""
_OF_A_SOURCE: Final = (CallState.HELD, CallState.TRANSFERRING)
"""Where a call stands because a source said so: into any other state a person may have brought it."""


class Judging:
    """When the calls that were on as a line was left are judged. What waits and is not heard of while the line is up for
    `rings_on` seconds, or is not up for `lease`, has stopped; what is not heard of for as long after the line has listed all
    calls that are on is over, whoever had it. All times are seconds by a clock that nobody sets.

    Attributes:
        done: all is judged that can be.
    """

    def __init__(self, now: float, rings_on: float = RINGS_ON, lease: float = LEASE) -> None:
        self.done = False
        self._rings_on = rings_on
        self._lease_ends = now + lease
        self._up: float | None = None
        self._listed: float | None = None
        self._rings = True

    def look(self, now: float, *, up: bool, listed: bool | None) -> bool | None:
        """The line is `up` now, and its peer has `listed` all calls that are on, since it was reached the last time (None: it
        never does). None: nothing is to be judged; else whether that is done by the list."""
        complete = up and listed is True
        self._up = _since(self._up, now, true=up)
        self._listed = _since(self._listed, now, true=complete)
        found = None
        if self._lasts(self._listed, now):
            found = self.done = True
        elif self._rings and not complete and (self._lasts(self._up, now) or now >= self._lease_ends):
            found = self._rings = False
        self.done = self.done or (up and listed is None and not self._rings)
        return found

    def _lasts(self, since: float | None, now: float) -> bool:
        return since is not None and now - since >= self._rings_on


def _since(before: float | None, now: float, *, true: bool) -> float | None:
    if not true:
        return None
    return now if before is None else before


def judged(left: Call, call: Call | None, source: str, now: float, *, own: Set[str], listed: bool) -> CallEvent | None:
    """What is to be said for the line `source`, which has said nothing itself, of a call that was `left` and is `call` now; None
    where nothing can be said. Without a list, what others than the `own` sources saw goes on. What any source has told of
    since goes on in any case; a person who claims it, holds it or lets it go round has heard nothing of its line."""
    alone = sources_of(left) <= own
    if call is None or not (alone or listed) or _told_of(call) != _told_of(left):
        return None
    return unheard(call, source, now, listed=listed)


def sources_of(call: Call) -> frozenset[str]:
    """The ids of the sources that saw a call."""
    return frozenset(key.source for key in call.sources)


def unheard(call: Call, source: str, now: float, *, listed: bool = False) -> CallEvent | None:
    """It rings no more, and nobody knows why (sync.md 5, leases); it is over where the line has listed all calls that are on
    (`listed`). `source` is the line's. None where nothing can be said of it."""
    native = next((key.native_id for key in call.sources if key.source == source), None)
    if native is None or not call.live or not (listed or call.state in WAITING):
        return None
    if not listed:
        kind, outcome = EventKind.RING_STOPPED, None
    else:
        kind, outcome = EventKind.ENDED, None if call.state is CallState.ANSWERED else Outcome.UNKNOWN
    return CallEvent(
        event=kind,
        at=now,
        source=source,
        native_id=native,
        direction=call.direction,
        outcome=outcome,
        lapsed=True if kind is EventKind.RING_STOPPED else None,
    )


def _told_of(call: Call) -> object:
    """What sources say of a call, and no person."""
    apart = call.state if call.state in _OF_A_SOURCE else None
    return call.sources, call.last_ring, call.legs, call.answered_by, apart
