"""A session as a table: which message may come in which phase, and where it leads.

One table serves both ends: whatever one end sends the other receives, so a terminal and a server that watch the same
messages are in the same phase. Until `open` they take turns; from then on messages overlap freely.
"""

from enum import StrEnum
from typing import Final, get_args

from ringdesk.errors import WireError
from ringdesk.wire.messages import (
    Answers,
    Challenge,
    Changes,
    Confirmed,
    Denied,
    Dropped,
    Enrol,
    Enrolled,
    Erase,
    Fetch,
    Fetched,
    FromServer,
    FromTerminal,
    Granted,
    Hello,
    Login,
    Message,
    Need,
    Ping,
    Pong,
    Pull,
    Push,
    ServerNotice,
    UpTo,
    Welcome,
)

PROTOCOL_ERROR: Final = 1002
"""RFC 6455, section 7.4.1."""


class End(StrEnum):
    """Which end of the line."""

    SERVER = "server"
    TERMINAL = "terminal"

    @property
    def other(self) -> "End":
        """The one at the other end."""
        return End.TERMINAL if self is End.SERVER else End.SERVER


class Phase(StrEnum):
    """How far a session has come."""

    CONNECTED = "connected"
    """The line is up; the server speaks first."""
    CHALLENGED = "challenged"
    """The terminal is to prove who it is: hello, or enrol first."""
    ENROLLING = "enrolling"
    """The server looks at the code."""
    GREETED = "greeted"
    """The server looks at the hello."""
    OPEN = "open"
    CLOSED = "closed"


SENDS: Final[dict[End, frozenset[type[Message]]]] = {
    End.SERVER: frozenset(get_args(FromServer)),
    End.TERMINAL: frozenset(get_args(FromTerminal)),
}
"""Who may send what."""

TRANSITIONS: Final[dict[tuple[Phase, type[Message]], Phase]] = {
    (Phase.CONNECTED, Challenge): Phase.CHALLENGED,
    (Phase.CHALLENGED, Enrol): Phase.ENROLLING,
    (Phase.ENROLLING, Enrolled): Phase.CHALLENGED,
    (Phase.ENROLLING, Denied): Phase.CHALLENGED,
    (Phase.CHALLENGED, Hello): Phase.GREETED,
    (Phase.GREETED, ServerNotice): Phase.GREETED,
    (Phase.GREETED, Welcome): Phase.OPEN,
    (Phase.OPEN, Login): Phase.OPEN,
    (Phase.OPEN, Granted): Phase.OPEN,
    (Phase.OPEN, Denied): Phase.OPEN,
    (Phase.OPEN, Push): Phase.OPEN,
    (Phase.OPEN, Answers): Phase.OPEN,
    (Phase.OPEN, Need): Phase.OPEN,
    (Phase.OPEN, Pull): Phase.OPEN,
    (Phase.OPEN, Changes): Phase.OPEN,
    (Phase.OPEN, UpTo): Phase.OPEN,
    (Phase.OPEN, Dropped): Phase.OPEN,
    (Phase.OPEN, Erase): Phase.OPEN,
    (Phase.OPEN, Confirmed): Phase.OPEN,
    (Phase.OPEN, Fetch): Phase.OPEN,
    (Phase.OPEN, Fetched): Phase.OPEN,
    (Phase.OPEN, ServerNotice): Phase.OPEN,
    (Phase.OPEN, Ping): Phase.OPEN,
    (Phase.OPEN, Pong): Phase.OPEN,
}
"""Every legal move. A refused hello has no message of its own: the server closes with a reason."""


def advance(phase: Phase, message: Message, sender: End) -> Phase:
    """The phase after `message` from `sender`. Raises `WireError` (1002) for an illegal move."""
    kind = type(message)
    after = TRANSITIONS.get((phase, kind))
    if after is None or kind not in SENDS[sender]:
        tag = kind.__struct_config__.tag
        raise WireError(f"a {sender} may not send {tag!r} while {phase}; connect again", PROTOCOL_ERROR)
    return after


class Session:
    """One end's view of a session.

    Attributes:
        phase: how far it has come.
    """

    def __init__(self, end: End) -> None:
        self._end = end
        self.phase = Phase.CONNECTED

    def sent(self, message: Message) -> None:
        """This end sends `message`: call it before the bytes leave. Raises `WireError` (1002) if it may not."""
        self.phase = advance(self.phase, message, self._end)

    def received(self, message: Message) -> None:
        """The other end sent `message`. Raises `WireError` (1002) if it may not."""
        self.phase = advance(self.phase, message, self._end.other)

    def closed(self) -> None:
        """The line is down: nothing may be sent or received any more."""
        self.phase = Phase.CLOSED
