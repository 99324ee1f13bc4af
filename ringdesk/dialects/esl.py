"""FreeSWITCH's event socket, as a client (docs: integration/event-socket): logs in, subscribes, takes a snapshot, listens.

`event json` is asked for; where it is refused, `event plain`. Either is understood at any time, so that a stream can be
joined behind the login.
"""

from enum import Enum, auto
from typing import Final

from ringdesk import why
from ringdesk.calls import CallEvent, EventKind
from ringdesk.codecs import eslframes
from ringdesk.codecs.eslcalls import DUMPS, Exchange
from ringdesk.codecs.eslframes import Frame, Malformed, Splitter
from ringdesk.codecs.keepalive import Keepalive
from ringdesk.dialects import Level, Notice, Send, SourceOptions, Step
from ringdesk.safetext import SafeText
from ringdesk.why import Why

why.register(
    {
        "esl_starting": "logging in to FreeSWITCH",
        "esl_ready": "FreeSWITCH reports its calls",
        "esl_wrong_password": "FreeSWITCH does not take the password: correct the secret file (the password stands in its "
        "event_socket.conf.xml)",
        "esl_no_password": "FreeSWITCH wants a password: name a secret file (secret-file=) in the source",
        "esl_not_allowed": "FreeSWITCH refuses this PC's address: add it to the list apply-inbound-acl of its "
        "event_socket.conf.xml",
        "esl_no_events": "FreeSWITCH does not report its events to this user: check what the user is allowed",
        "esl_silent": "FreeSWITCH does not answer: check that this is the port of its event socket (8021)",
        "esl_disconnected": "FreeSWITCH ended the connection; it is opened again",
    }
)

ANSWER_TIME: Final = 10.0
"""Seconds in which FreeSWITCH says its next word while it is logged in to."""
PARTIAL_TIME: Final = 30.0
"""Seconds of silence after which a frame that lacks a part of its body is given up."""

EVENTS: Final = (
    "CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_HOLD CHANNEL_UNHOLD "
    "CHANNEL_UUID CHANNEL_HANGUP_COMPLETE CUSTOM callcenter::info"
)
"""What is subscribed to; CUSTOM must be the last, all behind it are its subclasses."""


class _Stage(Enum):
    JOINED = auto()
    GREETING = auto()
    LOGIN = auto()
    JSON = auto()
    PLAIN = auto()
    READY = auto()
    FAILED = auto()


class EslDialect:
    """A `StreamDialect`."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._secrets = options.secrets
        self._calls = Exchange(source_id, options.line, options.extensions)
        self._last_notice: Notice | None = None
        self._reset()

    @staticmethod
    def login_fault(options: SourceOptions) -> Why | None:
        """See `LogsIn`."""
        return None if any(secret.strip() for secret in options.secrets) else Why("esl_no_password")

    def _reset(self) -> None:
        self.listed = False
        self._splitter = Splitter()
        self._stage = _Stage.JOINED
        self._answer_by: float | None = None
        self._partial_until: float | None = None
        self._keepalive = Keepalive()
        self._events: list[CallEvent] = []
        self._sends: list[Send] = []
        self._notices: list[Notice] = []

    def opened(self, now: float) -> Step:
        """Log in. What was heard before is compared with what FreeSWITCH then says that there is."""
        self._reset()
        self._calls.disconnected()
        self._enter(_Stage.GREETING, now)
        self._notice(Level.STARTING, "esl_starting")
        return self._step()

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        """Bytes of FreeSWITCH."""
        if not data:
            return Step()  # nothing came: what is cut short waits no longer for it
        self._expire(now)
        self._heard(now)
        for found in self._splitter.feed(data):
            if isinstance(found, Malformed):
                self._reject(found.reason, now)
            else:
                self._frame(found, now)
        self._partial_until = now + PARTIAL_TIME if self._splitter.pending else None
        return self._step()

    def due(self, now: float) -> Step:
        """An answer, or the rest of a frame, did not come."""
        self._expire(now)
        return self._step()

    def closed(self, now: float) -> Step:
        """The connection is gone: how its calls go on is not heard."""
        for found in self._splitter.flush():
            if isinstance(found, Malformed):
                self._reject(found.reason, now)
        step = self._step()
        self._reset()
        self._calls.disconnected()
        return step

    @property
    def next_due(self) -> float | None:
        """The earliest of the clocks: the login, a frame cut short, the silence."""
        times = (self._answer_by, self._partial_until, self._keepalive.ends)
        return min((time for time in times if time is not None), default=None)

    def _step(self) -> Step:
        step = Step(tuple(self._events), tuple(self._sends), tuple(self._notices))
        self._events, self._sends, self._notices = [], [], []
        return step

    def _expire(self, now: float) -> None:
        if self._partial_until is not None and now >= self._partial_until:
            self._partial_until = None
            for found in self._splitter.flush():
                if isinstance(found, Malformed):
                    self._reject(found.reason, now)
        if self._answer_by is not None and now >= self._answer_by:
            self._fail("esl_silent")
        if self._keepalive.is_over(now):
            if self._keepalive.unanswered:
                self._notice(Level.BROKEN, "esl_silent")
            self._keepalive.asked(now)
            self._send("api uptime")

    def _heard(self, now: float) -> None:
        if self._keepalive.ends is None:
            return
        if self._keepalive.unanswered:
            self._notice(Level.OK, "esl_ready")
        self._keepalive.heard(now)

    def _reject(self, reason: str, now: float) -> None:
        self._events.append(CallEvent(event=EventKind.REJECTED, at=now, source=self._source, reason=SafeText(reason)))

    def _notice(self, level: Level, code: str, detail: str = "") -> None:
        notice = Notice(level, Why(code), SafeText(detail) or None)
        if notice != self._last_notice:
            self._notices.append(notice)
        self._last_notice = notice

    def _fail(self, code: str, detail: str = "") -> None:
        self._stage, self._answer_by, self._keepalive = _Stage.FAILED, None, Keepalive()
        self._notice(Level.BROKEN, code, detail)

    def _enter(self, stage: _Stage, now: float) -> None:
        self._stage = stage
        self._answer_by = None if stage is _Stage.READY else now + ANSWER_TIME

    def _send(self, command: str) -> None:
        self._sends.append(Send(f"{command}\n\n".encode()))

    def _frame(self, frame: Frame, now: float) -> None:
        match frame.kind:
            case "auth/request":
                self._log_in(now)
            case "command/reply":
                self._reply(frame.headers.get("reply-text", ""), now)
            case "text/event-json" | "text/event-plain":
                self._event(frame, now)
            case "api/response":
                self._answer(frame, now)
            case "text/rude-rejection":
                self._fail("esl_not_allowed", frame.body.decode("latin-1"))
            case "text/disconnect-notice":
                if self._stage is not _Stage.FAILED:
                    self._fail("esl_disconnected")

    def _log_in(self, now: float) -> None:
        """`user@domain:password` is a user of the directory, everything else the password of the event socket."""
        if self._stage is not _Stage.GREETING:
            return
        secret = self._secrets[0].strip() if self._secrets else ""
        user, colon, password = secret.partition(":")
        if not secret or "\n" in secret or "\r" in secret:
            self._fail("esl_no_password")
            return
        self._enter(_Stage.LOGIN, now)
        self._send(f"userauth {secret}" if colon and "@" in user else f"auth {password if colon else secret}")

    def _reply(self, text: str, now: float) -> None:
        """The answer to the command that waits for one."""
        accepted = text.startswith("+OK")
        match self._stage:
            case _Stage.LOGIN if accepted:
                self._enter(_Stage.JSON, now)
                self._send(f"event json {EVENTS}")
            case _Stage.LOGIN:
                self._fail("esl_wrong_password", text)
            case _Stage.JSON | _Stage.PLAIN if accepted:
                self._enter(_Stage.READY, now)
                self._notice(Level.OK, "esl_ready")
                self._keepalive.heard(now)
                self._send("api show channels as json")
            case _Stage.JSON:
                self._enter(_Stage.PLAIN, now)
                self._send(f"event plain {EVENTS}")
            case _Stage.PLAIN:
                self._fail("esl_no_events", text)

    def _event(self, frame: Frame, now: float) -> None:
        fields = eslframes.fields(frame)
        if fields is None:
            self._reject("an event is no JSON object", now)
        else:
            self._events += self._calls.event(fields, now)

    def _answer(self, frame: Frame, now: float) -> None:
        """A snapshot, or the facts of one of its channels."""
        rows = eslframes.rows(frame.body)
        if rows is not None:
            events, unknown = self._calls.snapshot(rows, now)
            self._events += events
            self.listed = len(unknown) < DUMPS  # of more it is not asked
            for uuid in unknown:
                self._send(f"api uuid_dump {uuid} json")
            return
        fields = eslframes.dump(frame.body)
        if fields.get("Event-Name") == "CHANNEL_DATA":
            self._events += self._calls.dumped(fields, now)
