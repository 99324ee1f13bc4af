"""What the desk screen knows, without a screen: the calls, whom the panels show, whom the agent is serving.

The rules that matter stand here. While somebody is being served (a call that was taken, a card opened by hand, a
half-typed note) a ringing caller reaches the banner and the lines only; on an idle desk the caller's card opens by itself.
Nothing here moves a focus or touches a note: whom a note belongs to follows from `person.key`, and that only changes
on an idle desk or by an act of the person (`serve`, `choose`, `opened`, `home`).
"""

from enum import Flag, auto
from typing import TYPE_CHECKING, Final

import msgspec

from ringdesk.articles import Article, concerns
from ringdesk.calls import Call
from ringdesk.dialects import Level
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
from terminal.screens.wrapup import WrapUp
from terminal.widgets.morning import Morning
from terminal.widgets.person import CallRow, Person

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


class Board:
    """The state behind the desk screen. `typed` is set by the screen: whether there is text in the note."""

    def __init__(self, wrap_up: WrapUp | None = None) -> None:
        self.wrap_up = wrap_up or WrapUp()
        self.calls: dict[str, CallRow] = {}
        self.pops: dict[str, ScreenPop] = {}
        self.person = Person()
        self.served: list[str] = []
        self.aside: list[Person] = []
        self.by_hand = False
        self.typed = False
        self.sync: SyncNews | None = None
        self.synced_at = 0.0
        self.health: dict[str, HealthNews] = {}
        self.notice: NoticeNews | None = None
        self.taken = 0
        self.states: dict[str, str] = {}
        self.notices: tuple[Article, ...] = ()
        """Those that hold today, the newest first."""
        self.morning = Morning()
        """What is shown while there is nobody."""
        self.titles: dict[str, SafeText] = {}
        """What the business calls its own dispositions."""

    # what is on the screen

    @property
    def serving(self) -> CallRow | None:
        """The call that the agent is on."""
        return self.calls.get(self.served[-1]) if self.served else None

    @property
    def busy(self) -> bool:
        """Whether the agent is with somebody."""
        return bool(self.served) or self.by_hand or self.typed

    @property
    def calling(self) -> list[CallRow]:
        """The calls that can be taken: those that ring, oldest first; then those that fell silent, newest first."""
        silent = [row for row in reversed(self.calls.values()) if row.calling and not row.ringing]
        return [*self.ringing, *silent]

    @property
    def ringing(self) -> list[CallRow]:
        """The calls that ring now, oldest first."""
        return [row for row in self.calls.values() if row.ringing]

    @property
    def banner(self) -> CallRow | None:
        """The call that the banner is about, and F2: the one on the card if it rings, else the first that rings, else one
        that fell silent, else one just taken."""
        for row in self.ringing or self.calling:
            if self.person.call and row.call.id == self.person.call.id:
                return row
        if self.calling:
            return self.calling[0]
        taken = [row for row in self.calls.values() if row.gone_at is not None and row.call.id not in self.served]
        return taken[-1] if taken else None

    @property
    def missed(self) -> list[CallRow]:
        """Calls that nobody had, newest first."""
        return [row for row in reversed(self.calls.values()) if row.missed]

    # what the desk says

    def begin(self, calls: list[Call], me: str) -> None:
        """The calls that were there before the screen was; `me` is the id of the person at this desk."""
        for call in calls:
            mine = call.claimed_by == me
            taken_by = None if mine else call.claimed_name
            self.calls.setdefault(call.id, CallRow(call=call, mine=mine, taken_by=taken_by, since=call.started))

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
        self.person, self.morning, self.notice, self.taken = Person(), Morning(), None, 0
        self._idle()

    def hear(self, news: News, now: float) -> Part:
        """Take the news in; what has to be drawn again."""
        match news:
            case ScreenPop():
                return self._pop(news, now)
            case CallNews():
                return self._call(news, now)
            case MemberNews() | NoteNews() | TaskNews():
                return self._row(news)
            case RowNews(row=Contact() as row):
                return self._contact(row)
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
        self.calls[call.id] = msgspec.structs.replace(old, call=call, matches=pop.matches)
        self.pops[call.id] = pop
        while len(self.calls) > KEPT:
            first = next(iter(self.calls))
            self.calls.pop(first)
            self.pops.pop(first, None)
        return Part.CALLS | self._idle()

    def _call(self, news: CallNews, now: float) -> Part:
        call = news.call
        old = self.calls.get(call.id, CallRow(call=call, since=call.started or now))
        mine = old.mine or news.mine
        taken_by = None if mine else news.claimed_name or old.taken_by
        gone_at = now + SHOWN_AFTER_TAKEN if taken_by and not old.taken_by else old.gone_at
        self.calls[call.id] = row = msgspec.structs.replace(
            old,
            call=call,
            matches=old.matches if news.matches is None else news.matches,
            mine=mine,
            taken_by=taken_by,
            gone_at=gone_at,
            since=now if call.state is not old.call.state or mine != old.mine else old.since,
        )
        if mine and not old.mine:
            self.taken += 1
            if not self.busy and call.live:
                self.served.append(call.id)
        if call.id in self.served and not call.live:
            self.wrap_up.ended(call.id, now)
        return Part.CALLS | self._follow(row, late=news.matches is not None) | self._idle()

    def _follow(self, row: CallRow, *, late: bool) -> Part:
        """Facts about the call whose caller is shown. A member that became known late fills an empty card only."""
        person = self.person
        if person.call is None or person.call.id != row.call.id:
            return Part.NOTHING
        if late and person.member is None and not self.typed:
            self.person = self._caller(row)
        else:
            matches = row.matches if person.member is None else person.matches
            self.person = msgspec.structs.replace(person, call=row.call, matches=matches)
        return Part.PERSON

    def _row(self, news: MemberNews | NoteNews | TaskNews) -> Part:
        person = self.person
        member = person.member.id if person.member else None
        if isinstance(news, MemberNews):
            if news.member.id != member:
                return Part.NOTHING
            self.person = msgspec.structs.replace(person, member=news.member)
            return Part.PERSON
        row = news.note if isinstance(news, NoteNews) else news.task
        self.states[row.id] = news.state
        own = (member is not None and row.member == member) or (
            member is None and person.call is not None and row.call == person.call.id
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
        rest = (each for each in person.timeline if each.id != row.id)
        self.person = msgspec.structs.replace(person, timeline=tuple(sorted([row, *rest], key=lambda each: -each.at)))
        return Part.PERSON

    def tick(self, now: float) -> Part:
        """Time passed: what was taken by others leaves the banner, and an idle desk turns to who rings."""
        for key, row in self.calls.items():
            if row.gone_at is not None and row.gone_at <= now:
                self.calls[key] = msgspec.structs.replace(row, gone_at=None)
        return Part.CALLS | self._idle()

    # an idle desk

    def _idle(self) -> Part:
        """On an idle desk: show who rings; let go of whom somebody else has."""
        if self.busy:
            return self._adopt()
        shown = self.calls.get(self.person.call.id) if self.person.call else None
        if shown and (shown.ringing or shown.mine or shown.gone_at is not None):
            return Part.NOTHING
        calling = self.ringing
        if calling and calling[0].call.id in self.pops:
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
        row = self.calls[call]
        shown = self.person.call.id if self.person.call else None
        if self.person.member and shown != call and shown not in self.served and (self.by_hand or self.typed):
            self.aside.append(self.person)
        if not row.mine:
            self.taken += 1
        self.calls[call] = msgspec.structs.replace(row, mine=True, taken_by=None, gone_at=None)
        self.served = [*(each for each in self.served if each != call), call]
        self.by_hand = False
        if self.person.call is None or self.person.call.id != call:
            self.person = self._caller(row)

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
        if self.by_hand or not self.served:
            self.by_hand = False
        else:
            self.wrap_up.gone(self.served.pop())
        self.typed = False
        if self.served:
            self.person = self._caller(self.calls[self.served[-1]])
        elif self.aside:
            self.person, self.by_hand = self.aside.pop(), True
        else:
            self.person = Person()
            self._idle()

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
        here = row is not None and self.person.call is not None and self.person.call.id == row.call.id
        if row is not None and here and self.person.member is None and match is not None:
            self.calls[row.call.id] = msgspec.structs.replace(row, matches=(match,))
            self.person = Person(call=row.call, matches=(match,), states=dict(self.states))
        else:
            self.by_hand = True
            self.person = Person(states=dict(self.states))
        self.filled(card)

    def filled(self, card: "Card") -> None:
        """The rest of the card of the person on show."""
        self.person = msgspec.structs.replace(
            self.person,
            member=card.member,
            timeline=card.timeline,
            tasks=card.tasks,
            notes=card.notes,
            greeting=card.greeting,
        )

    def home(self) -> None:
        """Close a card that was opened by hand."""
        self.by_hand = False
        row = self.serving
        self.person = self._caller(row) if row else Person()
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

    @property
    def worst(self) -> HealthNews | None:
        """The source that is worst off; None when all are well."""
        order = (Level.BROKEN, Level.WARNING, Level.STARTING)
        ill = [news for news in self.health.values() if news.level in order]
        return min(ill, key=lambda news: order.index(news.level)) if ill else None
