"""How a call of an Asterisk goes from one telephone to another: held, handed on, parked, fetched."""

from collections.abc import Callable
from typing import ClassVar

from ringdesk.calls import EventKind, LegState
from ringdesk.codecs.amiframes import Message
from ringdesk.codecs.amirings import Telephones


class Transfers(Telephones):
    """The events of a call that somebody has."""

    def _on_hold(self, message: Message) -> None:
        leg = self._leg(message)
        if leg is not None and leg.record.answered and not leg.record.held:
            leg.record.held = True
            self._say(leg.record, EventKind.HELD)

    def _on_unhold(self, message: Message) -> None:
        leg = self._leg(message)
        if leg is not None:
            self._resume(leg.record)

    def _on_blind_transfer(self, message: Message) -> None:
        agent, party = self._leg(message, "Transferer"), self._leg(message, "Transferee")
        record = party.record if party is not None else agent.record if agent is not None else None
        if record is None or message.text("Result") != "Success" or not record.opened:
            return
        self._say(record, EventKind.TRANSFERRING)
        if agent is not None and agent.agent is not None:
            self._agent(record, agent.agent, LegState.ENDED)

    def _on_attended_transfer(self, message: Message) -> None:
        party, target = self._leg(message, "Transferee"), self._leg(message, "TransferTarget")
        own = self._leg(message, "OrigTransferer")
        if message.text("Result") != "Success" or party is None:
            return
        record = party.record
        if not record.opened:
            return
        self._say(record, EventKind.TRANSFERRING)
        if own is not None and own.agent is not None:
            self._agent(record, own.agent, LegState.ENDED)
        if target is not None and target.inner:
            # A group is asked over a Local channel: who talks is at its other end.
            asked = [
                one for one in target.record.legs.values() if one.talks and one.agent is not None and one is not own
            ]
            target = asked[-1] if asked else None
        if target is None:
            return
        if target.record is not record:
            self._merge(record, target.record)
        if target.up:
            target.talks = False
            self._answered(target)

    def _on_parked(self, message: Message) -> None:
        leg = self._leg(message, "Parkee")
        if leg is not None and leg.record.opened and not leg.record.held:
            leg.record.held = True
            self._say(leg.record, EventKind.HELD)

    def _on_fetched(self, message: Message) -> None:
        """A parked call, or one that rings at another telephone, is taken by one of ours."""
        waiting = self._leg(message, "Parkee") or self._leg(message, "Target")
        taker = self._leg(message, "Retriever") or self._leg(message)
        if waiting is None or taker is None:
            return
        record = waiting.record
        if taker.record is not record:
            record = self._merge(record, taker.record)
        if record.opened:
            self._answered(taker)

    HANDLERS: ClassVar[dict[str, Callable[["Transfers", Message], None]]] = {
        "Hold": _on_hold,
        "Unhold": _on_unhold,
        "BlindTransfer": _on_blind_transfer,
        "AttendedTransfer": _on_attended_transfer,
        "ParkedCall": _on_parked,
        "UnParkedCall": _on_fetched,
        "Pickup": _on_fetched,
    }
