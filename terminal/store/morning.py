"""What a desk asks at the start of a day: who called while nobody was here, who the members are."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

import msgspec

from ringdesk.calls import Call, CallState, Outcome
from ringdesk.dispositions import MISSED
from ringdesk.ids import callback_id
from ringdesk.marks import MarkLabel
from ringdesk.members import Member
from ringdesk.reached import Settled, spoken
from ringdesk.tasks import Task
from terminal.store import business, cards
from terminal.store.connection import Transaction
from terminal.store.rows import shown

MOST: Final = 50
"""Calls: more is not read before the first one rings."""

SHARING: Final = 9
"""People who share a number, of whom a row says how many there are."""

_LOST: Final = (Outcome.MISSED, Outcome.ABANDONED)


class LostCall(msgspec.Struct, frozen=True):
    """A call that nobody had, and the one member whose number it came from, if it is one's; else those who share it, the usual
    one first."""

    call: Call
    member: Member | None = None
    shared: tuple[Member, ...] = ()


def lost_calls(tx: Transaction, since: float) -> list[LostCall]:
    """Calls after `since` that nobody had, the newest first; none of numbers that are marked, none that are decided on, none
    whose caller was spoken with since, none that is or may be the same call as another."""
    recent = cards.recent_calls(tx, since)
    settled = Settled(call for call in recent if spoken(call))
    found = (call for call in reversed(recent) if _lost(call) and call not in settled)
    open_ones = (call for call in found if not _marked(tx, call.caller.e164) and not _called_back(tx, call))
    calls = list(islice(open_ones, MOST))
    return [LostCall(call, _only_member(tx, call.caller.e164), _sharing(tx, call.caller.e164)) for call in calls]


def _lost(call: Call) -> bool:
    if call.claimed_by is not None or call.answered is not None or call.merged_into is not None:
        return False
    if call.disposition not in (None, MISSED) or call.perhaps is not None:
        return False
    silent = call.state in (CallState.ENDED, CallState.RING_STOPPED)
    return call.outcome in _LOST or (silent and call.outcome in (None, Outcome.UNKNOWN))


def _called_back(tx: Transaction, call: Call) -> bool:
    """Whether its callback is done, or another of its caller reached them."""
    callback = shown(tx, ("task", callback_id(call.id)))
    member = _only_member(tx, call.caller.e164)
    theirs = cards.tasks_of(tx, member) if member is not None else []
    return call in Settled((), [*theirs, *([callback] if isinstance(callback, Task) else [])])


def _marked(tx: Transaction, e164: str | None) -> bool:
    found = business.mark(tx, e164) if e164 else None
    return found is not None and found.label is not MarkLabel.NONE


def _only_member(tx: Transaction, e164: str | None) -> Member | None:
    lines = tx.all("select member from member_number where e164 = ? limit 2", e164) if e164 else []
    return cards.member(tx, lines[0][0]) if len(lines) == 1 else None


def _sharing(tx: Transaction, e164: str | None) -> tuple[Member, ...]:
    lines = tx.all("select member from member_number where e164 = ? limit ?", e164, SHARING) if e164 else []
    found = [row for (each,) in lines if (row := cards.member(tx, each)) is not None] if len(lines) > 1 else []

    def place(member: Member) -> tuple[float, bool]:
        mine = next(known for known in member.numbers if known.e164 == e164)
        return -mine.chosen_at, not mine.usual

    return tuple(sorted((each for each in found if any(known.e164 == e164 for known in each.numbers)), key=place))


def members(tx: Transaction, ids: Iterable[str]) -> dict[str, Member]:
    """These members, by the ids that were asked for."""
    found = {each: cards.member(tx, each) for each in ids}
    return {each: row for each, row in found.items() if row is not None}
