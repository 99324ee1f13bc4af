"""What became of a call that was on when its line was left, and of which the line says nothing now that it is back."""

from typing import Final

from ringdesk.calls import WAITING, Call, CallEvent, CallState, EventKind, Outcome

RINGS_ON: Final = 12.0
"""Seconds within which a line on which a telephone still rings has said so: the longest pause between two rings (6 s), twice."""


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
