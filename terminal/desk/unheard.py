"""For how long nothing was heard of each call: by a clock that nobody sets, for a step of the other one ends no call."""

from collections.abc import Callable

from ringdesk.calls import Call
from ringdesk.tracker import heard_at

_Times = tuple[float, float | None, float | None]


class Unheard:
    """`steady` are seconds that run on whatever is done to the wall clock; without it, the time that is passed in."""

    def __init__(self, steady: Callable[[], float] | None = None) -> None:
        self._steady = steady
        self._since: dict[str, tuple[_Times, float]] = {}

    def _at(self, now: float) -> float:
        return now if self._steady is None else self._steady()

    def heard(self, call: Call, now: float) -> None:
        """The call, as it is known now. What it says of its times counts once, when it is heard."""
        times = (call.started, call.answered, call.last_ring)
        known = self._since.get(call.id)
        if not call.live:
            self._since.pop(call.id, None)
        elif known is None or known[0] != times:
            self._since[call.id] = times, self._at(now) - max(0.0, now - heard_at(call))

    def lasts(self, call: Call, now: float) -> float:
        """Seconds for which nothing was heard of a call."""
        self.heard(call, now)
        return self._at(now) - self._since[call.id][1] if call.id in self._since else 0.0
