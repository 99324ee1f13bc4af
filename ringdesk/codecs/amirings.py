"""What becomes of the telephones that an Asterisk rings for a call, and of the call with them."""

from typing import Final

from ringdesk.calls import Direction, EventKind, LegState, Outcome
from ringdesk.calls import Leg as AgentLeg
from ringdesk.codecs import amilegs
from ringdesk.codecs.amilegs import Leg, Record
from ringdesk.codecs.amitable import MOST_GONE, Table
from ringdesk.safetext import SafeText

CDR_TIME: Final = 0.3
"""Seconds for the record of a call that only a machine had: it tells voice mail from a menu, and may come after the end."""
_MOST_AGENTS: Final = 256
"""Telephones of which a call tells: the largest ring group has not as many."""


_HAD: Final = (LegState.ANSWERED, LegState.ENDED)
"""Whoever had the call once did not miss it, though it rings there again."""


class Telephones(Table):
    """What becomes of the telephones that are rung for a call, and of the call with them."""

    def __init__(self, source_id: str, line: str, extensions: str, withheld: str) -> None:
        super().__init__(source_id, line, extensions, withheld)
        self._ending: dict[str, tuple[float, Record]] = {}

    def _leave(self, leg: Leg) -> None:
        record = leg.record
        if leg.agent is None or leg is record.first or leg.inner:
            unheard = leg.dialled and not (leg.settled or leg.talks)
            if leg is not record.first and not leg.inner and (unheard or leg.cause in amilegs.DECISIVE):
                record.results[""] = amilegs.verdict(leg, "")[1]
            return
        if leg.talks:
            # Whether the call goes on without this telephone is seen when another one is rung.
            if record.told.get(leg.agent) is LegState.ANSWERED:
                record.leaving.add(leg.agent)
        elif leg.cause == "21" or (leg.dialled and not leg.settled):
            self._unanswered(leg, "CANCEL" if leg.cancelled else "")

    def _agent(self, record: Record, agent: SafeText | None, state: LegState) -> None:
        """Tell the state of one of our telephones; those that had left before had done so for good."""
        if agent is None:
            return
        for other in sorted(record.leaving - {agent}):
            self._tell_leg(record, other, LegState.ENDED)
        record.leaving.clear()
        self._tell_leg(record, agent, state)

    def _tell_leg(self, record: Record, agent: SafeText, state: LegState) -> None:
        had = record.told.get(agent) in _HAD and state not in _HAD
        room = not had and (agent in record.told or len(record.told) < _MOST_AGENTS)
        if record.opened and room and record.told.get(agent) is not state:
            record.told[agent] = state
            self._say(record, EventKind.LEG, leg=AgentLeg(agent, state))

    def _unanswered(self, leg: Leg, status: str) -> None:
        """A telephone rings no more. An agent with several has missed the call when the last of them has."""
        record = leg.record
        decided = leg.settled and leg.cause != "21"
        leg.settled, leg.cancelled = True, False
        if decided or leg.talks or leg is record.first:
            return
        state, outcome = amilegs.verdict(leg, status)
        if state is LegState.MISSED and status != "NOANSWER" and somebody_talks(record):
            state = LegState.CANCELLED
        record.results[leg.agent or ""] = outcome
        if leg.agent is None or record.told.get(leg.agent) is LegState.ANSWERED:
            return
        still = any(
            other.agent == leg.agent and other.dialled and not other.settled and other is not leg
            for other in record.legs.values()
        )
        if not still:
            self._agent(record, leg.agent, state)

    def _answered(self, leg: Leg) -> None:
        record = leg.record
        leg.up = True
        if leg.talks or leg.inner or leg is record.first or not record.opened or _is_left(record):
            return
        leg.talks = leg.settled = True
        self._resume(record)
        ours = leg.agent
        if record.direction is Direction.OUT and record.first is not None and ours is None:
            self._agent(record, record.first.agent, LegState.ANSWERED)
        self._has(record, ours)
        for other in list(record.legs.values()):
            if other.cancelled:
                self._unanswered(other, "CANCEL")

    def _up(self, leg: Leg) -> None:
        leg.up = True
        leg.record.was_up = leg.record.was_up or leg.record.first is leg

    def _has(self, record: Record, agent: SafeText | None) -> None:
        self._agent(record, agent, LegState.ANSWERED)
        record.answered, record.answered_by = True, agent
        self._nobody(record)
        self._say(record, EventKind.ANSWERED, answered_by=agent)

    def _meet(self, leg: Leg) -> None:
        """A caller and one of our telephones that came to one bridge each by itself, as to a conference, have each other."""
        for other in self._legs.values():
            if leg.bridge and other.bridge == leg.bridge and other.record is not leg.record:
                self._met(leg.record, other)
                self._met(other.record, leg)

    def _met(self, record: Record, leg: Leg) -> None:
        by_itself = leg.agent is not None and not leg.record.opened
        if by_itself and record.opened and not record.answered and record.direction is Direction.IN:
            self._has(record, leg.agent)

    def _met_before(self, leg: Leg, number: SafeText) -> None:
        """The caller comes to somebody who waits in the bridge, of whom nothing was heard: the stream was joined since."""
        record = leg.record
        if leg is record.first and record.opened and not record.answered and record.direction is Direction.IN:
            self._has(record, number if self._extension.fullmatch(number) else None)

    def _resume(self, record: Record) -> None:
        if record.held:
            record.held = False
            self._say(record, EventKind.RESUMED)

    def _talk(self, leg: Leg) -> None:
        """Two telephones of a call in one bridge have each other, whatever was told of their ringing."""
        record = leg.record
        if not leg.bridge or not record.opened:
            return
        together = [one for one in record.legs.values() if one.bridge == leg.bridge and not one.inner]
        if len(together) < 2:
            return
        for one in together:
            self._answered(one)
        agents = [one for one in together if one.agent is not None and one is not record.first]
        if record.first in together and agents and record.answered_by not in [one.agent for one in agents]:
            # Handed on, and what was told of it got lost.
            agents[-1].talks = False
            self._answered(agents[-1])

    def _over(self, record: Record, uniqueid: str) -> None:
        """The last leg is gone. What only a machine had may have been voice mail: its record tells, and may be late.

        Nor is a call over before it is known whether its number may be shown.
        """
        until = record.hold_until
        machine = record.was_up and not record.answered and record.direction is Direction.IN
        if until is None and machine and not record.voicemail:
            until = self._now + CDR_TIME
        if until is None or not record.opened or len(self._ending) >= MOST_GONE:
            self._end(record)
            return
        self._ending[record.first.uniqueid if record.first is not None else uniqueid] = (until, record)

    def _end(self, record: Record) -> None:
        self._close(record, amilegs.outcome(record))

    def _close(self, record: Record, outcome: Outcome) -> None:
        if not (record.opened or self._in_vain(record)):
            return
        if record.hold_until is not None:
            self._unknown(record)
        self._nobody(record)
        self._say(record, EventKind.ENDED, outcome=outcome)

    def _in_vain(self, record: Record) -> bool:
        """Tell of what one of our telephones dialled and no other channel was made for: a telephone that is not there, a
        line that is down. What has a star or a hash in it is a wish to the exchange, and what was taken up, a machine had."""
        called, first = record.dialled, record.first
        number = called is not None and called.removeprefix("+").isdecimal()
        if first is None or first.agent is None or called is None or not number or record.was_up:
            return False
        ours = self._extension.fullmatch(called) is not None
        record.direction = Direction.INTERNAL if ours else Direction.OUT
        self._begin(record)
        return True


def somebody_talks(record: Record) -> bool:
    """Whether somebody has the caller now."""
    return any(leg.talks for leg in record.legs.values())


def _is_left(record: Record) -> bool:
    """Whether the caller is gone whom somebody had: what our telephones do with each other is no answer of that call."""
    first = record.first
    left = first is not None and first.uniqueid not in record.legs
    return left and record.answered and record.direction is Direction.IN
