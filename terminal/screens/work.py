"""What the agent does, without a screen: close a call, save the note, look somebody up.

Every method says in words what came of it. It returns only after the desk has saved.
"""

import contextlib
from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from ringdesk.calls import Call, CallState, Presentation
from ringdesk.errors import Refused, RingdeskError
from ringdesk.hours import Hours
from ringdesk.members import Member
from ringdesk.ops import Args
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task
from ringdesk.why import Why
from terminal.news import Match
from terminal.screens import owed
from terminal.screens.board import Board
from terminal.screens.keeper import NOBODY, Keeper, Owner
from terminal.screens.undo import Undo
from terminal.screens.windows import UNKNOWN, Window, windows
from terminal.widgets.caller import called_by
from terminal.widgets.callrow import CallRow
from terminal.widgets.person import Person
from terminal.widgets.speech import say
from terminal.widgets.when import Now, clock

if TYPE_CHECKING:
    from terminal.desk import Card, Desk, Draft

HANDLED: Final = SafeText("handled")
"""The disposition of a call that closed by itself."""
CALLER: Final = Why("number_exact")
"""The reason of whoever was said to be the caller, where no row shows it."""
REFUSED: Final = "refused"
"""The state of a note that the server did not take."""


class Work:
    """The agent's work on the board. `wall` gives seconds since 1970."""

    def __init__(
        self,
        board: Board,
        keeper: Keeper,
        wall: Callable[[], float],
        zone: tzinfo | None,
        hours: Hours = UNKNOWN,
    ) -> None:
        self.board = board
        self.keeper = keeper
        self.wall = wall
        self.zone = zone
        self._hours = hours
        self.undo = Undo()
        self.bare: Callable[[Person], bool] = lambda _: False
        """Whether the note of somebody is a template that nobody has filled in: it is none."""

    @property
    def desk(self) -> "Desk":
        """The open desk. Raises Refused before it is."""
        if self.keeper.desk is None:
            raise Refused("not_open", say("The desk is not open yet: try again in a moment."))
        return self.keeper.desk

    @property
    def now(self) -> Now:
        """This moment."""
        return Now(self.wall(), self.zone)

    @property
    def windows(self) -> tuple[Window, ...]:
        """When a callback can be promised."""
        return windows(self.now, self._hours)

    async def restore(self, drafts: "list[Draft]") -> None:
        """Go on where the desk was left: with the call that is on and its note; else with the newest half-typed note and
        its person, unless somebody is there already."""
        on = self.board.serving
        if on is not None:
            await self._go_on(on, drafts)
        elif drafts and not self.board.busy and self.board.person.key == NOBODY:
            await self.resume((drafts[0].member, drafts[0].call))

    async def _go_on(self, on: CallRow, drafts: "list[Draft]") -> None:
        """The card of a call that was on when the desk was left: whom its note was about, else whose number it is."""
        kept = [draft for draft in drafts if draft.call is not None and self.board.row(draft.call) is on]
        if kept and not self.board.typed:
            await self.resume((kept[0].member, kept[0].call))
        e164 = on.call.caller.e164
        if e164 is None or on.matches or on.call.caller.presentation is not Presentation.SHOWN:
            return
        found = await self.desk.lookup(e164)
        row = self.board.row(on.call.id)
        if row is not None and not row.matches:
            self.keeper.refresh()
            before = self.board.person.key
            self.board.recognised(row.call.id, tuple(found))
            self.keeper.became(before, self.board.person.key)
            await self.refill()

    async def resume(self, owner: Owner) -> SafeText:
        """Go on with a half-typed note."""
        member, call = owner
        there = self.board.row(call)
        if member is None and there is not None and there.sure is not None:
            member = there.sure.id  # they became known since
        card = await self.desk.open(member) if member else None
        row = self.board.row(call)  # as it is by now: its news may have come meanwhile
        known = row.call if row else Call(id=call, state=CallState.ENDED) if call else None
        if row and row.mine and row.live_here and not row.handed:
            self.board.serve(row.call.id)
        else:
            self.board.by_hand = True
        if known is not None and call is not None:
            known = msgspec.structs.replace(known, id=call)
        self.board.person = Person(call=known, states=dict(self.board.states))
        if card:
            self.board.filled(card)
            self.keeper.move(owner, (card.member.id, call))
            if row and row.call.id in self.board.served and (row.sure is None or row.sure.id != card.member.id):
                self.board.known(row.call.id, Match(card.member, CALLER))
        return say("This note was kept for you; go on.")

    async def save(self, *more: Args) -> SafeText:
        """Save the note to whom and what its title names, and what else is done at once in the same commit."""
        owner = self.board.person.key
        text = self.keeper.texts.get(owner, "")
        if self.bare(self.board.person):
            self.keeper.hold(owner, "")
            self.keeper.loaded()
            text = ""
        if owner == NOBODY or not text.strip():
            for args in more:
                await self.desk.do(args)
            return SafeText() if more else say("There is nothing to save yet.")
        await self.keeper.save(owner, text, *more)
        self.board.typed = bool(self.keeper.texts.get(self.board.person.key))
        return say("saved {time}", time=clock(self.wall(), self.now))

    def noted(self, call: str) -> bool:
        """Whether a note of this call is saved: from this desk, or one on the card that was not refused."""
        board = self.board
        row, states = board.row(call), board.states
        saved = {note.call for note in board.person.notes if states.get(note.id) != REFUSED}
        saved |= {owner[1] for owner in self.keeper.noted}
        return row is not None and any(board.row(each) is row for each in saved)

    async def close_overdue(self, call: str, hold: Callable[[], object] = lambda: None) -> bool:
        """The time of a wrap-up is up: the call closes. Whether its person stays, because something is typed for them; `hold`
        is called after it was saved, to take what the field has."""
        board = self.board
        row = board.calls.get(call)
        shown = board.person.call is not None and board.person.call.id == call
        member = board.person.member if shown else row.sure if row else None
        await self.desk.wrapup(call, HANDLED, member.id if member else None)
        hold()
        board.wrap_up.closed(call, self.wall())
        stays = shown and board.typed
        board.let_go(call)
        return stays

    def choose(self, index: int) -> Match | None:
        """One of several people is meant: what was written for the call is hers. `refill` fetches the rest of the card."""
        old, matches = self.board.person.key, self.board.person.matches
        if self.board.choose(index) is None:
            return None
        self.keeper.move(old, self.board.person.key)
        return matches[index]

    async def open(self, match: Match, key: SafeText | None = None) -> SafeText:
        """Open the card of somebody who was looked up. On a call whose caller nobody knew they are the caller then, which is
        said, and what `key` lists takes it back."""
        card = await self.desk.open(match.member.id)
        old = self.board.person
        self.board.opened(card, match)
        new = self.board.person.key
        if old.call is None or old.call.id != new[1]:
            return SafeText()
        self.keeper.move(old.key, new)
        self.board.keep_along(old)
        promised = await self.became()

        def said() -> SafeText:
            return say("{name} is the caller now.", name=card.member.name or card.member.code)

        done = said()
        self.undo.add(said, partial(self._nobody_again, old, card.member, promised))
        return say("{done} {key} takes it back.", done=done, key=key) if key else done

    async def _nobody_again(self, old: Person, member: Member, promised: list[Task]) -> SafeText:
        """The caller is not the `member` whose card was opened: they are unknown as on the `old` card, with what was typed."""
        there = self.board.of_call(old.call.id) if old.call is not None else None
        if old.call is None or there is None or there.key[0] != member.id:
            return say("{name} is not the caller any more.", name=member.name or member.code)
        await owed.give_back(self.desk, promised)
        self.turned(old.call, old.matches, None)
        return await self.with_noted(
            say("The caller is unknown again: {name}.", name=called_by(old.call)), member, old.call
        )

    async def with_noted(self, done: SafeText, member: Member, call: Call) -> SafeText:
        """`done`, and of a note that was saved for the `call` while its caller was taken for the `member` that it stays
        theirs: a note never changes whom it is about."""
        notes = (await self.desk.open(member.id)).notes
        if not any(note.member == member.id and note.call == call.id for note in notes):
            return done
        name = member.name or member.code
        return say("{done} The saved note stays {name}'s.", done=done, name=name)

    def turned(self, call: Call, matches: tuple[Match, ...], card: "Card | None") -> None:
        """The caller of `call` is the one of `card` (None: nobody we know), and what was typed for the call goes along."""
        owners = self.board.turned(call.id, matches, card)
        if owners is not None:
            self.keeper.move(*owners)

    def to_call(self) -> None:
        """To the card of the call that is served; what was typed for its caller on a card opened by hand belongs to it."""
        before = self.board.person.key
        self.board.to_call()
        after = self.board.person.key
        if before[0] is not None and before == (after[0], None) != after:
            self.keeper.move(before, after)

    async def became(self) -> list[Task]:
        """The caller on the card, whom nobody knew, is the member on it. What was promised to them, as it was before."""
        person = self.board.person
        if person.call is None or person.member is None:
            return []
        return await owed.follow(self.desk, person.call, None, person.member)

    async def becomes(self, member: str, why: Why) -> None:
        """The caller on the card is this member: what was typed for the call, and what is promised in it, goes along."""
        owner = self.board.person.key
        card = await self.desk.open(member)
        board, old = self.board, self.board.person
        if old.key != owner:
            return
        board.identify(Match(card.member, why))
        board.filled(card)
        board.keep_along(old)
        self.keeper.move(old.key, board.person.key)
        await self.became()

    async def unknown(self, call: Call, member: Member) -> None:
        """The caller of `call`, who was `member`, is nobody we know; also on the card, where they are on it."""
        await owed.follow(self.desk, call, member, None)
        old = self.board.person
        if old.call is not None and old.key == (member.id, call.id):
            self.board.identify(None)
            self.board.keep_along(old)
            self.keeper.move(old.key, self.board.person.key)

    async def look(self, member: str) -> SafeText:
        """Open the card of a member from a list: it says nothing of who is on the line."""
        self.board.opened(await self.desk.open(member))
        return SafeText()

    async def refill(self) -> None:
        """Fetch the rest of the card on show; of a caller whom nobody knows what is promised to their number, and noted."""
        (member, call), owner = (self.board.person.member, self.board.person.call), self.board.person.key
        if self.keeper.desk is None:
            return
        if member is None:
            if call is not None:
                business = self.keeper.desk.business
                tasks, past = await business.promised(call), await business.past(call)
                if self.board.person.key == owner:
                    self.board.found(tasks, past)
            return
        card = await self.keeper.desk.open(member.id)
        noted = await self.keeper.desk.business.noted(call) if call is not None else ()
        if card.member.id != member.id:
            self._leads(member, card)
        elif self.board.person.key == owner:
            self.board.filled(card)
            self.board.keep_notes(noted)

    async def merged(self, member: Member) -> SafeText:
        """A member turned out to be another (`merged_into`): whoever was on the card as the one is there as the other from now
        on, with the call, and what was typed for the one is the other's. One who is not here yet may come."""
        with contextlib.suppress(Refused):
            card = await self.desk.open(member.id)
            if card.member.id != member.id:
                shown = self._leads(member, card)
                await self.keeper.keep()
                names = {"former": member.name or member.code, "name": card.member.name or card.member.code}
                return (
                    say("{former} is the same person as {name}: card and note are {name}'s now.", **names)
                    if shown
                    else SafeText()
                )
        return SafeText()

    def _leads(self, gone: Member, card: "Card") -> bool:
        """Whether somebody else is on the card for it."""
        keeper, board = self.keeper, self.board
        keeper.refresh()
        before, into = board.person.key, card.member.id
        written = [owner for owner in {**keeper.texts, **keeper.noted} if owner[0] == gone.id]
        board.led(gone.id, card)
        for owner in dict.fromkeys((*written, before)):
            keeper.move(owner, board.person.key if owner == before else (into, owner[1]))
        return before != board.person.key

    async def freshen(self) -> None:
        """The same for a card that opened by itself: where it cannot be read, what is known already stands."""
        with contextlib.suppress(RingdeskError):
            await self.refill()
