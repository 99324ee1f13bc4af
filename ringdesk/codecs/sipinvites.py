"""The INVITEs that are open (RFC 3261, 17.2.1): what was answered to each, until its sender has heard the final answer.

An INVITE is never accepted. It rings until it is cancelled, and is given up after `RING_LIMIT`.
"""

from typing import Final

import msgspec

from ringdesk.codecs import sipmessage, sipreply
from ringdesk.codecs.sipmessage import Message

T1: Final = 0.5
T2: Final = 4.0
"""Seconds: the first and the longest pause between two final answers (RFC 3261, 17.1.1.1)."""
WAIT_FOR_ACK: Final = 64 * T1
"""Seconds until a final answer is no longer repeated (timer H)."""
ABSORB: Final = 5.0
"""Seconds in which an ACK may come again (timer I: T4)."""
RING_AGAIN: Final = 60.0
"""Seconds after which a proxy wants to hear again that it rings (RFC 3261, 13.3.1.1)."""
RING_LIMIT: Final = 300.0
"""Seconds after which an INVITE that nobody cancelled is given up: longer than any caller waits."""
CAPACITY: Final = 128

Reply = tuple[bytes, str | None]
"""What to send, and to whom."""


class Invite(msgspec.Struct):
    """One INVITE. `final`: it has its final answer. `due`: when something is to be done, `until`: when it is forgotten or,
    while it rings, given up."""

    request: Message
    peer: str | None
    tag: str
    reply: bytes
    due: float
    until: float
    final: bool = False
    heard: bool = False
    pause: float = T1

    def answer(self, status: int, phrase: str, *more: tuple[str, str]) -> Reply:
        """An answer to this INVITE, kept to be repeated."""
        self.reply = sipreply.response(self.request, status, phrase, self.peer, self.tag, *more)
        return self.again()

    def again(self) -> Reply:
        """The last answer once more."""
        return self.reply, sipreply.answer_to(self.request, self.peer)

    def ring(self) -> Reply:
        """It rings: an early dialog (RFC 3261, 12.1.1), with the address at which we were reached as ours."""
        route = [("Record-Route", value) for value in self.request.all("record-route")]
        return self.answer(180, "Ringing", ("Contact", f"<{self.request.uri}>"), *route)

    def end(self, status: int, phrase: str, now: float) -> Reply:
        """The final answer, repeated until its ACK comes."""
        self.final, self.pause = True, T1
        self.due, self.until = now + T1, now + WAIT_FOR_ACK
        return self.answer(status, phrase)


class Invites:
    """The open INVITEs, `CAPACITY` at most: beyond it the oldest is forgotten."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, ...], Invite] = {}

    @property
    def next_due(self) -> float | None:
        """When `due` has something to do."""
        return min((min(one.due, one.until) for one in self._open.values()), default=None)

    def begin(self, request: Message, peer: str | None, tag: str, now: float) -> list[Reply]:
        """A new one rings."""
        trying = sipreply.response(request, 100, "Trying", peer)
        one = Invite(request, peer, tag, trying, now + RING_AGAIN, now + RING_LIMIT)
        self._open[_key(request)] = one
        while len(self._open) > CAPACITY:
            del self._open[next(iter(self._open))]
        return [one.again(), one.ring()]

    def find(self, request: Message) -> Invite | None:
        """The INVITE of the same transaction: itself again, its CANCEL, or the ACK of its refusal."""
        return self._open.get(_key(request))

    def of_dialog(self, request: Message) -> Invite | None:
        """The ringing INVITE whose early dialog a request belongs to."""
        tag = sipmessage.parameters(request.first("to")).get("tag")
        calls = (one for one in self._open.values() if one.request.call_id == request.call_id)
        return next((one for one in calls if one.tag == tag and not one.final), None)

    def of_call(self, call_id: str) -> Invite | None:
        """An INVITE of this call that still rings."""
        return next((one for one in self._open.values() if one.request.call_id == call_id and not one.final), None)

    def merged(self, request: Message) -> bool:
        """Whether the same INVITE came on another way too (RFC 3261, 8.2.2.2)."""
        return any(
            one.request.call_id == request.call_id
            and one.request.sequence == request.sequence
            and one.request.first("from") == request.first("from")
            for one in self._open.values()
        )

    def acknowledge(self, one: Invite, now: float) -> None:
        """The final answer was heard."""
        one.heard, one.until = True, now + ABSORB
        one.due = one.until

    def forget(self, one: Invite) -> None:
        """Nothing more is to be answered to it."""
        self._open.pop(_key(one.request), None)

    def due(self, now: float) -> tuple[list[Reply], list[Invite]]:
        """What is to be sent again, and the INVITEs that nobody cancelled."""
        replies: list[Reply] = []
        given_up: list[Invite] = []
        for one in list(self._open.values()):
            if now >= one.until and one.final:
                self.forget(one)
            elif now >= one.until:
                replies.append(one.end(480, "Temporarily Unavailable", now))
                given_up.append(one)
            elif now >= one.due:
                one.due = now + (one.pause if one.final else RING_AGAIN)
                one.pause = min(2 * one.pause, T2)
                replies.append(one.again())
        return replies, given_up


def _key(request: Message) -> tuple[str, ...]:
    """What names a transaction (RFC 3261, 17.2.3), also of a peer that does not make branches unique."""
    top = sipmessage.split(request.first("via"))[0]
    host, port = sipmessage.sent_by(top)
    number = str(request.sequence[0])
    return (request.branch, host, str(port), request.call_id, number)
