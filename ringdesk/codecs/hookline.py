"""A line whose hook is seen: rings, off hook and on hook, records of a call's start and end become call events.

Unlike on a line that is only listened to, answered and missed are known here: off hook while it rings is the answer; a
record of the end that counts no seconds, or no off hook after the last ring, is a missed call. Reports may be missing,
come twice or late. What the far end of an outgoing call did cannot be seen: its outcome is not known.
"""

from typing import Final

import msgspec

from ringdesk.calls import Called, Caller, CallEvent, Direction, EventKind, Outcome
from ringdesk.codecs.passiveline import OpeningTimes, joined
from ringdesk.safetext import SafeText

RINGING_TIME: Final = 30.0
"""Seconds after the only sign of a ringing until it is taken to have stopped: some units report the first ring only."""
MISSED_TIME: Final = 120.0
"""Seconds after the last ring without off hook until a call is missed: longer than an exchange lets it ring."""
LATE_TIME: Final = 60.0
"""Seconds in which the record of an end may still belong to the call that ended last."""
REORDERED_TIME: Final = 2.0
"""Seconds in which packets overtake each other. After that the record of a start is a new call, also of the same number."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a record says of a call: the caller of an incoming one, or the number that was dialled out."""

    direction: Direction = Direction.IN
    caller: Caller | None = None
    dialled: SafeText | None = None
    line_time: SafeText | None = None


class _Call(msgspec.Struct):
    native: str
    heard: float
    direction: Direction = Direction.IN
    caller: Caller | None = None
    dialled: SafeText | None = None
    rings: int = 0
    answered: bool = False
    stopped: bool = False
    recorded: bool = False

    @property
    def incoming(self) -> bool:
        return self.direction is Direction.IN


class HookLine:
    """One line. `gap` is the silence in seconds that ends the ringing where every ring is reported."""

    def __init__(self, source_id: str, line: str, gap: float, times: OpeningTimes) -> None:
        self._source = source_id
        self._called = Called(line=SafeText(line)) if line else None
        self._gap = gap
        self._times = times
        self._call: _Call | None = None
        self._last: _Call | None = None
        self._off_hook = False

    @property
    def next_due(self) -> float | None:
        """When the ringing is taken to have stopped, or the call to be missed."""
        call = self._call
        if call is None or call.answered or not call.incoming:
            return None
        if not call.stopped:
            return call.heard + (self._gap if call.rings > 1 else RINGING_TIME)
        return call.heard + MISSED_TIME if call.rings else None

    def due(self, now: float) -> list[CallEvent]:
        """The clock reached `next_due`, or passed it."""
        events: list[CallEvent] = []
        while (call := self._call) is not None and (due := self.next_due) is not None and now >= due:
            if call.stopped:
                events.append(self._end(call, now, Outcome.MISSED))
            else:
                call.stopped = True
                events.append(self._event(call, EventKind.RING_STOPPED, now))
        return events

    def ring(self, now: float) -> list[CallEvent]:
        """It rings. A line with an answered call cannot: then its on hook was lost."""
        call, ended = self._call, list[CallEvent]()
        if call is not None and (call.answered or call.stopped or not call.incoming):
            call, ended = None, self._abandon(now)
        self._off_hook = False
        if call is None:
            call, events = self._open(Direction.IN, now)
        else:
            events = [self._event(call, EventKind.RINGING, now)]
        call.rings, call.heard = call.rings + 1, now
        return ended + events

    def off_hook(self, now: float) -> list[CallEvent]:
        """Somebody picks up: the answer while it rings, else perhaps the beginning of a call out."""
        self._off_hook = True
        return self._answer(now)

    def flash(self, now: float) -> list[CallEvent]:
        """The hook is pressed for a moment: it takes a second call that waits, otherwise nothing is known of it."""
        return self._answer(now) if self._off_hook else []

    def on_hook(self, now: float) -> list[CallEvent]:
        """Somebody hangs up: who did so had picked up, even if that was not reported."""
        call, was_off_hook, self._off_hook = self._call, self._off_hook, False
        if call is None:
            return []
        if call.incoming and was_off_hook and not call.answered:
            # A second call that waits: the exchange rings for it now.
            return []
        return [self._end(call, now, Outcome.ANSWERED if call.incoming else Outcome.UNKNOWN)]

    def start(self, facts: Facts, now: float) -> list[CallEvent]:
        """The record of a call's start."""
        call, last, ended = self._call, self._last, list[CallEvent]()
        if call is None and last is not None and now - last.heard <= REORDERED_TIME and _fits(last, facts):
            return self._late(last, facts, now)
        waits = call is not None and call.answered and self._off_hook
        if call is not None and (call.stopped or not _fits(call, facts)):
            call, ended = None, self._abandon(now)
        events: list[CallEvent] = []
        if call is None:
            call, events = self._open(facts.direction, now)
            if self._off_hook and not waits:
                events += self._answer(now)
        call.heard = now
        if _learn(call, facts):
            events.append(self._event(call, EventKind.CALLER, now, facts.line_time))
        return ended + events

    def end(self, facts: Facts, now: float, outcome: Outcome) -> list[CallEvent]:
        """The record of a call's end. `outcome` is what the record alone says; that it was picked up is known better."""
        call, last = self._call, self._last
        known = call is not None and _fits(call, facts) and (call.caller or call.dialled) is not None
        if not known and last is not None and self._is_of_last(last, facts, now):
            last.recorded = True
            return self._late(last, facts, now)
        if call is None or not _fits(call, facts):
            return [self._over(facts, now, outcome)]
        if call.answered and call.incoming:
            outcome = Outcome.ANSWERED
        call.recorded = True
        # In one event: a caller who is known only now rings no more, and must not pop.
        caller = call.caller if _learn(call, facts) else None
        return [msgspec.structs.replace(self._end(call, now, outcome), caller=caller, line_time=facts.line_time)]

    def _answer(self, now: float) -> list[CallEvent]:
        call = self._call
        if call is None or call.answered or not call.incoming:
            return []
        call.answered = True
        return [self._event(call, EventKind.ANSWERED, now)]

    def _is_of_last(self, last: _Call, facts: Facts, now: float) -> bool:
        """Whether the record of an end belongs to the call that ended last: its first one, or the same again."""
        if now - last.heard > LATE_TIME or not _fits(last, facts):
            return False
        number = facts.dialled if facts.caller is None else facts.caller.raw
        return not last.recorded or number is not None

    def _late(self, last: _Call, facts: Facts, now: float) -> list[CallEvent]:
        return [self._event(last, EventKind.CALLER, now, facts.line_time)] if _learn(last, facts) else []

    def _open(self, direction: Direction, now: float) -> tuple[_Call, list[CallEvent]]:
        self._call = _Call(native=self._times.take(now), heard=now, direction=direction)
        return self._call, [self._event(self._call, EventKind.RINGING, now)]

    def _abandon(self, now: float) -> list[CallEvent]:
        """Another call began: this one is over, and its end was not reported."""
        call = self._call
        if call is None:
            return []
        if call.incoming and (call.answered or call.rings):
            return [self._end(call, now, Outcome.ANSWERED if call.answered else Outcome.MISSED)]
        return [self._end(call, now, Outcome.UNKNOWN)]

    def _end(self, call: _Call, now: float, outcome: Outcome) -> CallEvent:
        call.heard = now
        self._call, self._last = None, call
        return msgspec.structs.replace(self._event(call, EventKind.ENDED, now), outcome=outcome)

    def _over(self, facts: Facts, now: float, outcome: Outcome) -> CallEvent:
        """A call of which only the end was reported: one event, so that it never rings for anybody."""
        call = _Call(native=self._times.take(now), heard=now, direction=facts.direction, recorded=True)
        _learn(call, facts)
        if self._call is None:
            self._last = call
        event = self._event(call, EventKind.ENDED, now, facts.line_time)
        return msgspec.structs.replace(event, outcome=outcome, caller=call.caller)

    def _event(self, call: _Call, kind: EventKind, now: float, line_time: SafeText | None = None) -> CallEvent:
        called = self._called
        if call.dialled:
            called = msgspec.structs.replace(called or Called(), raw=call.dialled)
        return CallEvent(
            event=kind,
            at=now,
            source=self._source,
            native_id=call.native,
            direction=call.direction,
            caller=call.caller if kind is EventKind.CALLER else None,
            called=called,
            line_time=line_time,
        )


def _fits(call: _Call, facts: Facts) -> bool:
    """Whether the facts may be of this call: the same direction, no other number."""
    if facts.direction is not call.direction:
        return False
    if not call.incoming:
        return None in (call.dialled, facts.dialled) or call.dialled == facts.dialled
    known, said = (None if one is None else one.raw for one in (call.caller, facts.caller))
    return None in (known, said) or known == said


def _learn(call: _Call, facts: Facts) -> bool:
    """Add the facts to the call; whether any was new."""
    before = call.caller, call.dialled
    if facts.caller is not None:
        call.caller = joined(call.caller, facts.caller)
    call.dialled = call.dialled or facts.dialled
    return (call.caller, call.dialled) != before
