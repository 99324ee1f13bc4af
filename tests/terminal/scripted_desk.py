"""A desk in memory: the methods of `Desk`, and a hand to publish news with. For the view's own tests; flows use the real one."""

import asyncio
from collections.abc import Callable, Container, Iterable
from datetime import date
from typing import Any

import msgspec

from ringdesk import merge
from ringdesk.articles import Article, ArticleKind
from ringdesk.calls import Call, Called, Caller, CallState, Presentation
from ringdesk.dispositions import BUILT_IN, Disposition
from ringdesk.errors import Refused
from ringdesk.members import Member, MemberNumber
from ringdesk.notes import Note
from ringdesk.ops import (
    Actor,
    Args,
    CallWrapup,
    MemberFields,
    MemberUpdate,
    NoteAdd,
    PresenceSet,
    Row,
    RowKey,
    TaskDone,
)
from ringdesk.ops.touched import touches
from ringdesk.presence import Presence
from ringdesk.reached import e164_of, number_of, numbers
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task, TaskState
from ringdesk.timeline import Contact, ContactKind
from ringdesk.why import Why
from terminal.desk import Awaited, Business, Card, Desk, Draft, Older, Past
from terminal.desk.values import LostCall
from terminal.drafts import Drafting
from terminal.news import CallNews, Match, MemberNews, News, NoteNews, RowNews, ScreenPop, TaskNews
from terminal.store.pins import Login, is_pin
from terminal.store.strangers import contact_of

ME = "p-yating"
NOW = 1_795_509_787.0
"""2026-11-24 16:43:07 in Taipei."""


class ScriptedBusiness(Business):
    """What the business says: lists to be filled by hand."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.notes: list[Note] = []
        self.before: list[Call] = []
        """The calls of before, newest first."""
        self.people: list[Presence] = []
        self.codes: tuple[Disposition, ...] = BUILT_IN
        self.pages: list[Article] = []
        self.born_today: list[Member] = []
        self.lost: list[LostCall] = []
        self.known: dict[str, Member] = {}

    def was_read(self, article: Article) -> None:
        pass

    async def anniversaries(self, today: date) -> list[Member]:
        return self.born_today

    async def lost_calls(self, since: float) -> list[LostCall]:
        return [each for each in self.lost if each.call.started >= since]

    async def members(self, ids: Iterable[str]) -> dict[str, Member]:
        return {each: self.known[each] for each in ids if each in self.known}

    async def agenda(self, *, mine: bool = False) -> list[Task]:
        open_ones = [task for task in self.tasks if task.state is TaskState.OPEN]
        return [task for task in open_ones if not mine or task.assignee in (None, ME)]

    async def promised(self, call: Call) -> list[Task]:
        dialled = numbers(call)
        rows = [task for task in self.tasks if task.state is TaskState.OPEN]
        return [
            task
            for task in rows
            if task.call == call.id or (task.member is None and not dialled.isdisjoint(number_of(task)))
        ]

    async def noted(self, call: Call) -> list[Note]:
        return [note for note in self.notes if note.call == call.id]

    async def past(self, call: Call) -> Past:
        """As the store does: by the calls that are there."""
        number = e164_of(call)
        theirs = {each.id for each in self.before if number is not None and e164_of(each) == number} | {call.id}
        notes = [note for note in self.notes if note.call in theirs and (note.member is None or note.call == call.id)]
        met = [contact_of(each) for each in self.before if each.id in theirs]
        return Past(tuple(met), tuple(notes))

    async def team(self) -> list[Presence]:
        return self.people

    async def dispositions(self) -> tuple[Disposition, ...]:
        return self.codes

    async def answers(self, query: str) -> list[Article]:
        return [page for page in self.pages if page.kind is ArticleKind.ANSWER and query in f"{page.title} {page.text}"]

    async def questions(self) -> list[Article]:
        return [page for page in self.pages if page.kind is ArticleKind.QUESTION]

    async def notices(self, today: str) -> list[Article]:
        return [page for page in self.pages if page.kind is ArticleKind.NOTICE]


class ScriptedDesk(Desk):
    """Remembers what the view asked for. `refuse` makes the next save fail; `hold` keeps saves waiting until it is set."""

    business: ScriptedBusiness

    def __init__(self, cards: dict[str, Card] | None = None, drafts: list[Draft] | None = None) -> None:
        self.cards = cards or {}
        self.kept: dict[tuple[str | None, str | None], str] = {}
        self.sheets: dict[tuple[str | None, str | None], Draft] = {}
        """The drafts that were kept, with all that belongs to them."""
        self.past: list[Contact] = []
        """Everything that the store has of a member's past, newest first."""
        self.found: list[Match] | None = None
        """What every search finds, in place of what the cards say."""
        self.asked: list[str] = []
        """The entries behind which somebody asked for more."""
        self.waited_for: list[Awaited] = []
        self.tray: list[dict[str, Any]] = []
        self._drafts = drafts or []
        self.did: list[tuple[object, ...]] = []
        self.attended: list[PresenceSet] = []
        self.live: dict[str, Call] = {}
        self.refuse: Exception | None = None
        self.hold: asyncio.Event | None = None
        self._listeners: list[Callable[[News], None]] = []
        self.clock = NOW
        self.business: ScriptedBusiness = ScriptedBusiness()
        self.login = "yating"
        self.here = Actor(person=ME, name=SafeText("雅婷"), device="d-1")
        self.secrets = {"yating": "1234", "peijun": "9876"}
        self.chosen_passwords = True
        self.passwords = {"ann": "correct horse"}
        self.chosen: dict[str, dict[str, str]] = {}
        self.away_since = NOW - 16 * 3600
        for card in self.cards.values():
            self.business.known[card.member.id] = card.member

    @property
    def person(self) -> Actor:
        return self.here

    async def people(self) -> list[Login]:
        return [
            Login("peijun", SafeText("佩君"), "peijun" in self.secrets, self.chosen_passwords),
            Login("yating", SafeText("雅婷"), "yating" in self.secrets, self.chosen_passwords),
        ]

    async def enter(self, login: str, secret: str) -> None:
        if login in self.passwords and self.passwords[login] == secret:
            self.login, self.here = login, Actor(person="p-ann", name=SafeText("Ann"), device="d-1")
            return
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error
        if self.secrets.get(login) != secret:
            raise Refused("wrong_pin", "no")
        self.login = login
        mine = {
            "yating": Actor(person=ME, name=SafeText("雅婷"), device="d-1"),
            "peijun": Actor(person="p-peijun", name=SafeText("佩君"), device="d-1"),
        }
        self.here = mine.get(login, self.here)

    async def set_pin(self, pin: str) -> None:
        if not is_pin(pin):
            raise Refused("bad_pin", "no")
        self.secrets[self.login] = pin

    def publish(self, *news: News) -> None:
        """Say it to everybody who listens."""
        for each in news:
            if isinstance(each, ScreenPop | CallNews):
                self.live[each.call.id] = each.call
            for listener in self._listeners:
                listener(each)

    def subscribe(self, listener: Callable[[News], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def _saved(self, *what: object) -> str:
        if self.hold is not None:
            await self.hold.wait()
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error
        self.did.append(what)
        return f"op-{len(self.did)}"

    async def lookup(self, query: str, limit: int = 20) -> list[Match]:
        if self.found is not None:
            return self.found[:limit]
        hits = [card.member for card in self.cards.values() if query in card.member.name]
        hits += [
            card.member for card in self.cards.values() if any(query in known.raw for known in card.member.numbers)
        ]
        why = Why("name_contains" if not query.isdigit() else "tail_matches", {"digits": query, "text": query})
        return [Match(member, why) for member in hits[:limit]]

    async def open(self, member: str) -> Card:
        if member not in self.cards:
            raise Refused("unknown_member", "no such member")
        return self.cards[member]

    async def note(self, text: SafeLines, member: str | None, call: str | None, ref: str | None = None) -> str:
        op = await self._saved("note", text, member, call, *((ref,) if ref else ()))
        note = Note(
            id=op,
            member=member,
            call=call,
            text=text,
            author=ME,
            author_name=SafeText("雅婷"),
            at=self.clock,
            parent=ref,
        )
        self.publish(NoteNews(note, "pending"))
        return op

    async def task(self, title: SafeText, member: str | None, call: str | None = None, due: str | None = None) -> str:
        op = await self._saved("task", title, member, call, due)
        task = Task(id=op, member=member, call=call, title=title, due=SafeText(due) if due else None)
        self.publish(TaskNews(task, "pending"))
        return op

    async def done(self, task: str) -> str:
        op = await self._saved("done", task)
        held = self._rows().get(("task", task))
        if isinstance(held, Task):
            self.publish(TaskNews(msgspec.structs.replace(held, state=TaskState.DONE), "pending"))
        return op

    async def update(self, member: str, fields: MemberFields, base: dict[str, int] | None = None) -> str:
        op = await self._saved("update", member, fields)
        if member in self.cards:
            self._tell(self._merged(op, MemberUpdate(member=member, fields=fields), base))
        return op

    async def claim(self, call: str, member: str | None = None) -> str:
        op = await self._saved("claim", call, member)
        name = SafeText("雅婷")
        claimed = msgspec.structs.replace(self.live[call], claimed_by=ME, claimed_name=name)
        self.publish(CallNews(claimed, claimed_name=name, mine=True))
        return op

    async def add_member(self, fields: MemberFields) -> str:
        op = await self._saved("add_member", fields)
        numbers = () if isinstance(fields.numbers, msgspec.UnsetType) else fields.numbers
        self.cards[op] = Card(Member(id=op, code=SafeText("M-new"), numbers=numbers), (), (), (), SafeText())
        self._owned(self.cards[op].member)
        return op

    def _owned(self, owner: Member) -> None:
        """The calls from a number of theirs that are on are theirs, as the real desk says it."""
        theirs = {number.e164 for number in owner.numbers} - {None}
        for each in [each for each in self.live.values() if each.live and each.caller.e164 in theirs]:
            matches = (Match(owner, Why("number_exact")),)
            self.publish(CallNews(each, matches=matches, mine=each.claimed_by == self.person.person))

    async def wrapup(self, call: str, code: SafeText, member: str | None = None) -> str:
        op = await self._saved("wrapup", call, code, member)
        self._tell(self._merged(op, CallWrapup(call=call, code=code)))
        return op

    async def do(self, args: Args, base: dict[str, int] | None = None) -> str:
        """Any other intent: remembered, and told of as the real merge says what it does to the rows that are here."""
        if isinstance(args, PresenceSet):  # said beside the work: it neither waits nor fails where a save is made to
            self.attended.append(args)
            return "presence"
        if isinstance(args, NoteAdd):
            return await self.note(args.text, args.member, args.call, args.parent)
        if isinstance(args, CallWrapup):
            return await self.wrapup(args.call, args.code, args.member)
        if isinstance(args, TaskDone):
            return await self.done(args.task)
        op = await self._saved("do", args)
        self._tell(self._merged(op, args, base))
        return op

    async def do_together(self, *wanted: Args, draft: Drafting) -> tuple[str, ...]:
        """What `refuse` holds fails the first of them, and so all."""
        op_ids = tuple([await self.do(args) for args in wanted])
        left = draft(op_ids)
        self.kept[(left.member, left.call)] = left.text
        self.sheets[(left.member, left.call)] = left
        return op_ids

    def _merged(self, op: str, args: Args, base: dict[str, int] | None = None) -> dict[RowKey, Row]:
        """What the real merge makes of it on the rows that are here."""
        call_id: str | None = getattr(args, "call", None)
        if call_id is not None and call_id not in self.live:
            return {}
        held = self._rows()
        rows = {key: held[key] for key in touches(op, args, ME) if key in held}
        return merge.apply(op, args, actor=self.person, at=self.clock, base=base or {}, rows=rows).rows

    def _rows(self) -> dict[RowKey, Row]:
        """What this desk holds."""
        held: dict[RowKey, Row] = {("call", each.id): each for each in self.live.values()}
        for card in self.cards.values():
            held["member", card.member.id] = card.member
            for kind, rows in (("task", card.tasks), ("note", card.notes)):
                held |= {(kind, row.id): row for row in rows}
        return held | {("task", task.id): task for task in self.business.tasks}

    def _tell(self, rows: dict[RowKey, Row]) -> None:
        for row in rows.values():
            if isinstance(row, Call):
                name = row.claimed_name or SafeText(row.claimed_by or "")
                self.publish(CallNews(row, claimed_name=name or None, mine=row.claimed_by == self.person.person))
            elif isinstance(row, Task):
                self.business.tasks = [*(task for task in self.business.tasks if task.id != row.id), row]
                self.publish(TaskNews(row, "pending"))
            elif isinstance(row, Member):
                self.cards[row.id] = msgspec.structs.replace(self.cards[row.id], member=row)
                self.publish(MemberNews(row))
            elif not isinstance(row, Note):
                self.publish(RowNews(row))

    async def save_draft(self, draft: Draft) -> float:
        await asyncio.sleep(0)
        self.kept[(draft.member, draft.call)] = draft.text
        self.sheets[(draft.member, draft.call)] = draft
        return self.clock

    async def drafts(self) -> list[Draft]:
        return self._drafts

    async def older(self, member: str, last: Contact | Note, wanted: Container[ContactKind]) -> Older:
        """As the store does: 20 of the wanted kinds, and what lies between."""
        self.asked.append(last.id)
        rest = [each for each in self.past if each.at < last.at] if isinstance(last, Contact) else []
        hits = [index for index, each in enumerate(rest) if each.kind in wanted][:20]
        page = rest[: hits[-1] + 1] if len(hits) == 20 else rest
        return Older(tuple(page), more=len(page) < len(rest))

    async def awaited(self) -> list[Awaited]:
        return self.waited_for

    async def let_go(self, person: str) -> None:
        await self._saved("let_go", person)
        self.waited_for = [each for each in self.waited_for if each.person != person]

    async def dump(self, what: str) -> list[dict[str, Any]]:
        return self.tray if what == "tray" else []

    async def choices(self) -> dict[str, str]:
        return self.chosen.get(self.person.person, {})

    async def choose(self, name: str, value: str) -> None:
        self.chosen.setdefault(self.person.person, {})[name] = value

    def calls(self) -> list[Call]:
        return list(self.live.values())


def member(ident: str, name: str, raw: str, **more: object) -> Member:
    """A member with one number."""
    e164 = "+886" + raw.replace("-", "").lstrip("0")
    fields: dict[str, object] = {
        "code": SafeText(f"M-{ident}"),
        "name": SafeText(name),
        "numbers": (MemberNumber(SafeText(raw), e164, SafeText("手機")),),
        **more,
    }
    return Member(id=ident, **fields)  # type: ignore[arg-type]


def call(
    ident: str, who: Member | None = None, *, line: str = "2", state: CallState = CallState.RINGING, **more: object
) -> Call:
    """A call on a line, from a member's number."""
    number = who.numbers[0] if who else None
    caller = Caller(SafeText(number.raw), number.e164, Presentation.SHOWN) if number else Caller()
    fields: dict[str, object] = {"caller": caller, "called": Called(line=SafeText(line)), "started": NOW - 7, **more}
    return Call(id=ident, state=state, **fields)  # type: ignore[arg-type]


def pop(ringing: Call, card: Card | None = None, *others: Member, guess: bool = False) -> ScreenPop:
    """The pop of a call: nobody, one member, or several."""
    people = ([card.member] if card else []) + list(others)
    why = Why("number_shared", {"count": str(len(people))}) if len(people) > 1 else Why("number_exact")
    matches = tuple(Match(each, why, guess) for each in people)
    if card is None:
        return ScreenPop(ringing, matches, (), (), (), SafeText())
    return ScreenPop(ringing, matches, card.timeline, card.tasks, card.notes, card.greeting)


def plain_card(who: Member) -> Card:
    """A card with one of everything, each naming its member."""
    name = who.name
    return Card(
        member=who,
        timeline=(
            Contact(
                id=f"c-{who.id}",
                member=who.id,
                kind=ContactKind.PURCHASE,
                at=NOW - 86400,
                text=SafeText(f"{name} 買茶"),
            ),
        ),
        tasks=(
            Task(
                id=f"t-{who.id}", member=who.id, title=SafeText(f"{name} 的待辦"), due=SafeText("2026-11-24T09:30:00Z")
            ),
        ),
        notes=(
            Note(
                id=f"n-{who.id}",
                member=who.id,
                text=SafeLines(f"{name} 的舊備註"),
                author_name=SafeText("怡君"),
                at=NOW - 9e5,
            ),
        ),
        greeting=SafeText(f"{name}您好"),
    )
