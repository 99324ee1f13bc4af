"""The client of an NCID server, old (a banner and nothing else) and new (NCID API 1.12).

What the server replays of its log at the beginning has labels of its own (`CIDLOG`): it is no news.
"""

from typing import Final

from ringdesk import why
from ringdesk.calls import CallEvent, EventKind, Outcome
from ringdesk.codecs import ncidlines
from ringdesk.codecs.keepalive import Keepalive
from ringdesk.codecs.ncidcalls import Phones
from ringdesk.codecs.ncidlines import Line
from ringdesk.dialects import Level, Notice, Send, SourceOptions, Step
from ringdesk.safetext import SafeText
from ringdesk.why import Why

why.register(
    {
        "ncid_starting": "greeting the caller-ID server",
        "ncid_ready": "the caller-ID server tells of calls",
        "ncid_silent": "the caller-ID server does not answer: check that it runs and that this is its port (3333)",
        "ncid_cut_off": "the caller-ID server closed the connection without a greeting: it does that once after another program "
        "broke off; it is tried again",
    }
)

GREETING_TIME: Final = 20.0
"""Seconds until the end of the greeting; a log of some thousand calls comes before it."""
ASK_AFTER: Final = 60.0
"""Seconds of silence after which the server is asked whether it is there."""

_HELLO: Final = b"HELLO: IDENT: client Ringdesk\r\nHELLO: CMD: no_log\r\n"
_OUTCOMES: Final = {"HUP": Outcome.BLOCKED, "BLK": Outcome.BLOCKED}
_INCOMING: Final = frozenset(("CID", "PID", "WID", "HUP", "BLK"))
_OUTGOING: Final = frozenset(("OUT", "PUT"))


class NcidDialect:
    """A `StreamDialect`. A stream that it joins is live from its first line on."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._phones = Phones(source_id, options.line, options.ring_gap)
        self._last_notice: Notice | None = None
        self._reset()

    def _reset(self) -> None:
        self._splitter = ncidlines.Splitter()
        self._is_open = self._is_ready = self._has_api = False
        self._greeted_by: float | None = None
        self._keepalive = Keepalive(ASK_AFTER)
        self._events: list[CallEvent] = []
        self._sends: list[Send] = []
        self._notices: list[Notice] = []

    def opened(self, now: float) -> Step:
        """The server speaks first."""
        self._reset()
        self._phones.disconnected()
        self._is_open, self._greeted_by = True, now + GREETING_TIME
        self._notice(Level.STARTING, "ncid_starting")
        return self._step()

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        """Bytes of the server."""
        self._expire(now)
        if data and self._is_ready and self._is_open:
            self._keepalive.heard(now)
        for line in self._splitter.feed(data):
            self._read(line, now)
        return self._step()

    def due(self, now: float) -> Step:
        """A ringing is over, the greeting is late, or it is time to ask whether the server is there."""
        self._expire(now)
        return self._step()

    def closed(self, now: float) -> Step:
        """The connection is gone. Calls go on without us."""
        if self._is_open and not self._is_ready:
            self._notice(Level.BROKEN, "ncid_cut_off")
        step = self._step()
        self._reset()
        self._phones.disconnected()
        return step

    @property
    def next_due(self) -> float | None:
        """The earlier of the clocks of the calls and of the connection."""
        times = (self._greeted_by, self._keepalive.ends, self._phones.next_due)
        return min((time for time in times if time is not None), default=None)

    def _step(self) -> Step:
        step = Step(tuple(self._events), tuple(self._sends), tuple(self._notices))
        self._events, self._sends, self._notices = [], [], []
        return step

    def _notice(self, level: Level, code: str, detail: SafeText | None = None) -> None:
        notice = Notice(level, Why(code), detail)
        if notice != self._last_notice:
            self._notices.append(notice)
        self._last_notice = notice

    def _expire(self, now: float) -> None:
        self._events += self._phones.due(now)
        if self._greeted_by is not None and now >= self._greeted_by:
            self._greeted_by = None
            self._notice(Level.BROKEN, "ncid_silent")
        if self._keepalive.is_over(now):
            if self._keepalive.unanswered:
                self._notice(Level.BROKEN, "ncid_silent")
            self._ask(now)

    def _ask(self, now: float) -> None:
        """An older server knows no request; an empty line at least finds out whether the connection is still there."""
        if self._has_api:
            self._keepalive.asked(now)
        else:
            self._keepalive.heard(now)
        self._sends.append(Send(b"REQ: YO\r\n" if self._has_api else b"\r\n"))

    def _read(self, line: Line, now: float) -> None:
        label = line.label
        if label in _INCOMING:
            self._events += self._phones.incoming(line, now, _OUTCOMES.get(label))
        elif label in _OUTGOING:
            self._events += self._phones.outgoing(line, now)
        elif label == "CIDINFO":
            self._events += self._phones.info(line, now)
        elif label == "END":
            self._events += self._phones.end(line, now)
        elif label == "MWI":
            self._events.append(CallEvent(event=EventKind.MESSAGE_WAITING, at=now, source=self._source))
        elif label == "210" and self._is_open and not self._has_api:
            self._has_api = True
            self._sends.append(Send(_HELLO))
        if label == "300" or not self._is_open or self._is_ready:
            self._ready(now)

    def _ready(self, now: float) -> None:
        if self._is_open and not self._is_ready:
            self._greeted_by = None
            self._keepalive.heard(now)
            self._phones.reconnected(now)
        self._is_ready = True
        self._notice(Level.OK, "ncid_ready")
