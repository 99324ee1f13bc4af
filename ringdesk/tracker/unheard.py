"""What became of a call that was on when its line was left, and of which the line says nothing now that it is back."""

from typing import Final

from ringdesk.calls import WAITING, Call, CallEvent, EventKind

RINGS_ON: Final = 12.0
"""Seconds within which a line on which a telephone still rings has said so: the longest pause between two rings (6 s), twice."""


def unheard(call: Call, now: float, *, listed: bool = False) -> CallEvent | None:
    """It rings no more, and nobody knows why (sync.md 5, leases); it is over where the line lists (`listed`) all calls that are
    on. None where nothing can be said of it."""
    if not call.sources or not call.live:
        return None
    waits = call.state in WAITING
    if not waits and not listed:
        return None
    source, native = call.sources[0].source, call.sources[0].native_id
    return CallEvent(
        event=EventKind.RING_STOPPED if waits else EventKind.ENDED,
        at=now,
        source=source,
        native_id=native,
        direction=call.direction,
        lapsed=waits,
    )
