"""Dispositions: the short list of codes that say what a call was about, with the script and the note template of each."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from ringdesk.safetext import SafeLines, SafeText


class Disposition(msgspec.Struct, frozen=True, kw_only=True):
    """One code. The id is what calls keep. `title` is what people read ("" for the built-in ones: the front end has the word).

    `rank` orders them, and with it the digit that chooses one. `script` is what to say, line by line; `template` begins the
    note. `needs_note`: a call cannot be closed with it without one.
    """

    id: str
    title: SafeText = SafeText("")
    rank: int = 0
    script: SafeLines = SafeLines("")
    template: SafeLines = SafeLines("")
    needs_note: bool = False
    retired: bool = False
    rev: int = 0


INQUIRY: Final = "inquiry"
WRONG_NUMBER: Final = "wrong_number"
JUNK: Final = "junk"
MISSED: Final = "missed"
ELSEWHERE: Final = "elsewhere"
IGNORED: Final = "ignored"

BUILT_IN: Final = tuple(
    Disposition(id=code, rank=rank)
    for rank, code in enumerate(
        (INQUIRY, "order", "booking", "complaint", "after_sales", "payment", "callback", WRONG_NUMBER, JUNK), 1
    )
)
"""What a business has that has made no list of its own."""


def in_use(rows: Iterable[Disposition]) -> tuple[Disposition, ...]:
    """The codes to choose from, in their order: the business's own over the built-in ones of the same id."""
    merged = {row.id: row for row in BUILT_IN} | {row.id: row for row in rows}
    return tuple(sorted((row for row in merged.values() if not row.retired), key=lambda row: (row.rank, row.id)))


FIELDS: Final = ("name", "agent", "store")
"""What a template or a script may name in braces: the member, the person who writes, the store."""


def filled(template: str, values: Mapping[str, str]) -> SafeLines:
    """A template with the fields that are known put in; other braces stay as they are."""
    parts = re.split(r"\{(" + "|".join(FIELDS) + r")\}", template)
    return SafeLines("".join(values.get(part, "") if index % 2 else part for index, part in enumerate(parts)))
