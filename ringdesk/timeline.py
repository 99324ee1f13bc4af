"""The timeline of a member: what happened, newest first."""

from enum import StrEnum

import msgspec

from ringdesk.safetext import SafeText


class ContactKind(StrEnum):
    """How the business and the member met. `conflict` keeps the value that lost when two people changed one field."""

    CALL_IN = "call_in"
    CALL_OUT = "call_out"
    MISSED = "missed"
    VISIT = "visit"
    PURCHASE = "purchase"
    EMAIL = "email"
    MESSAGE = "message"
    LETTER = "letter"
    NOTE = "note"
    CONFLICT = "conflict"


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the timeline. `at` is seconds since 1970; `who` the name of ours who dealt with it."""

    id: str
    member: str
    kind: ContactKind
    at: float
    text: SafeText = SafeText("")
    who: SafeText = SafeText("")
    call: str | None = None
    state: SafeText = SafeText("")
