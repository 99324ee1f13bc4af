"""The call flow: events of the desk's own lines and rows of calls come in; pops and call news go out.

One worker takes everything, of each line in order and of the lines in turn, so that the news of a call never overtakes its
pop. It waits for the look-up of a pop (a fraction of a millisecond) and for nothing else: reports upward are saved by a task
of their own.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from ringdesk import numbers
from ringdesk.calls import Call, CallEvent, EventKind, SourceKey
from ringdesk.errors import Refused, RingdeskError
from ringdesk.ops import CallReport
from ringdesk.safetext import SafeText
from ringdesk.tracker import Policy, again, deadline, give_up
from ringdesk.wire.values import Line
from terminal import words
from terminal.desk.callbook import CallBook, Turn
from terminal.desk.inturn import InTurn
from terminal.desk.ports import Lookup, Source
from terminal.desk.reports import Reporter
from terminal.desk.whocalls import WhoCalls
from terminal.news import CallNews, News, NoticeNews
from terminal.store import cards

_SHARE: Final = 20_000
"""Events of one source that may wait, some 20 MB; beyond it that source waits, and what it says then gets the time at which it
is read. So they are so many that the last of them is too old to ring."""
_ROWS: Final = ""
"""In the place of a source: what comes from the store."""
_LONGEST_SLEEP: Final = 30.0
_DUE_EVERY: Final = 1.0
"""Seconds after which the deadlines are looked at, whatever waits: else a busy source lets no call be given up."""
_LAST_SECONDS: Final = 3.0
_NOT_REPORTED: Final = frozenset({EventKind.MESSAGE_WAITING, EventKind.REJECTED})

_log = structlog.get_logger(__name__)


class CallFlow:
    """Everything about calls at one desk, but for what people do with them."""

    def __init__(
        self,
        book: CallBook,
        *,
        lookup: Lookup,
        card: Callable[[str], Awaitable[cards.Card]],
        save_report: Callable[[CallReport], Awaitable[object]],
        publish: Callable[[News], None],
        name_of: Callable[[str], SafeText | None],
        me: str,
        now: Callable[[], float],
    ) -> None:
        """`name_of` is what a person (by id) is called, `me` the id of the one at this desk."""
        self.book = book
        self._lookup = lookup
        self._who = WhoCalls(lookup, card, publish)
        self._publish = publish
        self._name_of = name_of
        self._me = me
        self._device = ""
        self._now = now
        self._sources: dict[str, Source] = {}
        self._lines: dict[str, Line] = {}
        self._site = ""
        self._queue: InTurn[CallEvent | Call | frozenset[str] | list[Turn]] = InTurn()
        self._rooms: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_SHARE))
        self._looked = float("-inf")
        self._last_began: float | None = None
        self._reporter = Reporter(save_report, self._not_saved)

    @property
    def me(self) -> str:
        """Who works here: theirs is what they claimed, and what a route gives them."""
        return self._me

    @me.setter
    def me(self, person: str) -> None:
        self._me = person
        turns = self.book.rings_for(frozenset({self._device, person}), self._now())
        if turns:
            self._queue.put_nowait((_ROWS, turns))

    def place(self, site: str, lines: tuple[Line, ...], device: str = "") -> None:
        """Where the desk stands, and the lines of the central settings: theirs win over the source's own. `device` is its id."""
        self._device = device
        self.me = self._me
        self._site = site
        self._lines = {line.source: line for line in lines}

    def add(self, source: Source) -> None:
        """A line of this desk."""
        self._sources[source.spec.id] = source

    def begin(self, calls: list[Call], last_began: float | None = None) -> None:
        """The calls of the last minutes, and those of this desk's lines that are on, at the start: those that ring are still to
        be shown, what fell silent is over. All are in the book when this returns: whoever asks who is on the line gets no half
        of an answer. `last_began`: when the newest call of all did."""
        now = self._now()
        self._last_began = last_began
        turns: list[Turn] = []
        for call in calls:
            late = deadline(call, Policy())
            turns += self.book.row(give_up(call, now) if late is not None and late <= now else call, now)
        self._queue.put_nowait((_ROWS, turns))

    async def judge(self, calls: Sequence[Call], source: str, *, listed: bool) -> None:
        """Of these calls of a source, which were on at the start, those that no line of this desk has heard of since ring no
        more; where the source has `listed` its calls they are over."""
        await self._queue.join()  # what a line said meanwhile may wait here still
        for event in self.book.unheard(calls, source, self._sources.keys(), self._now(), listed=listed):
            await self.put(event)

    async def put(self, event: CallEvent) -> None:
        """An event of an own line. Waits while too many of that line are queued."""
        await self._rooms[event.source].acquire()
        self._queue.put_nowait((event.source, event))

    def row(self, call: Call) -> None:
        """The row of a call came or changed."""
        self._queue.put_nowait((_ROWS, call))

    def owned(self, numbers: frozenset[str]) -> None:
        """Somebody has these numbers (E.164) now who had them not: whoever calls from one becomes known."""
        self._queue.put_nowait((_ROWS, numbers))

    async def flush(self, call: str) -> None:
        """An op about a call follows: its report goes first, else nobody would know the call."""
        await self._reporter.flush(self.book.resolve(call))

    async def drain(self) -> None:
        """Before the end: take what is queued, save the reports that are ready."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_SECONDS):
                await self._queue.join()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_SECONDS):
                await self._reporter.rest()

    async def run(self) -> None:
        """Work for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(numbers.read, "0"), name="load the numbering plans")
            group.create_task(self._reporter.run(), name="reports")
            group.create_task(self._work(), name="calls")

    async def _work(self) -> None:
        while True:
            item = await self._next()
            try:
                await self._take(item)
            except Exception:  # noqa: BLE001 - logged whole: one call must not end the desk
                _log.exception("a call could not be shown")
            if item is None:
                self._looked = self._now()
            else:
                self._queue.task_done()
            if isinstance(item, CallEvent):
                self._rooms[item.source].release()
            if not self._queue.empty():
                await asyncio.sleep(0)  # keys come first, however much waits here

    async def _take(self, item: CallEvent | Call | frozenset[str] | list[Turn] | None) -> None:
        if item is None:
            await self._due()
        elif isinstance(item, list):
            await self._tell(item)
        elif isinstance(item, frozenset):
            await self._tell(self.book.owned(item))
        elif isinstance(item, Call):
            await self._tell(self.book.row(item, self._now()))
        else:
            await self._heard(item)

    async def _next(self) -> CallEvent | Call | frozenset[str] | list[Turn] | None:
        """What comes next; None when only time has passed."""
        now = self._now()
        if not self._queue.empty():
            return None if abs(now - self._looked) >= _DUE_EVERY else self._queue.get_nowait()[1]
        due = self.book.due_in(now)
        wait = _LONGEST_SLEEP if due is None else min(max(due, 0.05), _LONGEST_SLEEP)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                return (await self._queue.get())[1]
        return None

    async def _heard(self, event: CallEvent) -> None:
        event = await self._meant(self._with_number(event))
        turns = self.book.heard(event, self._site, self._now())
        await self._tell(turns)
        if event.event not in _NOT_REPORTED:
            self._report(event)

    async def _meant(self, event: CallEvent) -> CallEvent:
        """The event, under the name by which its call is kept: its id may have been another call's long ago. What the replica
        cannot say of that is taken as new: the call is shown in any case."""
        if event.event not in _NOT_REPORTED and (strange := self.book.strange(event)):
            try:
                ended = await self._lookup.ended(strange)
                if any(again.is_over(at, event.at) for at in ended.values()):
                    ended |= await self._lookup.ended(again.may_be(event))
                    await self._recall_named(event)
                self.book.recall(ended)
            except RingdeskError as error:
                _log.error("the past of a call could not be read", error=str(error))
        return self.book.meant(event)

    async def _recall_named(self, event: CallEvent) -> None:
        """A call that is on since before this desk began keeps its name where the clock is days ahead now: else it never ends."""
        named = {} if self._last_began is None else again.goes_on(event, self._last_began)
        ended = await self._lookup.ended(tuple(named)) if named else {}
        for call, at in ended.items():
            if at == again.LIVES:
                self.book.recall({call: at})
                self.book.goes_on(event.source, named[call])

    def _report(self, event: CallEvent) -> None:
        call = self.book.of(SourceKey(event.source, event.native_id))
        if call is not None:
            self._reporter.joined(call, self.book.aliases(call))
            self._reporter.heard(call, event, popped=self.book.told(call))

    async def _due(self) -> None:
        """Own calls that were given up end for everybody."""
        now = self._now()
        ended, turns = self.book.due(now)
        await self._tell(turns)
        for call in ended:
            key = next((each for each in call.sources if each.source in self._sources), None)
            if key is not None:
                over = CallEvent(
                    event=EventKind.ENDED,
                    at=now,
                    source=key.source,
                    native_id=key.native_id,
                    outcome=call.outcome,
                    lapsed=True,
                )
                self._reporter.heard(call.id, over, popped=True)

    async def _tell(self, turns: list[Turn]) -> None:
        for turn in turns:
            if turn.pop:
                self._publish(await self._who.pop(turn.call))
            else:
                self._publish(await self._news(turn))

    async def _news(self, turn: Turn) -> CallNews:
        call = turn.call
        return CallNews(
            call=call,
            claimed_name=self._claimed_by(call),
            mine=call.claimed_by == self.me,
            matches=await self._who.matches(call) if turn.identify else None,
            elsewhere=self.book.elsewhere(call),
        )

    def _claimed_by(self, call: Call) -> SafeText | None:
        """Who has it; somebody who never wrote anything here is a colleague."""
        if call.claimed_by is None:
            return None
        return call.claimed_name or self._name_of(call.claimed_by) or SafeText(words._("a colleague"))

    def _with_number(self, event: CallEvent) -> CallEvent:
        """What the caller's number means on the line on which it came."""
        source = self._sources.get(event.source)
        if source is None:
            return event
        place = self._lines.get(event.source) or source.spec.options
        return numbers.read_caller(event, place.region, place.area)

    def _not_saved(self, report: CallReport, error: Exception) -> bool:
        """A full disk may have room later; what a rule refused it would refuse again."""
        _log.error("a call report was not saved", call=report.call, error=str(error))
        passing = isinstance(error, RingdeskError) and not isinstance(error, Refused)
        self._publish(NoticeNews("report_not_saved", SafeText(str(error))))
        return passing or (isinstance(error, Refused) and error.code == "disk_full")
