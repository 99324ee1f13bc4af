"""Presence: what a person of the team is doing now, and on whom, so that two do not serve one member unknowingly."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from ringdesk.safetext import SafeText


class PresenceState(StrEnum):
    """What somebody is doing. Who is on the telephone follows from the calls; this is what a person says of themselves."""

    READY = "ready"
    BUSY = "busy"
    """On a call or with a member."""
    WRAP_UP = "wrap_up"
    BREAK = "break"
    AWAY = "away"
    """Signed out."""


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """One person of the team; the id is theirs. `since` is when the state began, with
    whom they are (seconds since 1970), `at` when it was last
    said. `member` and `call` are whom they serve. `help`: they ask a supervisor to come."""

    id: str
    name: SafeText = SafeText("")
    state: PresenceState = PresenceState.AWAY
    since: float = 0.0
    at: float = 0.0
    member: str | None = None
    call: str | None = None
    text: SafeText = SafeText("")
    help: bool = False
    device: str = ""
    site: str = ""


_ORDER: Final = {state: rank for rank, state in enumerate(PresenceState)}


def by_readiness(rows: Iterable[Presence]) -> list[Presence]:
    """To whom something is handed on: ready ones first, those on a break and away last, by name."""
    return sorted(rows, key=lambda row: (_ORDER[row.state], row.name, row.id))
