"""How a line stands, and why it is silent: facts in, one notice out. Pure.

A port that is open and quiet is well. What makes a quiet line suspicious is silence while the shop is open, or rings
that bring no number: the modem says nothing at all when caller ID is not subscribed, not enabled, or unreadable
(telephony practice: "RING, RING and no data" has these causes).
"""

from typing import Final, Self

import msgspec

from ringdesk.calls import CallEvent, EventKind
from ringdesk.dialects import Level, Notice
from ringdesk.why import Why, register

BARE_CALLS: Final = 3
"""Calls in a row without a number that are a complaint; one or two may be noise on the line."""
SILENT_AFTER: Final = 8 * 3600.0
"""Seconds of opening time without a call that are a complaint: about one business day."""

_LONGEST_STEP: Final = 120.0
"""More seconds than this between two steps were sleep of the machine: nobody listened, so nothing was silent."""

_CLOSED: Final = "port_closed"
"""All that a port knows of a peer that hung up; the peer itself may have said why."""

register(
    {
        "line_starting": "{port} is being opened",
        "line_ok": "{port} is open and listening",
        "line_silent": "no call for more than {hours} hours of opening time; ring the line to see whether it still works",
        "line_without_numbers": (
            "the last {count} calls rang without a number; ask the telephone company whether caller ID is subscribed,"
            " and check the modem's country setting"
        ),
    }
)


class Opened(msgspec.Struct, frozen=True):
    """The port is open (again)."""


class Lost(msgspec.Struct, frozen=True):
    """The port cannot be opened, or is gone, or its dialect failed."""

    notice: Notice


class Said(msgspec.Struct, frozen=True):
    """The dialect has something to say about the peer."""

    notice: Notice


class Reported(msgspec.Struct, frozen=True):
    """The line reported something."""

    event: CallEvent


class Passed(msgspec.Struct, frozen=True):
    """Time passed; `shop_open` says whether calls are to be expected."""

    shop_open: bool


Fact = Opened | Lost | Said | Reported | Passed


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one line. `step` makes the next one; `notice` is what a person should read.

    `hung_up_over`: the trouble is what the peer said before it hung up. It stays, however often the port is opened again, until
    the peer says more than that it is asked.
    """

    port: str
    trouble: Notice | None
    hung_up_over: bool = False
    peer: Notice | None = None
    call: str | None = None
    call_is_bare: bool = False
    bare_calls: int = 0
    silent: float = 0.0
    stepped_at: float

    @classmethod
    def start(cls, port: str, now: float) -> Self:
        """A line whose port (`port` as a person calls it) is about to be opened."""
        return cls(port=port, trouble=Notice(Level.STARTING, Why("line_starting", {"port": port})), stepped_at=now)

    def step(self, fact: Fact, now: float) -> Self:
        """The health after `fact`, at `now` seconds since 1970."""
        passed = now - self.stepped_at
        changes: dict[str, object] = {}
        match fact:
            case Opened():
                trouble = self.trouble if self.hung_up_over else None
                changes = {"trouble": trouble, "peer": None, "call": None, "call_is_bare": False}
            case Lost(notice):
                changes = {**self._lost(notice), "peer": None}
            case Said(notice):
                changes = {"peer": notice, **({} if notice.level is Level.STARTING else self._heard())}
            case Reported(event):
                changes = {"silent": 0.0, **self._heard(), **self._counted(event)}
            case Passed(shop_open) if shop_open and self.trouble is None and 0 < passed <= _LONGEST_STEP:
                changes = {"silent": self.silent + passed}
        return msgspec.structs.replace(self, stepped_at=now, **changes)

    @property
    def notice(self) -> Notice:
        """The worst that is true: the port, then the peer, then what the calls show."""
        if self.trouble is not None:
            return self.trouble
        if self.peer is not None and self.peer.level is not Level.OK:
            return self.peer
        if self.bare_calls >= BARE_CALLS:
            return Notice(Level.WARNING, Why("line_without_numbers", {"count": str(BARE_CALLS)}))
        if self.silent >= SILENT_AFTER:
            return Notice(Level.WARNING, Why("line_silent", {"hours": f"{SILENT_AFTER / 3600:.0f}"}))
        return self.peer or Notice(Level.OK, Why("line_ok", {"port": self.port}))

    def _lost(self, notice: Notice) -> dict[str, object]:
        """A device that was unplugged does not exist from then on, and a peer that gave its reason hangs up: that is no news."""
        known = self.trouble.why.code if self.trouble is not None else ""
        if known == "port_unplugged" and notice.why.code == "port_missing":
            return {}
        reason = self.peer if self.peer is not None and self.peer.level is Level.BROKEN else None
        if reason is not None and (notice.why.code == _CLOSED or notice.why == reason.why):
            return {"trouble": reason, "hung_up_over": True}
        if self.hung_up_over and notice.why.code == _CLOSED:
            return {}
        return {"trouble": notice, "hung_up_over": False}

    def _heard(self) -> dict[str, object]:
        """The peer speaks again, and how it hung up is over."""
        return {"trouble": None, "hung_up_over": False} if self.hung_up_over else {}

    def _counted(self, event: CallEvent) -> dict[str, object]:
        """Count the calls that went by without a word on the caller; "withheld" is one."""
        if event.event is EventKind.CALLER or event.caller is not None:
            return {"call": event.native_id, "call_is_bare": False, "bare_calls": 0}
        if event.event is EventKind.RINGING and event.native_id != self.call:
            return {"call": event.native_id, "call_is_bare": True, "bare_calls": self.bare_calls + self.call_is_bare}
        if event.event in (EventKind.RING_STOPPED, EventKind.ENDED) and event.native_id == self.call:
            return {"call_is_bare": False, "bare_calls": self.bare_calls + self.call_is_bare}
        return {}
