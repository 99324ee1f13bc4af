"""What an NCID server tells of its lines becomes events of calls.

From a modem it tells rings and who calls, and whether somebody picked up nobody knows. A gateway tells the end too. Neither
gives a call an id: a call is found again by its line, its number and the time.
"""

from typing import Any, Final

import msgspec

from ringdesk.calls import Called, Caller, CallEvent, Direction, EventKind, Outcome
from ringdesk.codecs.ncidlines import Line
from ringdesk.safetext import SafeText

SILENT_RINGING: Final = 30.0
"""Seconds that a call is taken to ring of which no ring is told, where the line never tells an end."""
STALE_TIME: Final = 0.1
"""Seconds after the first ring in which no modem can have read a number yet (Bellcore GR-30: 0.5 s of silence come first):
what comes with it is what ncidd still held of the call before, of which it never told."""
_MOST_CALLS: Final = 64
_CLOCK_STEP_MS: Final = 60_000
_LETTERS: Final = "ABCD"

_RING_ENDS: Final = {-1: Outcome.MISSED, -2: Outcome.ANSWERED, -3: Outcome.BUSY, -4: Outcome.BLOCKED}
_END_TYPES: Final = {b"BYE": Outcome.ANSWERED, b"CANCEL": Outcome.MISSED}


class _Call(msgspec.Struct, eq=False):
    """`until`: when the ringing is taken to be over. `ring`: the server's last count; `rings`: ours."""

    native_id: str
    phone: SafeText
    direction: Direction
    opened: float
    heard: float
    until: float | None = None
    caller: Caller | None = None
    ring: int = 0
    rings: int = 0
    rang_at: float = 0.0
    stopped: bool = False
    ended: bool = False


class Phones:
    """The lines of a server. The methods return what happened."""

    def __init__(self, source_id: str, line: str, gap: float) -> None:
        self._source = source_id
        self._line = line
        self._gap = gap
        self._calls: list[_Call] = []
        self._gateways: dict[str, None] = {}
        self._last_id = -_CLOCK_STEP_MS
        self._now = 0.0
        self._events: list[CallEvent] = []

    @property
    def next_due(self) -> float | None:
        """When a ringing is over unless something is heard before."""
        return min((call.until for call in self._calls if call.until is not None), default=None)

    def due(self, now: float) -> list[CallEvent]:
        """Ringing ends where it was silent long enough."""
        self._now = now
        for call in self._calls:
            if call.until is not None and now >= call.until:
                self._stop(call)
        return self._take()

    def disconnected(self) -> None:
        """The connection was lost: whether anything still rings is not known before it is back."""
        for call in self._calls:
            call.until = None

    def reconnected(self, now: float) -> None:
        """It is heard again: what still rings says so within a gap, unless it is a line that tells no rings."""
        for call in self._calls:
            if call.stopped or call.until is not None:
                continue
            if call.rings:
                call.until = now + self._gap
            elif call.phone not in self._gateways and call.direction is Direction.IN:
                call.until = max(now, call.heard + SILENT_RINGING)

    def incoming(self, line: Line, now: float, outcome: Outcome | None = None) -> list[CallEvent]:
        """Somebody calls; with an outcome the server itself ended it."""
        self._now = now
        caller = line.caller
        call = self._ringing(line.phone)
        if call is not None and call.caller is None and self._is_stale(call):
            self._tell(self._before(call) or call, caller, line)
            return self._take()
        if call is None or not self._fits(call, caller):
            if call is not None and call.phone not in self._gateways:
                self._stop(call)
            call = self._twin(line, caller) or self._open(line, Direction.IN)
        self._heard(call)
        self._tell(call, caller, line)
        if outcome is not None:
            self._end(call, outcome)
        return self._take()

    def outgoing(self, line: Line, now: float) -> list[CallEvent]:
        """Somebody of ours calls a number."""
        self._now = now
        caller = line.caller
        known = self._named(line.phone, caller.raw, Direction.OUT)
        if known is None or now - known.heard > self._gap:
            known = self._open(line, Direction.OUT, called=caller.raw)
            known.caller = caller
        self._heard(known)
        return self._take()

    def info(self, line: Line, now: float) -> list[CallEvent]:
        """`CIDINFO`: a ring above 0, the end of the ringing at 0, the end of the call below."""
        self._now = now
        try:
            ring = int(line.value(b"RING")[:9])
        except ValueError:
            return []
        if ring > 0:
            self._ring(line, ring)
        elif ring == 0:
            if (call := self._ringing(line.phone)) is not None:
                self._stop(call)
        elif (outcome := _RING_ENDS.get(ring)) is not None:
            self._gateway(line.phone)
            # It names no number: with two calls on the line the END that follows says which.
            open_calls = [one for one in self._calls if not one.ended and _same(one.phone, line.phone)]
            recent = [one for one in open_calls if not one.stopped] or open_calls[-1:]
            if len(recent) == 1:
                self._end(recent[0], outcome)
        return self._take()

    def end(self, line: Line, now: float) -> list[CallEvent]:
        """`END`: how a gateway's call ended; of a call that is not known, or is over, nothing."""
        self._now = now
        self._gateway(line.phone)
        outcome = _END_TYPES.get(line.value(b"HTYPE"))
        direction = Direction.OUT if line.value(b"CTYPE") in (b"OUT", b"PUT") else Direction.IN
        call = self._named(line.phone, line.caller.raw, direction)
        if outcome is not None and call is not None:
            self._end(call, outcome)
        return self._take()

    def _ring(self, line: Line, ring: int) -> None:
        call = self._ringing(line.phone)
        if call is not None and not self._goes_on(call, ring):
            self._stop(call)
            call = None
        opens = call is None
        call = call or self._open(line, Direction.IN)
        if call.ring == ring:
            return
        call.ring, call.rings, call.rang_at = ring, call.rings + 1, self._now
        self._heard(call)
        if not opens:
            self._say(call, EventKind.RINGING)

    def _goes_on(self, call: _Call, ring: int) -> bool:
        """Whether it can be the same call that rings: a smaller count is another one's, and so is one that is too small for the
        time in which nothing was heard (a connection was lost)."""
        return ring >= call.ring and self._now - call.heard <= self._gap * (ring - call.ring + 1)

    def _is_stale(self, call: _Call) -> bool:
        before = self._before(call)
        early = call.rings == 1 and self._now - call.rang_at < STALE_TIME
        return early and before is not None and before.caller is None and before.rings > 0

    def _before(self, call: _Call) -> _Call | None:
        """The call before on the same line, if it was minutes ago at most."""
        older = [one for one in self._calls if one is not call and _same(one.phone, call.phone)]
        return older[-1] if older and self._now - older[-1].heard < 600 else None

    def _fits(self, call: _Call, caller: Caller) -> bool:
        """Whether a statement can be about a call that rings: a server makes one of each call, a sniffing gateway two."""
        if call.caller is None:
            believed = self._gap if call.rings else SILENT_RINGING
            return self._now - call.heard <= believed or call.phone in self._gateways
        return (call.caller.raw, call.caller.presentation) == (caller.raw, caller.presentation) and (
            self._now - call.heard <= self._gap
        )

    def _twin(self, line: Line, caller: Caller) -> _Call | None:
        """The same call, told a second time while another one rings on its line."""
        found = self._named(line.phone, caller.raw, Direction.IN)
        again = found is not None and not found.stopped and found.caller is not None and self._fits(found, caller)
        return found if again else None

    def _ringing(self, phone: SafeText) -> _Call | None:
        ringing = [one for one in self._calls if not one.stopped and one.direction is Direction.IN]
        exact = [one for one in ringing if one.phone == phone]
        found = exact or [one for one in ringing if _same(one.phone, phone)]
        return found[-1] if found else None

    def _named(self, phone: SafeText, number: SafeText | None, direction: Direction) -> _Call | None:
        """The newest call that has not ended, by line and number."""
        found = [
            one
            for one in self._calls
            if not one.ended
            and one.direction is direction
            and _same(one.phone, phone)
            and (one.caller.raw if one.caller is not None else None) == number
        ]
        return found[-1] if found else None

    def _open(self, line: Line, direction: Direction, called: SafeText | None = None) -> _Call:
        number = round(self._now * 1000)
        if 0 <= self._last_id - number < _CLOCK_STEP_MS:
            number = self._last_id + 1
        self._last_id = number
        call = _Call(str(number), line.phone, direction, self._now, self._now)
        self._calls.append(call)
        del self._calls[:-_MOST_CALLS]
        self._say(call, EventKind.RINGING, raw=called)
        return call

    def _heard(self, call: _Call) -> None:
        call.heard = self._now
        if call.rings:
            call.until = self._now + self._gap
        elif call.phone not in self._gateways and call.direction is Direction.IN:
            call.until = self._now + SILENT_RINGING

    def _gateway(self, phone: SafeText) -> None:
        self._gateways[phone] = None
        while len(self._gateways) > _MOST_CALLS:
            del self._gateways[next(iter(self._gateways))]

    def _tell(self, call: _Call, caller: Caller, line: Line) -> None:
        if call.caller != caller:
            call.caller = caller
            self._say(call, EventKind.CALLER, caller=caller, line_time=line.line_time)

    def _stop(self, call: _Call) -> None:
        call.until = None
        if not call.stopped:
            call.stopped = True
            self._say(call, EventKind.RING_STOPPED)

    def _end(self, call: _Call, outcome: Outcome) -> None:
        call.until, call.stopped = None, True
        if not call.ended:
            call.ended = True
            self._say(call, EventKind.ENDED, outcome=outcome)

    def _say(self, call: _Call, kind: EventKind, *, raw: SafeText | None = None, **facts: Any) -> None:
        label = SafeText(self._line) or call.phone or None
        called = Called(raw=raw, line=label) if raw or label else None
        event = CallEvent(
            event=kind,
            at=self._now,
            source=self._source,
            native_id=call.native_id,
            direction=call.direction,
            called=called,
            **facts,
        )
        self._events.append(event)

    def _take(self) -> list[CallEvent]:
        events, self._events = self._events, []
        return events


def _same(one: str, other: str) -> bool:
    """Whether two labels mean one line: ncidd overwrites the first character of the label with the letter of a
    distinctive ring (`RING A` makes AOTS of POTS), and leaves it there for the calls that follow."""
    if one == other:
        return True
    lettered = one[:1] in _LETTERS or other[:1] in _LETTERS
    return len(one) > 1 and len(other) > 1 and lettered and one[1:] == other[1:]
