"""FreeSWITCH's events become events of calls.

A person has answered when two legs are bridged, not when the caller's leg is answered: that may be a menu or a queue.
"""

from typing import Final

from ringdesk.calls import Called, CallEvent, Direction, EventKind, Leg, LegState, Outcome
from ringdesk.codecs import eslfields
from ringdesk.codecs.eslfields import Fields
from ringdesk.codecs.esltable import Record, Table
from ringdesk.safetext import SafeText

_TALKS: Final = ("ACTIVE", "HELD")
DUMPS: Final = 100
"""Channels of a snapshot that are asked for their facts."""


class Exchange(Table):
    """The calls of one FreeSWITCH; every method returns what there is to report."""

    def event(self, fields: Fields, now: float) -> list[CallEvent]:
        """One event."""
        self._now = now
        leg = eslfields.id_in(fields)
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
                self._renamed(eslfields.id_in(fields, "Old-Unique-ID"), leg)
            case "CHANNEL_HANGUP_COMPLETE":
                self._hangup(leg, fields)
            case "CUSTOM" if fields.get("Event-Subclass") == "callcenter::info":
                self._queue(fields)
        return self._take()

    def dumped(self, fields: Fields, now: float) -> list[CallEvent]:
        """The facts of one channel of a snapshot."""
        self._now = now
        leg = eslfields.id_in(fields)
        one = self._seen(leg, fields)
        if one is None or fields.get("Channel-Call-State") not in _TALKS:
            return self._take()
        other = fields.get("variable_bridge_uuid") or fields.get("Other-Leg-Unique-ID", "")
        if other in self._legs:
            self._bridge(leg, {**fields, "Bridge-A-Unique-ID": leg, "Bridge-B-Unique-ID": other})
        elif one.root:
            self._calls[one.call].machine = True
            if fields.get("variable_cc_side") == "member" and not other:
                self._waits(one.call, fields.get("variable_cc_queue", ""))
        if fields["Channel-Call-State"] == "HELD":
            self._tell(one.call, EventKind.HELD)
        return self._take()

    def snapshot(self, rows: list[Fields], now: float) -> tuple[list[CallEvent], list[str]]:
        """All channels that live: what was heard before and is not among them has ended, how is not known. Also returns the
        channels whose facts must be asked for, as a row does not say whether its number may be shown; those that began a
        call, which FreeSWITCH lists first, come first."""
        self._now = now
        live = {row["uuid"][: eslfields.LONGEST_ID] for row in rows}
        for gone in self._stale - live:
            self._lost(gone)
        talking = {row["uuid"][: eslfields.LONGEST_ID] for row in rows if row.get("callstate") in _TALKS}
        asked = (live - self._legs.keys()) | self._taken_meanwhile(talking)
        self._ring_on({self._legs[leg].call for leg in self._stale if leg in self._legs}, asked)
        self._stale = set()
        in_order = [uuid for uuid in (row["uuid"][: eslfields.LONGEST_ID] for row in rows) if uuid in asked]
        return self._take(), [uuid for uuid in in_order if eslfields.is_id(uuid)][:DUMPS]

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

    def _answer(self, uuid: str, fields: Fields) -> None:
        leg = self._seen(uuid, fields)
        if leg is not None and leg.root:
            self._calls[leg.call].machine = True

    def _bridge(self, uuid: str, fields: Fields) -> None:
        one = self._seen(uuid, fields)
        ends = ("Bridge-A-Unique-ID", "Bridge-B-Unique-ID", "Other-Leg-Unique-ID")
        names = [name for end in ends if (name := eslfields.id_in(fields, end)) not in ("", uuid)]
        if one is None and uuid and names and names[0] in self._legs:
            one = self._taker(uuid, self._legs[names[0]].call, fields)
        if one is None or not names:
            return
        other = self._legs.get(names[0]) or self._other(names[0], one.call, fields)
        if other is None:
            return
        pair = (other, one)
        if self._strangers(one.call, other.call):
            for leg in pair:
                leg.talked = self._calls[leg.call].bridged = True
            return
        call = self._united(one.call, other.call)
        if any(leg.loop for leg in pair) and all(leg.loop or leg.root for leg in pair):
            return  # who is behind the loop is the bridge of its other half
        self._calls[call].bridged = True
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

    def _hangup(self, uuid: str, fields: Fields) -> None:
        leg = self._legs.pop(uuid, None)
        self._bury(uuid)
        if leg is None:
            return
        call = self._calls[leg.call]
        call.legs.discard(uuid)
        call.mailbox = call.mailbox or eslfields.is_mailbox(fields)
        cause = eslfields.ending(fields)
        self._leg_over(leg, cause)
        rest = [self._legs[other] for other in call.legs]
        if cause in eslfields.TRANSFERS and rest and (leg.talked or cause == "ATTENDED_TRANSFER"):
            for other in rest:
                other.root = True
            if cause == "BLIND_TRANSFER":
                self._tell(leg.call, EventKind.TRANSFERRING)
            return
        goes_on = any(other.root or other.loop for other in rest)
        if not rest or (not goes_on and (not call.bridged or len(rest) == 1)):
            self._end(leg.call, self._outcome(call, cause), fields.get("variable_originate_disposition", ""))

    def _outcome(self, call: Record, cause: str) -> Outcome:
        if call.bridged:
            return Outcome.ANSWERED
        return Outcome.VOICEMAIL if call.mailbox else eslfields.unanswered(cause, machine=call.machine)

    def _waits(self, call: str, queue: str) -> None:
        self._calls[call].machine = self._calls[call].queued = True
        name = SafeText(queue.partition("@")[0])
        self._tell(call, EventKind.QUEUED, called=Called(line=self._line, queue=name or None))

    def _queue(self, fields: Fields) -> None:
        """mod_callcenter: who waits where, and who took them."""
        member = eslfields.id_in(fields, "CC-Member-Session-UUID")
        leg = self._legs.get(member) or self._seen(eslfields.id_in(fields), fields)
        if leg is None:
            return
        agent = SafeText(fields.get("CC-Agent", "").partition("@")[0])
        match fields.get("CC-Action"):
            case "member-queue-start":
                self._waits(leg.call, fields.get("CC-Queue", ""))
            case "agent-offering" if agent:
                self._tell(leg.call, EventKind.LEG, leg=Leg(agent, LegState.RINGING))
            case "bridge-agent-start" if agent:
                self._calls[leg.call].bridged = True
                self._tell(leg.call, EventKind.LEG, leg=Leg(agent, LegState.ANSWERED))
                self._tell(leg.call, EventKind.ANSWERED, answered_by=agent)
            case "bridge-agent-fail" if agent:
                state = eslfields.LEG_ENDS.get(fields.get("CC-Hangup-Cause", ""), LegState.CANCELLED)
                self._tell(leg.call, EventKind.LEG, leg=Leg(agent, state))
