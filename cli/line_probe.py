"""What a line says while the doctor listens to it: its dialect goes on as at the desk, and what it heard is counted.

A modem is asked what it will tell of itself, once it is set up, and is put to raw packets where it knows them: in formatted mode
a modem says nothing of a message whose checksum is wrong. The desk sets it up anew when it opens the port.
"""

import re
from typing import Final

import msgspec

from ringdesk.calls import CallEvent, EventKind, Presentation
from ringdesk.dialects import Level, Send, Step, StreamDialect

_RAW: Final = {"AT+VCID=1": "AT+VCID=2", "AT#CID=1": "AT#CID=2"}
"""Formatted caller ID, and what asks for raw packets instead."""
_COUNTRY: Final = "AT+GCI?"
"""ITU-T V.250, 6.1.6: the country as T.35 numbers it."""
_ANSWER: Final = re.compile(rb"(?:\A|[\r\n])(OK|0|ERROR|4)[ \t]*[\r\n]")
_GCI: Final = re.compile(rb"(?:\+GCI:[ \t]*|[\r\n])([0-9A-F]{2})[ \t]*[\r\n]", re.IGNORECASE)
_PATIENCE: Final = 2.0
"""Seconds for an answer."""
_TONES: Final = re.compile(rb"(?:\x10[/~]?[0-9A-D*#]){4,}|(?:\A|[\r\n])[ABD][0-9]{4,20}[C#][\r\n]")
"""Digits that a modem in voice mode hears (V.253, 9.1: DLE and the digit), or caller ID as Taiwan's exchanges send it."""
_ROOM: Final = 65_536
MOST_RAWS: Final = 200


class Heard(msgspec.Struct):
    """What was counted. `modem`: the line is heard through one. `ready`: that took a command for caller ID; None where nothing
    was said of it. `raws` are the numbers that were shown, as they came, the first `MOST_RAWS`. `country` is two hexadecimal
    digits, where the modem told them."""

    modem: bool = False
    natives: set[str] = set()
    raws: dict[str, None] = {}
    shown: int = 0
    withheld: int = 0
    unavailable: int = 0
    damaged: int = 0
    tones: bool = False
    ready: bool | None = None
    country: str = ""
    bytes: int = 0

    @property
    def calls(self) -> int:
        """How many calls came."""
        return len(self.natives)

    def hear(self, event: CallEvent) -> None:
        """An event of the line."""
        if event.event is EventKind.REJECTED:
            self.damaged += 1
        if event.native_id:
            self.natives.add(event.native_id)
        if event.caller is None:
            return
        presentation = event.caller.presentation
        if event.caller.raw is not None and presentation is Presentation.SHOWN:
            self.shown += 1
            if len(self.raws) < MOST_RAWS:
                self.raws[str(event.caller.raw)] = None
        elif presentation is Presentation.PRIVATE:
            self.withheld += 1
        elif event.event is EventKind.CALLER:
            self.unavailable += 1


class Probe:
    """A `StreamDialect` around a line's own. `heard` grows as the line speaks."""

    def __init__(self, inner: StreamDialect, heard: Heard) -> None:
        self._inner = inner
        self._heard = heard
        self._questions: list[str] = []
        self._asked = ""
        self._until: float | None = None
        self._answer = b""
        self._said = b""

    @property
    def next_due(self) -> float | None:
        """The inner one's, or when an answer is given up."""
        times = [time for time in (self._inner.next_due, self._until) if time is not None]
        return min(times, default=None)

    def opened(self, now: float) -> Step:
        """From the beginning."""
        self._questions, self._asked, self._until = [], "", None
        return self._seen(self._inner.opened(now), now)

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        """Bytes of the line. Those that answer our own questions are not for the dialect."""
        self._heard.bytes += len(data)
        self._said = (self._said + data)[-_ROOM:]
        self._heard.tones |= self._heard.modem and _TONES.search(self._said) is not None
        if not self._asked:
            return self._seen(self._inner.received(data, now, peer), now)
        self._answer += data
        if _ANSWER.search(self._answer) is None and len(self._answer) < _ROOM:
            return Step()
        return self._answered(now)

    def due(self, now: float) -> Step:
        """The inner one's time, or no answer came."""
        if self._until is not None and now >= self._until:
            return self._answered(now)
        return self._seen(self._inner.due(now), now)

    def closed(self, now: float) -> Step:
        """The port is gone."""
        return self._seen(self._inner.closed(now), now)

    def _seen(self, step: Step, now: float) -> Step:
        for event in step.events:
            self._heard.hear(event)
        sends = step.sends
        for notice in step.notices:
            if notice.why.code in ("modem_ready", "modem_no_caller_id"):
                self._heard.ready = notice.level is Level.OK
            if notice.why.code == "modem_ready":
                command = notice.why.args.get("command", "")
                self._questions = [_COUNTRY, *([_RAW[command]] if command in _RAW else [])]
        if self._questions and not self._asked:
            sends = (*sends, self._ask(now))
        return msgspec.structs.replace(step, sends=sends)

    def _ask(self, now: float) -> Send:
        self._asked, self._until, self._answer = self._questions.pop(0), now + _PATIENCE, b""
        return Send(f"{self._asked}\r".encode())

    def _answered(self, now: float) -> Step:
        asked, self._asked, self._until = self._asked, "", None
        if asked == _COUNTRY and (found := _GCI.search(self._answer)) is not None:
            self._heard.country = found[1].decode().upper()
        ended = _ANSWER.search(self._answer)
        rest = self._answer if ended is None else self._answer[ended.end() :]
        step = self._inner.received(rest, now) if rest else Step()
        return self._seen(step, now)
