"""SIP (RFC 3261): a telephone that rings with the others and is never picked up.

It registers with a server, or is sent the calls of a trunk. Each INVITE is answered with `100 Trying` and `180 Ringing` and
then with silence, so that the call is answered elsewhere: no session is ever offered or accepted, no reliable provisional
response (RFC 3262) made. The CANCEL that follows ends it with 487 and may say who answered (RFC 3326). What cannot be one of
our dialogs is refused with 481.

What other telephones answered is understood too, so that a recording of both directions can be read.
"""

import hashlib
from enum import Enum, auto
from typing import Final

import msgspec

from ringdesk import why
from ringdesk.calls import Called, CallEvent, EventKind, Outcome
from ringdesk.codecs import sipheaders, sipmessage, sipreply
from ringdesk.codecs.sipinvites import Invite, Invites, Reply
from ringdesk.codecs.sipmessage import Malformed, Message, Splitter
from ringdesk.codecs.sipregister import Registration, State, is_account
from ringdesk.dialects import Level, Notice, Send, SourceOptions, Step
from ringdesk.safetext import SafeText
from ringdesk.why import Why

why.register(
    {
        "sip_registering": "registering with {server}",
        "sip_registered": "registered with {server}",
        "sip_silent": "{server} does not answer: check its address and port, and that UDP gets through; it is tried again",
        "sip_refused": "{server} refuses the registration: check that the account exists and may register; it is tried again",
        "sip_no_account": "the secret file does not say as whom to register with {server}: write user:password into it, with"
        " the colon",
        "sip_wrong_secret": "{server} does not take the user and password: correct the secret file",
        "sip_no_method": "{server} asks for a password and there is none, or in a way that is not known here (digest with "
        "SHA-256, SHA-512-256 or MD5 is): correct the secret file or the server's settings",
        "sip_no_address": "{server} does not say at which address it sees this desk (RFC 3581, rport): switch that on",
    }
)

PARTIAL_TIME: Final = 1.0
"""Seconds of silence after which a message that lacks its rest is given up. A datagram has no rest."""
PEERS: Final = 32
"""Senders of which half a message is kept."""
CALLS: Final = 256
"""Calls that are remembered, to know what belongs to them."""
OVER_SECONDS: Final = 600.0
"""For how long one that is over is remembered: an INVITE is repeated for 32 s (RFC 3261, 17.1.1.2). Later its Call-ID is another
call's, of an exchange that makes them anew after a start."""
LONGEST_SECONDS: Final = 12 * 3600.0
"""The same for one that goes on, as far as is known: longer than the longest shift."""
LONGEST_ID: Final = 255
"""Characters of a Call-ID that count."""

_ALLOW: Final = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS")
_NOT_AN_END: Final = frozenset({401, 407, 422, 491, 494})
"""Refusals after which the INVITE comes again."""
_TROUBLES: Final = {
    State.SILENT: "sip_silent",
    State.REFUSED: "sip_refused",
    State.WRONG_SECRET: "sip_wrong_secret",
    State.NO_METHOD: "sip_no_method",
    State.NO_ADDRESS: "sip_no_address",
}


class _Stage(Enum):
    RINGING = auto()
    ANSWERED = auto()
    OVER = auto()


class _Partial(msgspec.Struct):
    splitter: Splitter
    until: float


class SipDialect:
    """A `StreamDialect` over datagrams; `peer` is the sender as `host:port`."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._line = SafeText(options.line) if options.line else None
        self._trusted = options.trusted
        accounts, registrar = tuple(filter(is_account, options.secrets)), options.registrar
        fault = self.login_fault(options)
        self._fault = None if fault is None else Notice(Level.BROKEN, fault)
        self._registration = Registration(registrar, accounts, source_id) if registrar and fault is None else None
        self._told: State | None = None
        self._invites = Invites()
        self._calls: dict[str, tuple[_Stage, float]] = {}
        self._reset()

    @staticmethod
    def login_fault(options: SourceOptions) -> Why | None:
        """See `LogsIn`. A registrar may let in whoever comes from an address that it knows, without a secret."""
        nobody = options.registrar and options.secrets and not any(map(is_account, options.secrets))
        return Why("sip_no_account", {"server": options.registrar}) if nobody else None

    def _reset(self) -> None:
        self._partial: dict[str | None, _Partial] = {}
        self._events: list[CallEvent] = []
        self._sends: list[Send] = []

    def opened(self, now: float) -> Step:
        """Register. The calls of before go on: their peers do not know that nobody listened for a while."""
        self._reset()
        if self._registration is not None:
            self._registration.start(now)
        step = self._step()
        return step if self._fault is None else msgspec.structs.replace(step, notices=(self._fault,))

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        """A datagram, or some bytes of a stream."""
        self._expire(now)
        partial = self._partial.pop(peer, None) or _Partial(Splitter(), now)
        for found in partial.splitter.feed(data):
            self._found(found, now, peer)
        if partial.splitter.pending:
            partial.until = now + PARTIAL_TIME
            self._partial[peer] = partial
        while len(self._partial) > PEERS:
            del self._partial[next(iter(self._partial))]
        return self._step()

    def due(self, now: float) -> Step:
        """Something is to be repeated, refreshed or given up."""
        self._expire(now)
        return self._step()

    def closed(self, now: float) -> Step:
        """The transport is gone. Whether the calls still ring is not known before it is back."""
        for partial in self._partial.values():
            self._refuse(partial.splitter.flush(), now)
        if self._registration is not None:
            self._registration.stop()
            self._told = None
        step = msgspec.structs.replace(self._step(), sends=())
        self._reset()
        return step

    @property
    def next_due(self) -> float | None:
        """The next of all clocks."""
        times = [partial.until for partial in self._partial.values()]
        registering = None if self._registration is None else self._registration.next_due
        times += [time for time in (registering, self._invites.next_due) if time is not None]
        return min(times, default=None)

    def _step(self) -> Step:
        notices: tuple[Notice, ...] = ()
        one = self._registration
        if one is not None:
            self._sends += [Send(data, one.peer) for data in one.out]
            one.out.clear()
            if one.state not in (self._told, State.IDLE):
                self._told = one.state
                notices = (_notice(one),)
        step = Step(tuple(self._events), tuple(self._sends), notices)
        self._events, self._sends = [], []
        return step

    def _expire(self, now: float) -> None:
        for peer in [peer for peer, partial in self._partial.items() if now >= partial.until]:
            self._refuse(self._partial.pop(peer).splitter.flush(), now)
        if self._registration is not None:
            self._registration.due(now)
        replies, given_up = self._invites.due(now)
        self._reply(*replies)
        for one in given_up:
            self._over(one.request.call_id, now, EventKind.RING_STOPPED)

    def _reply(self, *replies: Reply) -> None:
        self._sends += [Send(data, peer) for data, peer in replies]

    def _refuse(self, found: list[Message | Malformed], now: float) -> None:
        for one in found:
            if isinstance(one, Malformed):
                event = CallEvent(event=EventKind.REJECTED, at=now, source=self._source, reason=SafeText(one.reason))
                self._events.append(event)

    def _found(self, message: Message | Malformed, now: float, peer: str | None) -> None:
        if isinstance(message, Malformed):
            self._refuse([message], now)
            return
        if message.status:
            self._response(message, now)
            return
        match message.method:
            case "INVITE":
                self._invite(message, now, peer)
            case "ACK":
                self._ack(message, now)
            case "CANCEL":
                self._cancel(message, now, peer)
            case "BYE":
                self._bye(message, now, peer)
            case "OPTIONS":
                self._answer(message, peer, 200, "OK", _ALLOW, ("Accept", "application/sdp"))
            case "NOTIFY":
                self._answer(message, peer, 481, "Subscription Does Not Exist")
            case _:
                self._answer(message, peer, 405, "Method Not Allowed", _ALLOW)

    def _answer(self, request: Message, peer: str | None, status: int, phrase: str, *more: tuple[str, str]) -> None:
        """A final answer without a memory (RFC 3261, 8.2.7): a request that comes again gets the same one."""
        data = sipreply.response(request, status, phrase, peer, self._tag(request), *more)
        self._reply((data, sipreply.answer_to(request, peer)))

    def _tag(self, request: Message) -> str:
        """Ours in a dialog: the same for the same request, and nobody else's."""
        text = f"{self._source} {request.call_id} {request.branch} {request.first('from')}"
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]

    def _invite(self, request: Message, now: float, peer: str | None) -> None:
        again = self._invites.find(request)
        if again is not None:
            if not again.heard:
                self._reply(again.again())
            return
        if "tag" in sipmessage.parameters(request.first("to")):
            # A second offer within the early dialog (RFC 3261, 14.2), or a dialog that is not ours (12.2.2).
            if self._invites.of_dialog(request) is not None:
                self._answer(request, peer, 500, "Server Internal Error", ("Retry-After", "5"))
            else:
                self._answer(request, peer, 481, "Call/Transaction Does Not Exist")
            return
        if self._invites.merged(request):
            self._answer(request, peer, 482, "Loop Detected")
            return
        self._rings(request, now, peer)
        required = ", ".join(request.all("require"))
        if required:
            self._answer(request, peer, 420, "Bad Extension", ("Unsupported", required))
            self._over(request.call_id, now, EventKind.RING_STOPPED)
        else:
            self._reply(*self._invites.begin(request, peer, self._tag(request), now))

    def _rings(self, request: Message, now: float, peer: str | None) -> None:
        call = request.call_id[:LONGEST_ID]
        if call in self._calls and not self._forgotten(call, now):
            return
        self._stage(call, _Stage.RINGING, now)
        caller = sipheaders.caller(request, trusted=self._trusts(peer))
        called = Called(raw=sipheaders.called(request), line=self._line)
        ringing = self._event(EventKind.RINGING, call, now)
        told = msgspec.structs.replace(
            ringing, event=EventKind.CALLER, caller=caller, called=called, via=sipheaders.via(request)
        )
        self._events += [msgspec.structs.replace(ringing, called=called), told]

    def _trusts(self, peer: str | None) -> bool:
        host = sipmessage.host_port(peer or "")[0].strip("[]")
        return "*" in self._trusted or (bool(host) and host in self._trusted)

    def _stage(self, call: str, stage: _Stage, now: float) -> None:
        self._calls.pop(call, None)
        self._calls[call] = stage, now
        while len(self._calls) > CALLS:
            del self._calls[next(iter(self._calls))]

    def _stage_of(self, call: str) -> _Stage:
        return self._calls[call][0] if call in self._calls else _Stage.OVER

    def _forgotten(self, call: str, now: float) -> bool:
        stage, at = self._calls[call]
        return now - at > (OVER_SECONDS if stage is _Stage.OVER else LONGEST_SECONDS)

    def _event(self, kind: EventKind, call: str, now: float, outcome: Outcome | None = None) -> CallEvent:
        name = str(SafeText(call))
        return CallEvent(event=kind, at=now, source=self._source, native_id=name, outcome=outcome)

    def _answered(self, call_id: str, now: float) -> None:
        """Somebody else has the call; how long it lasts is not heard here."""
        call = call_id[:LONGEST_ID]
        if self._stage_of(call) is _Stage.RINGING:
            self._stage(call, _Stage.ANSWERED, now)
            self._events.append(self._event(EventKind.ANSWERED, call, now))

    def _over(self, call_id: str, now: float, kind: EventKind, outcome: Outcome | None = None) -> None:
        call = call_id[:LONGEST_ID]
        stage = self._stage_of(call)
        if stage is _Stage.OVER:
            return
        self._stage(call, _Stage.OVER, now)
        outcome = Outcome.ANSWERED if stage is _Stage.ANSWERED else outcome
        self._events.append(self._event(kind, call, now, outcome))

    def _ack(self, request: Message, now: float) -> None:
        one, tag = self._invites.find(request), sipmessage.parameters(request.first("to")).get("tag")
        if one is not None and one.final:
            self._invites.acknowledge(one, now)
        elif tag == self._tag(request):
            # In the same transaction (RFC 3261, 17.1.1.3) we refused, and kept nothing of it.
            pass
        elif one is not None:
            # In the same transaction another telephone refused: a recording.
            self._invites.forget(one)
            self._over(request.call_id, now, EventKind.RING_STOPPED)
        elif self._invites.of_dialog(request) is None and tag is not None:
            # A transaction of its own acknowledges an acceptance (RFC 3261, 13.2.2.4): not ours, which there never is.
            self._forget(request)
            self._answered(request.call_id, now)

    def _forget(self, message: Message) -> None:
        while (one := self._invites.of_call(message.call_id)) is not None:
            self._invites.forget(one)

    def _cancel(self, request: Message, now: float, peer: str | None) -> None:
        one = self._invites.find(request)
        if one is None:
            self._answer(request, peer, 481, "Call/Transaction Does Not Exist")
            return
        self._reply((sipreply.response(request, 200, "OK", peer, one.tag), sipreply.answer_to(request, peer)))
        if one.final:
            return
        self._terminate(one, now)
        outcome = sipheaders.cancelled(request)
        if outcome is Outcome.ANSWERED:
            self._answered(request.call_id, now)
        else:
            self._over(request.call_id, now, EventKind.ENDED, outcome)

    def _terminate(self, one: Invite, now: float) -> None:
        self._reply(one.end(487, "Request Terminated", now))

    def _bye(self, request: Message, now: float, peer: str | None) -> None:
        """The end of an early dialog, before which its INVITE is refused (RFC 3261, 15.1.2), or of a call of others."""
        one = self._invites.of_dialog(request)
        if one is not None:
            self._answer(request, peer, 200, "OK")
            self._terminate(one, now)
        else:
            self._answer(request, peer, 481, "Call/Transaction Does Not Exist")
        self._over(request.call_id, now, EventKind.ENDED, Outcome.MISSED)

    def _response(self, response: Message, now: float) -> None:
        """The registrar's, or in a recording what another telephone answered."""
        if self._registration is not None and self._registration.owns(response):
            self._registration.answered(response, now)
            return
        if response.sequence[1] != "INVITE" or response.status < 200 or response.status in _NOT_AN_END:
            return
        if self._stage_of(response.call_id[:LONGEST_ID]) is not _Stage.RINGING:
            return
        self._forget(response)
        outcome = sipheaders.outcome(response.status)
        if outcome is Outcome.ANSWERED:
            self._answered(response.call_id, now)
        else:
            self._over(response.call_id, now, EventKind.ENDED, outcome)


def _notice(one: Registration) -> Notice:
    args = {"server": one.peer}
    if one.state is State.REGISTERED:
        return Notice(Level.OK, Why("sip_registered", args))
    if one.state is State.TRYING:
        return Notice(Level.STARTING, Why("sip_registering", args))
    return Notice(Level.BROKEN, Why(_TROUBLES[one.state], args), SafeText(one.detail) or None)
