"""What the desk screen knows, without a screen: the calls, whom the panels show, whom the agent is serving.

The rules that matter stand here. While somebody is being served (a call that was taken, a card opened by hand, a
half-typed note) a ringing caller reaches the banner and the lines only; on an idle desk the caller's card opens by itself.
Nothing here moves a focus or touches a note: whom a note belongs to follows from `person.key`, and that only changes
on an idle desk or by an act of the person (`serve`, `choose`, `opened`, `home`).
"""

from collections.abc import Callable
from enum import Flag, auto
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

from ringdesk.articles import Article, concerns
from ringdesk.calls import Call
from ringdesk.presence import PresenceState
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
from terminal.screens.day import Day
from terminal.screens.lines import Lines
from terminal.screens.wrapup import WrapUp
from terminal.widgets.morning import Morning
from terminal.widgets.person import PAST, CallRow, Person, beyond

if TYPE_CHECKING:
    from terminal.desk import Card

SHOWN_AFTER_TAKEN: Final = 4.0
"""Seconds for which the banner says who took a call."""
KEPT: Final = 200
"""Calls that the board remembers."""


class Part(Flag):
    """What has to be drawn again."""

    NOTHING = 0
    CALLS = auto()
    """Banner, lines, missed, counts: cheap, drawn at once."""
    PERSON = auto()
    """The card and all panels about the person: drawn a few times a second at most."""
    STATUS = auto()


class Board(Lines):
    """The state behind the desk screen. `typed` is set by the screen: whether there is text in the note."""

    def __init__(self, wrap_up: WrapUp | None = None) -> None:
        super().__init__()
        self.wrap_up = wrap_up or WrapUp()
        self.me = ""
        self.day = Day()
        self.kept: dict[str, Person] = {}
        self.aside: list[Person] = []
        self.sync: SyncNews | None = None
        self.synced_at = 0.0
        self.notice: NoticeNews | None = None
        self.taken = 0
        self.states: dict[str, str] = {}
        self.notices: tuple[Article, ...] = ()
        """Those that hold today, the newest first."""
        self.morning = Morning()
        """What is shown while there is nobody."""
        self.pause: PresenceState | None = None
        """A break or an absence that the person announced."""
        self._left: tuple[str, float] | None = None
        """The call whose card was put away, and until when its keys still mean it."""
        self.titles: dict[str, SafeText] = {}
        """What the business calls its own dispositions."""
        self.typing: Callable[[], bool] = lambda: False
        """Whether keys come just now: they are meant for what is on the screen, not for who rings next."""

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
        ours = sorted(self.mine, key=lambda row: not row.call.held)
        self.served += [row.call.id for row in ours if row.call.id not in self.served and not row.handed]
        self._idle()

    def handed_over(self, me: str, former: SafeText) -> None:
        """Another person, `me` by id, works here now: nobody is on the desk, and theirs are the calls that they have. What
        the `former` one (by name) had stays with them."""
        for key, row in self.calls.items():
            mine = row.call.claimed_by == me
            holder = row.call.claimed_name or (former if row.mine else row.taken_by)
            taken_by = None if mine else holder
            self.calls[key] = msgspec.structs.replace(row, mine=mine, taken_by=taken_by, gone_at=None)
        self.served, self.aside, self.states = [], [], {}
        self.by_hand = self.typed = False
        self.pause = None
        self.person, self.morning, self.notice, self.taken = Person(), Morning(), None, 0
        self._idle()

    def hear(self, news: News, now: float) -> Part:
        """Take the news in; what has to be drawn again."""
        self.day.hear(news)
        match news:
            case ScreenPop():
                return self._pop(news, now)
            case CallNews():
                return self._call(news, now)
            case MemberNews() | NoteNews() | TaskNews():
                return self._row(news)
            case RowNews(row=Contact() as row):
                return self._contact(row)
            case RowNews():
                return Part.CALLS
            case SyncNews():
                self.sync = news
                self.synced_at = now if news.connected else self.synced_at
            case HealthNews():
                self.health[news.source] = news
            case NoticeNews():
                self.notice = news
                return Part.STATUS | Part.CALLS
        return Part.STATUS

    def _pop(self, pop: ScreenPop, now: float) -> Part:
        call = pop.call
        old = self.calls.get(call.id, CallRow(call=call, since=call.started or now))
        self.calls[call.id] = msgspec.structs.replace(old, call=call, matches=pop.matches, mark=pop.mark)
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
        seen = call.id in self.calls
        old = self.calls.get(call.id, CallRow(call=call, since=call.started or now))
        mine = news.mine if call.claimed_by is not None else old.mine or news.mine
        taken_by = None if mine else news.claimed_name or old.taken_by
        lost = taken_by is not None and old.taken_by is None and call.handed_by != self.me
        handed_here = mine and not old.mine and call.handed_by not in (None, self.me)
        goes_on = call.state is old.call.state or (mine and old.mine and call.live)  # a late answer begins no new time
        same = goes_on and call.held is old.call.held and mine is old.mine
        self.calls[call.id] = row = msgspec.structs.replace(
            old,
            call=call,
            matches=old.matches if news.matches is None else news.matches,
            mine=mine,
            taken_by=taken_by,
            gone_at=now + SHOWN_AFTER_TAKEN if lost else None if mine else old.gone_at,
            handed=mine and call.live and not call.on_hold and (handed_here or old.handed),
            since=old.since if same else now,
        )
        taken_at = _taken_at(row, call, now, seen=seen)
        self.calls[call.id] = row = msgspec.structs.replace(row, taken_at=taken_at)
        if mine and not old.mine:
            self.taken += 1
            on_show = self.person.call is not None and self._id(self.person.call.id) == call.id
            if call.live and call.id not in self.served and (on_show or not self.busy):
                self.served.append(call.id)
                self.by_hand = self.by_hand and not on_show
        elif old.mine and not mine:
            self.served = [each for each in self.served if each != call.id]
            self.wrap_up.gone(call.id)
        if call.id in self.served and not call.live:
            self.wrap_up.ended(call.id, now)
        withdrawn = self._withdrawn(row) if lost else Part.NOTHING
        return Part.CALLS | withdrawn | self._follow(row, late=news.matches is not None) | self._idle()

    def _withdrawn(self, row: CallRow) -> Part:
        """A colleague took this call: a card of it that was opened here by hand goes as one that opened by itself does, unless
        something is typed."""
        call = self.person.call
        if not self.by_hand or self.typed or call is None or self._id(call.id) != row.call.id:
            return Part.NOTHING
        self.by_hand = False
        if self.served:
            self.person = self._back(self.served[-1])
        return Part.PERSON

    def _merge(self, gone: str, into: str) -> Part:
        """A call turned out to be another, which goes on. A note that is being written keeps its owner."""
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

    def _follow(self, row: CallRow, *, late: bool) -> Part:
        """Facts about the call whose caller is shown. A member that became known late fills an empty card only."""
        person = self.person
        if person.call is None or self._id(person.call.id) != row.call.id:
            return Part.NOTHING
        if late and person.member is None and not self.typed:
            self.person = self._caller(row)
        else:
            matches = row.matches if person.member is None else person.matches
            self.person = msgspec.structs.replace(_on(person, row.call), matches=matches)
        return Part.PERSON

    def _row(self, news: MemberNews | NoteNews | TaskNews) -> Part:
        person = self.person
        member = person.member.id if person.member else None
        if isinstance(news, MemberNews):
            part = Part.CALLS if self.named(news.member) else Part.NOTHING
            if news.member.id != member:
                return part
            self.person = msgspec.structs.replace(person, member=news.member)
            return part | Part.PERSON
        row = news.note if isinstance(news, NoteNews) else news.task
        self.states[row.id] = news.state
        own = (member is not None and row.member == member) or (
            member is None and row.call is not None and person.call is not None and row.call == self._id(person.call.id)
        )
        if not own:
            return Part.STATUS
        if isinstance(news, NoteNews):
            notes = sorted([news.note, *(n for n in person.notes if n.id != row.id)], key=lambda n: -n.at)
            self.person = msgspec.structs.replace(person, notes=tuple(notes), states=dict(self.states))
        else:
            tasks = (news.task, *(t for t in person.tasks if t.id != row.id))
            self.person = msgspec.structs.replace(person, tasks=tasks, states=dict(self.states))
        return Part.PERSON

    def _contact(self, row: Contact) -> Part:
        """A new entry of a timeline, or one that changed."""
        person = self.person
        if person.member is None or row.member != person.member.id:
            return Part.NOTHING
        rest = [each for each in person.timeline if each.id != row.id]
        if len(rest) == len(person.timeline) >= PAST and "contact" not in person.whole and row.at < rest[-1].at:
            return Part.NOTHING  # it comes with what lies between
        self.person = msgspec.structs.replace(person, timeline=tuple(sorted([row, *rest], key=lambda each: -each.at)))
        return Part.PERSON

    def tick(self, now: float) -> Part:
        """Time passed: what was taken by others leaves the banner, and an idle desk turns to who rings. A call that was
        handed over stays there until somebody turns to it."""
        for key, row in self.calls.items():
            if row.gone_at is not None and row.gone_at <= now:
                self.calls[key] = msgspec.structs.replace(row, gone_at=None)
        return Part.CALLS | self._idle()

    # an idle desk

    def _idle(self) -> Part:
        """On an idle desk: show who rings; let go of whom somebody else has."""
        if self.busy:
            return self._adopt()
        shown = self.row(self.person.call.id) if self.person.call else None
        if shown and (shown.ringing or shown.mine or shown.gone_at is not None):
            return Part.NOTHING
        calling = self.ringing
        if calling and calling[0].call.id in self.pops and not self.typing():
            self.person = self._caller(calling[0])
            return Part.PERSON
        if shown and shown.taken_by is not None:
            self.person = Person()
            return Part.PERSON
        return Part.NOTHING

    def _adopt(self) -> Part:
        """A call of ours that became served before its card was there."""
        row = self.serving
        if row is None or self.by_hand or self.typed or self.person.call is not None:
            return Part.NOTHING
        self.person = self._caller(row)
        return Part.PERSON

    def _caller(self, row: CallRow) -> Person:
        """Who is on the line, as far as it is known now."""
        pop = self.pops.get(row.call.id)
        member = row.sure
        first = pop is not None and bool(pop.matches) and member is not None and pop.matches[0].member.id == member.id
        if pop is None or not first:
            return Person(member=member, call=row.call, matches=row.matches, states=dict(self.states))
        return Person(
            member=member,
            call=row.call,
            matches=row.matches,
            timeline=pop.timeline,
            tasks=pop.tasks,
            notes=pop.notes,
            greeting=pop.greeting,
            states=dict(self.states),
        )

    # what the person does

    def serve(self, call: str) -> None:
        """The agent has it: this caller is on the panels from now on; who was there is kept."""
        call = self._id(call)
        row = self.calls[call]
        shown = self._id(self.person.call.id) if self.person.call else None
        if shown is not None and shown in self.served and shown != call:
            self.kept[shown] = self.person
        elif self.person.member and shown != call and (self.by_hand or self.typed):
            self.aside.append(self.person)
        if not row.mine:
            self.taken += 1
        self.calls[call] = msgspec.structs.replace(row, mine=True, taken_by=None, gone_at=None, handed=False)
        self.served = [*(each for each in self.served if each != call), call]
        self.by_hand = False
        if shown != call:
            self.person = self._back(call)

    def let_go(self, call: str) -> None:
        """A call was closed. Whoever is on show stays where there is text in the note; else whom was kept comes back."""
        on_show = self.person.call is not None and self.person.call.id == call and not self.by_hand
        if on_show and not self.typed:
            self.release()
        elif call in self.served:
            self.served.remove(call)
            self.by_hand = self.by_hand or on_show

    def release(self) -> None:
        """The work on this person is done: back to whom was kept, else to an idle desk."""
        row = self.current
        if row is not None:
            self.served.remove(row.call.id)
            self.wrap_up.gone(row.call.id)
        self.by_hand = self.typed = False
        if self.served:
            self.person = self._back(self.served[-1])
        elif self.aside:
            self.person, self.by_hand = self.aside.pop(), True
        else:
            self.person = Person()
            self._idle()

    def leave(self, call: str) -> None:
        """A call is in other hands, or closed: if it was on the card, back to whom was kept."""
        if self.person.call is not None and self._id(self.person.call.id) == self._id(call):
            self.release()
        else:
            self.served = [each for each in self.served if each != self._id(call)]
            self.wrap_up.gone(self._id(call))

    def known(self, call: str, match: Match | None) -> None:
        """Whose number a call comes from from now on; the card on show stays."""
        row = self.row(call)
        if row is not None:
            self.calls[row.call.id] = msgspec.structs.replace(row, matches=(match,) if match else ())

    def recognised(self, call: str, matches: tuple[Match, ...]) -> None:
        """Whose number a call comes from, which became known late: it fills an empty card only."""
        row = self.row(call)
        if row is not None:
            self.calls[row.call.id] = row = msgspec.structs.replace(row, matches=matches)
            self._follow(row, late=True)

    def identify(self, match: Match | None) -> None:
        """Who the caller on the card is, as the agent says; None: nobody we know. The card has to be filled."""
        call, matches = self.person.call, (match,) if match else ()
        row = self.row(call.id) if call else None
        if row is not None:
            self.calls[row.call.id] = msgspec.structs.replace(row, matches=matches)
        self.person = Person(call=call, matches=matches, states=dict(self.states))

    def _back(self, call: str) -> Person:
        """Whoever was on the card of this call before, else its caller."""
        row = self.calls[call]
        person = self.kept.pop(call, None)
        return (
            self._caller(row) if person is None else msgspec.structs.replace(_on(person, row.call), states=self.states)
        )

    def choose(self, index: int) -> str | None:
        """One of several is meant; the member's id. The rest of the card has to be fetched."""
        if self.person.member is not None or index >= len(self.person.matches):
            return None
        member = self.person.matches[index].member
        self.person = msgspec.structs.replace(self.person, member=member)
        call = self.person.call
        if call and call.id in self.calls:
            chosen = (self.person.matches[index],)
            self.calls[call.id] = msgspec.structs.replace(self.calls[call.id], matches=chosen)
        return member.id

    def opened(self, card: "Card", match: Match | None = None) -> None:
        """A card that the agent asked for. On a call whose caller nobody knew, it is that caller: `match` says why."""
        row = self.serving
        here = row is not None and self.person.call is not None and self._id(self.person.call.id) == row.call.id
        if row is not None and here and self.person.member is None and match is not None:
            self.identify(match)
        else:
            if here and row is not None:
                self.kept[row.call.id] = self.person
            self.by_hand = True
            self.person = Person(states=dict(self.states))
        self.filled(card)

    def filled(self, card: "Card") -> None:
        """The rest of the card of the person on show; what was loaded of their past beyond it stays."""
        before = self.person
        same = before.member is not None and before.member.id == card.member.id
        self.person = msgspec.structs.replace(
            before,
            member=card.member,
            timeline=beyond(card.timeline, before.timeline) if same else card.timeline,
            tasks=card.tasks,
            notes=beyond(card.notes, before.notes) if same else card.notes,
            greeting=card.greeting,
        )

    def look(self, call: Call) -> None:
        """A call that the agent asked for, whose caller nobody knows."""
        if self.current is not None and self.person.call is not None:
            self.kept[self.current.call.id] = self.person
        row = self.row(call.id)
        self.by_hand = True
        self.person = self._caller(row) if row is not None else Person(call=call, states=dict(self.states))

    @property
    def silent(self) -> bool:
        """Whether the card on show is of a call that rings no more, and that nobody here has: it may be put away."""
        row = self.row(self.person.call.id) if self.person.call else None
        return row is not None and not row.ringing and not row.mine

    def put_away(self, now: float) -> None:
        """The agent closes the card; for a moment the keys about a call still mean the one that was on it."""
        call = self.person.call
        self._left = (call.id, now + SHOWN_AFTER_TAKEN) if call is not None else None
        self.home()

    def just_left(self, now: float) -> CallRow | None:
        """The call whose card was put away a moment ago, while nobody else has come."""
        if self._left is None or now >= self._left[1] or self.person.call is not None:
            return None
        return self.row(self._left[0])

    def home(self) -> None:
        """Close a card that was opened by hand."""
        self.by_hand = False
        row = self.serving
        self.person = self._back(row.call.id) if row else Person()
        self._idle()

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
    return call.started if call.picked_up is None else call.picked_up


def _taken_at(row: CallRow, call: Call, now: float, *, seen: bool) -> float | None:
    """When somebody had it first: as the server knows it, so that all desks count from the same moment; else as it was seen
    here. One that was never `seen` here went on before the desk did. None while nobody has it."""
    had = row.mine or row.taken_by is not None
    if call.picked_up is not None or not had:
        return call.picked_up
    if row.taken_at is not None:
        return row.taken_at
    return now if seen else call.started


def _on(person: Person, call: Call) -> Person:
    """The person with the newest of the call, under the id by which the note knows it."""
    known = person.call.id if person.call else call.id
    return msgspec.structs.replace(person, call=msgspec.structs.replace(call, id=known))
