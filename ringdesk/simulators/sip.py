"""A SIP trunk that is not there (RFC 3261): asks whether somebody listens, rings them, and cancels.

The call is answered elsewhere, or the caller gives up: the listener that it is made for never answers. What was not
confirmed is sent again, as over UDP it must be.
"""

from typing import Final

import msgspec

from ringdesk.codecs.sipmessage import Message, Splitter
from ringdesk.simulators import Incoming

T1: Final = 0.5
T2: Final = 4.0
GIVE_UP: Final = 64 * T1
"""Seconds until a request that nobody answers is no longer sent (timer B)."""
LINE: Final = "100"

_HOST: Final = "trunk.invalid"


class _Request(msgspec.Struct):
    """One that is repeated until it is answered; `at`: when it is sent next."""

    data: bytes
    at: float
    until: float
    pause: float = T1


class SimulatedTrunk:
    """One trunk, and the listener that its calls are sent to."""

    hears = True
    hangs_up = False

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], _Request] = {}
        self._now_or_never: list[bytes] = []
        self._invites: dict[str, str] = {}
        self._heard = False
        self._made = 0

    @property
    def ready(self) -> bool:
        """Whether somebody has answered."""
        return self._heard

    @property
    def next_due(self) -> float | None:
        """When the next request is to be sent."""
        if self._now_or_never:
            return 0.0
        return min((one.at for one in self._open.values()), default=None)

    def opened(self, now: float) -> bytes:
        """Ask whether somebody listens, until somebody does."""
        branch = self._branch(now)
        data = self._message("OPTIONS", branch, f"ask-{branch}@{_HOST}", "")
        self._open[branch, "OPTIONS"] = _Request(data, now, now + 86_400)
        return b""

    def received(self, data: bytes, now: float) -> bytes:
        """A datagram of the listener; what is to be said to it comes by `due`."""
        for one in Splitter().feed(data):
            if isinstance(one, Message) and one.status:
                self._answered(one)
        return b""

    def due(self, now: float) -> bytes:
        """One datagram."""
        if self._now_or_never:
            return self._now_or_never.pop(0)
        for key, one in list(self._open.items()):
            if one.until <= now:
                del self._open[key]
            elif one.at <= now:
                one.at, one.pause = now + one.pause, min(2 * one.pause, T2)
                return one.data
        return b""

    def call(self, call: Incoming, now: float) -> float:
        """A call is sent, and cancelled at its end: it was answered elsewhere (RFC 3326), or nobody wanted it."""
        branch = self._branch(now)
        call_id = f"call-{branch}@{_HOST}"
        number = call.number or "anonymous"
        name = (call.name or "").replace("\\", "").replace('"', "")
        who = f'"{name}" <sip:{number}@{_HOST}>' if name else f"<sip:{number}@{_HOST}>"
        identity = f"P-Asserted-Identity: {who}\r\n"
        if call.shown is None:
            who = '"Anonymous" <sip:anonymous@anonymous.invalid>'
            identity += "Privacy: id\r\n" if call.private else ""
        head = f"{identity}Contact: <sip:trunk@{_HOST}>\r\n"
        invite = self._message("INVITE", branch, call_id, head, who)
        self._open[branch, "INVITE"] = _Request(invite, now, now + GIVE_UP)
        over = now + call.rings_for
        reason = "" if call.answer is None else 'Reason: SIP;cause=200;text="Call completed elsewhere"\r\n'
        cancel = self._message("CANCEL", branch, call_id, reason, who)
        self._open[branch, "CANCEL"] = _Request(cancel, over, over + GIVE_UP)
        self._invites[branch] = self._message("ACK", branch, call_id, "", who).decode()
        return over + T1 - now

    def _answered(self, response: Message) -> None:
        self._heard = True
        branch, method = response.branch, response.sequence[1]
        if method == "INVITE" and response.status >= 300 and (ack := self._invites.get(branch)) is not None:
            to = f"To: {response.first('to')}\r\n"
            self._now_or_never.append(ack.replace(f"To: <sip:{LINE}@{_HOST}>\r\n", to).encode())
        self._open.pop((branch, method), None)

    def _branch(self, now: float) -> str:
        self._made += 1
        return f"z9hG4bK-{int(now * 1000)}-{self._made}"

    def _message(self, method: str, branch: str, call_id: str, more: str, who: str = f"<sip:trunk@{_HOST}>") -> bytes:
        text = (
            f"{method} sip:{LINE}@{_HOST} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {_HOST};rport;branch={branch}\r\n"
            "Max-Forwards: 70\r\n"
            f"From: {who};tag={branch[7:]}\r\n"
            f"To: <sip:{LINE}@{_HOST}>\r\n"
            f"Call-ID: {call_id}\r\n"
            f"CSeq: 1 {method}\r\n"
            f"{more}Content-Length: 0\r\n\r\n"
        )
        return text.encode()
