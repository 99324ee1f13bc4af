"""Ids that come again. Some sources count their calls from 1 each day or after each start, and whoever makes ids at random may
be set back: long after a call is over its id is another call's, under a name of its own.

The name follows from the id and from the stretch of time in which the call began, so that a desk and the server, or two
processes of it, find the same one.
"""

from collections.abc import Callable
from math import inf
from typing import Final

import msgspec

from ringdesk import ids
from ringdesk.calls import CallEvent, EventKind

AGAIN_SECONDS: Final = 2 * 3600.0
"""How long a call has to be over until its id is another call's: longer than anybody sends a request again (Zoom: until 85
minutes later)."""
LONGEST_SECONDS: Final = 12 * 3600.0
"""A call under an id that came again is looked for so far back: as long as one of which nothing is heard is kept alive."""
LIVES: Final = inf
"""In the place of when a call ended: it has not."""

_RINGS: Final = frozenset({EventKind.RINGING, EventKind.QUEUED})
_BEGINS: Final = _RINGS | {EventKind.ANSWERED}

Lives = Callable[[str, str], str | None]
"""Under which name a call of a source and an id of its own is on, where that is another than the id: then no clock can make its
end another call's, however wrong it was when the call began."""
Ended = Callable[[str], float | None]
"""When the call ended that has, or had, an id (ours): seconds since 1970, `LIVES` while it lives; None where there was none."""


def own(event: CallEvent, ended: Ended, lives: Lives = lambda _source, _native_id: None) -> CallEvent:
    """The event, with the name under which its call is kept: its own id, unless that comes again."""
    if event.unique:
        return event

    def over(native_id: str) -> float | None:
        return ended(ids.call_id(event.source, native_id))

    def name(native_id: str, *, begins: bool) -> str:
        return lives(event.source, native_id) or _name(native_id, event.at, over, begins=begins)

    linked = event.linked_id
    return msgspec.structs.replace(
        event,
        native_id=name(event.native_id, begins=event.event in _BEGINS),
        linked_id=None if linked is None else name(linked, begins=True),
    )


def id_of(name: str) -> str:
    """The source's own id in the name of a call."""
    native_id, mark, part = name.rpartition("~")
    return native_id if mark and part.isdecimal() else name


def names(native_id: str, at: float) -> tuple[str, ...]:
    """Under which names a call may be kept of which is heard at `at` and whose id comes again, the newest first. No stretch of
    time is so long that two such calls begin in it."""
    since, until = (int(time // AGAIN_SECONDS) for time in (at - LONGEST_SECONDS, at))
    return tuple(f"{native_id}~{part}" for part in range(until, since - 1, -1))


def may_be(event: CallEvent) -> tuple[str, ...]:
    """The ids (ours) of all calls of which an event can speak, beside its own and the one that it links to."""
    said = [native for native in (event.native_id, event.linked_id) if native is not None]
    return tuple(ids.call_id(event.source, name) for native in said for name in names(native, event.at))


def goes_on(event: CallEvent, last: float) -> dict[str, str]:
    """The names by our ids of the calls that may be on and of which an event can speak that is dated long after the last of all
    calls began (`last`): then it is the clock that may be wrong. Nothing for one that rings: a new call must not be lost."""
    if event.event in _RINGS or event.at - last <= LONGEST_SECONDS:
        return {}
    return {ids.call_id(event.source, name): name for name in names(event.native_id, last)}


def is_over(ended: float | None, at: float) -> bool:
    """Whether what is heard at `at` under the id of a call that `ended` may be about another."""
    return ended is not None and at - ended > AGAIN_SECONDS


def is_repeated(event: CallEvent, ended: float | None) -> bool:
    """Whether what is heard is said once more of a call that `ended` long ago, and tells nothing."""
    return event.unique is True and is_over(ended, event.at)


def _name(native_id: str, at: float, over: Ended, *, begins: bool) -> str:
    if not is_over(over(native_id), at):
        return native_id
    found = names(native_id, at)
    newest = next((name for name in found if over(name) is not None), native_id)
    return found[0] if begins and is_over(over(newest), at) else newest
