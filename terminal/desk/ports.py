"""What the desk needs of the parts around it, where it does not need to know more."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from ringdesk.calls import CallEvent
from ringdesk.dialects import Notice
from ringdesk.marks import NumberMark
from ringdesk.numbers import Number
from terminal.callerid.source import SourceSpec
from terminal.news import Match, SyncNews


class Link(Protocol):
    """The link to the server: it works by itself; the desk asks it."""

    @property
    def mono(self) -> int | None:
        """Milliseconds since the hello of the session; None while there is none."""

    @property
    def uncertainty(self) -> float:
        """How far, in seconds, this clock may be from the server's."""

    async def status(self) -> SyncNews:
        """How the replica stands now."""

    async def synced(self, timeout: float) -> SyncNews:  # noqa: ASYNC109 - part of the contract
        """Wait until every op made so far is answered and all that the server has now is here.

        Raises `Refused`: timeout, offline.
        """


class Lookup(Protocol):
    """Finding a member."""

    async def by_number(self, number: Number) -> list[Match]:
        """Whose number it is; nobody's, if it is withheld or absent."""

    async def mark(self, number: str) -> NumberMark | None:
        """The mark on a number (E.164, or as it was given)."""

    async def ended(self, calls: Sequence[str]) -> dict[str, float]:
        """When the calls of these ids ended, those that there are; `tracker.again.LIVES` of one that has not."""

    async def search(self, query: str, limit: int = 20) -> list[Match]:
        """The search box."""


class Pump(Protocol):
    """A source at work."""

    @property
    def listed(self) -> bool | None:
        """Whether its peer has listed all calls that are on, since it was reached the last time; None for one that never does."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """Ask it to end."""

    def close(self) -> None:
        """End, and wait for it. Blocks."""


class Source(msgspec.Struct, frozen=True):
    """A source of the desk: what it is, and how to make its pump from the two listeners (events; id and notice)."""

    spec: SourceSpec
    make: Callable[[Callable[[CallEvent], None], Callable[[str, Notice], None]], Pump]
