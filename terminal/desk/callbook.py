"""The calls of one desk: those of its own lines and those that others report; what is shown of each, and when it pops.

Pure: events, rows and the clock go in; turns come out, in the order in which the desk has to tell them.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Final, NamedTuple

import msgspec

from ringdesk import ids
from ringdesk.calls import WAITING, Call, CallEvent, SourceKey
from ringdesk.routing import rings_elsewhere
from ringdesk.safetext import SafeText
from ringdesk.tracker import Policy, Tracker, give_up, patience, perhaps_one, pop_due, told_apart, twin
from ringdesk.tracker.unheard import judged
from terminal.desk.combined import combined
from terminal.desk.unheard import Unheard

YOUNG: Final = 30.0
"""Seconds: what somebody else reports, or waited here until it was heard, pops only while it is younger (sync.md 5)."""
TOLD_LATE: Final = 900.0
"""Seconds: what a source of this desk itself tells of a call that rang longer ago is history (`codecs.hooktimes`)."""
KEPT: Final = 600.0
"""Seconds for which a call that is over stays in the list."""

_POLICY: Final = Policy()


class Turn(NamedTuple):
    """One thing to tell. `pop`: show the call, for the first and only time. `identify`: its number is newly known."""

    call: Call
    pop: bool
    identify: bool


class _Shown(NamedTuple):
    call: Call
    popped: bool
    elsewhere: bool = False


class CallBook:
    """All calls that this desk knows of. `steady` are seconds that run on whatever is done to the wall clock."""

    def __init__(self, tracker: Tracker, steady: Callable[[], float] | None = None) -> None:
        self._tracker = tracker
        self._unheard = Unheard(steady)
        self._rows: dict[str, Call] = {}
        self._shown: dict[str, _Shown] = {}
        self._known_as_another: set[str] = set()
        self._late: set[str] = set()
        """The calls of a line of this desk whose newest event was old when it was heard: whether they ring on nobody knows."""
        self._asked: set[str] = set()
        """The calls of which people here were asked whether they are the same as another."""
        self.own: frozenset[str] = frozenset()
        """The ids of this device and of the person who works here: what a route names."""

    def heard(self, event: CallEvent, site: str, now: float | None = None) -> list[Turn]:
        """A line of this desk reports something; `now`: it may have happened before that, and have waited until now."""
        others = [row for row in self._rows.values() if row.merged_into is None and self._tracker.get(row.id) is None]
        calls, now = self._tracker.received(event, site=site, others=others), event.at if now is None else now
        (self._late.difference_update if now - event.at < YOUNG else self._late.update)(call.id for call in calls)
        return self._turns(calls, now)

    def meant(self, event: CallEvent) -> CallEvent:
        """The event, under the name by which its call is kept here (`tracker.again`)."""
        return self._tracker.meant(event)

    def strange(self, event: CallEvent) -> tuple[str, ...]:
        """The ids of calls in an event that this desk has not heard of since it began: they may have been other calls'."""
        said = {native for native in (event.native_id, event.linked_id) if native is not None}
        called = (ids.call_id(event.source, native) for native in sorted(said))
        return tuple(each for each in called if self._tracker.ended(each) is None)

    def recall(self, ended: Mapping[str, float]) -> None:
        """When calls ended that others, or this desk in an earlier life, heard of."""
        for each, at in ended.items():
            self._tracker.recall(each, at)

    def goes_on(self, source: str, name: str) -> None:
        """A call of a source is on that has this name, though by the clock of now it is too old."""
        self._tracker.named(source, name)

    def row(self, row: Call, now: float) -> list[Turn]:
        """The row of a call came or changed: a report of another desk, a claim, a wrap-up, by whomever."""
        before, self._rows[row.id] = self._rows.get(row.id), row
        self._part(before, row)
        if row.merged_into is not None:
            if row.id not in self._shown:
                return []
            if self.popped(row.id):
                self._known_as_another.add(row.merged_into)
        elif row.id not in self._shown and self._seen_here(row):
            self._known_as_another.add(row.id)
        led = self._lead(row, now)
        if led:
            return self._turns(led, now)
        if row.claimed_by is not None:
            self._tracker.claim(row.id, row.claimed_by, row.claimed_at or now, row.claimed_name)
        if row.disposition is not None:
            self._tracker.wrap_up(row.id, SafeText(row.disposition), now)
        heard = self._tracker.get(row.id)
        if heard is not None and row.merged_into is None and not combined(heard, row).live:
            self._tracker.over(row)
        turn = self._turn(row.id, now)
        return [] if turn is None else [turn]

    def _part(self, before: Call | None, row: Call) -> None:
        """What a person said of two calls holds for what this desk's lines hear, too."""
        into = before.merged_into if before is not None else None
        if row.merged_into is None and into is not None:
            kept, heard = self._rows.get(into), self._tracker.get(into)
            now = (
                kept if kept is None or heard is None else combined(heard, msgspec.structs.replace(kept, perhaps=None))
            )
            self._tracker.part(now and msgspec.structs.replace(now, sources=kept.sources if kept else ()), row)
        if row.apart != (before.apart if before is not None else ()):
            self._tracker.tell_apart(row.id, row.apart)

    def _seen_here(self, row: Call) -> bool:
        """Whether a line of this desk saw the same call, and it was shown: the server is about to make one of the two."""
        if self._tracker.get(row.id) is not None:
            return False
        other = twin(row, reversed(self._tracker.calls), _POLICY.same_call)
        return other is not None and self.popped(other.id)

    def _lead(self, row: Call, now: float) -> tuple[Call, ...]:
        """The server made one call of two, and what this desk's lines saw is the one that is over: they go on with the other.
        Either row may come first."""
        if row.merged_into is not None:
            into = self._rows.get(row.merged_into)
            return () if into is None or into.merged_into is not None else self._tracker.lead(row.id, into, now)
        own = next((found for key in row.sources if (found := self.of(key)) is not None), row.id)
        return () if own == self._tracker.resolve(row.id) else self._tracker.lead(own, row, now)

    def due(self, now: float) -> tuple[tuple[Call, ...], list[Turn]]:
        """Time passed: the own calls that were given up, and what to tell of all. Forgets what is long over.

        A call of another desk is given up too, here: a desk that was switched off says nothing of it any more.
        """
        ended = self._tracker.due(now, lambda call: (left := self._left(call, now)) is not None and left <= 0)
        turns = self._turns(ended, now)
        for call_id, (call, *_) in list(self._shown.items()):
            if self._tracker.get(call_id) is not None:
                continue
            if call.live and (left := self._left(call, now)) is not None and left <= 0:
                turns += self.row(give_up(call, now), now)
            elif _over(call, now):
                del self._shown[call_id]
                self._asked.discard(call_id)
                self._late.discard(call_id)
        for call_id in [row.id for row in self._rows.values() if row.id not in self._shown and _over(row, now)]:
            del self._rows[call_id]
        return ended, turns

    def due_in(self, now: float) -> float | None:
        """Seconds until `due` has something to end."""
        times = (self._left(call, now) for call in self._tracker.calls)
        return min((time for time in times if time is not None), default=None)

    def _left(self, call: Call, now: float) -> float | None:
        """Seconds until a call is given up, unless something is heard of it: by a line of this desk, or by anybody else."""
        heard, row = self._tracker.get(call.id), self._rows.get(call.id)
        if heard is not None:
            call = heard if row is None or row.merged_into is not None else combined(heard, row)
        seconds = patience(call, _POLICY if heard is None else self._tracker.policy)
        return None if seconds is None else seconds - self._unheard.lasts(call, now)

    def find(self, call_id: str) -> Call | None:
        """A call as it is shown."""
        return self._seen(self.resolve(call_id))

    def resolve(self, call_id: str) -> str:
        """The id under which a call goes on, where two turned out to be one: here, or at another desk."""
        return ids.goes_on(call_id, self._merged_into)

    def _merged_into(self, call_id: str) -> str | None:
        own, row = self._tracker.resolve(call_id), self._rows.get(call_id)
        if own != call_id:
            return own
        return row.merged_into if row is not None else None

    def aliases(self, call_id: str) -> tuple[str, ...]:
        """The ids of the calls that turned out here to be this one."""
        return self._tracker.aliases(call_id)

    def of(self, key: SourceKey) -> str | None:
        """The id of the call that a source of this desk calls so."""
        found = (call.id for call in reversed(self._tracker.calls) if key in call.sources)
        return next(found, None)

    def popped(self, call_id: str) -> bool:
        """Whether the call was shown."""
        return call_id in self._shown and self._shown[call_id].popped

    def told(self, call_id: str) -> bool:
        """Whether people here know of the call: it was shown, or stands beside one that was and that it may be."""
        shown = self._shown.get(call_id)
        return shown is not None and (shown.popped or shown.call.perhaps is not None)

    def calls(self, now: float) -> list[Call]:
        """The calls that live or were within the last minutes, oldest first."""
        found = (shown for shown in self._shown.values() if shown.popped or not self.elsewhere(shown.call))
        calls = [call for call, *_ in found if call.merged_into is None and not _over(call, now)]
        return sorted(calls, key=lambda call: (call.started, call.id))

    def rings_for(self, own: frozenset[str], now: float) -> list[Turn]:
        """Somebody else works here, or the device is another: what rings for them is shown, what does not is withdrawn."""
        if own == self.own:
            return []
        self.own = own
        routed = [row.id for row in self._rows.values() if row.routed is not None and row.live]
        turns = [self._turn(call_id, now) for call_id in routed]
        return [turn for turn in turns if turn is not None]

    def owned(self, numbers: Set[str]) -> list[Turn]:
        """Somebody has these `numbers` (E.164) now who had them not: the calls from them that people here know of have to be
        looked up anew. A call that calls nobody here, or has not been shown yet, is not told."""
        return [
            Turn(call, pop=False, identify=True)
            for call, popped, elsewhere in self._shown.values()
            if call.caller.e164 in numbers
            and call.merged_into is None
            and (popped or not elsewhere)
            and (popped or call.perhaps is not None or call.state not in WAITING or call.claimed_by is not None)
        ]

    def unheard(
        self, calls: Iterable[Call], source: str, own: Set[str], now: float, *, listed: bool
    ) -> list[CallEvent]:
        """What became of the `calls` of a `source` that were on when this desk was left, and of which none of its `own` sources
        has said anything since (`tracker.unheard`)."""
        found: list[CallEvent] = []
        for call in calls:
            row = self._rows.get(call.id)
            if row is None or self._heard_of(row):
                continue
            event = judged(call, row, source, now, own=own, listed=listed)
            if event is not None:
                self._tracker.resume(row)
                found.append(event)
        return found

    def _heard_of(self, row: Call) -> bool:
        """Whether a line of this desk has said anything of a call since it began."""
        return self._tracker.get(row.id) is not None or any(self.of(key) is not None for key in row.sources)

    def elsewhere(self, call: Call) -> bool:
        """Whether it rings at other desks only."""
        return rings_elsewhere(call, self.own)

    def _perhaps(self, call: Call) -> str | None:
        """The call on show that this one may be the same as, by the server's word or by what this desk hears itself: two reports
        of one call disturb once."""
        for other in reversed(self._shown.values()):
            if not other.popped or not other.call.live or other.call.id == call.id:
                continue
            row = self._rows.get(other.call.id)
            told = other.call.id == call.perhaps or (row is not None and row.perhaps == call.id)
            if told_apart(call, other.call) or (row is not None and told_apart(call, row)):
                continue
            if told or perhaps_one(call, other.call, _POLICY.same_call):
                return other.call.id
        return None

    def _question(self, before: _Shown | None, call: Call, *, popped: bool) -> str | None:
        """The call that this one may be, once nothing is to be shown for it: as long as nobody has said so or not, nor
        is it known."""
        if before is None or (popped and call.id not in self._asked) or not call.id:
            return None
        row = self._rows.get(call.id)
        apart, said = (call.apart, call.perhaps) if row is None else (row.apart, row.perhaps)
        told = (before.call.perhaps, said if call.id in self._asked else None)
        others = (self.resolve(each) for each in told if each is not None and each not in apart)
        return next((each for each in others if each != call.id), None)

    def _seen(self, call_id: str) -> Call | None:
        heard, row = self._tracker.get(call_id), self._rows.get(call_id)
        if heard is None or row is None:
            return heard or row
        return combined(heard, row)

    def _turns(self, calls: tuple[Call, ...], now: float) -> list[Turn]:
        """A call that went on under another id has been shown if any of its ids was."""
        for call in calls:
            goes_on = self._tracker.resolve(call.id)
            if goes_on != call.id and self.popped(call.id):
                self._known_as_another.add(goes_on)
        turns = [self._turn(call.id, now, alias=call) for call in calls]
        return [turn for turn in turns if turn is not None]

    def _turn(self, call_id: str, now: float, alias: Call | None = None) -> Turn | None:
        merged = self._tracker.resolve(call_id) != call_id
        call = alias if merged else self._seen(call_id)
        if call is None:
            return None
        self._unheard.heard(call, now)
        before = self._shown.get(call_id)
        popped = (before is not None and before.popped) or call_id in self._known_as_another
        self._known_as_another.discard(call_id)
        told = call.started if call.routed is None else max(call.started, call.routed.since)
        others = call_id in self._rows and self._tracker.get(call_id) is None
        rang = max(told, call.last_ring or 0.0)
        young = now - told < YOUNG if others else now - rang < TOLD_LATE and call_id not in self._late
        elsewhere = self.elsewhere(call)
        pop = not popped and young and _calls_for(call) and not elsewhere
        perhaps = self._perhaps(call) if pop else self._question(before, call, popped=popped)
        pop = pop and perhaps is None
        if perhaps is not None:
            self._asked.add(call_id)
        call = msgspec.structs.replace(call, perhaps=perhaps)
        self._shown[call_id] = _Shown(call, popped or pop, elsewhere)
        quiet = elsewhere and not popped
        moved = before is not None and popped and before.elsewhere is not elsewhere
        known_here = popped or perhaps is not None
        if not pop and (quiet or _over(call, now) or not (moved or _is_news(before, call, popped=known_here))):
            return None
        own = before is not None and (before.call.merged_into is None or call.merged_into is not None)
        known = before.call.caller.e164 if before is not None and own else None
        return Turn(call, pop, identify=call.caller.e164 != known)


def _calls_for(call: Call) -> bool:
    """Whether somebody here is called and nobody has it yet."""
    return call.state in WAITING and call.claimed_by is None and pop_due(call)


def _is_news(before: _Shown | None, call: Call, *, popped: bool) -> bool:
    """Before it pops, a call that waits is nobody's news; after that, everything but another ring is."""
    if not popped and call.state in WAITING and call.claimed_by is None:
        return False
    return before is None or _quiet(before.call) != _quiet(call)


def _quiet(call: Call) -> Call:
    return msgspec.structs.replace(call, ring_count=0, last_ring=None)


def _over(call: Call, now: float) -> bool:
    return not call.live and now - (call.started if call.ended is None else call.ended) > KEPT
