"""What the desk screen knows, without a screen: it hears the news and keeps the calls, the day of the business, how things
stand. Whose card is on show is `OnShow`'s to say.
"""

from collections.abc import Callable
from itertools import islice
from typing import Final, TypedDict

import msgspec

from ringdesk.articles import Article, concerns
from ringdesk.calls import Call, CallState
from ringdesk.members import Member
from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeText
from ringdesk.timeline import Contact
from terminal.news import (
    CallNews,
    HealthNews,
    Match,
    MemberNews,
    News,
    NoteNews,
    NoticeNews,
    RowNews,
    ScreenPop,
    SyncNews,
    TaskNews,
)
from terminal.screens.cardnews import CardNews
from terminal.screens.clockset import CLOCK_SET, Step, set_by
from terminal.screens.onshow import SHOWN_AFTER_TAKEN, Part
from terminal.screens.wrapup import WrapUp
from terminal.widgets.callrow import CallRow
from terminal.widgets.morning import Morning
from terminal.widgets.person import Person

KEPT: Final = 200
"""Calls that the board remembers."""


class Identified(TypedDict):
    """What is known of the caller of a row: see `CallRow`."""

    matches: tuple[Match, ...]
    owners: tuple[Member, ...]


class Board(CardNews):
    """The state behind the desk screen."""

    def __init__(self, wrap_up: WrapUp | None = None) -> None:
        super().__init__(wrap_up)
        self.me = ""
        self.sync: SyncNews | None = None
        self.synced_at = 0.0
        self.notice: NoticeNews | None = None
        self.notices: tuple[Article, ...] = ()
        """Those that hold today, the newest first."""
        self.morning = Morning()
        """What is shown while there is nobody."""
        self.pause: PresenceState | None = None
        """A break or an absence that the person announced."""
        self.titles: dict[str, SafeText] = {}
        """What the business calls its own dispositions."""
        self.changed_keys: tuple[tuple[str, str], ...] = ()
        self.key: Callable[[str], SafeText] = SafeText
        """What the key of an action is called on this desk, or its command."""

    # what the desk says

    def begin(self, calls: list[Call], me: str) -> None:
        """The calls that were there before the screen was; `me` is the id of the person at this desk."""
        self.me = me
        for call in calls:
            mine = call.claimed_by == me
            taken_by = None if mine else call.claimed_name
            row = CallRow(call=call, mine=mine, taken_by=taken_by, since=began(call))
            taken_at = _taken_at(row, call, call.started, seen=False)
            self.calls.setdefault(call.id, msgspec.structs.replace(row, taken_at=taken_at))
        self._take_up()
        self.settle()
        self._idle()

    def _take_up(self) -> None:
        """What this person has not closed, and the calls that they have, those on hold first."""
        ours = sorted(self.mine, key=lambda row: not row.call.held)
        rows = [row for call in self.wrap_up.over if (row := self.row(call)) is not None and row.mine]
        found = dict.fromkeys(row.call.id for row in (*rows, *ours))
        self.served += [call for call in found if call not in self.served]

    def handed_over(self, me: str, former: SafeText) -> None:
        """Another person, `me` by id, works here now: nobody is on the desk, and theirs are the calls that they have. What
        the `former` one (by name) had stays with them."""
        for key, row in self.calls.items():
            mine = row.call.claimed_by == me
            holder = row.call.claimed_name or (former if row.mine else row.taken_by)
            taken_by = None if mine else holder
            self.calls[key] = msgspec.structs.replace(row, mine=mine, taken_by=taken_by, gone_at=None)
        self.wrap_up.handed_over(self.me, me)
        self.me = me
        self.served, self.aside, self.states, self.kept = [], [], {}, {}
        self.by_hand = self.typed = False
        self.pause = None
        self.person, self.morning, self.notice, self.taken = Person(), Morning(), None, 0
        self._take_up()
        self._idle()

    def hear(self, news: News, now: float) -> Part:
        """Take the news in; what has to be drawn again."""
        self.day.hear(news)
        part = self._heard(news, now)
        self.settle()
        return part

    def _heard(self, news: News, now: float) -> Part:
        match news:
            case ScreenPop():
                return self._pop(news, now)
            case CallNews():
                return self._call(news, now)
            case MemberNews() | NoteNews() | TaskNews():
                return self._row(news)
            case RowNews(row=Contact() as row):
                return self._contact(row)
            case RowNews(row=Presence() as row):
                return self.came(row)
            case RowNews():
                return Part.CALLS
            case SyncNews():
                self.sync = news
                self.synced_at = now if news.connected else self.synced_at
            case HealthNews(gone=True):
                self.health.pop(news.source, None)
            case HealthNews():
                self.health[news.source] = news
            case NoticeNews():
                self.notice = news
                return Part.STATUS | Part.CALLS
        return Part.STATUS

    def came(self, who: Presence) -> Part:
        """A colleague is on a call: if it was handed on to them, it no longer waits for them."""
        row = self.row(who.call)
        if row is not None and row.call.claimed_by == who.id and who.state is PresenceState.BUSY:
            self.calls[row.call.id] = msgspec.structs.replace(row, accepted=True)
        return Part.CALLS

    def _pop(self, pop: ScreenPop, now: float) -> Part:
        call = pop.call
        old = self._before(call, now)
        self.calls[call.id] = msgspec.structs.replace(
            old, call=call, matches=pop.matches, mark=pop.mark, elsewhere=False, set_by=set_by(old, call)
        )
        self.pops[call.id] = pop
        self._forget()
        return Part.CALLS | self._idle()

    def _forget(self) -> None:
        """The oldest calls beyond `KEPT`, but none that lives here: somebody is on it, or it waits for somebody."""
        spare = (key for key, row in self.calls.items() if key not in self.served and not row.live_here)
        for key in list(islice(spare, max(0, len(self.calls) - KEPT))):
            del self.calls[key]
            self.pops.pop(key, None)

    def _call(self, news: CallNews, now: float) -> Part:
        call = news.call
        if call.merged_into is not None:
            return self._merge(call.id, call.merged_into)
        self.aliases.pop(call.id, None)  # a person may have parted them again
        seen = call.id in self.calls
        old = self._before(call, now)
        mine = news.mine if call.claimed_by is not None else old.mine or news.mine
        taken_by = None if mine else news.claimed_name or old.taken_by
        lost = taken_by is not None and old.taken_by is None and call.handed_by != self.me
        handed_here = mine and not old.mine and call.handed_by not in (None, self.me)
        goes_on = call.state is old.call.state or (mine and old.mine and call.live)  # a late answer begins no new time
        same = goes_on and call.held is old.call.held and mine is old.mine
        self.calls[call.id] = row = msgspec.structs.replace(
            old,
            call=call,
            **self._identified(old, news),
            mine=mine,
            taken_by=taken_by,
            gone_at=now + SHOWN_AFTER_TAKEN if lost else None if mine else old.gone_at,
            handed=mine and call.live and not call.on_hold and (handed_here or old.handed),
            elsewhere=news.elsewhere and not mine,
            passed=old.passed and call.state is CallState.RING_STOPPED,
            since=old.since if same else now,
            set_by=set_by(old, call),
            accepted=call.claimed_by == old.call.claimed_by and (old.accepted or call.on_hold),
        )
        taken_at = _taken_at(row, call, now, seen=seen, before=old.call.picked_up)
        self.calls[call.id] = row = msgspec.structs.replace(row, taken_at=taken_at)
        if mine and not row.handed and (not old.mine or old.handed):
            self.taken += not old.handed  # one that is handed over is taken when its person turns to it
            on_show = self.person.call is not None and self._id(self.person.call.id) == call.id
            if (call.live or old.handed) and call.id not in self.served and (on_show or not self.busy):
                self.served.append(call.id)
                self.by_hand = self.by_hand and not on_show
        elif old.mine and not mine:
            self.served = [each for each in self.served if each != call.id]
            self.wrap_up.gone(call.id)
        if call.id in self.served and not call.live:
            self.wrap_up.ended(call.id, now)
        if news.matches:
            self._named_under_a_note(row)
        withdrawn = self._withdrawn(row) if lost or (row.elsewhere and not old.elsewhere) else Part.NOTHING
        return Part.CALLS | withdrawn | self._follow(row, late=news.matches is not None) | self._idle()

    def _before(self, call: Call, now: float) -> CallRow:
        """What was known of a call. One that is new here came no later than now, whatever clock it goes by."""
        known = self.calls.get(call.id)
        if known is not None:
            return known
        ahead = max(0.0, call.started - now)
        return CallRow(call=call, since=min(began(call) or now, now), set_by=-ahead if ahead > CLOCK_SET else 0.0)

    @staticmethod
    def _identified(old: CallRow, news: CallNews) -> Identified:
        """Who the caller is by these news. One who is known stays so: whoever has the same number too is another owner of it."""
        found = news.matches
        known, same = old.sure, old.call.caller.e164 == news.call.caller.e164
        if found is None:
            return {"matches": old.matches, "owners": old.owners}
        if known is None or not same:
            return {"matches": found, "owners": ()}
        return {"matches": old.matches, "owners": tuple(match.member for match in found)}

    def _merge(self, gone: str, into: str) -> Part:
        """A call turned out to be another, which goes on. A note that is being written keeps its owner."""
        if gone == into:
            return Part.NOTHING
        if self._id(into) == gone:  # the last word counts: what led here does not any more
            self.aliases.pop(into, None)
        self.aliases[gone] = into
        old, pop = self.calls.pop(gone, None), self.pops.pop(gone, None)
        self.served = list(dict.fromkeys(into if each == gone else each for each in self.served))
        if gone in self.kept:
            self.kept.setdefault(into, self.kept.pop(gone))
        if pop is not None:
            self.pops.setdefault(into, pop)
        there = self.calls.get(into)
        if old is None:
            return Part.CALLS
        if there is None:
            self.calls[into] = msgspec.structs.replace(old, call=msgspec.structs.replace(old.call, id=into))
        else:
            mine = there.mine or (old.mine and there.taken_by is None)
            self.calls[into] = msgspec.structs.replace(there, mine=mine, matches=there.matches or old.matches)
        return Part.CALLS | Part.PERSON

    def tick(self, now: float) -> Part:
        """Time passed: what was taken by others leaves the banner, and so does what fell silent while the agent talks, who has
        no hand free for it; an idle desk turns to who rings. A call that was handed over stays there until somebody turns to
        it."""
        self.settle()
        talking = self.talking
        for key, row in self.calls.items():
            silent = row.calling and row.call.state is CallState.RING_STOPPED
            if silent and talking and now - row.since >= SHOWN_AFTER_TAKEN:
                self.calls[key] = msgspec.structs.replace(row, passed=True)
            if row.gone_at is not None and row.gone_at <= now:
                self.calls[key] = msgspec.structs.replace(row, gone_at=None)
        return Part.CALLS | self._idle()

    def shifted(self, step: Step) -> None:
        """The clock was set. What lasts, lasts no longer and no shorter for it."""
        super().shifted(step)
        self.synced_at = step.of(self.synced_at) if self.synced_at else 0.0

    @property
    def announced(self) -> Article | None:
        """The newest notice for everybody."""
        return next((each for each in self.notices if not each.tags), None)

    @property
    def concerning(self) -> Article | None:
        """The newest notice for members like the one on show."""
        tags = self.person.member.tags if self.person.member else ()
        return next((each for each in self.notices if concerns(each, tags)), None)


def began(call: Call) -> float:
    """When the state of a call that went on before this desk did began, as far as the call itself says."""
    if call.ended is not None and not call.live:
        return call.ended
    if call.state is CallState.RING_STOPPED and call.last_ring is not None:
        return call.last_ring
    return call.started if call.picked_up is None else call.picked_up


def _taken_at(row: CallRow, call: Call, now: float, *, seen: bool, before: float | None = None) -> float | None:
    """When somebody had it first: as the server knows it, so that all desks count from the same moment; else as it was seen
    here, also where that time is none at which it can have been. One that was never `seen` here went on before the desk did.
    None while nobody has it. What the server knew `before` is kept: the clock may have been set since."""
    had = row.mine or row.taken_by is not None
    known = seen and row.taken_at is not None and (had or call.picked_up is not None)
    if known and (call.picked_up == before or row.set_by):
        return row.taken_at
    if call.picked_up is None and not had:
        return None
    picked_up = call.picked_up
    if picked_up is not None and (not seen or row.rang_at - CLOCK_SET <= picked_up <= now + CLOCK_SET):
        return picked_up
    if row.taken_at is not None:
        return row.taken_at
    return now if seen else call.started
