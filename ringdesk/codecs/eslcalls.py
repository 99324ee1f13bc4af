"""FreeSWITCH's channels become calls.

A channel is a leg (`Unique-ID`). A leg that another one made belongs to that one's call (`Channel-Call-UUID`, `Other-Leg-*`,
or `cc_member_session_uuid` where mod_callcenter made it); legs of two calls that are bridged make one of them. A person has
answered when two legs are bridged, not when the caller's leg is answered: that may be a menu or a queue.
"""

import re
from typing import Final

import msgspec

from ringdesk.calls import (
    Called,
    Caller,
    CallEvent,
    Direction,
    EventKind,
    Leg,
    LegState,
    Outcome,
)
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
_TALKS: Final = ("ACTIVE", "HELD")
DUMPS: Final = 100
"""Channels of a snapshot that are asked for their facts."""


class _Leg(msgspec.Struct):
    """`agent`: our telephone that it is, or the number that was dialled; None for the leg that began the call."""

    call: str
    agent: SafeText | None
    ours: bool
    root: bool
    talked: bool = False


class _Call(msgspec.Struct):
    direction: Direction
    caller: Caller | None
    by: SafeText | None
    legs: set[str]
    machine: bool = False
    bridged: bool = False
    queued: bool = False


class CallTable:
    """The channels that live and their calls; every method returns what there is to report."""

    def __init__(self, source: str, line: str, extensions: str) -> None:
        self._source = source
        self._line = SafeText(line) if line else None
        self._extensions = re.compile(extensions)
        self._legs: dict[str, _Leg] = {}
        self._calls: dict[str, _Call] = {}
        self._dead: dict[str, float] = {}
        self._stale: set[str] = set()
        self._events: list[CallEvent] = []
        self._now = 0.0

    def disconnected(self) -> None:
        """Nothing is heard for a while: the next snapshot says which channels still live, and nothing comes late any more."""
        self._stale = set(self._legs)
        self._dead.clear()

    def event(self, fields: Fields, now: float) -> list[CallEvent]:
        """One event."""
        self._now = now
        leg = fields.get("Unique-ID", "")[: eslfields.LONGEST_ID]
        if fields.get("Event-Name") == "CHANNEL_CREATE" and leg in self._stale:
            self._again(leg)
        match fields.get("Event-Name"):
            case "CHANNEL_CREATE" | "CHANNEL_PROGRESS" | "CHANNEL_PROGRESS_MEDIA" | "CHANNEL_DATA":
                self._seen(leg, fields)
            case "CHANNEL_ANSWER":
                self._answer(leg, fields)
            case "CHANNEL_BRIDGE":
                self._bridge(leg, fields)
            case "CHANNEL_HOLD" | "CHANNEL_UNHOLD":
                if (one := self._seen(leg, fields)) is not None:
                    held = fields["Event-Name"] == "CHANNEL_HOLD"
                    self._tell(one.call, EventKind.HELD if held else EventKind.RESUMED)
            case "CHANNEL_UUID":
                self._renamed(fields.get("Old-Unique-ID", "")[: eslfields.LONGEST_ID], leg)
            case "CHANNEL_HANGUP_COMPLETE":
                self._hangup(leg, fields)
            case "CUSTOM" if fields.get("Event-Subclass") == "callcenter::info":
                self._queue(fields)
        return self._take()

    def dumped(self, fields: Fields, now: float) -> list[CallEvent]:
        """The facts of one channel of a snapshot."""
        self._now = now
        leg = fields.get("Unique-ID", "")[: eslfields.LONGEST_ID]
        one = self._seen(leg, fields)
        if one is None or fields.get("Channel-Call-State") not in _TALKS:
            return self._take()
        other = fields.get("variable_bridge_uuid") or fields.get("Other-Leg-Unique-ID", "")
        if other in self._legs:
            self._bridge(leg, {**fields, "Bridge-A-Unique-ID": leg, "Bridge-B-Unique-ID": other})
        elif one.root:
            self._calls[one.call].machine = True
        if fields["Channel-Call-State"] == "HELD":
            self._tell(one.call, EventKind.HELD)
        return self._take()

    def snapshot(self, rows: list[Fields], now: float) -> tuple[list[CallEvent], list[str]]:
        """All channels that live: what was heard before and is not among them has ended, how is not known. Also returns the
        channels whose facts must be asked for: a row does not say whether its number may be shown."""
        self._now = now
        live = {row["uuid"][: eslfields.LONGEST_ID] for row in rows}
        for gone in self._stale - live:
            self._lost(gone)
        talking = {row["uuid"][: eslfields.LONGEST_ID] for row in rows if row.get("callstate") in _TALKS}
        asked = (live - self._legs.keys()) | self._taken_meanwhile(talking)
        self._ring_on({self._legs[leg].call for leg in self._stale if leg in self._legs}, asked)
        self._stale = set()
        return self._take(), [uuid for uuid in sorted(asked) if eslfields.is_id(uuid)][:DUMPS]

    def _taken_meanwhile(self, talking: set[str]) -> set[str]:
        """Channels that talk now, of calls that only a machine had, if anybody: perhaps somebody took them."""
        known = {uuid: self._legs[uuid] for uuid in talking & self._stale if uuid in self._legs}
        calls = {leg.call: self._calls[leg.call] for leg in known.values()}
        return {
            uuid
            for uuid, leg in known.items()
            if not calls[leg.call].bridged and not (leg.root and calls[leg.call].machine)
        }

    def _ring_on(self, calls: set[str], asked: set[str]) -> None:
        """Whoever listens may have given up a call while nothing was heard; nobody has it yet."""
        for native in sorted(calls):
            call = self._calls.get(native)
            if call is not None and not call.bridged and call.legs.isdisjoint(asked):
                self._tell(native, EventKind.QUEUED if call.queued else EventKind.RINGING)

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

    # --- legs ---------------------------------------------------------------------------------------------------------

    def _seen(self, uuid: str, fields: Fields) -> _Leg | None:
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
        agent = None if call == uuid else eslfields.agent(fields)
        leg = _Leg(call, agent, agent is not None and self._own(agent), root=call == uuid)
        self._legs[uuid] = leg
        if call not in self._calls:
            self._open(call, uuid, fields)
        self._calls[call].legs.add(uuid)
        if leg.ours and self._calls[call].direction is not Direction.OUT and not eslfields.is_loopback(fields):
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
        number = fields.get("Caller-Caller-ID-Number", "")
        direction = Direction.IN
        if root and fields.get("Call-Direction") == "outbound":
            direction = Direction.OUT
        elif self._own(number):
            direction = Direction.INTERNAL if self._own(dialled) else Direction.OUT
        by = SafeText(number) if self._own(number) else None
        self._calls[native] = _Call(direction, caller, by, set())
        while len(self._calls) > CALLS:
            for leg in self._calls.pop(next(iter(self._calls))).legs:
                self._legs.pop(leg, None)
        called = Called(raw=dialled or None, line=self._line)
        self._tell(native, EventKind.RINGING, called=called)
        self._tell(native, EventKind.CALLER, caller=caller, called=called, via=eslfields.via(fields) if root else None)

    def _caller(self, native: str, said: Caller) -> None:
        call = self._calls[native]
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

    # --- what happens -------------------------------------------------------------------------------------------------

    def _answer(self, uuid: str, fields: Fields) -> None:
        leg = self._seen(uuid, fields)
        if leg is not None and leg.root:
            self._calls[leg.call].machine = True

    def _bridge(self, uuid: str, fields: Fields) -> None:
        one = self._seen(uuid, fields)
        names = [fields.get(name, "")[: eslfields.LONGEST_ID] for name in ("Bridge-A-Unique-ID", "Bridge-B-Unique-ID")]
        names = [
            name
            for name in (*names, fields.get("Other-Leg-Unique-ID", "")[: eslfields.LONGEST_ID])
            if name and name != uuid
        ]
        if one is None or not names:
            return
        other = self._legs.get(names[0]) or self._other(names[0], one.call, fields)
        if other is None:
            return
        call = self._united(one.call, other.call)
        self._calls[call].bridged = True
        pair = (other, one)
        for leg in pair:
            leg.talked = True
        agent = next((leg.agent for leg in pair if leg.ours), None) or next(
            (leg.agent for leg in pair if leg.agent), None
        )
        if self._calls[call].direction is Direction.OUT:
            agent = self._calls[call].by or agent
        for leg in pair:
            if leg.ours and leg.agent is not None and self._calls[call].direction is not Direction.OUT:
                self._tell(call, EventKind.LEG, leg=Leg(leg.agent, LegState.ANSWERED))
        self._tell(call, EventKind.ANSWERED, answered_by=agent)

    def _other(self, uuid: str, call: str, fields: Fields) -> _Leg | None:
        """The other end of a bridge of which nothing was heard yet."""
        if self._is_dead(uuid):
            return None
        outbound = fields.get("Other-Leg-Direction") == "outbound"
        agent = SafeText(fields.get("Other-Leg-Destination-Number", "")) if outbound else None
        leg = _Leg(call, agent or None, bool(agent) and self._own(agent or ""), root=not outbound)
        self._legs[uuid] = leg
        self._calls[call].legs.add(uuid)
        return leg

    def _united(self, one: str, other: str) -> str:
        """Two calls are one: the older goes on."""
        if one == other:
            return one
        kept, gone = sorted((one, other), key=list(self._calls).index)
        lost = self._calls.pop(gone)
        for uuid in lost.legs:
            self._legs[uuid].call = kept
        call = self._calls[kept]
        call.legs |= lost.legs
        call.bridged = call.bridged or lost.bridged
        self._tell(kept, EventKind.LINKED, linked_id=gone)
        return kept

    def _hangup(self, uuid: str, fields: Fields) -> None:
        leg = self._legs.pop(uuid, None)
        self._bury(uuid)
        if leg is None:
            return
        call = self._calls[leg.call]
        call.legs.discard(uuid)
        cause = fields.get("Hangup-Cause") or fields.get("variable_hangup_cause", "")
        self._leg_over(leg, cause)
        rest = [self._legs[other] for other in call.legs]
        if cause in eslfields.TRANSFERS and rest and leg.talked:
            for other in rest:
                other.root = True
            if cause == "BLIND_TRANSFER":
                self._tell(leg.call, EventKind.TRANSFERRING)
            return
        roots = any(other.root for other in rest)
        if not rest or (not roots and (not call.bridged or len(rest) == 1)):
            self._end(leg.call, self._outcome(call, cause, fields))

    def _outcome(self, call: _Call, cause: str, fields: Fields) -> Outcome:
        return Outcome.ANSWERED if call.bridged else eslfields.unanswered(cause, fields, machine=call.machine)

    def _leg_over(self, leg: _Leg, cause: str) -> None:
        """An extension with several devices is one telephone: it rings, or has answered, while one of them does."""
        if not leg.ours or leg.agent is None or self._calls[leg.call].direction is Direction.OUT:
            return
        if any(self._legs[other].agent == leg.agent for other in self._calls[leg.call].legs):
            return
        state = LegState.ENDED if leg.talked else eslfields.LEG_ENDS.get(cause, LegState.CANCELLED)
        self._tell(leg.call, EventKind.LEG, leg=Leg(leg.agent, state))

    def _end(self, native: str, outcome: Outcome) -> None:
        call = self._calls[native]
        for uuid in sorted(call.legs):
            leg = self._legs[uuid]
            call.legs.discard(uuid)
            self._leg_over(leg, "")
            del self._legs[uuid]
            self._bury(uuid)
        self._tell(native, EventKind.ENDED, outcome=outcome)
        del self._calls[native]
        self._bury(native)

    def _queue(self, fields: Fields) -> None:
        """mod_callcenter: who waits where, and who took them."""
        member = fields.get("CC-Member-Session-UUID", "")[: eslfields.LONGEST_ID]
        leg = self._legs.get(member) or self._seen(fields.get("Unique-ID", "")[: eslfields.LONGEST_ID], fields)
        if leg is None:
            return
        queue = SafeText(fields.get("CC-Queue", "").partition("@")[0])
        agent = SafeText(fields.get("CC-Agent", "").partition("@")[0])
        match fields.get("CC-Action"):
            case "member-queue-start":
                self._calls[leg.call].machine = self._calls[leg.call].queued = True
                self._tell(leg.call, EventKind.QUEUED, called=Called(line=self._line, queue=queue or None))
            case "agent-offering" if agent:
                self._tell(leg.call, EventKind.LEG, leg=Leg(agent, LegState.RINGING))
            case "bridge-agent-start" if agent:
                self._calls[leg.call].bridged = True
                self._tell(leg.call, EventKind.LEG, leg=Leg(agent, LegState.ANSWERED))
                self._tell(leg.call, EventKind.ANSWERED, answered_by=agent)
            case "bridge-agent-fail" if agent:
                state = eslfields.LEG_ENDS.get(fields.get("CC-Hangup-Cause", ""), LegState.CANCELLED)
                self._tell(leg.call, EventKind.LEG, leg=Leg(agent, state))
