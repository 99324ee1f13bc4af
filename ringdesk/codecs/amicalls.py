"""Events of an Asterisk become events of calls.

The order of events of different legs is not stable, and any of them may be missing: what a `DialEnd` says, a bridge or a
hang-up says again.
"""

from collections.abc import Callable
from typing import ClassVar, Final

from ringdesk.calls import Called, CallEvent, Direction, EventKind, LegState, Outcome, Presentation
from ringdesk.codecs import amilegs
from ringdesk.codecs.amiframes import Message
from ringdesk.codecs.amilegs import Leg, Record
from ringdesk.codecs.amirings import somebody_talks
from ringdesk.codecs.amitransfers import Transfers
from ringdesk.safetext import SafeText

_DOWN: Final = "0"
_RING: Final = "4"
_UP: Final = "6"
_RINGING: Final = (_RING, "5")


class Exchange(Transfers):
    """The calls of one Asterisk. `read` and `due` return what happened."""

    def __init__(self, source_id: str, line: str, extensions: str, withheld: str = "") -> None:
        super().__init__(source_id, line, extensions, withheld)
        self._suspects: set[str] = set()
        self._told: set[str] = set()

    @property
    def next_due(self) -> float | None:
        """When a wait for a presentation, or for the record of a call that ended, is over."""
        times = [record.hold_until for record in self._held()]
        times += [until for until, _ in self._ending.values()]
        return min((time for time in times if time is not None), default=None)

    def read(self, message: Message, now: float) -> list[CallEvent]:
        """An event of the manager."""
        self._now = now
        if (handle := self._HANDLERS.get(message.event)) is not None:
            handle(self, message)
        return self._take()

    def due(self, now: float) -> list[CallEvent]:
        """What was waited for did not come: whether a number may be shown stays open, a call ends as far as it is known."""
        self._now = now
        for record in [one for one in self._held() if one.hold_until is not None and now >= one.hold_until]:
            self._unknown(record)
        for uniqueid in [uid for uid, (until, _) in self._ending.items() if now >= until]:
            self._end(self._ending.pop(uniqueid)[1])
        return self._take()

    def presented(self, native_id: str, allowed: Presentation | None, now: float) -> list[CallEvent]:
        """The answer to a question: whether the number of a call may be shown; None if the exchange no longer knows."""
        self._now = now
        over = next((uid for uid, (_, one) in self._ending.items() if one.native_id == native_id), None)
        record = self._records.get(native_id) if over is None else self._ending[over][1]
        if record is None or record.cleared is not None:
            return self._take()
        if allowed is None:
            self._unknown(record)
        else:
            self._clear(record, allowed)
        if over is not None:
            self._end(self._ending.pop(over)[1])
        return self._take()

    def forwarded(self, native_id: str, number: SafeText, now: float) -> list[CallEvent]:
        """The answer to a question: who forwarded a call."""
        self._now = now
        if (record := self._records.get(native_id)) is not None:
            self._forwarded(record, number)
        return self._take()

    def begin_snapshot(self) -> None:
        """A list of all channels follows: what is not in it is over."""
        self._suspects = set(self._legs)
        self._told = {record.native_id for record in self._records.values() if record.opened}

    def end_snapshot(self, now: float) -> list[CallEvent]:
        """The list is complete. Calls of which no leg is left ended while nobody listened: how is not known."""
        self._now = now
        for uniqueid in self._suspects:
            if (leg := self._legs.get(uniqueid)) is not None:
                self._remove(leg)
                if not leg.record.legs:
                    self._close(leg.record, Outcome.ANSWERED if leg.record.answered else Outcome.UNKNOWN)
        self._suspects = set()
        for record in list({id(one): one for one in self._records.values()}.values()):
            self._found(record)
            self._rings_on(record)
        self._told = set()
        return self._take()

    def _rings_on(self, record: Record) -> None:
        """Whoever listens may have given up a call that was told of before the link was lost; nobody has it yet."""
        if record.native_id in self._told and not (record.answered or somebody_talks(record)):
            self._say(record, EventKind.RINGING if record.queue is None else EventKind.QUEUED)

    def _found(self, record: Record) -> None:
        """A call that was under way when the list was made."""
        legs = [leg for leg in record.legs.values() if not leg.inner]
        if record.first is None and legs:
            record.first = next((leg for leg in legs if leg.agent is None), legs[0])
        self._open(record)
        if record.heard is not None and record.cleared is None:
            self._hear(record, record.heard)
        for leg in legs:
            self._talk(leg)
            if leg.bridge and leg.agent is not None and record.direction is Direction.IN:
                # In another bridge than the caller: a Local channel is between them.
                self._answered(leg)

    # --- events -------------------------------------------------------------------------------------------------------

    def _on_channel(self, message: Message) -> None:
        leg = self._leg(message)
        if leg is None:
            return
        if message.text("ChannelState") == _UP:
            self._up(leg)
        self._placed(leg, message)
        self._listen(leg, message)
        if message.text("Linkedid") or message.text("ChannelState") != _DOWN:
            self._open(leg.record)

    def _placed(self, leg: Leg, message: Message) -> None:
        """Whether the exchange itself makes this call: its first channel begins neither ringing us nor with a number."""
        state = message.text("ChannelState")
        if state == _RING or leg.record.first is not leg or leg.agent is not None:
            leg.placed = False
        elif message.event == "Newchannel" and state == _DOWN and amilegs.dialled(message) is None:
            leg.placed = True

    def _on_listed(self, message: Message) -> None:
        leg = self._leg(message)
        if leg is None:
            return
        self._suspects.discard(leg.uniqueid)
        state = message.text("ChannelState")
        leg.up, leg.bridge = state == _UP, message.text("BridgeId")
        first = leg.record.first is leg
        leg.record.was_up = leg.record.was_up or (leg.up and first)
        if not first and state in _RINGING:
            leg.dialled = True
        self._listen(leg, message)

    def _on_dial_begin(self, message: Message) -> None:
        source, leg = self._dialled_for(message)
        self._listen(source, message)
        if leg is None:
            return
        record = leg.record
        self._called(record, leg, message)
        leg.dialled, leg.settled = True, False
        if self._open(record):
            self._nobody(record)
            if not leg.inner and leg is not record.first:
                self._agent(record, leg.agent, LegState.RINGING)

    def _called(self, record: Record, leg: Leg, message: Message) -> None:
        """Whom a call is for that one of our telephones makes, or the exchange for one of them."""
        first = record.first
        if first is None or leg.inner:
            return
        if first.placed and leg is not first and leg.agent is not None and record.heard is None:
            self._own(record, leg.agent, None)
        if record.dialled is not None:
            return
        if leg is first:
            record.dialled = amilegs.wanted(message) if first.placed else None
        elif first.agent is not None:
            record.dialled = message.shown("DestCallerIDNum")

    def _on_dial_end(self, message: Message) -> None:
        source, leg = self._dialled_for(message)
        self._listen(source, message)
        if leg is None or leg.inner:
            return
        self._open(leg.record)
        status = message.text("DialStatus")
        if message.text("Forward") and not leg.settled:
            leg.settled = True
            self._agent(leg.record, leg.agent, LegState.CANCELLED)
        elif status == "ANSWER":
            self._answered(leg)
        elif status == "CANCEL" and leg.cause != "21" and not somebody_talks(leg.record):
            leg.cancelled = not leg.settled
        else:
            self._unanswered(leg, status)

    def _on_bridge(self, message: Message) -> None:
        joined = message.text("Uniqueid") not in self._legs
        leg = self._leg(message)
        if leg is None:
            return
        leg.bridge = message.text("BridgeUniqueid")
        self._up(leg)
        self._listen(leg, message)
        self._open(leg.record)
        self._talk(leg)
        self._meet(leg)
        if joined and message.text("BridgeType") == "basic" and message.text("BridgeNumChannels") == "2":
            self._met_before(leg, message.text("ConnectedLineNum"))

    def _on_unbridge(self, message: Message) -> None:
        if (leg := self._legs.get(message.text("Uniqueid"))) is not None:
            leg.bridge = ""
            left = message.text("BridgeUniqueid")
            if (other := next((one for one in leg.record.legs.values() if one.bridge == left), None)) is not None:
                self._talk(other)

    def _on_queue(self, message: Message) -> None:
        leg = self._leg(message)
        if leg is None:
            return
        leg.record.queue = message.shown("Queue") or SafeText("queue")
        self._listen(leg, message)
        if self._open(leg.record):
            self._say(leg.record, EventKind.QUEUED, called=Called(line=self._line, queue=leg.record.queue))
            self._nobody(leg.record)

    def _on_agent_connect(self, message: Message) -> None:
        leg = self._leg(message, "Dest")
        self._listen(self._leg(message), message)
        if leg is not None and not leg.inner and self._open(leg.record):
            self._answered(leg)

    def _on_cel(self, message: Message) -> None:
        """Channel event logging, where it is switched on, is the only event that says who forwarded the call."""
        number = message.shown("CallerIDrdnis")
        leg = self._legs.get(message.text("UniqueID"))
        if number is not None and leg is not None and leg.record.first is leg:
            self._forwarded(leg.record, number)

    def _on_cdr(self, message: Message) -> None:
        uniqueid, voicemail = message.text("UniqueID"), message.text("LastApplication").startswith("VoiceMail")
        if (leg := self._legs.get(uniqueid)) is not None:
            leg.record.voicemail = leg.record.voicemail or voicemail
        elif uniqueid in self._ending:
            _, record = self._ending[uniqueid]
            record.voicemail = record.voicemail or voicemail
            if record.hold_until is None:
                self._end(self._ending.pop(uniqueid)[1])

    def _on_hangup_request(self, message: Message) -> None:
        if (leg := self._legs.get(message.text("Uniqueid"))) is not None:
            leg.cause = message.text("Cause") or leg.cause

    def _on_hangup(self, message: Message) -> None:
        uniqueid = message.text("Uniqueid")
        leg = self._legs.get(uniqueid)
        if leg is None:
            if uniqueid and len(uniqueid) <= amilegs.LONGEST_ID:
                self._bury(uniqueid)
            return
        linkedid = message.text("Linkedid")
        if linkedid and len(linkedid) <= amilegs.LONGEST_ID and linkedid not in leg.record.links:
            self._relink(leg.record, linkedid)
        record = leg.record
        leg.cause = "21" if leg.cause == "21" else message.text("Cause")
        if leg is record.first or not record.cause:
            record.cause = leg.cause
        self._leave(leg)
        self._remove(leg)
        if not record.legs:
            self._over(record, uniqueid)

    _HANDLERS: ClassVar[dict[str, Callable[["Exchange", Message], None]]] = {
        "Newchannel": _on_channel,
        "Newstate": _on_channel,
        "NewCallerid": _on_channel,
        "CoreShowChannel": _on_listed,
        "DialBegin": _on_dial_begin,
        "DialEnd": _on_dial_end,
        "BridgeEnter": _on_bridge,
        "BridgeLeave": _on_unbridge,
        "QueueCallerJoin": _on_queue,
        "AgentConnect": _on_agent_connect,
        "CEL": _on_cel,
        "Cdr": _on_cdr,
        "HangupRequest": _on_hangup_request,
        "Hangup": _on_hangup,
        **Transfers.HANDLERS,
    }
    EVENTS: ClassVar = frozenset(name.encode() for name in _HANDLERS)
    """The events that are read; all others mean nothing here."""
