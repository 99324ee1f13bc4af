"""The one clock of a desk: the server's time, as well as it can be told here.

All that a desk stamps or compares is in this time, so that desks whose own clocks differ agree on how old a call is and
when a grant ends (sync.md 5, 7). The server tells its time at every welcome and every pong, and a steady clock carries it
on: what is done to the wall clock of the machine meanwhile is not seen. A start without the server goes by the wall clock
and the difference that was found last time.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

STEP: Final = 60.0
"""Seconds: a slow line does not make the clock wrong by so much."""


class Told(NamedTuple):
    """What is kept of the server's time from one start to the next, in seconds: how far it was ahead of the wall clock
    here, and when that was found (the server's time, since 1970; 0: never)."""

    ahead: float = 0.0
    at: float = 0.0


class ServerClock:
    """Call it for the server's time in seconds since 1970. `wall` is this machine's, `steady` runs on whatever is done to
    that (without one, nothing is done to it). Read by many threads; set by one."""

    def __init__(self, wall: Callable[[], float], steady: Callable[[], float] | None = None) -> None:
        self._wall = wall
        self._steady = steady or wall
        self._since = wall() - self._steady()  # the server's time when `steady` was 0
        self.stepped: Callable[[], object] = lambda: None
        """Called when the server's time turned out to be another by more than `STEP` seconds."""

    def __call__(self) -> float:  # noqa: D102 - the class says it
        return self._steady() + self._since

    def lasting(self, until: float) -> Callable[[], bool]:
        """Whether something that ends at `until` still lasts, to be asked later: by this clock, or by the seconds that have gone
        by since now. So a step of the clock ends nothing."""
        end = self._steady() + max(0.0, until - self())
        return lambda: self() < until or self._steady() < end

    @property
    def ahead(self) -> float:
        """Seconds by which the server is ahead of the wall clock."""
        return self() - self._wall()

    def resume(self, kept: Told) -> None:
        """Begin with what was found last time. A wall clock that was set back meanwhile is not believed."""
        self._since = max(self._wall() + kept.ahead, kept.at) - self._steady()

    def told(self, server: float, asked: float) -> float:
        """The server read its clock as `server`, some time after it was asked (`asked`: steady seconds) and before now.

        A time that is possible changes nothing: on a slow line the next answer would only push it to and fro. Returns how
        far, in seconds, this clock may still be from the server's.
        """
        answered = self._steady()
        if not asked <= server - self._since <= answered:
            before, self._since = self._since, server - (asked + answered) / 2
            if abs(self._since - before) > STEP:
                self.stepped()
        return max(abs(server - self._since - at) for at in (asked, answered))
