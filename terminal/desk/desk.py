"""`Desk`: what the person does here, and what they are told."""

import contextlib
from collections.abc import Container, Sequence
from typing import Any, Final

import msgspec
import structlog

from ringdesk import ops
from ringdesk.calls import Call
from ringdesk.errors import Refused
from ringdesk.notes import Note
from ringdesk.ops import (
    Args,
    CallClaim,
    CallSame,
    CallWrapup,
    MemberAdd,
    MemberFields,
    MemberUpdate,
    NoteAdd,
    NumberAttach,
    NumberMarked,
    PresenceSet,
    TaskAdd,
    TaskAttempt,
    TaskDone,
)
from ringdesk.presence import PresenceState
from ringdesk.rules import permissions
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import AttemptResult
from ringdesk.timeline import Contact, ContactKind
from terminal.desk.life import Life
from terminal.desk.printing import call_row
from terminal.desk.values import Awaited, Card, Draft, Older, SourceState, Standing
from terminal.desk.whocalls import address
from terminal.drafts import Drafting
from terminal.news import Match, SyncNews
from terminal.store.pins import Login

DUMPS: Final = tuple(permissions.DUMPS)
"""What `dump` knows."""

_log = structlog.get_logger(__name__)


class Desk(Life):
    """One desk. Every method that saves returns after the commit, never before."""

    # --- who works here -----------------------------------------------------------------------------------------------

    async def people(self) -> list[Login]:
        """Everybody who has signed in on this desk, by name."""
        return [] if self._door is None else await self._door.people()

    async def enter(self, login: str, secret: str) -> None:
        """The next person, or the same again, by PIN or password: from now on everything done here is theirs.

        Raises `Refused`: not_allowed, offline, no_pin, wrong_pin, wait, pin_spent, expired.
        """
        if self._door is None:
            raise Refused("not_allowed", "nobody else can sign in on this desk; start it anew")
        entered = await self._door.enter(login, secret)
        before, after = self._person, entered.signed_in
        self.login = entered.login
        if before.actor.person == after.actor.person:
            self._person = max(before, after, key=lambda person: person.expires)
            return
        await self._present(PresenceState.AWAY)
        await self._store.left(before.actor.person)
        self._person = after
        self.business.person = self._flow.me = after.actor.person
        self._news.introduce(after.actor.person, after.actor.name)
        self.away_since = await self._store.arrived(after.actor.person)
        await self._present(PresenceState.READY)

    async def set_pin(self, pin: str) -> None:
        """A PIN for the person who works here. Raises `Refused`: bad_pin, no_password."""
        if self._door is None:
            raise Refused("no_password", "nobody can set a PIN on this desk")
        await self._door.set_pin(self.login, pin)

    async def _present(self, state: PresenceState) -> None:
        """Tell the team; a person whose grant has expired cannot, and must not be kept from leaving by it."""
        with contextlib.suppress(Refused):
            await self.do(PresenceSet(state=state))

    # --- looking ------------------------------------------------------------------------------------------------------

    async def lookup(self, query: str, limit: int = 20) -> list[Match]:
        """The search box: number, tail, code, name."""
        self._expect_may_read("member")
        return await self._lookup.search(query, limit)

    async def open(self, member: str) -> Card:
        """A member's card. Raises Refused("unknown_member")."""
        self._expect_may_read("member")
        card = await self._store.card(member)
        return Card(card.member, card.timeline, card.tasks, card.notes, address(card))

    async def older(self, member: str, last: Contact | Note, wanted: Container[ContactKind]) -> Older:
        """What is older in a member's past than its `last` entry, or note: a page of the kinds that are wanted.

        Raises Refused("unknown_member").
        """
        kind = "note" if isinstance(last, Note) else "contact"
        self._expect_may_read(kind)
        return await self._store.older(member, kind, (last.at, last.id), wanted)

    def calls(self) -> list[Call]:
        """The calls that are live or were within the last minutes, oldest first."""
        return self._flow.book.calls(self._now())

    async def dump(self, what: str) -> list[dict[str, Any]]:
        """Every row of a kind (see `DUMPS`) as objects for printing. Raises `BadInput` for a kind that there is not."""
        if what in DUMPS:
            self._expect_may_read(what)
        if what == "calls":
            return [call_row(call) for call in await self._store.calls(0.0)]
        return await self._store.dump(what)

    async def standing(self) -> Standing:
        """How the desk stands now."""
        sync = await self._link.status()
        stood = await self._store.standing()
        return Standing(
            connected=sync.connected,
            outbox=sync.outbox,
            cursor=sync.cursor,
            refused=sync.refused,
            device=stood.device,
            store=stood.store,
            person=self._person.actor.person,
            name=self._person.actor.name,
            roles=self._person.actor.roles,
            sources=tuple(
                SourceState(each.source, each.label, each.level, each.why.english(), each.why.code)
                for each in self._health.values()
            ),
            calls=len(self.calls()),
            why=None if sync.why is None else sync.why.english(),
            why_code=None if sync.why is None else sync.why.code,
        )

    async def sync(self, timeout: float) -> SyncNews:  # noqa: ASYNC109 - part of the contract
        """Wait until every op made before is answered and everything that the server has now is here.

        Raises `Refused`: `offline` when there is no link after `timeout` seconds, `timeout` when it took longer.
        """
        return await self._link.synced(timeout)

    # --- doing --------------------------------------------------------------------------------------------------------

    async def note(self, text: SafeLines, member: str | None, call: str | None, ref: str | None = None) -> str:
        """Save a note; the op id. `ref` is the note that it revises.

        Raises Refused (unknown_member, unknown_call, not_allowed, disk_full).
        """
        return await self.do(NoteAdd(member=member, call=call, text=text, parent=ref))

    async def task(self, title: SafeText, member: str | None, call: str | None = None, due: str | None = None) -> str:
        """Make a task; the op id."""
        when = None if due is None else SafeText(due)
        return await self.do(TaskAdd(member=member, call=call, title=title, due=when))

    async def done(self, task: str) -> str:
        """Close a task; the op id."""
        return await self.do(TaskDone(task=task))

    async def update(self, member: str, fields: MemberFields, base: dict[str, int] | None = None) -> str:
        """Change fields of a member; the op id. Without `base` the fields are taken as seen on this replica now."""
        given = [name for name in fields.__struct_fields__ if getattr(fields, name) is not msgspec.UNSET]
        if not permissions.may_change(self._person.actor.roles, given):
            raise _not_allowed()
        if base is None:
            row = await self._store.member(member)
            base = {} if row is None else {name: rev for name, rev in row.revs.items() if name in given}
        return await self.do(MemberUpdate(member=member, fields=self._with_e164(fields)), base)

    async def add_member(self, fields: MemberFields) -> str:
        """Make a member; the op id, which is the member's id. Raises Refused (empty_member, not_allowed, disk_full)."""
        return await self.do(MemberAdd(fields=self._with_e164(fields)))

    async def claim(self, call: str, member: str | None = None) -> str:
        """ "I have it": withdraws the pop elsewhere; the op id. Raises Refused("unknown_call")."""
        return await self.do(CallClaim(call=call, member=member))

    async def wrapup(self, call: str, code: SafeText, member: str | None = None) -> str:
        """End the work on a call with a disposition code; the op id."""
        return await self.do(CallWrapup(call=call, code=code, member=member))

    async def save_draft(self, draft: Draft) -> float:
        """Keep a half-typed note (without text it is forgotten); when it was saved, which is now."""
        return await self._store.save_draft(self._person.actor.person, draft)

    async def drafts(self) -> list[Draft]:
        """This person's half-typed notes, newest first."""
        return await self._store.drafts(self._person.actor.person)

    async def choices(self) -> dict[str, str]:
        """What this person chose for themselves on this desk: theme, language, the code of a meeting."""
        return await self._store.choices(self._person.actor.person)

    async def choose(self, name: str, value: str) -> None:
        """Keep a choice of this person."""
        await self._store.choose(self._person.actor.person, name, value)

    async def do(self, args: Args, base: dict[str, int] | None = None) -> str:
        """Any other intent (`ringdesk.ops`); the op id. A call that turned out to be another one is meant by either id.

        Raises Refused: what `merge.apply` refuses, not_allowed, disk_full.
        """
        return (await self._save((args,), base))[0]

    async def do_together(self, *wanted: Args, draft: Drafting) -> tuple[str, ...]:
        """Intents that were made of a half-typed note, and what is left of it: all is saved, or nothing. The op ids.

        Raises as `do` does.
        """
        return await self._save(wanted, draft=draft)

    async def awaited(self) -> list[Awaited]:
        """Everybody whose sign-in the outbox waits for; first the one who holds up the others."""
        return await self._store.awaited()

    async def let_go(self, person: str) -> None:
        """What waits for the sign-in of `person` (an id) is not sent any more; it lies in the tray, to be read.

        Raises `Refused`: not_allowed for whoever leads nobody, unknown_op where nothing waits.
        """
        if not permissions.may_here(self._person.actor.roles, "outbox.let_go"):
            raise _not_allowed()
        await self._store.let_go(person, self._person.actor.name or SafeText(self._person.actor.person))
        _log.warning("let go of what waited for a sign-in", person=person, by=self._person.actor.person)

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _save(
        self, wanted: Sequence[Args], base: dict[str, int] | None = None, draft: Drafting | None = None
    ) -> tuple[str, ...]:
        if not all(permissions.may(self._person.actor.roles, ops.kind_of(args)) for args in wanted):
            raise _not_allowed()
        for args in wanted:
            for call in (getattr(args, "call", None), getattr(args, "other", None)):
                if call is not None:
                    await self._flow.flush(call)
        meant = [self._meant(args) for args in wanted]
        saved = await self._keep([*meant, *await self._settled_by(meant)], base, draft)
        return saved[: len(wanted)]

    async def _settled_by(self, wanted: Sequence[Args]) -> list[Args]:
        """Whoever is spoken with need not be called back: their missed calls' open callbacks are done in the same commit."""
        if not permissions.may(self._person.actor.roles, "task.done"):
            return []
        found: list[str] = []
        for args in wanted:
            if isinstance(args, CallWrapup):
                found += await self._store.settled_by_call(args.call, args.member)
            elif isinstance(args, TaskAttempt) and args.result is AttemptResult.REACHED:
                found += await self._store.settled_by_attempt(args.task)
        return [TaskDone(task=task) for task in dict.fromkeys(found)]

    def _meant(self, args: Args) -> Args:
        """With the id under which a call goes on, where two turned out to be one, and a typed number read."""
        if isinstance(args, CallSame) and args.verdict != "same":
            return args
        named = {name: getattr(args, name, None) for name in ("call", "other")}
        calls = {name: self._flow.book.resolve(each) for name, each in named.items() if each is not None}
        known = msgspec.structs.replace(args, **calls) if calls else args
        return self._with_read_number(known)

    def _expect_may_read(self, what: str) -> None:
        if not permissions.may_read(self._person.actor.roles, what):
            raise _not_allowed()

    def _with_e164(self, fields: MemberFields) -> MemberFields:
        if isinstance(fields.numbers, msgspec.UnsetType):
            return fields
        read = tuple(
            number if number.e164 is not None else msgspec.structs.replace(number, e164=self._read(number.raw).e164)
            for number in fields.numbers
        )
        return msgspec.structs.replace(fields, numbers=read)

    def _with_read_number(self, args: Args) -> Args:
        """A number as it was typed, with what it means here."""
        if isinstance(args, NumberAttach) and args.number.e164 is None:
            number = msgspec.structs.replace(args.number, e164=self._read(args.number.raw).e164)
            return msgspec.structs.replace(args, number=number)
        if isinstance(args, NumberMarked) and args.e164 is None:
            return msgspec.structs.replace(args, e164=self._read(args.raw).e164)
        return args


def _not_allowed() -> Refused:
    return Refused("not_allowed", "your role does not allow this; ask a supervisor")
