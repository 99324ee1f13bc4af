"""Two calls that are one: what two sources saw of it, or what one source first took for two."""

from collections.abc import Iterable
from typing import Final

import msgspec

from ringdesk.calls import RANK, Call, Caller, CallState, Direction, Joined, Outcome, Presentation
from ringdesk.codecs.passiveline import joined
from ringdesk.tracker.life import join_called, join_leg, pop_due, stated

LEAST_DIGITS: Final = 3
"""Digits of a caller by whom two calls can be told to be one."""


def twin(call: Call, others: Iterable[Call], apart: float) -> Call | None:
    """The call among `others` that is what another source saw of this one; of withheld callers only if there is no second
    candidate."""
    found = [other for other in others if same_call(call, other, apart)]
    return found[0] if found and (len(found) == 1 or not withheld(call)) else None


def one_of(before: Call | None, call: Call, other: Call, at: float) -> tuple[Call, Call]:
    """Two calls that are one: the call that goes on, and the one that is over and leads to it.

    The one that people have seen goes on, of two such the older: the other's pop would be a second one. `before` is `call`
    as it was before that was heard which showed it; `other` was there already.
    """
    unseen = other.direction is not Direction.IN
    keeps = before is not None and pop_due(before) and (unseen or before.started < other.started)
    kept, gone = (call, other) if keeps else (other, call)
    return united(kept, gone), went_on(gone, kept.id, at)


def same_call(one: Call, other: Call, apart: float) -> bool:
    """Whether two sources saw one call: the same caller, site and direction, no different lines, opened within `apart` seconds,
    neither over before the other began.

    Never of two calls of the same source: it knows its calls.
    """
    return same_caller(one.caller, other.caller) and _coincide(one, other, apart)


def may_be_one(one: Call, other: Call, apart: float) -> bool:
    """Whether somebody who saw both may say that they are one: as `same_call`, but of one of them nothing may have been said
    of the caller yet."""
    unsaid = None in (stated(one), stated(other))
    return (unsaid or same_caller(one.caller, other.caller)) and _coincide(one, other, apart)


def perhaps_one(one: Call, other: Call, apart: float) -> bool:
    """Whether two calls may be one, though nothing proves it: of one of them nothing was said of the caller yet; or both have no
    number, whatever the sources say of why; or both have the same, at two lines with different names, for nobody calls twice at
    once."""
    if not _at_once(one, other, apart):
        return False
    if same_caller(one.caller, other.caller) and not withheld(one):
        return True
    said = [each for each in (stated(one), stated(other)) if each is not None]
    numberless = all(each.raw is None for each in said)
    return (len(said) == 1 or (len(said) == 2 and numberless)) and not _lines_differ(one, other)


def doubted(before: Call | None, call: Call, others: Iterable[Call], apart: float) -> Call:
    """The call after one more event (`before`: without it), with which of the `others` it may be the same as
    (telephony practice: two reports of one call, of which neither proves it).

    Only of a call that was not shown before: the first of two is shown, the second says which that was. Once it is known who
    calls, the doubt may be over.
    """
    popped = before is not None and pop_due(before) and before.perhaps is None
    if popped or not pop_due(call):
        return call
    shown = (other for other in others if other.id != call.id and other.perhaps is None and pop_due(other))
    found = [other.id for other in shown if perhaps_one(call, other, apart)]
    perhaps = call.perhaps if call.perhaps in found else next(iter(found), None)
    return call if perhaps == call.perhaps else msgspec.structs.replace(call, perhaps=perhaps)


def joined_by_person(kept: Call, gone: Call, at: float) -> tuple[Call, Call]:
    """A person says that two calls are one: the one that goes on, and the one that leads to it and knows how both were."""
    before = Joined(
        state=gone.state,
        outcome=gone.outcome,
        ended=gone.ended,
        perhaps=gone.perhaps,
        kept_state=kept.state,
        kept_outcome=kept.outcome,
        kept_ended=kept.ended,
        caller=kept.caller,
        absent=kept.absent,
        called=kept.called,
        via=kept.via,
        answered=kept.answered,
        answered_by=kept.answered_by,
        legs=kept.legs,
        started=kept.started,
        sources=kept.sources,
        ring_count=kept.ring_count,
    )
    over = msgspec.structs.replace(went_on(gone, kept.id, at), joined=before, perhaps=None)
    return _without(united(kept, gone), gone.id), _without(over, kept.id)


def parted(kept: Call, gone: Call, was: Joined) -> tuple[Call, Call]:
    """The person was wrong: both as they were, but for what has become since of the one that went on. Whether the other still
    rings nobody has heard since: it is silent until its source says that it rings on."""
    rang = was.state in (CallState.NEW, CallState.RINGING)
    alone = msgspec.structs.replace(
        gone,
        merged_into=None,
        joined=None,
        state=CallState.RING_STOPPED if rang else was.state,
        lapsed=rang or gone.lapsed,
        outcome=was.outcome,
        ended=was.ended,
        perhaps=was.perhaps,
    )
    own = msgspec.structs.replace(
        kept,
        caller=was.caller,
        absent=was.absent,
        called=was.called,
        via=was.via,
        legs=was.legs,
        started=was.started,
        sources=was.sources,
        ring_count=was.ring_count,
    )
    first = msgspec.structs.replace(
        own,
        state=was.kept_state,
        outcome=was.kept_outcome,
        ended=was.kept_ended,
        answered=was.answered,
        answered_by=was.answered_by,
    )
    then = united(first, alone)
    untouched = (kept.state, kept.outcome, kept.ended) == (then.state, then.outcome, then.ended)
    return first if untouched else own, alone


def told_apart(one: Call, other: Call) -> bool:
    """Whether a person said that these are two calls."""
    return other.id in one.apart or one.id in other.apart


def _without(call: Call, other: str) -> Call:
    apart = tuple(each for each in call.apart if each != other)
    return call if apart == call.apart else msgspec.structs.replace(call, apart=apart)


def _coincide(one: Call, other: Call, apart: float) -> bool:
    return _at_once(one, other, apart) and not _lines_differ(one, other)


def _lines_differ(one: Call, other: Call) -> bool:
    return bool(one.called.line and other.called.line) and one.called.line != other.called.line


def _at_once(one: Call, other: Call, apart: float) -> bool:
    return (
        abs(one.started - other.started) <= apart
        and not told_apart(one, other)
        and _meet(one, other)
        and _meet(other, one)
        and one.direction is other.direction
        and one.site == other.site
        and {key.source for key in one.sources}.isdisjoint(key.source for key in other.sources)
    )


def _meet(one: Call, other: Call) -> bool:
    return one.ended is None or one.ended >= other.started


def withheld(call: Call) -> bool:
    """Whether the caller hides: then only the time tells calls apart."""
    return call.caller.presentation is Presentation.PRIVATE


def same_caller(one: Caller, other: Caller) -> bool:
    """Whether two statements mean one caller. A number that no source gave is nobody's."""
    if Presentation.PRIVATE in (one.presentation, other.presentation):
        return one.presentation is other.presentation
    if one.e164 is not None and other.e164 is not None:
        return one.e164 == other.e164
    shown = one.presentation is other.presentation is Presentation.SHOWN
    return shown and one.raw == other.raw and _is_number(one.raw)


def _is_number(raw: str | None) -> bool:
    """Whether it can be somebody's number, be it an extension; an exchange also says `asterisk`, or a line's place."""
    return raw is not None and sum(char.isdecimal() for char in raw) >= LEAST_DIGITS


def united(kept: Call, other: Call) -> Call:
    """One call of two: the state of the one that knows more, every fact of both; the id and the first facts of `kept`."""
    ahead = kept if _says(kept) >= _says(other) else other
    legs = kept.legs
    for leg in other.legs:
        legs = join_leg(legs, leg)
    said = stated(other)
    caller = kept.caller if said is None else joined(stated(kept), said)
    return msgspec.structs.replace(
        kept,
        perhaps=None if kept.perhaps == other.id else kept.perhaps,
        lapsed=ahead.lapsed,
        state=ahead.state,
        outcome=ahead.outcome,
        inferred=ahead.inferred,
        ended=ahead.ended,
        caller=caller,
        called=join_called(kept.called, other.called),
        via=kept.via or other.via,
        answered_by=kept.answered_by or other.answered_by,
        claimed_by=kept.claimed_by or other.claimed_by,
        claimed_name=kept.claimed_name if kept.claimed_by else other.claimed_name,
        claimed_at=min((at for at in (kept.claimed_at, other.claimed_at) if at is not None), default=None),
        on_hold=kept.on_hold or other.on_hold,
        handed_by=kept.handed_by or other.handed_by,
        handed_name=kept.handed_name if kept.handed_by else other.handed_name,
        legs=legs,
        started=min(kept.started, other.started),
        answered=kept.answered if kept.answered is not None else other.answered,
        sources=tuple(dict.fromkeys((*kept.sources, *other.sources))),
        site=kept.site or other.site,
        ring_count=max(kept.ring_count, other.ring_count),
        absent=caller.raw is None and (kept.absent or other.absent),
        last_ring=max((one.last_ring for one in (kept, other) if one.last_ring is not None), default=None),
        disposition=kept.disposition or other.disposition,
        routed=kept.routed or other.routed,
        mark=kept.mark or other.mark,
    )


def _says(call: Call) -> tuple[int, int]:
    """How much a call knows of where it stands; of two that are over, the one that somebody answered. An end of which nothing
    was said may be that of patience alone: it outdoes a ring that stopped, and nobody who talks."""
    if call.outcome is Outcome.UNKNOWN and call.inferred:
        return RANK[CallState.RING_STOPPED], 1
    unknown = call.outcome in (None, Outcome.UNKNOWN)
    return call.rank, 2 if call.outcome is Outcome.ANSWERED else 0 if unknown else 1


def went_on(gone: Call, into: str, at: float) -> Call:
    """The other of the two: it is over, without an outcome of its own, and leads to the call that it turned out to be."""
    ended = at if gone.ended is None else gone.ended
    return msgspec.structs.replace(gone, state=CallState.ENDED, outcome=None, ended=ended, merged_into=into)
