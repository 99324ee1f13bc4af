"""The channels of a FreeSWITCH as legs, and their calls.

A channel is a leg (`Unique-ID`). A leg that another one made belongs to that one's call (`Channel-Call-UUID`, `Other-Leg-*`,
or `cc_member_session_uuid` where mod_callcenter made it); legs of two calls that are bridged make one of them.
"""

import re
from typing import Final

import msgspec

from ringdesk.calls import Called, Caller, CallEvent, Direction, EventKind, Leg, LegState, Outcome, Presentation
from ringdesk.codecs import eslfields
from ringdesk.codecs.eslfields import Fields
from ringdesk.codecs.passiveline import joined
from ringdesk.safetext import SafeText

LEGS: Final = 4000
CALLS: Final = 2000
"""Kept at most; beyond it the oldest is forgotten."""
DEAD: Final = 1000
"""Channels and calls remembered after their end: late events must not bring them back."""
DEAD_SECONDS: Final = 600.0
"""For how long: after that an id that a dial plan gives out again (`origination_uuid`) is another's."""


class Channel(msgspec.Struct):
    """`agent`: our telephone that it is, or the number that was dialled; None for the leg that began the call. `loop`: half of
    a connection that FreeSWITCH makes with itself."""

    call: str
    agent: SafeText | None
    ours: bool
    root: bool
    talked: bool = False
    loop: bool = False


class Record(msgspec.Struct):
    """A call. `by`: our telephone that dialled it, or was rung to dial. `machine`: a menu or a queue has answered, `mailbox`: the
    voice mail, `bridged`: a person. `dialled`: whether it is known which number."""

    direction: Direction
    caller: Caller | None
    by: SafeText | None
    legs: set[str]
    machine: bool = False
    bridged: bool = False
    queued: bool = False
    mailbox: bool = False
    dialled: bool = True


class Table:
    """Which legs and calls there are."""

    def __init__(self, source: str, line: str, extensions: str) -> None:
        self._source = source
        self._line = SafeText(line) if line else None
        self._extensions = re.compile(extensions)
        self._legs: dict[str, Channel] = {}
        self._calls: dict[str, Record] = {}
        self._dead: dict[str, float] = {}
        self._stale: set[str] = set()
        self._events: list[CallEvent] = []
        self._now = 0.0

    def _take(self) -> list[CallEvent]:
        events, self._events = self._events, []
        return events

    def _tell(self, call: str, kind: EventKind, **facts: object) -> None:
        opened = self._calls.get(call)
        event = CallEvent(event=kind, at=self._now, source=self._source, native_id=call)
        direction = event.direction if opened is None else opened.direction
        self._events.append(msgspec.structs.replace(event, direction=direction, **facts))

    def _is_dead(self, uuid: str) -> bool:
        return self._now - self._dead.get(uuid, float("-inf")) < DEAD_SECONDS

    def _bury(self, uuid: str) -> None:
        self._dead.pop(uuid, None)
        self._dead[uuid] = self._now
        while len(self._dead) > DEAD:
            del self._dead[next(iter(self._dead))]

    def _own(self, name: str) -> bool:
        return self._extensions.fullmatch(name) is not None

    def disconnected(self) -> None:
        """Nothing is heard for a while: the next snapshot says which channels still live, and nothing comes late any more."""
        self._stale = set(self._legs)
        self._dead.clear()

    def _lost(self, uuid: str) -> None:
        """A channel ended while nobody listened: how is not known."""
        self._stale.discard(uuid)
        leg = self._legs.pop(uuid, None)
        if leg is not None and (call := self._calls.get(leg.call)) is not None:
            call.legs.discard(uuid)
            if not call.legs:
                self._end(leg.call, Outcome.UNKNOWN)

    def _again(self, uuid: str) -> None:
        """A channel is made once: one of the same name is another, and the call of the first ended while nobody listened."""
        leg = self._legs.get(uuid)
        call = None if leg is None else self._calls.get(leg.call)
        for other in set() if call is None else self._stale & call.legs:
            self._lost(other)
        self._dead.clear()

    def _seen(self, uuid: str, fields: Fields) -> Channel | None:
        """The leg, made if it is new; None if it cannot be: it is over, or has no name."""
        known = self._legs.get(uuid)
        if known is not None:
            if known.root and not self._calls[known.call].bridged:
                self._caller(known.call, eslfields.caller(fields))
            return known
        if not uuid or self._is_dead(uuid):
            return None
        parent = eslfields.parent(uuid, fields)
        call = self._legs[parent].call if parent in self._legs else parent
        if self._is_dead(call):
            return None
        loop = eslfields.is_loopback(fields)
        agent = None if call == uuid or loop else eslfields.agent(fields)
        leg = Channel(call, agent, agent is not None and self._own(agent), root=call == uuid, loop=loop)
        self._legs[uuid] = leg
        if call not in self._calls:
            self._open(call, uuid, fields)
        self._calls[call].legs.add(uuid)
        if agent is not None and not self._calls[call].dialled:
            self._calls[call].dialled = True
            self._tell(call, EventKind.CALLER, called=Called(raw=agent, line=self._line))
        if leg.ours and self._calls[call].direction is not Direction.OUT:
            self._tell(call, EventKind.LEG, leg=Leg(agent or SafeText(), LegState.RINGING))
        while len(self._legs) > LEGS:
            self._forget(next(iter(self._legs)))
        return leg

    def _forget(self, uuid: str) -> None:
        leg = self._legs.pop(uuid)
        call = self._calls.get(leg.call)
        if call is not None:
            call.legs.discard(uuid)
            if not call.legs:
                del self._calls[leg.call]

    def _open(self, native: str, uuid: str, fields: Fields) -> None:
        root = native == uuid
        caller = eslfields.caller(fields)
        dialled = SafeText(fields.get("Caller-Destination-Number", ""))
        if not root:
            dialled = SafeText(fields.get("Other-Leg-Destination-Number", "")) or dialled
        number = eslfields.caller_id(fields, "Number")
        made = root and fields.get("Call-Direction") == "outbound"
        rung = eslfields.agent(fields) if made and not eslfields.is_loopback(fields) else None
        direction = Direction.IN
        if made:
            direction = Direction.OUT
        elif self._own(number):
            direction = Direction.INTERNAL if self._own(dialled) else Direction.OUT
        by = SafeText(number) if self._own(number) else None
        if rung is not None and self._own(rung):
            by, caller, dialled = rung, Caller(raw=rung, presentation=Presentation.SHOWN), SafeText()
        self._calls[native] = Record(direction, caller, by, set(), dialled=bool(dialled))
        while len(self._calls) > CALLS:
            for leg in self._calls.pop(next(iter(self._calls))).legs:
                self._legs.pop(leg, None)
        called = Called(raw=dialled or None, line=self._line)
        self._tell(native, EventKind.RINGING, called=called)
        self._tell(native, EventKind.CALLER, caller=caller, called=called, via=eslfields.via(fields) if root else None)

    def _caller(self, native: str, said: Caller) -> None:
        call = self._calls[native]
        if call.caller is not None and call.caller.presentation is Presentation.PRIVATE:
            return  # no name either, where a later event has one
        now_known = joined(call.caller, said)
        if now_known != call.caller and call.direction is Direction.IN:
            call.caller = now_known
            self._tell(native, EventKind.CALLER, caller=now_known)

    def _renamed(self, old: str, new: str) -> None:
        if old not in self._legs or not new or new in self._legs:
            return
        leg = self._legs.pop(old)
        self._legs[new] = leg
        self._calls[leg.call].legs.discard(old)
        self._calls[leg.call].legs.add(new)

    def _other(self, uuid: str, call: str, fields: Fields) -> Channel | None:
        """The other end of a bridge of which nothing was heard yet."""
        if self._is_dead(uuid):
            return None
        outbound = fields.get("Other-Leg-Direction") == "outbound"
        agent = SafeText(fields.get("Other-Leg-Destination-Number", "")) if outbound else None
        leg = Channel(call, agent or None, bool(agent) and self._own(agent or ""), root=not outbound)
        self._legs[uuid] = leg
        self._calls[call].legs.add(uuid)
        return leg

    def _taker(self, uuid: str, call: str, fields: Fields) -> Channel:
        """A telephone of which one call is over, and which has taken the next: it waits at a fifo."""
        number = eslfields.caller_id(fields, "Number")
        agent = SafeText(number) if self._own(number) else eslfields.agent(fields)
        leg = Channel(call, agent, agent is not None and self._own(agent), root=False)
        self._dead.pop(uuid, None)
        self._legs[uuid] = leg
        self._calls[call].legs.add(uuid)
        return leg

    def _strangers(self, one: str, other: str) -> bool:
        """Whether two calls that came in are of two callers, who are put through to each other."""
        calls = [self._calls[each] for each in (one, other)]
        numbers = [call.caller.raw for call in calls if call.direction is Direction.IN and call.caller is not None]
        return one != other and len(numbers) == 2 and (None in numbers or numbers[0] != numbers[1])

    def _united(self, one: str, other: str) -> str:
        """Two calls are one: that of a caller from outside goes on, of two such the older. Who took it is one of its legs."""
        if one == other:
            return one
        order = list(self._calls)
        kept, gone = sorted(
            (one, other), key=lambda call: (self._calls[call].direction is not Direction.IN, order.index(call))
        )
        lost = self._calls.pop(gone)
        for leg in (self._legs[uuid] for uuid in lost.legs):
            leg.call = kept
            if leg.root and leg.agent is None and lost.by is not None:
                leg.agent, leg.ours, leg.root = lost.by, True, False
        call = self._calls[kept]
        call.legs |= lost.legs
        call.bridged = call.bridged or lost.bridged
        self._tell(kept, EventKind.LINKED, linked_id=gone)
        return kept

    def _leg_over(self, leg: Channel, cause: str) -> None:
        """An extension with several devices is one telephone: it rings, or has answered, while one of them does."""
        if not leg.ours or leg.agent is None or self._calls[leg.call].direction is Direction.OUT:
            return
        if any(self._legs[other].agent == leg.agent for other in self._calls[leg.call].legs):
            return
        state = LegState.ENDED if leg.talked else eslfields.LEG_ENDS.get(cause, LegState.CANCELLED)
        self._tell(leg.call, EventKind.LEG, leg=Leg(leg.agent, state))

    def _end(self, native: str, outcome: Outcome, disposition: str = "") -> None:
        """`disposition`: how the dialling of the telephones ended of which it is not heard yet."""
        call = self._calls[native]
        for uuid in sorted(call.legs):
            leg = self._legs[uuid]
            call.legs.discard(uuid)
            self._leg_over(leg, disposition)
            del self._legs[uuid]
            self._bury(uuid)
        self._tell(native, EventKind.ENDED, outcome=outcome)
        del self._calls[native]
        self._bury(native)
