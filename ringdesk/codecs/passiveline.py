"""A line that is only listened to: rings and facts in, call events out.

Nobody on such a line says when a call begins or ends. The first ring or fact opens a call, silence ends the ringing
(`ring_stopped`: whether somebody picked up or the caller gave up cannot be heard).
"""

import msgspec

from ringdesk.calls import Called, Caller, CallEvent, EventKind, Presentation, Via
from ringdesk.safetext import SafeText

_CLOCK_STEP_MS = 60_000


class OpeningTimes:
    """Native ids for a source that has none: the time of opening in ms, or the next one that is free.

    The lines of one box share it, so that two calls that begin in the same millisecond are two.
    """

    def __init__(self) -> None:
        self._last = -_CLOCK_STEP_MS

    def take(self, since: float) -> str:
        """The id of a call that opened at `since`, seconds since 1970. A clock that steps back gives no id twice."""
        number = round(since * 1000)
        if 0 <= self._last - number < _CLOCK_STEP_MS:
            number = self._last + 1
        self._last = number
        return str(number)


def joined(known: Caller | None, said: Caller) -> Caller:
    """What is known of a caller after one more statement.

    The first number shown stays, whatever comes later; so does the first name. A number that was withheld stays withheld
    (a PBX may show in one message what it hid in another).
    """
    if known is None:
        return said
    name = known.name or said.name
    if known.raw is not None and known.presentation is Presentation.SHOWN:
        e164 = known.e164 or (said.e164 if said.raw == known.raw else None)
        return msgspec.structs.replace(known, name=name, e164=e164)
    hides = said.raw is None and said.presentation is Presentation.PRIVATE
    better = (said.raw is not None or hides) and known.presentation is not Presentation.PRIVATE
    return msgspec.structs.replace(said if better else known, name=name)


class PassiveLine:
    """One line of a source that has no ids of its own: the native id is the time of opening in ms.

    `gap` is the silence in seconds that ends the ringing. `times` is given where the source has several lines.
    """

    def __init__(self, source_id: str, line: str, gap: float, times: OpeningTimes | None = None) -> None:
        self._source = source_id
        self._called = Called(line=SafeText(line)) if line else None
        self._gap = gap
        self._times = times or OpeningTimes()
        self._native = ""
        self._heard = 0.0
        self._fresh = False
        self.rings = 0
        self.caller: Caller | None = None

    @property
    def native_id(self) -> str:
        """The id of the open call, empty if there is none."""
        return self._native

    @property
    def next_due(self) -> float | None:
        """When the ringing is over unless something is heard before."""
        return self._heard + self._gap if self._native else None

    def due(self, now: float) -> list[CallEvent]:
        """The ringing ends if the silence was long enough."""
        return self.stop(now) if self._native and now >= self._heard + self._gap else []

    def ring(self, now: float) -> list[CallEvent]:
        """It rings, once."""
        opening = self._open(now, now)
        self.rings += 1
        self._fresh = True
        return opening or [self._event(EventKind.RINGING, now)]

    def hear(self, now: float) -> None:
        """The open call gave a sign of life that means nothing else."""
        self._heard = now

    def begin_record(self) -> None:
        """What follows is a new set of facts: another number in it is another call."""
        self._fresh = True

    def tell(
        self,
        caller: Caller,
        now: float,
        *,
        opened_at: float | None = None,
        called: SafeText | None = None,
        via: Via | None = None,
        line_time: SafeText | None = None,
    ) -> list[CallEvent]:
        """A statement about the caller. Opens the call (`opened_at`: when its first sign came); nothing new gives nothing."""
        events: list[CallEvent] = []
        if self._is_another(caller):
            events += self.stop(now)
        events += self._open(now, now if opened_at is None else opened_at)
        known, self.caller = self.caller, joined(self.caller, caller)
        self._fresh = False
        if self.caller == known and via is None:
            return events
        where = msgspec.structs.replace(self._called or Called(), raw=called) if called else self._called
        event = self._event(EventKind.CALLER, now)
        told = msgspec.structs.replace(event, caller=self.caller, called=where, via=via, line_time=line_time)
        return [*events, told]

    def stop(self, now: float) -> list[CallEvent]:
        """The ringing is over."""
        if not self._native:
            return []
        event = self._event(EventKind.RING_STOPPED, now)
        self._native, self.caller, self.rings, self._fresh = "", None, 0, False
        return [event]

    def reject(self, reason: str, now: float) -> CallEvent:
        """Something came that cannot be believed."""
        return msgspec.structs.replace(self._event(EventKind.REJECTED, now), reason=SafeText(reason))

    def message_waiting(self, now: float, *, waiting: bool | None) -> CallEvent:
        """The lamp of the voice mail: never a call."""
        event = msgspec.structs.replace(self._event(EventKind.MESSAGE_WAITING, now), native_id="")
        words = {True: "on", False: "off"}
        return msgspec.structs.replace(event, reason=SafeText(words[waiting]) if waiting is not None else None)

    def _is_another(self, said: Caller) -> bool:
        known = self.caller
        if not self._fresh or known is None or known.raw is None or said.raw is None:
            return False
        return known.raw != said.raw

    def _open(self, now: float, since: float) -> list[CallEvent]:
        """Open a call if none is open; `since` may lie before `now`."""
        self._heard = now
        if self._native:
            return []
        self._native = self._times.take(since)
        return [self._event(EventKind.RINGING, now)]

    def _event(self, kind: EventKind, now: float) -> CallEvent:
        return CallEvent(event=kind, at=now, source=self._source, native_id=self._native, called=self._called)
