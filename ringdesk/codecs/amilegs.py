"""Channels of an Asterisk as legs of calls, and what they say of the caller and of how the call ended."""

import re
from typing import Final

import msgspec

from ringdesk.calls import Caller, Direction, LegState, Outcome, Presentation
from ringdesk.codecs import modemlines
from ringdesk.codecs.amiframes import Message
from ringdesk.safetext import SafeText

_CHANNEL: Final = re.compile(r"[A-Za-z0-9]+/([^-@]+)")
"""`PJSIP/801-0000001a`, `Local/801@from-queue-00000001;2`, `DAHDI/33-1`: technology and device."""
NOBODYS: Final = ("Local/", "Snoop/", "Announcer/", "Recorder/", "CBAnn/", "CBRec/", "Message/")
"""Channels with nobody at their end: an announcement, a recording, somebody who listens in, a text; and, without a device in
their name, those of a call that a program wanted and that failed (`OutgoingSpoolFailed`)."""
_NO_NUMBER: Final = frozenset(("", "s", "h", "i", "t"))
"""Extensions of the dial plan that nobody dialled: start, hang-up, invalid, time-out."""
LONGEST_ID: Final = 150
"""Characters of a unique id (AST_MAX_UNIQUEID)."""

_DIAL: Final = {
    "BUSY": (LegState.REJECTED, Outcome.BUSY),
    "NOANSWER": (LegState.MISSED, Outcome.MISSED),
    "CANCEL": (LegState.MISSED, Outcome.MISSED),
    "CONGESTION": (LegState.CANCELLED, Outcome.FAILED),
    "CHANUNAVAIL": (LegState.CANCELLED, Outcome.FAILED),
}
_CAUSES: Final = {
    "17": (LegState.REJECTED, Outcome.BUSY),
    "21": (LegState.REJECTED, Outcome.REJECTED),
    "26": (LegState.CANCELLED, Outcome.MISSED),
}
DECISIVE: Final = frozenset(("1", "3", "21", "27", "28", "34", "38", "58"))
"""Causes of a line of the world outside that say more than `DialStatus`, which is NOANSWER for most: no such number, no way
there, declined, out of order, the network fails."""
_GAVE_UP: Final = frozenset(("", "0", "16", "18", "19", "26", "31", "127"))
"""Causes (include/asterisk/causes.h, Q.850) with which a caller goes away or nobody answers; 127 is a SIP CANCEL."""


class Leg(msgspec.Struct, eq=False):
    """A channel. `agent`: its extension, if it is one of ours; `inner`: it is nobody's, as half of a Local channel.

    `placed`: the exchange itself made it, before any other of its call. `cancelled`: a dial was called off, and whether the
    agent missed the call is not known before it is known whether somebody else has it.
    """

    uniqueid: str
    channel: str
    agent: SafeText | None
    inner: bool
    record: "Record"
    placed: bool = False
    up: bool = False
    dialled: bool = False
    settled: bool = False
    cancelled: bool = False
    talks: bool = False
    cause: str = ""
    bridge: str = ""


class Record(msgspec.Struct, eq=False):
    """A call. `links`: the Linkedids that it had; `first`: the channel that made it; `known`: what was told of the caller.

    `heard`: what is to be told of the caller once the call is open and, where it is asked for, the presentation is known;
    `hold_until`: until when that is waited for. `cleared`: the number may be shown. `told`: the state of each agent.
    """

    native_id: str
    links: set[str]
    legs: dict[str, Leg]
    first: Leg | None = None
    inner_first: bool = False
    opened: bool = False
    direction: Direction = Direction.IN
    dialled: SafeText | None = None
    queue: SafeText | None = None
    heard: Caller | None = None
    known: Caller | None = None
    hold_until: float | None = None
    cleared: bool | None = None
    via: SafeText | None = None
    held: bool = False
    answered: bool = False
    answered_by: SafeText | None = None
    voicemail: bool = False
    was_up: bool = False
    cause: str = ""
    told: dict[str, LegState] = {}
    leaving: set[SafeText] = set()
    results: dict[str, Outcome] = {}


def device(channel: str) -> str:
    """The device or number in a channel's name; "" if it has another form."""
    match = _CHANNEL.match(channel)
    return match[1] if match else ""


def dialled(message: Message) -> SafeText | None:
    """The number that was dialled, if a person dialled one."""
    exten = message.text("Exten")
    return None if exten in _NO_NUMBER else exten


def wanted(message: Message) -> SafeText | None:
    """The number that the exchange itself dials (`0912345678@trunk`, `trunk/0912345678`); None if there is none."""
    number = message.text("DialString").rpartition("/")[2].partition("@")[0]
    return SafeText(number) if any(char.isdecimal() for char in number) else None


def caller(message: Message) -> Caller | None:
    """What the snapshot of the caller's channel says of the caller; None if nothing. `anonymous` is a statement, no number."""
    number, name = message.shown("CallerIDNum"), message.shown("CallerIDName")
    if name is not None and modemlines.absence(name):
        name = None
    if number is None:
        return Caller(name=name) if name else None
    if absent := modemlines.absence(number):
        return Caller(presentation=absent)
    readable = any(char.isdigit() for char in number)
    return Caller(raw=number, presentation=Presentation.SHOWN if readable else Presentation.UNREADABLE, name=name)


def presentation(value: str) -> Presentation:
    """What `CALLERID(pres)` or `CID-CallingPres` allows: `prohib_not_screened`, `32 (Presentation Prohibited, ...)`.

    The number in front is the octet of Q.951: 0-3 allowed, 32-35 prohibited, 67 not available (main/callerid.c).
    """
    word = value.strip().casefold()
    octet = word.partition(" ")[0]
    code = int(octet) if octet.isascii() and octet.isdigit() and len(octet) <= 3 else -1
    if word.startswith("prohib") or 32 <= code < 64:
        return Presentation.PRIVATE
    if word.startswith("unavail") or 64 <= code < 96:
        return Presentation.UNAVAILABLE
    if word.startswith("allowed") or 0 <= code < 32:
        return Presentation.SHOWN
    return Presentation.PRIVATE if word == "restricted" else Presentation.UNAVAILABLE


def verdict(leg: Leg, status: str) -> tuple[LegState, Outcome]:
    """How the ringing of a telephone ended, by `DialStatus` and cause. A decline (cause 21) is one, whatever the status says."""
    missed = (LegState.MISSED, Outcome.MISSED)
    if leg.agent is None and leg.cause in DECISIVE - {"21"}:
        return LegState.CANCELLED, Outcome.FAILED
    if leg.cause in ("21", "26") or status not in _DIAL:
        return _CAUSES.get(leg.cause, missed)
    return _DIAL[status]


def outcome(record: Record) -> Outcome:
    """How a call ended whose last leg is gone."""
    if record.answered:
        return Outcome.ANSWERED
    if record.voicemail:
        return Outcome.VOICEMAIL
    if record.queue is not None:
        return Outcome.ABANDONED
    results = set(record.results.values())
    for one in (Outcome.MISSED, Outcome.REJECTED, Outcome.BUSY, Outcome.FAILED):
        if one in results:
            return one
    if record.was_up:
        # A machine had them (a menu, an announcement), and no telephone was rung.
        return Outcome.ABANDONED if record.direction is Direction.IN else Outcome.ANSWERED
    if record.cause in _CAUSES:
        return _CAUSES[record.cause][1]
    return Outcome.MISSED if record.cause in _GAVE_UP else Outcome.FAILED
