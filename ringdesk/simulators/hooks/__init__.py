"""Providers that are not there: the requests that a call makes them send to a webhook, with their signature. Pure.

One file for each family. A call becomes `Part`s, each at its time; a part is signed when it is sent, for some sign the time.
The signatures are made of what the codecs of the dialects have for looking at them, never of a copy of it.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from ringdesk.calls import Presentation
from ringdesk.codecs.http import Fields, Request
from ringdesk.simulators import Incoming

RUNG: Final = "801"
"""The extension that rings where the call does not say who picks up."""
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded; charset=UTF-8"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A call as a provider knows it. `id` is 32 hexadecimal digits that no other call has; `number` is who calls as E.164 where
    that is known, else as it was given; `called` is E.164; `at` is seconds since 1970."""

    call: Incoming
    id: str
    number: str
    called: str
    at: float

    @property
    def rung(self) -> str:
        """The extension that rings."""
        return self.call.answer or RUNG

    @property
    def taken(self) -> bool:
        """Whether somebody picks up."""
        return self.call.answer is not None

    @property
    def answered_after(self) -> float:
        """Seconds from the beginning until somebody picks up, or the caller gives up."""
        return self.call.rings_for

    @property
    def ended_after(self) -> float:
        """Seconds from the beginning to the end of the call."""
        return self.call.rings_for + (self.call.talk if self.taken else 0.0)

    @property
    def caller(self) -> str:
        """The number, or the word that most providers have where there is none to show."""
        if self.call.presentation is Presentation.SHOWN:
            return self.number
        return "anonymous" if self.call.private else "unavailable"

    @property
    def bare(self) -> str:
        """The same without the plus."""
        return self.caller.removeprefix("+")

    @property
    def as_given(self) -> str:
        """The same as a line in the country has it: the number as it was given."""
        return self.call.shown or self.caller

    @property
    def uuid(self) -> str:
        """The id as a UUID is written."""
        return "-".join((self.id[:8], self.id[8:12], self.id[12:16], self.id[16:20], self.id[20:]))

    def other_id(self, what: str) -> str:
        """Another id that belongs to this call, of 32 digits: of a leg, of an event."""
        return hashlib.sha256(f"{self.id} {what}".encode()).hexdigest()[:32]

    def whole_number(self, digits: int) -> int:
        """The id as a number of so many digits."""
        least = int("1".ljust(digits, "0"))
        return least + int(self.id, 16) % (9 * least)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One request of a call, not yet signed: `after` the beginning in seconds, `tells` what it is about. A `form` or `data`
    (JSON) is posted, a `query` is asked. `asks`: what the call shall do; there 503 is an answer too, that sends the provider on
    to its fallback."""

    after: float
    tells: str
    form: Fields | None = None
    data: Any = None
    query: Fields = ()
    asks: bool = False


class Stamp(msgspec.Struct, frozen=True):
    """What differs from one signing to the next: seconds since 1970, and 20 digits that were never there before."""

    now: float
    nonce: str


class Provider(msgspec.Struct, frozen=True):
    """A provider: `parts` of a call, in the order in which they are sent, and how a request gets its secret or its signature.
    `shown` is what the source must be given instead of the secret, where that is not the same."""

    parts: Callable[[Told], Sequence[Part]]
    signed: Callable[[Request, str, Stamp], Request]
    shown: Callable[[str], str] = str


def form(after: float, tells: str, values: Mapping[str, str], *, asks: bool = False) -> Part:
    """A form that is posted; fields without a value are left out."""
    return Part(after=after, tells=tells, form=tuple((k, v) for k, v in values.items() if v), asks=asks)


def json(after: float, tells: str, data: Any) -> Part:
    """JSON that is posted."""
    return Part(after=after, tells=tells, data=data)


def query(after: float, tells: str, values: Mapping[str, str]) -> Part:
    """A question (GET)."""
    return Part(after=after, tells=tells, query=tuple((k, v) for k, v in values.items() if v))
