"""What the desk hands to those who stand on it, beside the news."""

import msgspec

from ringdesk.dialects import Level
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task
from ringdesk.timeline import Contact
from terminal.drafts import Draft
from terminal.store.cards import Older
from terminal.store.morning import LostCall
from terminal.store.regrant import Awaited
from terminal.store.strangers import Past

__all__ = ["Awaited", "Card", "Draft", "LostCall", "Older", "Past", "SourceState", "Standing"]


class Card(msgspec.Struct, frozen=True):
    """All that a screen shows of one member."""

    member: Member
    timeline: tuple[Contact, ...]
    tasks: tuple[Task, ...]
    notes: tuple[Note, ...]
    greeting: SafeText


class SourceState(msgspec.Struct, frozen=True):
    """How a source stands, for `Standing`."""

    source: str
    label: SafeText
    level: Level
    why: str
    why_code: str


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How the desk stands. `outbox` counts ops without an answer, `refused` those in the tray; `why` is what is wrong between
    it and its server, in English, None while all is well."""

    connected: bool
    outbox: int
    cursor: int
    refused: int
    device: str
    store: str
    person: str
    name: SafeText
    roles: tuple[str, ...]
    sources: tuple[SourceState, ...]
    calls: int
    why: str | None = None
    why_code: str | None = None
