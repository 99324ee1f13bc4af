"""Marks on telephone numbers that are nobody's: junk, a supplier. What calls from one disturbs nobody."""

from enum import StrEnum

import msgspec

from ringdesk.safetext import SafeText


class MarkLabel(StrEnum):
    """What a number is."""

    JUNK = "junk"
    SUPPLIER = "supplier"
    NONE = "none"
    """The mark was taken back."""


class NumberMark(msgspec.Struct, frozen=True, kw_only=True):
    """One mark. `e164` is None for a number that is no valid one; then `raw` as it was given is compared."""

    id: str
    raw: SafeText
    e164: str | None = None
    label: MarkLabel = MarkLabel.JUNK
    text: SafeText = SafeText("")
    author: str = ""
    author_name: SafeText = SafeText("")
    at: float = 0.0
