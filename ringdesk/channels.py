"""Who holds what: the channel of a row, the sets of a device, what a projection shows, and the digest of a set.

A **channel** is what a row belongs to: `org`, the organisation's directory, or `store:<site>`. A **projection** is which
fields a class of device may hold: `clear` or `masked`. What is replicated is a set, `channel@projection` (sync.md 1).

Masked rows hold the end of a telephone number and never a hash of one: 10^8 numbers are quickly tried (sync.md 4).
"""

import re
import unicodedata
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Final, Self, TypeVar

import msgspec

from ringdesk.calls import Call, Routed, Via
from ringdesk.errors import BadInput
from ringdesk.ids import is_uuid
from ringdesk.marks import NumberMark
from ringdesk.members import Member
from ringdesk.ops import ROW_TYPES, Row
from ringdesk.presence import Presence
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task

ORG: Final = "org"
CLEAR: Final = "clear"
MASKED: Final = "masked"
PROJECTIONS: Final[dict[str, str]] = {"desk": CLEAR, "till": MASKED, "console": CLEAR}
"""Which projection each class of device holds."""

DEFAULT_SITE: Final = "main"
"""The store that exists from the start (contracts.md 1)."""

MASK: Final = "***"
TAIL: Final = 3
"""Digits of a number that a masked row shows."""
SHORTEST: Final = 7
"""A number with fewer digits shows none: its tail would be most of it."""

_DIGEST_BITS: Final = 128


def store_channel(site: str) -> str:
    """The channel of a store; "" is the store that exists from the start."""
    return f"store:{site or DEFAULT_SITE}"


def channel_of(kind: str, row: Row) -> str:
    """The channel to which a row belongs. Raises `BadInput` for a kind that is not replicated."""
    if kind not in ROW_TYPES:
        raise BadInput(f"this version does not know rows of kind {kind!r}; update it")
    return store_channel(row.site) if isinstance(row, Call | Presence) else ORG


def sets_of(cls: str, store: str) -> tuple[str, ...]:
    """The sets that a device of class `cls` (desk, till, console) in `store` holds, sorted."""
    projection = PROJECTIONS.get(cls)
    if projection is None:
        raise BadInput(f"there is no class of device {cls!r}; use {', '.join(PROJECTIONS)}")
    return tuple(f"{channel}@{projection}" for channel in (ORG, store_channel(store)))


def split(set_name: str) -> tuple[str, str]:
    """A set's channel and projection. Raises `BadInput` for a name that is none."""
    channel, _, projection = set_name.rpartition("@")
    if not channel or projection not in (CLEAR, MASKED):
        raise BadInput(f"{set_name!r} is no replicated set; sets look like org@clear")
    return channel, projection


# --- projections ------------------------------------------------------------------------------------------------------

_SEPARATORS: Final = r"[\s\-\u2010-\u2015\u2212\uff0d()\uff08\uff09./\u00b7]"
_DATE: Final = r"(?P<date>(?<![\d+])(?:19|20)\d\d([-/])(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12]\d|3[01])(?!\d))"
_NUMBER_IN_TEXT: Final = re.compile(rf"{_DATE}|\+?\d(?:{_SEPARATORS}{{0,3}}\d){{{SHORTEST - 1},}}")


def project(kind: str, row: Row, projection: str) -> Row:
    """A row as a projection shows it. Raises `BadInput` for an unknown kind or projection: nothing is shown by default."""
    if projection == CLEAR:
        return row
    mask = _MASKS.get(kind)
    if mask is None or projection != MASKED:
        raise BadInput(f"{projection!r} of {kind!r} is not defined; update this version")
    return mask(row)


_TAIL: Final = re.compile(rf"{re.escape(MASK)}[0-9]{{0,{TAIL}}}")


def is_masked(raw: str) -> bool:
    """Whether a number is one that this module masked."""
    return raw.startswith(MASK)


def masked_number(raw: str, e164: str | None = None) -> SafeText:
    """A number as its tail: `***678`; one of under seven digits shows none. A tail stays as it is."""
    if _TAIL.fullmatch(raw):
        return SafeText(raw)
    digits = _digits(e164 or raw)
    return SafeText(MASK + digits[-TAIL:] if len(digits) >= SHORTEST else MASK)


def masked_text(text: str) -> str:
    """Free text in which everything that may be a telephone number is masked; dates (2026-12-31) stay."""
    return _NUMBER_IN_TEXT.sub(lambda hit: hit[0] if hit["date"] else masked_number(hit[0]), text)


def _digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


_MOMENT: Final = re.compile(
    r"(?:19|2[01])\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|\+00:00)?)?",
    re.ASCII,
)
"""A date or a time in UTC, and nothing else: it stays, or a till could not tell when something is due."""


def _line(text: SafeText) -> SafeText:
    return text if _MOMENT.fullmatch(text) else SafeText(masked_text(text))


T = TypeVar("T")


def _hidden(value: T) -> T:
    """A row with every free text masked, whatever its field is called: what is not thought of is not shown."""
    masked: T = _masked(value)
    return masked


def _masked(value: Any) -> Any:
    if isinstance(value, SafeText):
        return _line(value)
    if isinstance(value, SafeLines):
        return SafeLines(masked_text(value))
    if isinstance(value, tuple):
        return tuple(_masked(part) for part in value)
    if isinstance(value, msgspec.Struct):
        fields = {name: _masked(part) for name, part in msgspec.structs.asdict(value).items()}
        return msgspec.structs.replace(value, **fields)
    return value


def _member(row: Member) -> Member:
    numbers = tuple(
        msgspec.structs.replace(_hidden(number), raw=masked_number(number.raw, number.e164), e164=None)
        for number in row.numbers
    )
    return msgspec.structs.replace(_hidden(row), code=_code(row), numbers=numbers)


def _code(row: Member) -> SafeText:
    """A member code is no telephone number, except where a shop uses the number as the code."""
    digits = _digits(row.code).lstrip("0")
    held = [_digits(form) for number in row.numbers for form in (number.e164, number.raw) if form]
    return masked_number(row.code) if len(digits) >= SHORTEST - 1 and any(digits in own for own in held) else row.code


def _call(row: Call) -> Call:
    shown = _hidden(row)
    caller, called, via, routed = row.caller, row.called, row.via, row.routed
    return msgspec.structs.replace(
        shown,
        caller=msgspec.structs.replace(shown.caller, raw=_number_or_none(caller.raw, caller.e164), e164=None),
        called=msgspec.structs.replace(shown.called, raw=_number_or_none(called.raw)),
        via=None if via is None else Via(masked_number(via.raw), masked_text(via.reason)),
        disposition=None if row.disposition is None else masked_text(row.disposition),
        routed=None if routed is None else _routed(routed),
        perhaps=row.perhaps if row.perhaps and is_uuid(row.perhaps) else None,
        apart=tuple(each for each in row.apart if is_uuid(each)),
        joined=None,
        sources=(),  # a native id is the peer's own text: some put the number into it
    )


def _routed(routed: Routed) -> Routed:
    """What a business calls its routes is its own text; a device that is shown none of it only has to know whether it rings."""
    now, passed = (tuple(each for each in ids if is_uuid(each)) for ids in (routed.now, routed.passed))
    return msgspec.structs.replace(routed, route="", now=now, passed=passed)


def _number_or_none(raw: SafeText | None, e164: str | None = None) -> SafeText | None:
    return None if raw is None else masked_number(raw, e164)


def _task(row: Task) -> Task:
    calls = tuple(each for each in row.calls if is_uuid(each))  # an id, and nothing else
    return msgspec.structs.replace(_hidden(row), number=_number_or_none(row.number), calls=calls)


def _mark(row: NumberMark) -> NumberMark:
    return msgspec.structs.replace(_hidden(row), raw=masked_number(row.raw, row.e164), e164=None)


_MASKS: Final[dict[str, Callable[[Any], Row]]] = {
    "member": _member,
    "note": _hidden,
    "task": _task,
    "contact": _hidden,
    "call": _call,
    "presence": _hidden,
    "disposition": _hidden,
    "article": _hidden,
    "mark": _mark,
}
"""The masked form of each kind; a test compares it with `ops.ROW_TYPES`."""

# --- digests ----------------------------------------------------------------------------------------------------------


def content_digest(kind: str, row_id: str, seq: int, body: bytes) -> int:
    """128 bits over one server image, its content included. `body` is the projected row as it stands in the image."""
    head = msgspec.json.encode((kind, row_id, seq))
    return int.from_bytes(blake2b(head + b"\n" + body, digest_size=_DIGEST_BITS // 8).digest(), "big")


class Digest(msgspec.Struct, frozen=True):
    """How many images a set has and the sum of their digests mod 2^128: each end keeps it up to date image by image.

    Tombstones are not counted. Equal digests mean equal sets; the order in which images came does not matter.
    """

    count: int = 0
    value: int = 0

    def add(self, image: int) -> Self:
        """With one image more."""
        return type(self)(self.count + 1, (self.value + image) % (1 << _DIGEST_BITS))

    def remove(self, image: int) -> Self:
        """With one image less."""
        return type(self)(self.count - 1, (self.value - image) % (1 << _DIGEST_BITS))

    @property
    def hex(self) -> str:
        """The sum in 32 hexadecimal digits, as it stands on the wire."""
        return f"{self.value:032x}"

    @classmethod
    def read(cls, count: int, text: str) -> Self:
        """From its count and hexadecimal form. Raises `BadInput` if it is none."""
        try:
            return cls(count, int(text, 16) % (1 << _DIGEST_BITS))
        except ValueError as error:
            raise BadInput("a digest is 32 hexadecimal digits; compare the set again") from error
