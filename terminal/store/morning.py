"""What a desk asks at the start of a day: who called while nobody was here, who the members are."""

from collections.abc import Iterable
from typing import Final

import msgspec

from ringdesk.calls import Call, CallState, Outcome
from ringdesk.members import Member
from terminal.store import cards
from terminal.store.connection import Transaction

MOST: Final = 50
"""Calls: more is not read before the first one rings."""

_LOST: Final = (Outcome.MISSED, Outcome.ABANDONED)


class LostCall(msgspec.Struct, frozen=True):
    """A call that nobody had, and the one member whose number it came from, if it is one's."""

    call: Call
    member: Member | None = None


def lost_calls(tx: Transaction, since: float) -> list[LostCall]:
    """Calls after `since` that nobody had, the newest first."""
    calls = [call for call in reversed(cards.recent_calls(tx, since)) if _lost(call)][:MOST]
    return [LostCall(call, _only_member(tx, call.caller.e164)) for call in calls]


def _lost(call: Call) -> bool:
    if call.claimed_by is not None or call.answered is not None:
        return False
    silent = call.disposition is None and call.state in (CallState.ENDED, CallState.RING_STOPPED)
    return call.outcome in _LOST or (silent and call.outcome in (None, Outcome.UNKNOWN))


def _only_member(tx: Transaction, e164: str | None) -> Member | None:
    lines = tx.all("select member from member_number where e164 = ? limit 2", e164) if e164 else []
    return cards.member(tx, lines[0][0]) if len(lines) == 1 else None


def members(tx: Transaction, ids: Iterable[str]) -> dict[str, Member]:
    """These members, by the ids that were asked for."""
    found = {each: cards.member(tx, each) for each in ids}
    return {each: row for each, row in found.items() if row is not None}
