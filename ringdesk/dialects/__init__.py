"""The contract of a phone protocol, and nothing else: one file per protocol beside this one.

A dialect is pure: bytes and the clock go in, events and bytes to send come out. Login, initialisation with its
time-outs and signature checks belong to it; moving bytes belongs to a transport.

A dialect accepts any chunking of the bytes, garbage between them, and a stream that it joins in the middle. It never
raises for what a peer sent: what cannot be believed becomes an event `rejected` or a notice.
"""

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import ClassVar, Protocol, Self

import msgspec

from ringdesk.calls import CallEvent, EventKind
from ringdesk.codecs import refusals
from ringdesk.codecs.http import Answer, Request
from ringdesk.safetext import SafeText
from ringdesk.why import Why


class Send(msgspec.Struct, frozen=True):
    """Bytes for the peer. `peer` names which one, on transports with several; `secret`: they are in no recording or log."""

    data: bytes
    peer: str | None = None
    secret: bool = False


class Level(StrEnum):
    """How a source feels."""

    OK = "ok"
    STARTING = "starting"
    WARNING = "warning"
    BROKEN = "broken"

    @property
    def is_up(self) -> bool:
        """Whether what happens at the source is heard."""
        return self in (Level.OK, Level.WARNING)


class Notice(msgspec.Struct, frozen=True):
    """What a person should know about the source: `why` in their language, `detail` as the peer said it."""

    level: Level
    why: Why
    detail: SafeText | None = None


class Step(msgspec.Struct, frozen=True):
    """What one input led to."""

    events: tuple[CallEvent, ...] = ()
    sends: tuple[Send, ...] = ()
    notices: tuple[Notice, ...] = ()


class StreamDialect(Protocol):
    """A protocol on a stream. Built with `(source_id, SourceOptions)`; `now` is seconds since 1970. One whose peer lists
    all calls that are on, after each login, has `listed`: whether that is done, on the connection that is open."""

    def opened(self, now: float) -> Step:
        """The transport is open (again): start from nothing, initialise the peer."""

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        """Bytes came, in any chunking."""

    def due(self, now: float) -> Step:
        """The clock reached `next_due`."""

    def closed(self, now: float) -> Step:
        """The transport is gone; nothing can be sent."""

    @property
    def next_due(self) -> float | None:
        """When `due` wants to be called; None: not before more bytes."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook dialect makes of one request.

    `events` are believed (`verified` in them is None where the provider signs nothing); `refused` says why nothing was.
    `once` names the request among all of its source: a second one of that name is a repetition or a replay, and changes
    nothing; "" if it changes nothing anyway. `again`: the names of requests may come again within the day, as those of an
    exchange that counts its calls from 1: hours later they are another request's, and so are the ids of its calls; without it
    what comes under the id of a call that is over never rings (`tracker.again`). `asks` is the
    number of a caller whose name the peer wants to know, answered by `Oracle.told`. `challenge`: it is a test of the address that
    anybody may make; it is answered, and proves nothing of who sent it. `answer` is sent in any case: what was accepted lets
    the call go on, also the second time.
    """

    answer: Answer
    events: tuple[CallEvent, ...] = ()
    refused: Why | None = None
    once: str = ""
    again: bool = False
    asks: SafeText | None = None
    challenge: bool = False

    @classmethod
    def refuse(cls, why: Why) -> Self:
        """Nothing is believed."""
        return cls(answer=refusals.answer(why), refused=why)


class LogsIn(StreamDialect, Protocol):
    """A dialect that logs in with what its source has as secrets."""

    @staticmethod
    def login_fault(options: "SourceOptions") -> Why | None:
        """Why it cannot log in with these; None where it can, or need not. The secret itself is in no word."""


class WebhookDialect(Protocol):
    """A protocol of single requests. Built with `(source_id, SourceOptions)`, once for a source: where a provider names no call
    it may remember which one rang last, but nothing worse than a call of its own may come of having forgotten that.

    `secrets` are the active ones, the newest first; without any nothing can be verified, and what the provider would have
    signed is reported with `verified=None`. Whether that is believed is decided by the caller. `now` is seconds since 1970.
    It never raises for what a peer sent.
    """

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """The verdict, over the bytes as they came."""


class Choosy(WebhookDialect, Protocol):
    """A webhook dialect that knows what its secrets look like."""

    @staticmethod
    def secret_fault(secret: str) -> Why | None:
        """Why this can be none of its secrets, and what to enter instead; None where it can. The secret itself is in no word."""


class SignedHook(ABC):
    """What the dialects of providers that sign have in common: a request that is not believed is refused before anything of
    it is read, and what is believed becomes events of one kind."""

    signs_address: ClassVar[bool] = False
    """The signature covers the address that the provider calls: it fits nothing where the settings say another one."""

    def __init__(self, source_id: str, options: "SourceOptions") -> None:
        self._source = source_id
        self._line = options.line

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """See `WebhookDialect`."""
        why = self.refusal(request, now, secrets) if secrets else None
        if why is not None:
            return Verdict.refuse(why)
        verified = True if secrets else None
        return self.told(request, CallEvent(event=EventKind.RINGING, at=now, source=self._source, verified=verified))

    @abstractmethod
    def refusal(self, request: Request, now: float, secrets: tuple[str, ...]) -> Why | None:
        """Why it is not believed: none of the secrets, of which there is one at least, has signed it."""

    @abstractmethod
    def told(self, request: Request, base: CallEvent) -> Verdict:
        """What a request says that is believed. `base` is the event of which all of its are made: when, from whom."""


class Oracle(WebhookDialect, Protocol):
    """A webhook dialect whose peer asks who somebody is (a look-up from an exchange)."""

    def told(self, number: SafeText, name: SafeText | None, company: SafeText | None, url: str) -> Answer:
        """The answer to what `Verdict.asks` asked: the name of the one member of that number, or that nobody is known.
        `url` opens the member's card."""


class SourceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the URL of a source says beside the address (contracts.md 2)."""

    line: str = ""
    store: str = ""
    region: str = "TW"
    area: str = ""
    ring_gap: float = 8.0
    """Seconds of silence after a ring that end the ringing (6 s cadence in the Americas, 3 s in Britain)."""
    secrets: tuple[str, ...] = ()
    """What the secret file holds, the newest first: for an exchange that wants a login, `user:password`."""
    extensions: str = "[0-9]{2,6}"
    """Regular expression for the whole of a device's name: which of an exchange's channels are our own telephones."""
    withheld: str = ""
    """AMI: regular expression for the whole of a trunk's name: where an account may not ask who withholds the number, all callers
    of such a trunk count as if they did. None: the empty one."""
    plain_login: bool = False
    """AMI: a manager that knows no challenge may have the secret as it is."""
    registrar: str = ""
    """SIP: `host` or `host:port` where the listener registers; without one it waits for what a trunk sends it."""
    trusted: tuple[str, ...] = ()
    """SIP: addresses of the peers whose word on the caller's identity is believed (RFC 3325, 2); `*` is every peer."""

    def __repr__(self) -> str:
        return f"SourceOptions(line={self.line!r}, store={self.store!r})"  # never the secrets
