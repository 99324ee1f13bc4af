"""Intents about calls."""

from typing import Final, Literal

import msgspec

from ringdesk.calls import CallEvent
from ringdesk.safetext import SafeText

MAX_ALSO: Final = 64
"""Of a report, calls that turned out to be its own: more are not looked at."""


class CallReport(msgspec.Struct, frozen=True, kw_only=True):
    """`call.report`: what a line of this desk saw of one call. Opens the call if nobody has.

    `also` are calls reported before that turned out to be this one: they end and lead here. `uncertainty` is how far, in
    seconds, the desk's clock may be from the server's (sync.md 5).
    """

    call: str
    events: tuple[CallEvent, ...]
    also: tuple[str, ...] = ()
    uncertainty: float = 0.0


class CallClaim(msgspec.Struct, frozen=True, kw_only=True):
    """`call.claim`: "I have it". The first claim stands."""

    call: str
    member: str | None = None


class CallHold(msgspec.Struct, frozen=True, kw_only=True):
    """`call.hold`: the one who has the call lets it wait (a passive line cannot see that), or goes on with it."""

    call: str
    held: bool = True


class CallHand(msgspec.Struct, frozen=True, kw_only=True):
    """`call.hand`: a colleague has it from now on. Only who has the call hands it on, or anybody one that nobody has."""

    call: str
    to: str
    to_name: SafeText


class CallWrapup(msgspec.Struct, frozen=True, kw_only=True):
    """`call.wrapup`: the call is dealt with; `code` is a disposition code, `member` whom it was about."""

    call: str
    code: SafeText
    member: str | None = None


class CallSame(msgspec.Struct, frozen=True, kw_only=True):
    """`call.same`: whether `call`, which may be the same as `other` (`Call.perhaps`), is.

    `same`: both are one, and `other` goes on; `another`: they are two, also where somebody had said `same`, and nobody is asked
    again; `unsaid` takes either back.
    """

    call: str
    other: str
    verdict: Literal["same", "another", "unsaid"] = "same"


class CallVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """`call.verdict`: what became of a call that nobody had, on a line that cannot see it (sync.md 5).

    `missed` makes the callback of the call, with `title`, `member` and the window `opens` to `due`; `elsewhere`: somebody
    answered it on another telephone; `ignored`. A later verdict corrects an earlier one.
    """

    call: str
    verdict: Literal["missed", "elsewhere", "ignored"]
    member: str | None = None
    title: SafeText = SafeText("")
    opens: SafeText | None = None
    due: SafeText | None = None
