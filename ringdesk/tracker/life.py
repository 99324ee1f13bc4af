"""The life of one call: states as a table, facts that only ever fill gaps. The same at a desk and at the server."""

from typing import Final

import msgspec

from ringdesk.calls import (
    Call,
    Called,
    Caller,
    CallEvent,
    CallState,
    Direction,
    EventKind,
    Leg,
    LegState,
    Outcome,
    Presentation,
    SourceKey,
)
from ringdesk.codecs.passiveline import joined
from ringdesk.safetext import SafeText

_S, _K = CallState, EventKind
_MOMENT: Final = 2.0
"""Seconds for which what a line said may be on its way here: less than the shortest wait before anything is given up."""
_SILENT: Final = frozenset({_S.NEW, _S.RINGING, _S.RING_STOPPED})
"""The states in which nobody is known to be on the line: only out of them a call ends because somebody gave it up."""

TRANSITIONS: Final[dict[tuple[CallState, EventKind], CallState]] = {
    (_S.NEW, _K.RINGING): _S.RINGING,
    (_S.NEW, _K.QUEUED): _S.QUEUED,
    (_S.NEW, _K.ANSWERED): _S.ANSWERED,
    (_S.NEW, _K.HELD): _S.HELD,
    (_S.NEW, _K.RESUMED): _S.ANSWERED,
    (_S.NEW, _K.TRANSFERRING): _S.TRANSFERRING,
    (_S.NEW, _K.RING_STOPPED): _S.RING_STOPPED,
    (_S.NEW, _K.ENDED): _S.ENDED,
    (_S.RINGING, _K.QUEUED): _S.QUEUED,
    (_S.RINGING, _K.ANSWERED): _S.ANSWERED,
    (_S.RINGING, _K.HELD): _S.HELD,
    (_S.RINGING, _K.RESUMED): _S.ANSWERED,
    (_S.RINGING, _K.TRANSFERRING): _S.TRANSFERRING,
    (_S.RINGING, _K.RING_STOPPED): _S.RING_STOPPED,
    (_S.RINGING, _K.ENDED): _S.ENDED,
    (_S.QUEUED, _K.ANSWERED): _S.ANSWERED,
    (_S.QUEUED, _K.HELD): _S.HELD,
    (_S.QUEUED, _K.RESUMED): _S.ANSWERED,
    (_S.QUEUED, _K.TRANSFERRING): _S.TRANSFERRING,
    (_S.QUEUED, _K.ENDED): _S.ENDED,
    (_S.RING_STOPPED, _K.QUEUED): _S.QUEUED,
    (_S.RING_STOPPED, _K.ANSWERED): _S.ANSWERED,
    (_S.RING_STOPPED, _K.HELD): _S.HELD,
    (_S.RING_STOPPED, _K.RESUMED): _S.ANSWERED,
    (_S.RING_STOPPED, _K.TRANSFERRING): _S.TRANSFERRING,
    (_S.RING_STOPPED, _K.ENDED): _S.ENDED,
    (_S.ANSWERED, _K.HELD): _S.HELD,
    (_S.ANSWERED, _K.TRANSFERRING): _S.TRANSFERRING,
    (_S.ANSWERED, _K.ENDED): _S.ENDED,
    (_S.HELD, _K.RESUMED): _S.ANSWERED,
    (_S.HELD, _K.TRANSFERRING): _S.TRANSFERRING,
    (_S.HELD, _K.ENDED): _S.ENDED,
    (_S.TRANSFERRING, _K.ANSWERED): _S.ANSWERED,
    (_S.TRANSFERRING, _K.HELD): _S.HELD,
    (_S.TRANSFERRING, _K.RESUMED): _S.ANSWERED,
    (_S.TRANSFERRING, _K.ENDED): _S.ENDED,
}
"""(state, event) -> state. What is not here leaves the state and only adds facts: among them all that would lead to a lower
rank, and `answered` while held, which is the late report of the first answer. What nobody heard (`CallEvent.lapsed`) is the one
way back: a queue whose link is lost, and what rings on after that (`_rings_on`)."""

NO_CALL: Final = frozenset({EventKind.MESSAGE_WAITING, EventKind.REJECTED})
"""Events that concern no call."""


def step(call: Call | None, event: CallEvent, *, call_id: str, site: str = "") -> Call:
    """The call after one more event; `call` is None at the first. Total and idempotent but for the count of rings.

    An event that concerns no call (a lamp, a refusal) changes nothing; to open a call with one gives an empty call.
    """
    if call is None:
        call = Call(id=call_id, direction=event.direction, started=event.at, site=site)
    if event.event in NO_CALL or _is_idle_guess(call, event):
        return call
    if _comes_in(call, event):
        call = _incoming(call, event)
    event = _of_leg(call, event)
    call = _with_facts(call, event)
    state = _next(call, event)
    if _rings_on(call, event):
        state = CallState.RINGING if event.event is EventKind.RINGING else CallState.QUEUED
        call = msgspec.structs.replace(call, outcome=None, ended=None, lapsed=False)
    if event.event is EventKind.RINGING and state is CallState.RINGING:
        call = msgspec.structs.replace(call, ring_count=call.ring_count + 1, last_ring=event.at)
    return _entered(call, state, event) if state is not call.state else _in_hindsight(call, event)


def claim(call: Call, person: str, at: float | None = None, name: SafeText | None = None) -> Call:
    """ "I have it". The first claim stands. A passive line sees no pick-up, so a claim after the ringing says that it was
    answered (`at`: when), and so does one of a call that ended in a way that nobody knows. When it was claimed first stays."""
    if call.claimed_by is not None:
        return call
    first = at if call.claimed_at is None else call.claimed_at
    call = msgspec.structs.replace(call, claimed_by=person, claimed_name=name, claimed_at=first)
    if call.outcome is Outcome.UNKNOWN:
        return msgspec.structs.replace(call, outcome=Outcome.ANSWERED)
    return _picked_up(call, at) if call.state is CallState.RING_STOPPED else call


def wrap_up(call: Call, code: SafeText, at: float) -> Call:
    """The call is dealt with: it ends, as answered where somebody had it and nothing else is known. `code` stays with it."""
    outcome = call.outcome
    if outcome in (None, Outcome.UNKNOWN):
        outcome = Outcome.ANSWERED if was_answered(call) else Outcome.UNKNOWN
    ended = at if call.ended is None else call.ended
    return msgspec.structs.replace(call, state=CallState.ENDED, outcome=outcome, ended=ended, disposition=code)


def pop_due(call: Call) -> bool:
    """Whether the call is to be shown: an incoming one that lives, at the first number or the statement that there is
    none, else at the second ring (contracts.md 6). One of which only telephones were heard that do not ring calls nobody here.
    That it is shown once is the desk's care."""
    known = call.caller.raw is not None or call.absent
    silent = (
        call.state is CallState.NEW and bool(call.legs) and all(leg.state is not LegState.RINGING for leg in call.legs)
    )
    return call.live and call.direction is Direction.IN and not silent and (known or call.ring_count >= 2)


def _next(call: Call, event: CallEvent) -> CallState:
    """The state by the table, but for a queue of which its exchange says nothing more."""
    if call.state is CallState.QUEUED and event.event is EventKind.RING_STOPPED and event.lapsed:
        return CallState.RING_STOPPED
    if call.state is CallState.RING_STOPPED and event.event is EventKind.QUEUED and call.lapsed:
        return CallState.RING_STOPPED
    return TRANSITIONS.get((call.state, event.event), call.state)


def _is_idle_guess(call: Call, event: CallEvent) -> bool:
    """Whether the event says only that a call was given up by somebody who knew less of it than is known here: that it waits in a
    queue, that somebody had it, or how it ended."""
    guessed = event.event is EventKind.ENDED and event.lapsed is True and event.outcome is not Outcome.ANSWERED
    return guessed and (call.state not in _SILENT or was_answered(call))


def _of_leg(call: Call, event: CallEvent) -> CallEvent:
    """What a source reports of every leg alike, as a report of the call: `leg` of an event that is not `leg` names the
    telephone at its far end.

    In an incoming call a telephone that was rung for it is ours: it can answer the call, and its end is not the call's. Any
    other leg is the caller's own; in an outgoing call the far end is whom we called.
    """
    if event.leg is None or event.event is EventKind.LEG:
        return event
    rung = any(leg.agent == event.leg.agent for leg in call.legs)
    if call.direction is Direction.OUT or not (rung or event.event is EventKind.RINGING):
        return msgspec.structs.replace(event, leg=None)
    if event.event is EventKind.ANSWERED:
        return msgspec.structs.replace(event, answered_by=event.leg.agent)
    kind = EventKind.LEG if event.event is EventKind.ENDED else event.event
    called = None if event.called is None else msgspec.structs.replace(event.called, raw=None)
    return msgspec.structs.replace(event, event=kind, called=called)


def _comes_in(call: Call, event: CallEvent) -> bool:
    """Whether a caller is heard of only now: the call was opened by the leg to one of our telephones, as if that went out."""
    caller_heard = event.event is EventKind.RINGING and event.leg is None and event.caller is not None
    turns = call.direction is Direction.OUT and event.direction is Direction.IN
    return turns and caller_heard and stated(call) is None


def _incoming(call: Call, event: CallEvent) -> Call:
    """The call as it comes in: what it took for the number called out is the telephone that is rung for it."""
    agent = _telephone(call.called.raw) if call.live else None
    answered = call.answered is not None
    leg = None if agent is None else Leg(agent, LegState.ANSWERED if answered else LegState.RINGING)
    return msgspec.structs.replace(
        call,
        direction=Direction.IN,
        called=event.called or Called(),
        legs=join_leg(call.legs, leg),
        answered_by=call.answered_by or (agent if answered else None),
    )


def _telephone(called: SafeText | None) -> SafeText | None:
    """The telephone at a number or a SIP address: of that the user (RFC 3261, 19.1.1)."""
    if called is None or not called.startswith(("sip:", "sips:")):
        return called
    return SafeText(called.partition(":")[2].partition("@")[0])


def _rings_on(call: Call, event: CallEvent) -> bool:
    """Whether the source says, when it is heard again, that a call rings of which that was given up for want of news."""
    return event.event in (EventKind.RINGING, EventKind.QUEUED) and rings_on(call, event.at)


def rings_on(call: Call, at: float) -> bool:
    """Whether a call that was given up for want of news rings on, where it is heard to at `at`: a ring of that very moment may
    have waited behind the giving up."""
    silent = call.state is CallState.RING_STOPPED or (call.state is CallState.ENDED and call.outcome is Outcome.UNKNOWN)
    decided = call.disposition is not None or call.merged_into is not None or was_answered(call)
    return call.lapsed and silent and not decided and at >= (call.last_ring or 0.0) - _MOMENT


def in_vain(call: Call) -> bool:
    """Whether telephones of ours rang, and all of them have stopped without an answer."""
    over = (LegState.MISSED, LegState.REJECTED, LegState.CANCELLED)
    return bool(call.legs) and all(leg.state in over for leg in call.legs)


def was_answered(call: Call) -> bool:
    """Whether somebody had it, by the line or by their own word."""
    return call.claimed_by is not None or call.answered is not None


def _picked_up(call: Call, at: float | None) -> Call:
    answered = at if call.answered is None else call.answered
    return msgspec.structs.replace(call, state=CallState.ANSWERED, answered=answered)


def _entered(call: Call, state: CallState, event: CallEvent) -> Call:
    """What entering a state brings with it beside the state."""
    if state is CallState.RING_STOPPED:
        if call.claimed_by is not None:
            return _picked_up(call, event.at)
        return msgspec.structs.replace(call, state=state, last_ring=event.at, lapsed=event.lapsed is True)
    if state is CallState.ENDED:
        outcome = _outcome(call) if event.outcome is None or _knows_less(call, event) else event.outcome
        inferred = event.outcome is None or event.lapsed is True
        return msgspec.structs.replace(call, state=state, outcome=outcome, inferred=inferred, ended=event.at)
    return msgspec.structs.replace(call, state=state)


def _knows_less(call: Call, event: CallEvent) -> bool:
    """Whether a source that began to listen in mid-call has nobody heard take it, which somebody with a name did."""
    had = call.answered is not None and call.answered_by is not None
    return had and event.outcome in (Outcome.MISSED, Outcome.ABANDONED)


def _outcome(call: Call) -> Outcome:
    """How a call ended whose source does not say. Where it says whose telephones rang, nobody's was answered."""
    if was_answered(call):
        return Outcome.ANSWERED
    if call.state is CallState.QUEUED:
        return Outcome.ABANDONED
    return Outcome.MISSED if call.legs else Outcome.UNKNOWN


def _in_hindsight(call: Call, event: CallEvent) -> Call:
    """What is heard only after the end may say how the call ended, where nobody had said it: requests overtake each other."""
    if call.live or call.outcome is None or not (call.inferred or call.outcome is Outcome.UNKNOWN):
        return call
    if event.event is EventKind.ANSWERED:
        return msgspec.structs.replace(call, outcome=Outcome.ANSWERED)
    if call.outcome is not Outcome.UNKNOWN:
        return call
    if event.event is EventKind.ENDED and event.outcome is not None:
        return msgspec.structs.replace(call, outcome=event.outcome, inferred=False)
    if event.event is EventKind.LEG and call.disposition is None and in_vain(call) and not was_answered(call):
        return msgspec.structs.replace(call, outcome=Outcome.MISSED, inferred=True)
    return call


def _with_facts(call: Call, event: CallEvent) -> Call:
    """What an event says whatever the state: it fills gaps, and what is known stays."""
    caller, absent = call.caller, call.absent
    if event.caller is not None:
        caller = joined(stated(call), event.caller)
        absent = caller.raw is None and (absent or event.caller.presentation is not Presentation.SHOWN)
    key = SourceKey(event.source, event.native_id)
    answered, answered_by = call.answered, call.answered_by
    if event.event is EventKind.ANSWERED:
        answered = event.at if answered is None else answered
        # The one who has the call now: after a transfer that is another.
        answered_by = event.answered_by or answered_by if call.live else answered_by or event.answered_by
    return msgspec.structs.replace(
        call,
        caller=caller,
        absent=absent,
        called=join_called(call.called, event.called),
        via=call.via or event.via,
        legs=join_leg(call.legs, event.leg),
        answered=answered,
        answered_by=answered_by,
        sources=call.sources if key in call.sources else (*call.sources, key),
    )


def stated(call: Call) -> Caller | None:
    """What was said of the caller; None if nothing was yet."""
    return call.caller if call.absent or call.caller != Caller() else None


def join_called(known: Called, said: Called | None) -> Called:
    """The number and the line stay; the queue is the last one, because a call moves between queues."""
    if said is None:
        return known
    return Called(raw=known.raw or said.raw, line=known.line or said.line, queue=said.queue or known.queue)


def join_leg(known: tuple[Leg, ...], said: Leg | None) -> tuple[Leg, ...]:
    """One leg per telephone. A queue may ring again whom it rang in vain; who answered rings no more."""
    if said is None:
        return known
    before = next((leg for leg in known if leg.agent == said.agent), None)
    if before is None:
        return (*known, said)
    if said.state is LegState.RINGING and before.state in (LegState.ANSWERED, LegState.ENDED):
        return known
    return tuple(said if leg is before else leg for leg in known)
