"""What the server asks of whatever listens to a source, and makes it."""

from collections.abc import Callable
from typing import Protocol

from ringdesk.calls import CallEvent
from ringdesk.dialects import Notice
from server.store.values import LineRow, Source


class Line(Protocol):
    """A source at work, in a thread of its own."""

    @property
    def listed(self) -> bool | None:
        """Whether its peer has listed all calls that are on, since it was reached the last time; None for one that never does."""

    def start(self) -> None:
        """Begin. Once only."""

    def stop(self) -> None:
        """Ask it to end, without waiting."""

    def close(self) -> None:
        """End, and wait for it."""


Heard = Callable[[CallEvent], None]
Stood = Callable[[str, Notice], None]
MakeLine = Callable[[Source, tuple[LineRow, ...], Heard, Stood], Line | None]
"""Makes the line of a source, not yet begun, of two listeners that are called in its thread: of events, which may be made to
wait, and of how it stands. None where the server does not listen to it: a webhook, a line that only a desk reaches. Raises
`BadInput`."""


def nothing(_source: Source, _lines: tuple[LineRow, ...], _heard: Heard, _stood: Stood) -> Line | None:
    """For a server that listens to no line."""
    return None


def called(lines: tuple[LineRow, ...]) -> str:
    """What the line of a source is called, where it has but one, else nothing."""
    return lines[0].label or lines[0].id if len(lines) == 1 else ""
