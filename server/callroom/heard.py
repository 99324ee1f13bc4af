"""What a source of the server's own reports: load, step, save, in one transaction with the mark that it was taken in
(sync.md 5). Pure but for the store that runs it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from ringdesk import ids, numbers, ops, tracker
from ringdesk.calls import Call, Called, CallEvent, EventKind, SourceKey
from ringdesk.errors import BadInput
from ringdesk.merge import bounds
from ringdesk.ops import Row, RowKey
from ringdesk.safetext import SafeText
from ringdesk.tracker import again
from ringdesk.wire.signing import ServerKey
from server.accept import joining
from server.accept.images import Sealer, dialled, draft, recent_calls, sets_touched
from server.accept.owing import Business, Owing, is_history
from server.accept.ringing import Ringing
from server.store.head import Around, Batch, Decision, Ground, Head, TakenIn, Wanted
from server.store.values import (
    MAIN_SITE,
    Held,
    LineRow,
)

KEPT_SECONDS: Final = 24 * 3600.0
"""How long a webhook that was taken in is remembered: Zoom sends again until 85 minutes later, most give up within one."""
ANYWHERE: Final = LineRow(id="", source="", site=MAIN_SITE)
"""The line of a source of which nothing else is known."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What one request of a source says. `once` is its name among all of the source ("": it may come again and again); `again`:
    that name may be another request's within the day (`Verdict.again`). `delayed`: it was heard in time, and waited for this
    server's own disk: what is over by now rings nowhere, and a callback is owed all the same."""

    source: str
    events: tuple[CallEvent, ...]
    lines: tuple[LineRow, ...] = ()
    once: str = ""
    again: bool = False
    delayed: bool = False

    @property
    def mark(self) -> str | None:
        """The id under which it is remembered: a hash, because its name may hold a number."""
        named = f"{self.source}\0{self.once}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(named).hexdigest() if self.once else None


class Hearing:
    """One report, to be folded on the ground that the store has locked.

    Attributes:
        wanted: what has to be locked and loaded.
        repeated: it was taken in before, and nothing changes.
        wrote: there is something new in the order.
    """

    def __init__(self, report: Report, key: ServerKey, now: float, business: Business) -> None:
        self._report = report
        self._key = key
        self._now = now
        self._business = business
        self._events = tuple(event for event in report.events if event.event not in tracker.NO_CALL)
        self._placed = tuple(placed(event, report.lines, now) for event in self._events)
        self.wanted = Wanted(
            rows=_keys(_named(self._events)), around=_around(self._placed), hook=report.mark, rules=True
        )
        self.repeated = self.wrote = False

    def decide(self, ground: Ground) -> Decision | Wanted:
        """Fold all events in memory."""
        kept = again.AGAIN_SECONDS if self._report.again else KEPT_SECONDS
        self.repeated = ground.hook_at is not None and self._now - ground.hook_at < kept
        if self.repeated:
            return Decision(seal=lambda _head: Batch())
        before = {key[1]: call for key, held in ground.rows.items() if (call := call_of(held)) is not None}
        ahead = {call.merged_into for call in before.values() if call.merged_into}
        folded = _Fold(before)
        ahead.update(*(again.may_be(event) for event, _ in self._placed if folded.comes_again(event)))
        ahead -= {key[1] for key in ground.asked}
        if ahead:
            return msgspec.structs.replace(ground.wanted, rows=tuple(sorted(ground.asked.union(_keys(ahead)))))
        for event, site in self._placed:
            folded.take(event, site)
        folded.give_up(before, self._now)
        changed: dict[RowKey, Row] = {
            ("call", call.id): call for call in folded.calls.values() if before.get(call.id) != call
        }
        late = is_history((event.at for event, _ in self._placed), self._now)
        known = rows_of(ground)
        ringing = Ringing(ground, self._business, self._now, self._report.lines)
        changed = ringing.after(known, changed, fresh=not late, moves=True)
        changed = {key: row for key, row in changed.items() if known.get(key) != row}
        owing = Owing(ground, self._business, self._now)
        changed = owing.after(known, changed, fresh=not late or self._report.delayed)
        if owing.more is not None:
            return owing.more
        drafts = [draft(key, row) for key, row in sorted(changed.items())]

        def seal(head: Head) -> Batch:
            sealer = Sealer(self._key, head, ground.rows)
            changes = (sealer.change(drafts),) if drafts else ()
            mark = self.wanted.hook
            return Batch(
                changes=changes,
                tallies=sealer.tallies if changes else {},
                dialled=dialled(changed),
                calls=recent_calls(changes, changed, self._now, {key[1] for key in changed} if late else ()),
                hook=None if mark is None else TakenIn(mark, self._now, self._now - KEPT_SECONDS),
            )

        self.wrote = bool(drafts)
        return Decision(seal=seal, changes=1 if drafts else 0, sets=sets_touched(drafts, ground.rows))


class _Fold:
    """The calls as they become, event by event."""

    def __init__(self, calls: dict[str, Call]) -> None:
        self.calls = dict(calls)

    def comes_again(self, event: CallEvent) -> bool:
        """Whether an id in the event is that of a call that was over long ago."""
        if event.unique:
            return False
        said = [native for native in (event.native_id, event.linked_id) if native is not None]
        return any(again.is_over(self._ended(ids.call_id(event.source, native)), event.at) for native in said)

    def take(self, event: CallEvent, site: str) -> None:
        """One event at a site."""
        event = again.own(event, self._ended)
        own = self._goes_on(ids.call_id(event.source, event.native_id))
        if again.is_repeated(event, self._ended(own)):
            return
        event = bounds.event(event)
        before = self.calls.get(own)
        call = bounds.call(tracker.step(before, event, call_id=own, site=site))
        if event.event is EventKind.LINKED and event.linked_id is not None:
            self._link(before, call, SourceKey(event.source, event.linked_id), event.at)
        else:
            self.calls |= {each.id: each for each in joining.joined(before, call, self.calls.values(), event.at)}

    def give_up(self, before: Mapping[str, Call], now: float) -> None:
        """What is new here and so old that nobody can be on the line any more never rang: it is history at once."""
        for call in tuple(self.calls.values()):
            late = tracker.deadline(call, tracker.DEFAULT_POLICY) if call.id not in before else None
            if late is not None and late <= now:
                self.calls[call.id] = tracker.give_up(call, late)

    def _ended(self, call_id: str) -> float | None:
        call = self.calls.get(self._goes_on(call_id))
        if call is None:
            return None
        return again.LIVES if call.ended is None else call.ended

    def _link(self, before: Call | None, call: Call, linked: SourceKey, at: float) -> None:
        """The source says that two of its calls are one. Of two that people have seen the older goes on: the other's pop
        would be a second one. The id that is left behind leads to it, also where nothing was heard under it yet."""
        other = self._goes_on(ids.call_id(linked.source, linked.native_id))
        call = bounds.call(msgspec.structs.replace(call, sources=tuple(dict.fromkeys((*call.sources, linked)))))
        if other == call.id:
            self.calls[call.id] = call
            return
        twin = self.calls.get(other)
        if twin is None:
            nobody = Call(id=other, direction=call.direction, started=call.started, site=call.site)
            self.calls |= {call.id: call, other: tracker.went_on(nobody, call.id, at)}
            return
        kept, gone = tracker.one_of(before, call, twin, at)
        self.calls |= {kept.id: bounds.call(kept), gone.id: gone}

    def _goes_on(self, call_id: str) -> str:
        def merged_into(each: str) -> str | None:
            call = self.calls.get(each)
            return None if call is None else call.merged_into

        return ids.goes_on(call_id, merged_into)


def placed(event: CallEvent, lines: Sequence[LineRow], now: float) -> tuple[CallEvent, str]:
    """The event as it is meant on its line, and the site of that. What a source says of the time is believed, but nothing
    lies in the future: a fast clock must not outdo what is said after it."""
    found = _line_of(event, lines)
    line = found or next(iter(lines), ANYWHERE)
    event = msgspec.structs.replace(event, at=min(max(event.at, 0.0), now))
    if found is not None:
        called = msgspec.structs.replace(event.called or Called(), line=SafeText(found.label or found.id))
        event = msgspec.structs.replace(event, called=called)
    return numbers.read_caller(event, line.region, line.area), line.site


def _line_of(event: CallEvent, lines: Sequence[LineRow]) -> LineRow | None:
    """The line that was called: the source names it, or the number that was called is its id."""
    if event.called is None or not lines:
        return None
    said = {str(text) for text in (event.called.line, event.called.raw) if text}
    exact = next((line for line in lines if line.id in said), None)
    if exact is not None or event.called.raw is None:
        return exact
    for line in lines:
        own = numbers.read(line.id, line.region, line.area).e164
        if own is not None and own == numbers.read(event.called.raw, line.region, line.area).e164:
            return line
    return None


def _named(events: Iterable[CallEvent]) -> set[str]:
    own = {(event.source, event.native_id) for event in events}
    linked = {(event.source, event.linked_id) for event in events if event.linked_id is not None}
    return {ids.call_id(source, native) for source, native in own | linked}


def _around(heard: Iterable[tuple[CallEvent, str]]) -> tuple[Around, ...]:
    by_site: dict[str, list[CallEvent]] = {}
    for event, site in heard:
        by_site.setdefault(site, []).append(event)
    heard_at = ((site, by_site[site]) for site in sorted(by_site))
    return tuple(each for site, events in heard_at for each in joining.around(site, events, joining.callers_of(events)))


def _keys(calls: Iterable[str]) -> tuple[RowKey, ...]:
    return tuple(sorted(("call", call) for call in calls))


def call_of(held: Held) -> Call | None:
    """A call as it is held; None for one that this version cannot read."""
    row = _row_of(held)
    return row if isinstance(row, Call) else None


def rows_of(ground: Ground) -> dict[RowKey, Row]:
    """The rows that were loaded, but for those that this version cannot read."""
    read = ((key, _row_of(held)) for key, held in ground.rows.items())
    return {key: row for key, row in read if row is not None}


def _row_of(held: Held) -> Row | None:
    try:
        return ops.decode_row(held.kind, held.body or b"null")
    except BadInput:
        return None
