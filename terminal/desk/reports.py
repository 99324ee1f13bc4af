"""What a line of this desk saw goes upward as ops `call.report`: few of them, and never in the way of a pop.

A call is reported when it has something to say: at its pop (with all that led to it), and at every fact after that. The
rings between tell nobody anything and stay here, but for one a minute: without it the others would give the call up.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Final

from ringdesk.calls import CallEvent, EventKind
from ringdesk.ops import CallReport

MAX_EVENTS: Final = 40
"""Events of one report; an op is limited to 32 KiB, and an event takes some hundred bytes."""
MAX_CALLS: Final = 500
"""Calls of which is remembered what was told; beyond it the oldest is forgotten (its facts are then told again)."""
TOLD_RINGS: Final = 2
"""Rings that a report carries: as many as make a call pop elsewhere (contracts.md 6)."""

STILL_RINGS: Final = 60.0
"""Seconds after which a call that still rings says so: a third of `Policy.stuck_ringing`."""

_REPORTED: Final = "reported"
"""Among the facts told of a call: that it was reported at all."""
_WAITS: Final = frozenset({EventKind.RINGING, EventKind.QUEUED})
_HELD_BACK: Final = frozenset({EventKind.RINGING, EventKind.CALLER})


class Reports:
    """The events that have to go upward, by call."""

    def __init__(self) -> None:
        self._told: dict[str, set[Hashable]] = {}
        self._rings: dict[str, int] = {}
        self._began: dict[str, float] = {}
        self._waiting: dict[str, list[CallEvent]] = {}
        self._ripe: set[str] = set()
        self._also: dict[str, list[str]] = {}
        self._lapsed: set[str] = set()

    def joined(self, call: str, others: tuple[str, ...]) -> bool:
        """Others turned out to be `call`: what waits of them goes with it, and those that were reported are named in its
        report, for they have to end. Whether that should leave now."""
        told = self._told.setdefault(call, set())
        for other in others:
            if ("also", other) in told:
                continue
            before = self._told.pop(other, set())
            told |= {("also", other)} | (before - {_REPORTED})
            also = self._also.pop(other, []) + ([other] if _REPORTED in before else [])
            if other in self._waiting or also:
                self._waiting[call] = [*self._waiting.pop(other, []), *self._waiting.get(call, [])]
            if other in self._ripe or also:
                self._ripe.discard(other)
                self._ripe.add(call)
            if also:
                self._also.setdefault(call, []).extend(also)
        return call in self._ripe

    def heard(self, call: str, event: CallEvent, *, popped: bool) -> bool:
        """Take an event of a call; whether its report should leave now."""
        told = self._told.setdefault(call, set())
        fresh = self._facts(call, event) - told
        if fresh:
            told |= fresh
            self._waiting.setdefault(call, []).append(event)
        while len(self._told) > MAX_CALLS:
            oldest = next(iter(self._told))
            del self._told[oldest]
            self._rings.pop(oldest, None)
            self._began.pop(oldest, None)
            self._lapsed.discard(oldest)
            if oldest not in self._ripe:
                self._waiting.pop(oldest, None)
                self._also.pop(oldest, None)
        if call in self._waiting and (popped or event.event not in _HELD_BACK):
            self._ripe.add(call)
        return call in self._ripe

    def take(self, call: str | None = None) -> CallReport | None:
        """The next report that should leave; that of `call`, if it is given, however little it says."""
        if call is None:
            call = next(iter(self._ripe), None)
        if call is None or call not in self._waiting:
            return None
        events = self._waiting.pop(call)
        self._ripe.discard(call)
        self._told.setdefault(call, set()).add(_REPORTED)
        if len(events) > MAX_EVENTS:
            self._waiting[call], events = events[MAX_EVENTS:], events[:MAX_EVENTS]
            self._ripe.add(call)
        return CallReport(call=call, events=tuple(events), also=tuple(self._also.pop(call, ())))

    def back(self, report: CallReport) -> None:
        """It could not be saved: it leaves with the next one."""
        self._waiting[report.call] = [*report.events, *self._waiting.get(report.call, [])]
        self._also[report.call] = [*report.also, *self._also.get(report.call, [])]
        self._ripe.add(report.call)

    def _facts(self, call: str, event: CallEvent) -> set[Hashable]:
        if event.event is EventKind.RINGING and _REPORTED in self._told[call]:
            minutes = int((event.at - self._began.setdefault(call, event.at)) // STILL_RINGS)
            facts: set[Hashable] = {("still rings", minutes)} if minutes > 0 else set()
        elif event.event is EventKind.RINGING:
            self._began.setdefault(call, event.at)
            ring = self._rings[call] = self._rings.get(call, 0) + 1
            facts = {("ring", ring)} if ring <= TOLD_RINGS else set()
        elif event.event is EventKind.CALLER:
            facts = set()
        else:
            facts = {(event.event, event.leg, event.outcome, event.linked_id, event.native_id, event.source)}
        if event.lapsed:
            self._lapsed.add(call)
            facts = {(event.event, event.at)}
        elif event.event in _WAITS and call in self._lapsed:
            self._lapsed.discard(call)
            facts.add(("rings on", event.at))
        if event.leg is not None:
            facts.add(("leg", event.leg))
        caller = event.caller
        if caller is not None:
            facts |= {("caller", caller.raw, caller.e164, caller.presentation), ("name", caller.name)}
        if event.via is not None:
            facts.add(("via", event.via))
        return facts


class Reporter:
    """Saves the reports, one after the other, in a task of its own."""

    def __init__(
        self, save: Callable[[CallReport], Awaitable[object]], failed: Callable[[CallReport, Exception], bool]
    ) -> None:
        """`save` makes the op. `failed` hears what could not be saved; whether it is worth another try."""
        self._save = save
        self._failed = failed
        self._reports = Reports()
        self._wake = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    def heard(self, call: str, event: CallEvent, *, popped: bool) -> None:
        """Take an event of a call of this desk."""
        if self._reports.heard(call, event, popped=popped):
            self._wake.set()

    def joined(self, call: str, others: tuple[str, ...]) -> None:
        """Others turned out to be `call`."""
        if self._reports.joined(call, others):
            self._wake.set()

    async def flush(self, call: str) -> None:
        """Save what is known of a call now: an op about it is about to follow."""
        async with self._one_at_a_time:
            await self._leave(self._reports.take(call))

    async def run(self) -> None:
        """Save reports for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.rest()

    async def rest(self) -> None:
        """Save the reports that are ready."""
        async with self._one_at_a_time:
            while (report := self._reports.take()) is not None and await self._leave(report):
                pass

    async def _leave(self, report: CallReport | None) -> bool:
        """Whether it is worth to go on with the next."""
        if report is None:
            return True
        try:
            await self._save(report)
        except Exception as error:  # noqa: BLE001 - whatever it is, the calls go on; `failed` says it
            again = self._failed(report, error)
            if again:
                self._reports.back(report)
            return not again
        return True
