"""Asterisk Manager Interface, Asterisk 13 to 22: logs in, reads the events of calls, asks who withholds their number.

No event says whether the caller withholds the number (it is there all the same), so it is asked for each incoming call, and
the number is told when the answer is in. Whether the account may ask is tried at the login: one that may not gets a notice
before a number is shown. After every login a list of the channels is asked for: calls that ended while nobody listened end then.
"""

from typing import Final

from ringdesk import why
from ringdesk.calls import CallEvent, EventKind
from ringdesk.codecs import amiframes, amilegs, amilogin
from ringdesk.codecs.amicalls import Exchange
from ringdesk.codecs.amiframes import Banner, Damaged, Message
from ringdesk.codecs.amilogin import Progress, Stage
from ringdesk.codecs.amirights import Rights
from ringdesk.codecs.keepalive import Keepalive
from ringdesk.dialects import Level, Notice, Send, SourceOptions, Step
from ringdesk.safetext import SafeText
from ringdesk.why import Why

_UNTOLD: Final = "ami_untold"
_WITHHELD: Final = "ami_withheld_unknown"
_NO_LIST: Final = "ami_no_list"
_WORST_FIRST: Final = (_UNTOLD, _WITHHELD, _NO_LIST)
"""What an account may lack: one of them is said at a time."""

why.register(
    {
        "ami_starting": "logging in to the telephone exchange",
        "ami_ready": "logged in to the telephone exchange",
        "ami_no_secret": "the exchange wants a login: put user:password into a file and name it with secret-file=FILE",
        "ami_refused": "the exchange refuses the login: check the user and the secret in its manager.conf, and that permit "
        "lets this machine in",
        "ami_unproved": "the exchange does not let the password be proved without sending it, so it gets none; if that is your "
        "exchange and the network between is your own, add plain-login=1 to the source",
        "ami_silent": "the exchange does not answer: check that this is its manager port (5038) and that manager.conf has "
        "enabled = yes",
        "ami_cut_off": "the exchange closed the connection before the login was done: check permit and authlimit in its "
        "manager.conf",
        _WITHHELD: "withheld numbers may be shown: the account may not ask the exchange which are; give it "
        "write = reporting in manager.conf, or name the trunks whose callers are to count as withheld (withheld=)",
        _NO_LIST: "calls that are under way are not seen when the connection begins: give the account write = reporting "
        "in manager.conf",
        _UNTOLD: "calls go on of which the exchange tells nothing: give the account read = call,agent,cdr in manager.conf",
    }
)

_MOST_QUESTIONS: Final = 2048

_READ: Final = Exchange.EVENTS | {b"FullyBooted", b"CoreShowChannelsComplete"}
_LIST: Final = "list"
_LIST_BEGINS: Final = "Channels will follow"
_LOOK: Final = "look"
"""The list of the channels again, to see whether the account is told of them: it changes no call."""
_MAY_ASK: Final = "may-ask"
"""A question that says nothing of a call: the time."""
_PRES: Final = "pres-"
_VIA: Final = "via-"


class AmiDialect:
    """A `StreamDialect`. It reads a stream that it joins after somebody else's login, and then says nothing.

    Calls outlive the connection: opened again, it goes on with them and ends those that the exchange no longer has.
    """

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._accounts = [one for one in map(amilogin.account, options.secrets) if one is not None]
        self._plain = options.plain_login
        self._refused = 0
        self._exchange = Exchange(source_id, options.line, options.extensions, options.withheld)
        self._last_notice: Notice | None = None
        self._keeps_back = bool(options.withheld)
        self._reset()

    @staticmethod
    def login_fault(options: SourceOptions) -> Why | None:
        """See `LogsIn`."""
        return None if any(map(amilogin.account, options.secrets)) else Why("ami_no_secret")

    def _reset(self) -> None:
        self.listed = False
        self._splitter = amiframes.Splitter(_READ)
        self._login = Progress()
        self._keepalive = Keepalive()
        self._rights = Rights()
        self._lacks: dict[str, Notice] = {}
        self._may_not_ask = self._exchange.unasked = False
        self._number = 0
        self._asked: dict[str, str] = {}
        self._exchange.reconnected()
        self._events: list[CallEvent] = []
        self._sends: list[Send] = []
        self._notices: list[Notice] = []

    def opened(self, now: float) -> Step:
        """The manager speaks first; without an account there is nothing to answer."""
        self._reset()
        self._last_notice = None  # with the connection went what was said of it
        if self._accounts:
            self._notice(Level.STARTING, "ami_starting")
            self._progress(amilogin.start(now), now)
        else:
            self._notice(Level.BROKEN, "ami_no_secret")
        return self._step()

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        """Bytes of the manager."""
        self._expire(now)
        if data:
            self._heard(now)
        for one in self._splitter.feed(data):
            if isinstance(one, Message):
                self._message(one, now)
            elif isinstance(one, Banner):
                self._banner(now)
            elif isinstance(one, Damaged):
                self._events.append(self._rejected(one.reason, now))
        if self._splitter.begun and self._last_notice is None:
            self._notice(Level.OK, "ami_ready")  # somebody else's login, though no call comes of what it tells
        return self._step()

    def due(self, now: float) -> Step:
        """An answer is late, or it is time to ask whether the exchange is still there."""
        self._expire(now)
        return self._step()

    def closed(self, now: float) -> Step:
        """The connection is gone. Whether the calls go on is not known before the next list of channels."""
        if self._login.stage in (Stage.BANNER, Stage.CHALLENGE, Stage.LOGIN):
            self._notice(Level.BROKEN, "ami_cut_off")
        step = self._step()
        self._reset()
        return step

    @property
    def next_due(self) -> float | None:
        """The next of the clocks: the login, the questions, the silence."""
        times = (self._login.until, self._exchange.next_due, self._keepalive.ends)
        return min((time for time in times if time is not None), default=None)

    def _step(self) -> Step:
        step = Step(tuple(self._events), tuple(self._sends), tuple(self._notices))
        self._events, self._sends, self._notices = [], [], []
        return step

    def _send(self, name: str, **fields: str) -> None:
        self._sends.append(Send(amiframes.action(name, **fields)))

    def _notice(self, level: Level, code: str, detail: SafeText | None = None) -> None:
        self._tell(Notice(level, Why(code), detail))

    def _lack(self, code: str, detail: SafeText | None = None) -> None:
        """A right is missing: that stays true as long as the connection."""
        self._lacks[code] = Notice(Level.WARNING, Why(code), detail)
        self._stands()

    def _stands(self) -> None:
        """How it stands with an exchange that answers."""
        worst = next((self._lacks[code] for code in _WORST_FIRST if code in self._lacks), None)
        self._tell(worst or Notice(Level.OK, Why("ami_ready")))

    def _tell(self, notice: Notice) -> None:
        if notice != self._last_notice:
            self._notices.append(notice)
        self._last_notice = notice

    def _rejected(self, reason: str, now: float) -> CallEvent:
        return CallEvent(event=EventKind.REJECTED, at=now, source=self._source, reason=SafeText(reason))

    # --- clocks -------------------------------------------------------------------------------------------------------

    def _heard(self, now: float) -> None:
        if self._keepalive.ends is None:
            return
        if self._keepalive.unanswered:
            self._stands()
        self._keepalive.heard(now)

    def _expire(self, now: float) -> None:
        self._events += self._exchange.due(now)
        if self._login.until is not None and now >= self._login.until:
            if self._login.stage is Stage.BOOTING:
                self._progress(Progress(Stage.IN), now)
            else:
                self._login = Progress(self._login.stage)
                self._notice(Level.BROKEN, "ami_silent")
        if self._keepalive.is_over(now):
            if self._keepalive.unanswered:
                self._notice(Level.BROKEN, "ami_silent")
            self._keepalive.asked(now)
            if self._rights.looks:
                self._send("CoreShowChannels", ActionID=_LOOK)
            else:
                self._send("Ping", ActionID="ping")

    def _banner(self, now: float) -> None:
        if self._login.stage is Stage.CLOSED and self._last_notice is None:
            self._notice(Level.STARTING, "ami_starting")
        self._progress(amilogin.greeted(self._login, now), now)

    # --- messages -----------------------------------------------------------------------------------------------------

    def _message(self, message: Message, now: float) -> None:
        self._rights.heard(message)
        if self._rights.told and self._lacks.pop(_UNTOLD, None) is not None:
            self._stands()
        if not message.event:
            self._answer(message, now)
        elif message.text("ActionID") == _LOOK:
            if self._rights.untold(message, now):
                self._lack(_UNTOLD)
        elif message.event == "FullyBooted":
            if self._login.stage is Stage.BOOTING:
                self._progress(Progress(Stage.IN), now)
        elif message.event == "CoreShowChannelsComplete":
            self._events += self._exchange.end_snapshot(now)
            self.listed = True
            self._ask()
        else:
            self._events += self._exchange.read(message, now)
            self._ask()
        if self._may_not_ask and self._exchange.unasked and _WITHHELD not in self._lacks:
            self._lack(_WITHHELD)  # `withheld` names another trunk than the one by which they call

    def _progress(self, progress: Progress, now: float) -> None:
        before, self._login = self._login, progress
        if progress is before:
            return
        if progress.send:
            self._sends.append(Send(progress.send, secret=progress.stage is Stage.LOGIN))
            self._login = Progress(progress.stage, progress.until)
        if progress.stage is Stage.REFUSED:
            self._refused += 1
            self._notice(Level.BROKEN, "ami_refused", progress.detail)
        elif progress.stage is Stage.UNPROVED:
            self._notice(Level.BROKEN, "ami_unproved", progress.detail)
        elif progress.stage is Stage.BOOTING:
            self._keepalive.heard(now)
            self._rights.logged_in(now)
            self._exchange.asks = self._exchange.answers = True
            self._notice(Level.OK, "ami_ready")
        elif progress.stage is Stage.IN:
            self._send("Getvar", ActionID=_MAY_ASK, Variable="EPOCH")
            self._exchange.begin_snapshot()
            self._send("CoreShowChannels", ActionID=_LIST)

    def _answer(self, message: Message, now: float) -> None:
        action, error = message.text("ActionID"), message.text("Response") == "Error"
        if self._login.stage in (Stage.CHALLENGE, Stage.LOGIN):
            who = self._accounts[self._refused % len(self._accounts)]
            self._progress(amilogin.answered(self._login, message, who, now, plain=self._plain), now)
        elif action == _LIST:
            self._rights.may_list = not error
            if error:
                self._lack(_NO_LIST, message.shown("Message"))
        elif action == _MAY_ASK:
            self._allowed(message)
        elif self._login.stage is Stage.CLOSED and message.text("Message") == _LIST_BEGINS:
            self._exchange.begin_snapshot()  # somebody else asked for the list
        elif (native_id := self._asked.pop(action, None)) is not None:
            self._told(action, native_id, message, now)

    def _ask(self) -> None:
        """Whether the callers of new calls withhold their number, and who forwarded them."""
        for native_id, channel in self._exchange.questions:
            self._number += 1
            for prefix, variable in ((_PRES, "CALLERID(pres)"), (_VIA, "CALLERID(rdnis)")):
                self._asked[f"{prefix}{self._number}"] = native_id
                self._send("Getvar", ActionID=f"{prefix}{self._number}", Channel=channel, Variable=variable)
        self._exchange.questions.clear()
        while len(self._asked) > _MOST_QUESTIONS:
            del self._asked[next(iter(self._asked))]

    def _allowed(self, message: Message) -> bool:
        """Whether a question was answered. Whoever may not ask is told so, and asks no more."""
        success = message.text("Response") == "Success"
        if not success and message.text("Message") == "Permission denied":
            self._exchange.asks = self._exchange.answers = False
            self._may_not_ask = True
            if not self._keeps_back:
                self._lack(_WITHHELD)
        return success

    def _told(self, action: str, native_id: str, message: Message, now: float) -> None:
        success = self._allowed(message)
        if action.startswith(_PRES):
            allowed = amilegs.presentation(message.text("Value")) if success else None
            self._events += self._exchange.presented(native_id, allowed, now)
        elif success and (number := message.shown("Value")) is not None:
            self._events += self._exchange.forwarded(native_id, number, now)
