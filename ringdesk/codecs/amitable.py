"""The channels of an Asterisk as legs, their Linkedids as calls, and what is told of the caller of each.

A call is a Linkedid, a leg a Uniqueid. The Linkedid of a leg can change: then two calls have become one. Both halves of a
Local channel are nobody's telephone.
"""

import re
from typing import Any, Final

from ringdesk.calls import Called, Caller, CallEvent, Direction, EventKind, Presentation, Via
from ringdesk.codecs import amilegs
from ringdesk.codecs.amiframes import Message
from ringdesk.codecs.amilegs import Leg, Record
from ringdesk.safetext import SafeText

PRESENTATION_TIME: Final = 2.0
"""Seconds to wait for whether the caller withholds the number; the answer takes under a millisecond."""
MOST_LEGS: Final = 4096
"""Channels kept; an Asterisk that has more at once is not one office's."""
MOST_GONE: Final = 512
"""Channels remembered after their end: late events must not bring them back."""
GONE_SECONDS: Final = 600.0
"""For how long: after that their ids, which begin with the second of their making, are those of a clock that was set back."""
_MOST_LINKS: Final = 64
"""Linkedids that one call may have had."""


class Table:
    """Which legs and calls there are.

    `questions` are channels whose presentation is to be asked for, with the native id of their call, if `asks`. `answers`: such
    questions are answered here as far as is known, so that a number of which there is no answer is not shown. Where it is not
    asked, callers of the trunks whose names match `withheld` count as withheld; `unasked`: a number
    came by another trunk, and was shown.
    """

    def __init__(self, source_id: str, line: str, extensions: str, withheld: str) -> None:
        self._source = source_id
        self._line = SafeText(line) if line else None
        self._extension = re.compile(extensions)
        self._withheld = re.compile(withheld or "(?!)")
        self._legs: dict[str, Leg] = {}
        self._records: dict[str, Record] = {}
        self._gone: dict[str, float] = {}
        self._now = 0.0
        self._events: list[CallEvent] = []
        self.asks = False
        self.answers = False
        self.unasked = False
        self.questions: list[tuple[str, str]] = []

    def _take(self) -> list[CallEvent]:
        events, self._events = self._events, []
        return events

    def _held(self) -> list[Record]:
        return [record for record in self._records.values() if record.hold_until is not None]

    def _say(self, record: Record, kind: EventKind, **facts: Any) -> None:
        event = CallEvent(
            event=kind,
            at=self._now,
            source=self._source,
            native_id=record.native_id,
            direction=record.direction,
            **facts,
        )
        self._events.append(event)

    # --- legs and calls -----------------------------------------------------------------------------------------------

    def _leg(self, message: Message, prefix: str = "") -> Leg | None:
        """The leg of a channel snapshot, made if it is new; None if there is none, or it is over."""
        uniqueid, channel = message.text(f"{prefix}Uniqueid"), message.text(f"{prefix}Channel")
        # The first Asterisk 13 have no Linkedid in their events: then a leg is a call until it is dialled for another.
        linkedid = message.text(f"{prefix}Linkedid") or self._link_of(uniqueid)
        if not (uniqueid and linkedid and channel) or max(len(uniqueid), len(linkedid)) > amilegs.LONGEST_ID:
            return None
        leg = self._legs.get(uniqueid)
        if leg is None:
            return None if self._is_gone(uniqueid) else self._add(uniqueid, linkedid, channel)
        if linkedid not in leg.record.links:
            self._relink(leg.record, linkedid)
        return leg

    def _link_of(self, uniqueid: SafeText) -> SafeText:
        leg = self._legs.get(uniqueid)
        return uniqueid if leg is None else SafeText(leg.record.native_id)

    def _dialled_for(self, message: Message) -> tuple[Leg | None, Leg | None]:
        """The channel that dials, and the one that is dialled: they are one call."""
        source, leg = self._leg(message), self._leg(message, "Dest")
        if source is not None and leg is not None and source.record is not leg.record:
            self._merge(source.record, leg.record)
        return source, leg

    def _add(self, uniqueid: str, linkedid: str, channel: str) -> Leg:
        if len(self._legs) >= MOST_LEGS:
            self._remove(next(iter(self._legs.values())))
        record = self._records.get(linkedid)
        if record is None:
            record = self._records[linkedid] = Record(linkedid, {linkedid}, {})
        device = amilegs.device(channel)
        inner = not device or channel.startswith(amilegs.NOBODYS)
        agent = SafeText(device) if not inner and self._extension.fullmatch(device) else None
        leg = Leg(uniqueid, channel, agent, inner, record)
        record.legs[uniqueid] = self._legs[uniqueid] = leg
        if uniqueid == linkedid and inner:
            record.inner_first = True
        elif record.first is None and not inner and (uniqueid == linkedid or record.inner_first):
            record.first = leg
        return leg

    def _remove(self, leg: Leg) -> None:
        self._legs.pop(leg.uniqueid, None)
        record = leg.record
        record.legs.pop(leg.uniqueid, None)
        self._bury(leg.uniqueid)
        if not record.legs:
            for link in record.links:
                self._records.pop(link, None)

    def reconnected(self) -> None:
        """A new connection: nothing of the one before comes late, and an exchange that was started anew counts anew."""
        self._gone.clear()
        self.asks = False
        self.questions.clear()

    def _is_gone(self, uniqueid: str) -> bool:
        return self._now - self._gone.get(uniqueid, float("-inf")) < GONE_SECONDS

    def _bury(self, uniqueid: str) -> None:
        self._gone.pop(uniqueid, None)
        self._gone[uniqueid] = self._now
        while len(self._gone) > MOST_GONE:
            del self._gone[next(iter(self._gone))]

    def _relink(self, record: Record, linkedid: str) -> None:
        """A leg has another Linkedid: the calls of both are one."""
        other = self._records.get(linkedid)
        if len(record.links) >= _MOST_LINKS:
            return
        if other is None:
            record.links.add(linkedid)
            self._records[linkedid] = record
        elif other is not record:
            self._merge(other, record)

    def _merge(self, kept: Record, gone: Record) -> Record:
        """One call of two: the one that was told of first, of two such the one that comes in, else `kept`.

        Two callers who are put through to each other stay two calls: neither is called what the other is.
        """
        if _strangers(kept, gone):
            return kept
        comes_in = gone.direction is Direction.IN is not kept.direction
        if gone.opened and (comes_in or not kept.opened):
            kept, gone = gone, kept
        for leg in gone.legs.values():
            leg.record = kept
        kept.legs.update(gone.legs)
        kept.links |= gone.links
        for link in gone.links:
            self._records[link] = kept
        if gone.first is not None and gone.answered:
            gone.first.talks = True
        kept.told = {**gone.told, **kept.told}
        kept.results = {**gone.results, **kept.results}
        kept.queue = kept.queue or gone.queue
        kept.answered = kept.answered or gone.answered
        if kept.opened and gone.opened:
            self._say(kept, EventKind.LINKED, linked_id=gone.native_id)
        return kept

    def _open(self, record: Record) -> bool:
        """Tell of the call once its direction is known: of what one of our telephones dials, when it is known whom."""
        first = record.first
        if record.opened or first is None:
            return record.opened
        if first.agent is not None:
            other = next((leg for leg in record.legs.values() if leg is not first and not leg.inner), None)
            if other is None and record.queue is None:
                return False
            if other is not None and record.dialled is None and not (other.dialled or other.up):
                return False
            ours = other is None or other.agent is not None
            record.direction = Direction.INTERNAL if ours else Direction.OUT
        elif first.placed:
            if record.dialled is None and not first.up:
                return False
            record.direction = Direction.OUT
        self._begin(record)
        return True

    def _begin(self, record: Record) -> None:
        record.opened = True
        self._say(record, EventKind.RINGING, called=Called(raw=record.dialled, line=self._line, queue=record.queue))
        if record.heard is not None:
            self._hear(record, record.heard)

    # --- the caller ---------------------------------------------------------------------------------------------------

    def _hear(self, record: Record, caller: Caller) -> None:
        """A statement about the caller: told at once, but for a number of which is asked first whether it may be shown."""
        record.heard = caller
        if not record.opened or record.hold_until is not None:
            return
        hides = caller.raw is None and caller.presentation is Presentation.PRIVATE
        told = caller.raw is not None or caller.name is not None
        asked = record.cleared is None and record.direction is Direction.IN and told
        if asked and self.asks and record.first is not None:
            if not record.first.channel.isprintable():  # a request has no room for such a name
                self._unknown(record)
                return
            record.hold_until = self._now + PRESENTATION_TIME
            self.questions.append((record.native_id, record.first.channel))
        elif asked and self._is_kept_back(record):
            self._clear(record, Presentation.PRIVATE)
        elif record.cleared is not False and (caller.raw is not None or hides):
            record.cleared = False if hides else record.cleared
            self.unasked = self.unasked or asked
            self._tell(record, caller)

    def _unknown(self, record: Record) -> None:
        """Whether the number may be shown was not answered; the answer may still come."""
        record.hold_until = None
        if self._is_kept_back(record):
            self._clear(record, Presentation.PRIVATE)
        elif record.heard is not None:
            self.unasked = self.unasked or not self.answers
            self._tell(record, Caller(presentation=Presentation.UNAVAILABLE) if self.answers else record.heard)

    def _is_kept_back(self, record: Record) -> bool:
        """Whether the caller came by a trunk of which it cannot be asked who withholds the number, and all count as withheld."""
        first = record.first
        return (
            not self.asks and first is not None and self._withheld.fullmatch(amilegs.device(first.channel)) is not None
        )

    def _clear(self, record: Record, allowed: Presentation) -> None:
        record.hold_until = None
        record.cleared = allowed is Presentation.SHOWN
        if record.heard is not None and record.cleared:
            self._tell(record, record.heard)
        else:
            self._tell(record, Caller(presentation=allowed))

    def _tell(self, record: Record, caller: Caller) -> None:
        if caller != record.known:
            record.known = caller
            self._say(record, EventKind.CALLER, caller=caller)

    def _nobody(self, record: Record) -> None:
        """Telephones ring, or a queue has the call, and no number has come: the line gave none."""
        if record.direction is Direction.IN and record.opened and record.known is None and record.hold_until is None:
            name = record.heard.name if record.heard is not None else None
            self._tell(record, Caller(presentation=Presentation.UNAVAILABLE, name=name))

    def _listen(self, leg: Leg | None, message: Message) -> None:
        """What an event of the caller's own channel says of the call; that of whom the exchange rings says who is called."""
        if leg is None or leg.placed or leg.record.first is not leg:
            return
        record = leg.record
        if not record.inner_first:
            record.dialled = record.dialled or amilegs.dialled(message)
        said = amilegs.caller(message)
        pres = message.text("CID-CallingPres")
        if leg.agent is not None:
            self._own(record, leg.agent, said)
        elif pres and said is not None and said.raw is not None:
            self._presented(record, said, amilegs.presentation(pres))
        elif said is not None and (record.heard is None or record.heard.raw is None):
            self._hear(record, said)

    def _own(self, record: Record, agent: SafeText, said: Caller | None) -> None:
        """One of our telephones calls. What the dial plan makes of its number is for whom it calls: not who calls."""
        number = said.raw if said is not None and said.raw is not None else SafeText("")
        extension = self._extension.fullmatch(number) is not None
        if extension or record.heard is None:
            name = said.name if said is not None else None
            raw = number if extension else agent
            self._hear(record, Caller(raw=raw, presentation=Presentation.SHOWN, name=name))

    def _presented(self, record: Record, said: Caller, allowed: Presentation) -> None:
        """The dial plan set the caller's number and said whether it may be shown."""
        if allowed is not Presentation.SHOWN:
            said = Caller(presentation=allowed)
        record.heard = said
        if record.opened and record.cleared is not False:
            self._clear(record, allowed)

    def _forwarded(self, record: Record, number: SafeText) -> None:
        if record.via is None and self._open(record):
            record.via = number
            self._say(record, EventKind.CALLER, via=Via(raw=number))


def _strangers(one: Record, other: Record) -> bool:
    """Whether two calls that came in are of two callers: of each a channel was heard, and they do not show the same number."""
    callers = [record.heard for record in (one, other) if record.first is not None and not record.first.inner]
    numbers = [caller.raw for caller in callers if caller is not None]
    come_in = all(record.opened and record.direction is Direction.IN for record in (one, other))
    return come_in and len(numbers) == 2 and (None in numbers or numbers[0] != numbers[1])
