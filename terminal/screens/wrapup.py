"""The work after a call, as states and rules: when it begins, whether a new call may be taken in it, when it ends by itself.

Pure: the clock is passed in, seconds since 1970. The four modes are those of contact centres (after-call work: optional;
mandatory discretionary; mandatory time-boxed; mandatory time-boxed without early exit).
"""

import math
from enum import StrEnum
from typing import Final, NamedTuple

from ringdesk.safetext import SafeText
from terminal.widgets.speech import say


class Mode(StrEnum):
    """How the work after a call ends."""

    OPTIONAL = "optional"
    DISCRETIONARY = "discretionary"
    TIMED = "timed"
    TIMED_STRICT = "timed_strict"


class Rule(NamedTuple):
    """What holds in a mode. `calls`: another call may be taken meanwhile; `timed`: it ends by itself; `early`: who is done
    before the time is up is free."""

    calls: bool
    timed: bool
    early: bool


RULES: Final = {
    Mode.OPTIONAL: Rule(calls=True, timed=False, early=True),
    Mode.DISCRETIONARY: Rule(calls=False, timed=False, early=True),
    Mode.TIMED: Rule(calls=True, timed=True, early=True),
    Mode.TIMED_STRICT: Rule(calls=False, timed=True, early=False),
}


class Clock(NamedTuple):
    """What a clock of the wrap-up shows: `seconds` that are left (`down`), or that have passed."""

    seconds: float
    down: bool


class WrapUp:
    """The calls of the person at the desk that are over and not closed. `seconds` is how long the timed modes last. What
    somebody left undone when another person came to the desk waits for them."""

    def __init__(self, mode: Mode = Mode.OPTIONAL, seconds: float = 30.0) -> None:
        self.mode = mode
        self.rule = RULES[mode]
        self.seconds = seconds
        self._over: dict[str, float] = {}
        """The calls, and when each was over."""
        self._rests_until = 0.0
        """Who closed a call before the time was up, where that frees nobody."""
        self._of_others: dict[str, tuple[dict[str, float], float]] = {}

    @property
    def over(self) -> tuple[str, ...]:
        """The calls, in the order in which they were over."""
        return tuple(self._over)

    def handed_over(self, former: str, to: str) -> None:
        """Another person sits down (ids): what the `former` one has not closed is theirs still."""
        self._of_others[former] = self._over, self._rests_until
        self._over, self._rests_until = self._of_others.pop(to, ({}, 0.0))

    def ended(self, call: str, now: float) -> None:
        """A call of this person is over: the wrap-up begins. Hearing it twice changes nothing."""
        self._over.setdefault(call, now)

    def closed(self, call: str, now: float) -> None:
        """The person said how it was; also of a call that ends with that."""
        began = self._over.pop(call, now)
        if not self.rule.early:
            self._rests_until = max(self._rests_until, began + self.seconds)

    def shifted(self, seconds: float) -> None:
        """The clock was set: it says `seconds` more than would have passed. What lasts, lasts no longer and no shorter for it."""
        self._over, self._rests_until = _later(self._over, self._rests_until, seconds)
        self._of_others = {who: _later(*theirs, seconds) for who, theirs in self._of_others.items()}

    def gone(self, call: str) -> None:
        """The call is somebody else's now: there is nothing to wrap up."""
        self._over.pop(call, None)
        for theirs, _ in self._of_others.values():
            theirs.pop(call, None)

    def due(self, now: float) -> list[str]:
        """The calls that are to be closed by themselves, oldest first."""
        if not self.rule.timed:
            return []
        return [call for call, began in self._over.items() if began + self.seconds <= now]

    def active(self, now: float) -> bool:
        """Whether the person wraps up."""
        return bool(self._over) or now < self._rests_until

    def bars(self, now: float) -> bool:
        """Whether no other call may be taken now."""
        return self.active(now) and not self.rule.calls

    def clock(self, now: float) -> Clock | None:
        """How long it lasts still, or has lasted; None outside a wrap-up."""
        if not self.active(now):
            return None
        began = max(self._over.values(), default=now)
        if not self.rule.timed:
            return Clock(now - began, down=False)
        until = began + self.seconds if self._over else 0.0
        return Clock(max(0.0, max(until, self._rests_until) - now), down=True)


def _later(over: dict[str, float], until: float, seconds: float) -> tuple[dict[str, float], float]:
    return {call: began + seconds for call, began in over.items()}, until + seconds


def not_yet(wrap_up: WrapUp, now: float, key: SafeText) -> SafeText:
    """Why no call may be taken in a wrap-up; the `key` ends it."""
    clock = wrap_up.clock(now)
    if clock is not None and clock.down:
        return say("Wrap-up: {count} s left before the next call.", count=math.ceil(clock.seconds))
    return say("First say how the last call was: {key}, then a digit.", key=key)
