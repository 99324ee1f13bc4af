"""One image of a call that a line of this desk hears and that others report, too."""

import msgspec

from ringdesk.calls import RANK, WAITING, Call, CallState, Outcome
from ringdesk.tracker import rings_on


def combined(heard: Call, row: Call) -> Call:
    """What the line knows, and what the others did; the one that is further along says the state, unless that was given up for
    want of news which the other has. A queue to which the link of this desk was lost is not: the row may be this desk's own."""
    if heard.state in WAITING and heard.last_ring is not None and rings_on(row, heard.last_ring):
        row = msgspec.structs.replace(row, state=heard.state, outcome=None)
    guessed = heard.outcome is Outcome.UNKNOWN and row.merged_into is None and _says_more(row, heard)
    left = heard.lapsed and row.state is CallState.QUEUED
    if (row.rank > heard.rank and not left) or guessed:
        caller = heard.caller if row.caller.raw is None else row.caller
        return msgspec.structs.replace(row, caller=caller, absent=caller.raw is None and (row.absent or heard.absent))
    return msgspec.structs.replace(
        heard,
        claimed_by=row.claimed_by or heard.claimed_by,
        claimed_name=row.claimed_name if row.claimed_by else heard.claimed_name,
        claimed_at=row.claimed_at if row.claimed_by else heard.claimed_at,
        on_hold=row.on_hold,
        handed_by=row.handed_by,
        handed_name=row.handed_name,
        answered_by=heard.answered_by or row.answered_by,
        disposition=heard.disposition or row.disposition,
        outcome=heard.outcome or row.outcome,
        site=heard.site or row.site,
        routed=row.routed,
        mark=row.mark,
        apart=row.apart,
    )


def _says_more(row: Call, heard: Call) -> bool:
    """Whether others know more of a call than the line of which nothing but the end is known: who had it, or that it rings on."""
    rings = row.state in WAITING and row.last_ring is not None and rings_on(heard, row.last_ring)
    return rings or row.rank >= RANK[CallState.ANSWERED]
