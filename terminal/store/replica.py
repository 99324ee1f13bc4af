"""The store of a terminal: its replica of the business's rows and its outbox, in one SQLite file.

Whoever saves here is told after the commit, and a cancelled caller does not undo it. Everything that happens is told to
the listeners, also after the commit, in the order of the commits.
"""

from collections.abc import Callable, Container, Iterable, Sequence, Set
from datetime import date
from typing import Any, NamedTuple

import msgspec

from ringdesk.articles import Article, ArticleKind
from ringdesk.calls import Call
from ringdesk.dispositions import Disposition
from ringdesk.marks import NumberMark
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.ops import Actor, Args, Op, RowKey
from ringdesk.presence import Presence
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task
from ringdesk.timeline import ContactKind
from ringdesk.wire.messages import (
    Answers,
    Changes,
    Enrolled,
    UpTo,
    Welcome,
)
from ringdesk.wire.values import Cursor, Image
from terminal.drafts import Draft, Drafting
from terminal.serverclock import Told
from terminal.store import (
    birthdays,
    bulk,
    business,
    callbacks,
    cards,
    drafts,
    dumps,
    joining,
    morning,
    outbox,
    pages,
    regrant,
    strangers,
)
from terminal.store.cards import Card
from terminal.store.connection import Transaction
from terminal.store.edit import Happened, together
from terminal.store.joining import Credentials
from terminal.store.outbox import Intent, Waiting
from terminal.store.pages import Verdict
from terminal.store.signins import SignIns
from terminal.store.standing import stand, standing


class Saved(NamedTuple):
    """An op that is on the disk, and what it changed on the screen."""

    op_id: str
    happened: Happened


class Store(SignIns):
    """One data directory: its rows, as people make and look at them and as the server sends them."""

    # --- what people do ---------------------------------------------------------------------------------------------

    async def save(
        self, args: Args, *, actor: Actor, grant: str = "", base: dict[str, int] | None = None, mono: int | None = None
    ) -> Saved:
        """Save an intent: its op and what it does to the rows, in one transaction, on the disk when this returns.

        Raises `Refused`: what `merge.apply` refuses, `too_large`, `expired` for the grant, `disk_full`.
        """
        op_ids, happened = await self.save_together((args,), actor=actor, grant=grant, base=base, mono=mono)
        return Saved(op_ids[0], happened)

    async def save_together(
        self,
        wanted: Sequence[Args],
        *,
        actor: Actor,
        grant: str = "",
        base: dict[str, int] | None = None,
        mono: int | None = None,
        draft: Drafting | None = None,
    ) -> tuple[tuple[str, ...], Happened]:
        """Save intents that belong together, in this order, with what becomes of the draft from which they were made: all
        in one transaction or nothing. The ids of their ops. `draft` is called with these; raises as `save` does.
        """
        now = self._clock()
        lives = grant in self._lives and self._lives[grant]()
        intents = [
            Intent(self._ids(), args, actor, grant=grant, base=base or {}, at=now, mono=mono, lives=lives)
            for args in wanted
        ]
        op_ids = tuple(intent.op_id for intent in intents)
        left = None if draft is None else draft(op_ids)

        def work(tx: Transaction) -> Happened:
            done = [outbox.save(tx, intent) for intent in intents]
            if left is not None:
                drafts.save(tx, actor.person, left, now)
            return together(done)

        return op_ids, await self._write(work)

    async def dismiss(self, op_id: str) -> None:
        """A refused op has been seen by its person. Raises `Refused("unknown_op")`."""
        await self._write(lambda tx: outbox.dismiss(tx, op_id))

    async def save_draft(self, author: str, draft: Draft) -> float:
        """Keep a half-typed note (without text it is forgotten); when it was saved, which is now."""
        now = self._clock()
        await self._writer.run(lambda tx: drafts.save(tx, author, draft, now))
        return now

    # --- what people look at ----------------------------------------------------------------------------------------

    async def member(self, member: str) -> Member | None:
        """A member, found through its alias too; None if there is none here."""
        return await self.reader.run(lambda tx: cards.member(tx, member))

    async def card(self, member: str) -> Card:
        """A member's card. Raises `Refused("unknown_member")`."""
        return await self.reader.run(lambda tx: cards.card(tx, member))

    async def older(self, member: str, kind: str, before: cards.Place, wanted: Container[ContactKind]) -> cards.Older:
        """The next page of a member's past (`kind`: contact or note). Raises `Refused("unknown_member")`."""
        return await self.reader.run(lambda tx: cards.older(tx, member, kind, before, wanted))

    async def call(self, call: str) -> Call:
        """A call. Raises `Refused("unknown_call")`."""
        return await self.reader.run(lambda tx: cards.call(tx, call))

    async def calls(self, since: float) -> list[Call]:
        """Calls that began after `since`, oldest first."""
        return await self.reader.run(lambda tx: cards.recent_calls(tx, since))

    async def live_calls(self, since: float, sources: Set[str]) -> list[Call]:
        """Those that are on, of these sources, and began after `since`, oldest first."""
        return await self.reader.run(lambda tx: cards.live_calls(tx, since, sources)) if sources else []

    async def last_began(self) -> float | None:
        """When the newest call of all began, seconds since 1970; None where there is none."""
        return await self.reader.run(cards.last_began)

    async def call_notes(self, call: str) -> list[Note]:
        """The notes of a call, newest first."""
        return await self.reader.run(lambda tx: cards.call_notes(tx, call))

    async def past(self, call: Call) -> strangers.Past:
        """The notes of a call, and the earlier calls of its number, with their notes, that are no member's."""
        return await self.reader.run(lambda tx: strangers.past(tx, call))

    async def promised(self, call: Call) -> list[Task]:
        """The open tasks of a call, and the open callbacks to its number that are no member's."""
        return await self.reader.run(lambda tx: callbacks.promised(tx, call))

    async def settled_by_call(self, call: str, member: str | None) -> list[str]:
        """The open callbacks of missed calls with whose number somebody spoke in this call."""
        return await self.reader.run(lambda tx: callbacks.settled_by_call(tx, call, member))

    async def settled_by_attempt(self, task: str) -> list[str]:
        """The other open callbacks of missed calls of the number that an attempt at this one reached just now."""
        now = self._clock()
        return await self.reader.run(lambda tx: callbacks.settled_by_attempt(tx, task, now))

    async def agenda(self, person: str | None = None) -> list[Task]:
        """Open tasks, the next due first: all, or those of a person and of nobody."""
        return await self.reader.run(lambda tx: business.agenda(tx, person))

    async def answers(self, query: str) -> list[Article]:
        """The articles that answer a question, the best first."""
        return await self.reader.run(lambda tx: business.answers(tx, query))

    async def articles(self, *kinds: ArticleKind) -> list[Article]:
        """Articles of these kinds, the newest first."""
        return await self.reader.run(lambda tx: business.articles(tx, kinds))

    async def dispositions(self) -> list[Disposition]:
        """The codes that the business has made."""
        return await self.reader.run(business.dispositions)

    async def team(self) -> list[Presence]:
        """Everybody who has said what they do here."""
        return await self.reader.run(business.team)

    async def mark(self, number: str) -> NumberMark | None:
        """The mark on a number (E.164, or as it was given)."""
        return await self.reader.run(lambda tx: business.mark(tx, number))

    async def anniversaries(self, today: date) -> list[Member]:
        """The members whose birthday is today."""
        return await self.reader.run(lambda tx: birthdays.anniversaries(tx, today))

    async def lost_calls(self, since: float) -> list[morning.LostCall]:
        """Calls after `since` that nobody had, the newest first."""
        return await self.reader.run(lambda tx: morning.lost_calls(tx, since))

    async def members(self, ids: Iterable[str]) -> dict[str, Member]:
        """Several members at once, by their ids."""
        return await self.reader.run(lambda tx: morning.members(tx, ids))

    async def state_of(self, op_id: str) -> str:
        """pending, settled or refused."""
        return await self.reader.run(lambda tx: outbox.state_of(tx, op_id))

    async def dump(self, what: str) -> list[dict[str, Any]]:
        """notes, tasks, members, calls, ledger, outbox or tray, as the headless desk prints them."""
        return await self.reader.run(lambda tx: dumps.dump(tx, what))

    async def drafts(self, author: str) -> list[Draft]:
        """A person's half-typed notes, newest first."""
        return await self.reader.run(lambda tx: drafts.of(tx, author))

    # --- the server's side: called by `terminal.sync` alone -----------------------------------------------------------

    async def enrolled(self, message: Enrolled, by: Credentials | None = None) -> None:
        """This device is known to a server now; ops made before count from 1 in its epoch."""
        await self._write(lambda tx: joining.enrolled(tx, message, by or Credentials()))

    async def welcomed(self, message: Welcome) -> None:
        """The session is open: epochs, and which sets this device holds."""
        await self._write(lambda tx: joining.welcomed(tx, message))
        names = {each.name for each in message.sets}
        for name in await self.reader.run(pages.cursors):
            if name not in names:
                await self.drop(name)

    async def keep_time(self) -> None:
        """The server told its time: the next start goes on from there."""
        told = Told(self._clock.ahead, self._clock())

        def work(tx: Transaction) -> None:
            stand(tx, msgspec.structs.replace(standing(tx), told=told))

        await self._writer.run(work)

    async def waiting(self) -> Waiting:
        """How the outbox stands."""
        return await self.reader.run(outbox.waiting)

    async def held_for(self) -> SafeText:
        """Whose sign-in the first op without an answer waits for; "" when for none."""
        return await self.reader.run(regrant.held_for)

    async def awaited(self) -> list[regrant.Awaited]:
        """Everybody whose sign-in the outbox waits for; first the one who holds up the others."""
        return await self.reader.run(regrant.awaited)

    async def let_go(self, person: str, by: SafeText) -> None:
        """What waits for the sign-in of `person` goes into the tray. Raises `Refused("unknown_op")` where nothing does."""
        await self._write(lambda tx: regrant.let_go(tx, person, by, self._clock()))

    async def outgoing(self, first: int, most: int, max_bytes: int) -> list[Op]:
        """Ops from dev_seq `first` on, answered or not, in order and without a gap."""
        return await self.reader.run(lambda tx: outbox.outgoing(tx, first, most, max_bytes))

    async def cursors(self) -> dict[str, Cursor]:
        """How far each set is here."""
        return await self.reader.run(pages.cursors)

    async def complete_to(self) -> int:
        """The head up to which nothing is missing in any set."""
        return await self.reader.run(pages.complete_to)

    async def answered(self, answers: Answers) -> None:
        """Keep the answers and settle what they settle."""
        await self._write(lambda tx: outbox.answered(tx, answers, self._clock()))

    async def apply(self, frame: Changes) -> Verdict:
        """Apply a page in slices of about 20 ms, so that a save waits for one of them at most."""
        position: int | None = 0
        verdict = Verdict.OLD

        def work(tx: Transaction) -> Happened:
            nonlocal verdict, position
            done = pages.apply_slice(tx, frame, position or 0, self._steady)
            verdict, position = done.verdict, done.next
            return done.happened

        while position is not None:
            await self._write(work)
        if verdict is Verdict.APPLIED and frame.page.up:
            await self._in_slices(lambda tx: pages.sweep_slice(tx, frame.page.set))
        return verdict

    async def up_to(self, message: UpTo) -> Verdict:
        """The server says that nothing of a set is missing."""
        verdict = Verdict.OLD

        def work(tx: Transaction) -> Happened:
            nonlocal verdict
            verdict, happened = pages.up_to(tx, message)
            return happened

        await self._write(work)
        if verdict is Verdict.APPLIED:
            await self._in_slices(lambda tx: pages.sweep_slice(tx, message.set))
        return verdict

    async def diverged(self, name: str) -> None:
        """A set differs from the server's: count it, and start the set again from nothing."""
        await self._write(lambda tx: joining.diverged(tx, name))

    async def drop(self, name: str) -> None:
        """Delete a set that this device may no longer hold, also from the write-ahead log."""
        await self._in_slices(lambda tx: pages.drop_slice(tx, name))
        await self._writer.checkpoint()

    async def erase(self, keys: Sequence[RowKey]) -> None:
        """Overwrite rows beyond recovery, with what was said about them here."""
        await self._write(lambda tx: pages.erase(tx, keys))
        await self._writer.checkpoint()

    async def bulk_install(self, name: str, images: Iterable[Image], seq: int = 0, chain: str = "") -> None:
        """Install a whole set at once: many rows, entries derived at the end. Saves wait meanwhile."""
        await self._write(lambda tx: bulk.install(tx, name, images, seq, chain))

    async def _in_slices(self, work: Callable[[Transaction], Happened | None]) -> None:
        more = True

        def slice_of(tx: Transaction) -> Happened:
            nonlocal more
            happened = work(tx)
            more = happened is not None
            return happened or Happened()

        while more:
            await self._write(slice_of)
