"""Whom the business owes a call: what follows of a call's change for its callback, in the transaction of that change.

The same at every door of the server: a desk's report or op, a webhook, a call that is given up. `ringdesk.callbacks` has the
rule; here is what it has to know.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from ringdesk import callbacks
from ringdesk.callbacks import Known, Policy, Window
from ringdesk.calls import Call
from ringdesk.errors import BadInput
from ringdesk.hours import Hours, hours
from ringdesk.ids import callback_id
from ringdesk.marks import MarkLabel, NumberMark
from ringdesk.ops import Args, CallReport, CallVerdict, Row, RowKey, TaskAdd
from ringdesk.reached import mark_of, number_of, numbers
from ringdesk.tasks import Task, TaskKind, TaskState
from ringdesk.wire import limits
from server.store.head import Ground, Wanted
from server.store.values import (
    Rules,
    StoreHours,
)

_WIDEST = Policy(make=True, passive=True)
"""Until the rules are loaded: whatever may follow."""


def is_history(times: Iterable[float], now: float, uncertainty: float = 0.0) -> bool:
    """Whether all of a report is older than what still pops or makes a callback (sync.md 5). Seconds since 1970."""
    newest = max(times, default=now)
    return now - newest - uncertainty > limits.REPORT_FRESH_SECONDS


class Business(msgspec.Struct, frozen=True):
    """When stores are open of which the central settings say nothing. `zone` None: that of this machine; `region` and
    `area` are where numbers of lines are at home that are not in the central settings either."""

    hours: Hours = Hours()
    zone: tzinfo | None = None
    region: str = "TW"
    area: str = ""

    def window(self, site: str, rules: Rules, at: float) -> Window:
        """When a store calls back whom it missed `at`."""
        opened, zone = self._of(site, rules)
        return callbacks.window(at, opened, zone, rules.callbacks.within)

    def is_open(self, site: str, rules: Rules, at: float) -> bool:
        """Whether a store is open `at`; one of which no hours are known is, but on closed days."""
        opened, zone = self._of(site, rules)
        return opened.is_open(datetime.fromtimestamp(at, UTC).astimezone(zone))

    def _of(self, site: str, rules: Rules) -> tuple[Hours, tzinfo | None]:
        said = next((each for each in rules.hours if each.id == site), None)
        return (self.hours, self.zone) if said is None else _read(said.id, said.zone, _frozen(said))


def _frozen(said: StoreHours) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    return tuple(sorted(said.week.items())), said.closed


@lru_cache(maxsize=256)
def _read(
    _site: str, zone: str, said: tuple[tuple[tuple[str, str], ...], tuple[str, ...]]
) -> tuple[Hours, tzinfo | None]:
    """Hours were judged when they were imported; a zone may be missing on another machine."""
    week, closed = said
    try:
        return hours(dict(week), closed), ZoneInfo(zone) if zone else None
    except (BadInput, ValueError, OSError, KeyError):
        return Hours(), None


class Owing:
    """What follows in one transaction; `more` is what has to be loaded first, if it is not None once all was asked."""

    def __init__(self, ground: Ground, business: Business, now: float) -> None:
        self._wanted = ground.wanted
        self._ground = ground
        self._business = business
        self._now = now
        self._loaded = {*ground.wanted.rows, *ground.rows}
        self._rows: set[RowKey] = set()
        self._dialled: set[str] = set()
        self._reachable: set[str] = set()
        self._rules = False

    @property
    def more(self) -> Wanted | None:
        """All that is wanted with what lacks; None where nothing does."""
        if not (self._rows or self._dialled or self._reachable or self._rules):
            return None
        wanted = self._wanted
        return msgspec.structs.replace(
            wanted,
            rows=tuple(sorted({*wanted.rows, *self._rows})),
            dialled=tuple(sorted({*wanted.dialled, *self._dialled})),
            reachable=tuple(sorted({*wanted.reachable, *self._reachable})),
            rules=wanted.rules or self._rules,
        )

    def after(
        self,
        before: Mapping[RowKey, Row],
        written: Mapping[RowKey, Row],
        *,
        args: Args | None = None,
        fresh: bool = True,
        site: str = "",
    ) -> dict[RowKey, Row]:
        """The rows that are `written`, and the callbacks that follow. `args` of the op that wrote them, by a device of `site`;
        what is not `fresh` makes no callback."""
        rows = dict(written)
        self._recount(before, rows)
        for key, row in sorted(written.items()):
            if isinstance(row, Call):
                known = before.get(key)
                assert known is None or isinstance(known, Call)
                self._called(known, row, {**before, **rows}, rows, args=args, fresh=fresh)
        for row in written.values():
            if isinstance(row, NumberMark) and row.label is MarkLabel.JUNK:
                self._junk(row, {**before, **rows}, rows)
        if isinstance(args, TaskAdd) and args.kind is TaskKind.CALLBACK:
            self._promised(before, written, rows, site)
        return rows

    def _called(
        self,
        before: Call | None,
        call: Call,
        around: Mapping[RowKey, Row],
        rows: dict[RowKey, Row],
        *,
        args: Args | None,
        fresh: bool,
    ) -> None:
        own = ("task", callback_id(call.id))
        by_hand = isinstance(args, CallVerdict)
        policy = _WIDEST if self._ground.rules is None else self._ground.rules.callbacks
        judged = by_hand and own in rows
        if not (judged or callbacks.asks(before, call, policy)):
            return
        known = self._known(numbers(call), {call.caller.e164} - {None}, around)
        if known is None or self._lacks_row(own) or self._ground.rules is None:
            return
        if judged:
            made = rows[own]
            assert isinstance(made, Task)
            first = own not in self._ground.rows
            instead = callbacks.taken_up(made, call, known) if first and args_missed(args) else None
            if instead is not None:
                del rows[own]
                self._put(rows, around, instead)
        elif not by_hand and fresh and callbacks.newly_lost(before, call, policy) and own not in around:
            when = self._business.window(call.site, self._ground.rules, self._now)
            also = [row.id for row in around.values() if isinstance(row, Call) and row.merged_into == call.id]
            task = callbacks.made(call, known, when, also=also)
            if task is not None:
                rows["task", task.id] = task
        if callbacks.newly_spoken(before, call):
            for task in callbacks.closed(call, known, self._now):
                rows["task", task.id] = task

    def _recount(self, before: Mapping[RowKey, Row], rows: dict[RowKey, Row]) -> None:
        """Calls that became one, or are two again, count so in the callback for which they were tries."""
        policy = _WIDEST if self._ground.rules is None else self._ground.rules.callbacks
        changed: list[Call] = []
        for key, row in rows.items():
            was = before.get(key)
            if isinstance(row, Call) and isinstance(was, Call) and was.merged_into != row.merged_into:
                changed += (was, row)
        if not any(callbacks.lost(call, policy) for call in changed):
            return
        around = {**before, **rows}
        known = self._known(frozenset().union(*map(numbers, changed)), set(), around)
        if known is None:
            return
        tasks = [task for task in known.tasks if task.state is TaskState.OPEN]
        unread = [self._lacks_row(("call", each)) for task in tasks for each in task.calls]
        if any(unread):
            return
        calls = {row.id: row for row in before.values() if isinstance(row, Call)}
        for task in tasks:
            self._put(rows, around, callbacks.recounted(task, calls, known.calls))

    def _junk(self, mark: NumberMark, around: Mapping[RowKey, Row], rows: dict[RowKey, Row]) -> None:
        """A number that is junk is not called back, also where that was to be done already."""
        known = self._known(mark_of(mark), {mark.e164} - {None}, around)
        if known is not None:
            rows |= {("task", task.id): task for task in callbacks.dropped(mark, known, self._now)}

    def _promised(
        self, before: Mapping[RowKey, Row], written: Mapping[RowKey, Row], rows: dict[RowKey, Row], site: str
    ) -> None:
        """One callback for a caller is enough: a person's takes the place of the server's."""
        for row in written.values():
            if not isinstance(row, Task) or row.kind is not TaskKind.CALLBACK:
                continue
            known = self._known(number_of(row), set(), {**before, **rows})
            if known is not None:
                rows |= {("task", each.id): each for each in callbacks.replaced(row, known, site, self._now)}

    def _known(self, digits: frozenset[str], e164s: set[str | None], around: Mapping[RowKey, Row]) -> Known | None:
        """What stands around a number; None where that has to be loaded first."""
        lacking = digits - set(self._wanted.dialled)
        self._dialled |= lacking
        self._rules = self._rules or self._ground.rules is None
        tasks = tuple(
            row
            for row in around.values()
            if isinstance(row, Task) and row.kind is TaskKind.CALLBACK and not digits.isdisjoint(number_of(row))
        )
        named = {e164 for e164 in (*e164s, *(task.number for task in tasks)) if e164 and e164.startswith("+")}
        unasked = {str(e164) for e164 in named} - set(self._wanted.reachable)
        self._reachable |= unasked
        unread = [self._lacks_row(("call", task.call)) for task in tasks if task.call]
        if lacking or unasked or any(unread):
            return None
        reached = {member for e164 in named for member in self._ground.reachable.get(e164, ())}
        return Known(
            tasks=tasks,
            calls={row.id: row for row in around.values() if isinstance(row, Call)},
            marks=tuple(row for row in around.values() if isinstance(row, NumberMark)),
            members=tuple(sorted(reached)),
        )

    def _lacks_row(self, key: RowKey) -> bool:
        if key in self._loaded:
            return False
        self._rows.add(key)
        return True

    @staticmethod
    def _put(rows: dict[RowKey, Row], around: Mapping[RowKey, Row], task: Task) -> None:
        if around.get(("task", task.id)) != task:
            rows["task", task.id] = task


def args_missed(args: Args | None) -> bool:
    """Whether a person says that a call was missed."""
    return isinstance(args, CallVerdict) and args.verdict == "missed"


def of_history(args: Args, now: float) -> bool:
    """Whether an op is a report of which all is history."""
    if not isinstance(args, CallReport) or not args.events:
        return False
    return is_history((event.at for event in args.events), now, args.uncertainty)
