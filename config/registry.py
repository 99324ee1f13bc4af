"""Which dialects there are: entry points of the group `ringdesk.dialects`, ours and foreign ones alike.

    [project.entry-points."ringdesk.dialects"]
    modem = "ringdesk.dialects.modem:ModemDialect"

A dialect is imported when it is asked for. One that cannot be imported is a value (`Broken`): it must not take the others
with it.
"""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

import msgspec

from ringdesk.dialects import SourceOptions, StreamDialect
from ringdesk.errors import BadInput

GROUP: Final = "ringdesk.dialects"

Factory = Callable[[str, SourceOptions], StreamDialect]
"""Makes a dialect of a source id and its options."""


class Broken(msgspec.Struct, frozen=True):
    """A dialect that cannot be used: why, in one line."""

    name: str
    reason: str


def names() -> tuple[str, ...]:
    """The known dialects in alphabetical order; nothing is imported."""
    return tuple(sorted(_entries()))


def find(name: str) -> Factory | Broken | None:
    """The dialect; None if there is none of that name."""
    entry = _entries().get(name)
    if entry is None:
        return None
    try:
        loaded: Any = entry.load()
    except Exception as error:  # noqa: BLE001 -- foreign code at import: whatever it raises is the answer
        return Broken(name, f"{type(error).__name__}: {error}")
    if not callable(loaded):
        return Broken(name, f"{entry.value} is no class")
    factory: Factory = loaded
    return factory


def dialect(name: str) -> Factory:
    """The dialect. Raises `BadInput`, listing the known ones, if there is none of that name or it cannot be imported."""
    found = find(name)
    if found is None:
        raise BadInput(
            f"there is no dialect {name!r}; known are {', '.join(names()) or 'none: install ringdesk again'}"
        )
    if isinstance(found, Broken):
        raise BadInput(f"the dialect {name!r} cannot be imported ({found.reason}); install its package again")
    return found


def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}
