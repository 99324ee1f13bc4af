"""The server's calls. A call is a row like any other: the events that a desk's line saw arrive as an op `call.report`, the
merge folds them, and the other desks get the image. Two reports of one source's call have one id, so they make one call.

A report whose newest event is older than 30 s is **history only** (sync.md 5): it is folded like any other, because a call
whose end was seen must end, and its answer carries the flag `history`. The image needs no mark of its own: desks pop a
call by its age (`started`, `last_ring` against the server's clock), and a withdrawal is the image with `claimed_by`.
"""

from typing import Final

from ringdesk.ops import Args, CallReport
from ringdesk.wire import limits

HISTORY: Final = "history"


def flags(args: Args, now: float) -> tuple[str, ...]:
    """What the time of arrival says about an op. `now` is seconds since 1970."""
    if not isinstance(args, CallReport) or not args.events:
        return ()
    newest = max(event.at for event in args.events) + args.uncertainty
    return (HISTORY,) if now - newest > limits.REPORT_FRESH_SECONDS else ()
