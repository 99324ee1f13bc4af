"""For how long a call of which nothing is heard is kept, and how it ends when that is over. The same at a desk and at the
server."""

from typing import Final

import msgspec

from ringdesk.calls import Call, CallState, Outcome
from ringdesk.tracker.life import in_vain, was_answered


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Times in seconds."""

    ring_stopped: float = 60.0
    """Until a call whose ringing stopped ends as `unknown`, unless somebody claimed it (contracts.md 4)."""
    stuck_ringing: float = 180.0
    """Until a call of which nothing is heard any more but that it rang ends as `unknown`."""
    stuck_queued: float = 3600.0
    """The same for one that waited in a queue: nobody waits longer without a word, and who heard of it may be gone."""
    silent: float = 12 * 3600.0
    """Until any other call of which nothing is heard is given up: longer than the longest shift."""
    remembered: float = 600.0
    """How long an ended call is kept, so that a late report finds it and does not pop."""
    same_call: float = 6.0
    """How far apart two sources may see the beginning of one call."""
    capacity: int = 10_000
    """Calls kept at most; beyond it the oldest is forgotten."""


DEFAULT_POLICY: Final = Policy()


def patience(call: Call, policy: Policy) -> float | None:
    """For how many seconds nothing may be heard of the call before it is given up; None for one that has ended."""
    if not call.live:
        return None
    if call.claimed_by is None and call.state is CallState.RING_STOPPED:
        return policy.ring_stopped
    if call.claimed_by is None and call.state in (CallState.NEW, CallState.RINGING):
        return policy.stuck_ringing
    if call.claimed_by is None and call.state is CallState.QUEUED:
        return policy.stuck_queued
    return policy.silent


def deadline(call: Call, policy: Policy) -> float | None:
    """When the call is given up unless something is heard of it; None for one that has ended."""
    seconds = patience(call, policy)
    return None if seconds is None else heard_at(call) + seconds


def heard_at(call: Call) -> float:
    """When something was heard of the call last, by what it says itself."""
    return max(time for time in (call.started, call.answered, call.last_ring) if time is not None)


def give_up(call: Call, now: float) -> Call:
    """The deadline has passed: the call ends, how is not known, unless somebody had it or all telephones rang in vain."""
    outcome = Outcome.ANSWERED if was_answered(call) else Outcome.MISSED if in_vain(call) else Outcome.UNKNOWN
    return msgspec.structs.replace(call, state=CallState.ENDED, outcome=outcome, inferred=True, ended=now)
