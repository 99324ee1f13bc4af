"""Telephone gear that is not there: each speaks its real dialect from the other end, and rings when told to. Pure.

Bytes of the listener go in, bytes for it come out; a call is a plan that `due` hands out piece by piece.
"""

from typing import Final, Protocol

import msgspec

from ringdesk.calls import Presentation

RINGING: Final = 2.0
"""Seconds after the first ring at which boxes and modems tell who calls, where the pause between two rings is that long."""


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """One call to come. `cadence` is seconds from ring to ring; the caller gives up `cadence` after the last ring, unless the
    extension `answer` picks up then and talks for `talk` seconds, where the gear can tell so. `answer` is "" for a telephone
    that the listener knows nothing of."""

    number: str | None = None
    name: str | None = None
    presentation: Presentation = Presentation.SHOWN
    rings: int = 2
    cadence: float = 6.0
    answer: str | None = None
    talk: float = 2.0

    @property
    def shown(self) -> str | None:
        """The number where it may be told."""
        return self.number if self.presentation is Presentation.SHOWN else None

    @property
    def shown_name(self) -> str | None:
        """The name where it may be told."""
        return self.name if self.presentation is Presentation.SHOWN else None

    @property
    def private(self) -> bool:
        """Whether the caller withholds the number; one who is not shown and does not is out of reach."""
        return self.presentation is Presentation.PRIVATE

    @property
    def told_after(self) -> float:
        """Seconds from the first ring until the line tells who calls: between the first two rings."""
        return min(RINGING, self.cadence / 2)

    @property
    def rings_for(self) -> float:
        """Seconds from the first ring until the caller gives up or somebody answers."""
        return max(self.rings, 1) * self.cadence


class SimulatedPeer(Protocol):
    """One piece of gear. `now` is seconds since 1970."""

    @property
    def hears(self) -> bool:
        """Whether its listener speaks to it."""

    @property
    def ready(self) -> bool:
        """Whether its listener has done all that it must to hear calls; False too where that cannot be known."""

    @property
    def hangs_up(self) -> bool:
        """Whether it ends the connection behind what it just answered."""

    @property
    def next_due(self) -> float | None:
        """When `due` has something to say."""

    def opened(self, now: float) -> bytes:
        """A listener has come: what it hears first. Of those that log in there is one at a time."""

    def received(self, data: bytes, now: float) -> bytes:
        """The answer to what the listener sent."""

    def due(self, now: float) -> bytes:
        """What has happened up to now, one message at a time where they are apart on the wire; empty: nothing more."""

    def call(self, call: Incoming, now: float) -> float:
        """A call comes; the seconds that it takes."""


class Plan:
    """Messages at their times, in the order in which they were planned where times are equal."""

    def __init__(self) -> None:
        self._messages: list[tuple[float, int, bytes]] = []
        self._made = 0

    @property
    def next_due(self) -> float | None:
        """The time of the next message."""
        return min(self._messages)[0] if self._messages else None

    def add(self, at: float, data: bytes) -> None:
        """To be said at a time."""
        self._made += 1
        self._messages.append((at, self._made, data))

    def take(self, now: float) -> bytes:
        """The next message whose time has come, empty if there is none."""
        if not self._messages or (first := min(self._messages))[0] > now:
            return b""
        self._messages.remove(first)
        return first[2]

    def clear(self) -> None:
        """Nothing of it is said."""
        self._messages.clear()
