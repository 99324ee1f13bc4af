"""Which dialects there are: entry points of the groups `ringdesk.dialects` (streams) and `ringdesk.webhooks` (single
requests), ours and foreign ones alike.

    [project.entry-points."ringdesk.dialects"]
    modem = "ringdesk.dialects.modem:ModemDialect"

    [project.entry-points."ringdesk.webhooks"]
    sipgate = "ringdesk.dialects.sipgate:SipgateDialect"

A dialect is imported when it is asked for. One that cannot be imported is a value (`Broken`): it must not take the others
with it.
"""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, TypeVar

import msgspec

from ringdesk.dialects import SourceOptions, StreamDialect, WebhookDialect
from ringdesk.errors import BadInput
from ringdesk.why import Why, register

register(
    {
        "dialect_unknown": "there is no dialect '{name}'; known are {streams}; and as webhooks {webhooks}",
        "dialect_webhook": (
            "{name} is a webhook: its provider sends requests to the server; known on a line are {streams}"
        ),
        "dialect_broken": "the dialect '{name}' cannot be imported ({reason}); install its package again",
    }
)

GROUP: Final = "ringdesk.dialects"
WEBHOOKS: Final = "ringdesk.webhooks"

Factory = Callable[[str, SourceOptions], StreamDialect]
"""Makes a dialect of a source id and its options."""
WebhookFactory = Callable[[str, SourceOptions], WebhookDialect]
"""The same for single requests."""

_Found = TypeVar("_Found", Factory, WebhookFactory)


class Broken(msgspec.Struct, frozen=True):
    """A dialect that cannot be used: why, in one line."""

    name: str
    reason: str


def names() -> tuple[str, ...]:
    """The known dialects of streams in alphabetical order; nothing is imported."""
    return tuple(sorted(_entries(GROUP)))


def webhook_names() -> tuple[str, ...]:
    """The known dialects of webhooks in alphabetical order; nothing is imported."""
    return tuple(sorted(_entries(WEBHOOKS)))


def find(name: str) -> Factory | Broken | None:
    """The dialect of a stream; None if there is none of that name."""
    found: Factory | Broken | None = _find(GROUP, name)
    return found


def find_webhook(name: str) -> WebhookFactory | Broken | None:
    """The dialect of a webhook; None if there is none of that name."""
    found: WebhookFactory | Broken | None = _find(WEBHOOKS, name)
    return found


def dialect(name: str) -> Factory:
    """The dialect of a stream. Raises `BadInput`, listing the known ones, if there is none of that name or it cannot be
    imported."""
    found = find(name)
    if found is None and name in webhook_names():
        raise BadInput(Why("dialect_webhook", {"name": name, "streams": _all(names())}))
    return _usable(name, found)


def webhook(name: str) -> WebhookFactory:
    """The dialect of a webhook. Raises `BadInput` as `dialect` does."""
    found = find_webhook(name)
    if found is None and name in names():
        raise BadInput(f"{name} is heard on a line, it is no webhook; known webhooks are {_all(webhook_names())}")
    return _usable(name, found)


def _usable(name: str, found: _Found | Broken | None) -> _Found:
    if found is None:
        known = {"streams": _all(names()), "webhooks": _all(webhook_names())}
        raise BadInput(Why("dialect_unknown", {"name": name, **known}))
    if isinstance(found, Broken):
        raise BadInput(Why("dialect_broken", {"name": name, "reason": found.reason}))
    return found


def _all(known: tuple[str, ...]) -> str:
    return ", ".join(known) or "none: install ringdesk again"


def _find(group: str, name: str) -> Any:
    entry = _entries(group).get(name)
    if entry is None:
        return None
    try:
        loaded: Any = entry.load()
    except Exception as error:  # noqa: BLE001 -- foreign code at import: whatever it raises is the answer
        return Broken(name, f"{type(error).__name__}: {error}")
    return loaded if callable(loaded) else Broken(name, f"{entry.value} is no class")


def _entries(group: str) -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=group)}
