"""How much one row may hold. What a line reports beyond it is dropped: a report that is refused would only be lost. What a
person writes beyond it is refused in words.

The server also weighs the finished row (`wire.limits.ROW_MAX`); these bounds keep what a line says far below that.
"""

import re
from collections.abc import Sized
from typing import Final

import msgspec

from ringdesk.calls import Call, Caller, CallEvent, Leg
from ringdesk.errors import Refused
from ringdesk.safetext import SafeText

MAX_SOURCES: Final = 16
MAX_LEGS: Final = 64
MAX_NUMBERS: Final = 32
"""Telephone numbers of a member."""
MAX_WORDS: Final = 64
"""Tags, flags or facts of a member; keywords, codes, tags or stores of an article."""
MAX_PART: Final = 128
"""Characters of what a source calls itself, a call, a telephone or a reason."""
E164: Final = re.compile(r"\+[0-9]{1,15}")
"""ITU-T E.164, 6: at most 15 digits."""


def event(said: CallEvent) -> CallEvent:
    """An event of a line with no more in it than a row can hold."""
    return msgspec.structs.replace(
        said,
        source=said.source[:MAX_PART],
        native_id=said.native_id[:MAX_PART],
        linked_id=None if said.linked_id is None else said.linked_id[:MAX_PART],
        caller=None if said.caller is None else _caller(said.caller),
        via=None if said.via is None else msgspec.structs.replace(said.via, reason=said.via.reason[:MAX_PART]),
        leg=None if said.leg is None else Leg(SafeText(said.leg.agent[:MAX_PART]), said.leg.state),
    )


def _caller(caller: Caller) -> Caller:
    if caller.e164 is None or E164.fullmatch(caller.e164):
        return caller
    return msgspec.structs.replace(caller, e164=None)


def call(row: Call) -> Call:
    """A call with the first of its sources and legs."""
    if len(row.sources) <= MAX_SOURCES and len(row.legs) <= MAX_LEGS:
        return row
    return msgspec.structs.replace(row, sources=row.sources[:MAX_SOURCES], legs=row.legs[:MAX_LEGS])


def expect_few(what: str, values: Sized, most: int) -> None:
    """Raises `Refused("too_many")`."""
    if len(values) > most:
        raise Refused("too_many", f"there are {len(values)} {what} and {most} are kept; take some out first")
