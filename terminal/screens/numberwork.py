"""What the agent does with the number that calls: whose it is from now on, whose no longer, that it is junk.

One key each; each says what it did, and can be taken back.
"""

import contextlib
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from ringdesk import dispositions
from ringdesk.calls import Call, Presentation
from ringdesk.errors import Refused
from ringdesk.marks import MarkLabel
from ringdesk.members import Member, MemberNumber
from ringdesk.ops import CallWrapup, MemberFields, NumberAttach, NumberChoose, NumberDetach, NumberMarked
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task
from ringdesk.why import Why
from terminal.news import Match
from terminal.screens import owed
from terminal.screens.board import Board
from terminal.screens.work import Work
from terminal.widgets.caller import called_by, number
from terminal.widgets.callrow import CallRow
from terminal.widgets.speech import mark, say

if TYPE_CHECKING:
    from terminal.screens.errands import Errand

NEW: Final = Why("number_exact")
KEPT: Final = mark("Your text is kept as a draft: {key} lists it.")
HIDDEN: Final = mark("There is no number: the caller withheld it, or the line gave none.")


class Wish(NamedTuple):
    """That the number `found` of the caller of `call` becomes `member`'s; the `owners` have it already."""

    member: Member
    call: Call
    found: MemberNumber
    owners: tuple[Member, ...] = ()


class NumberWork:
    """The work on numbers. Every method says in words what came of it, after the desk has saved."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.undo = work.undo
        self._attached: tuple[str, str, Errand] | None = None
        """To whom a number was attached last, the number, and what takes it back."""

    def handed_over(self) -> None:
        """Another person sits down: what was attached is not theirs to take back."""
        self._attached = None

    @property
    def board(self) -> Board:
        """What the desk knows."""
        return self.work.board

    @property
    def call(self) -> Call | None:
        """The call that a number is taken from."""
        return self.board.on_line

    async def choose(self, match: Match, e164: str | None) -> SafeText:
        """Remember who it was, so that they come first next time."""
        if e164 is not None and any(known.e164 == e164 for known in match.member.numbers):
            await self.work.desk.do(NumberChoose(member=match.member.id, e164=e164))
        await self.work.became()
        await self.work.refill()
        return SafeText()

    # whose it is

    def wish(self) -> Wish | SafeText:
        """That the caller's number becomes the member's on the card; in words, why it cannot."""
        member, call = self.board.person.member, self.call
        if member is None:
            return say("Open the member first: {key} finds them, then the same key.", key=self.board.key("search"))
        found = shown_by(call) if call is not None else None
        if call is None or found is None:
            return say(HIDDEN)
        if _has(member, found):
            return say("{number} is on this card already.", number=number(call))
        owners = tuple(each for each in self.board.known_for(call.id) if each.id != member.id and _has(each, found))
        return Wish(member, call, found, owners)

    async def attach(self, key: SafeText) -> SafeText:
        """The number of an unknown caller is this member's; the same `key` again takes it back."""
        member, call = self.board.person.member, self.call
        found = shown_by(call) if call is not None else None
        if self._attached is not None and member is not None and found is not None and _has(member, found):
            whose, raw, back = self._attached
            if (whose, raw) == (member.id, found.raw):
                self.undo.forget(back)
                return await back() or SafeText()
        wish = self.wish()
        return await self.give(wish, key) if isinstance(wish, Wish) else wish

    async def give(self, wish: Wish, key: SafeText, former: Member | None = None) -> SafeText:
        """The number is the member's from now on, and no longer that of `former`, who is one of its owners; whoever else
        has it keeps it. The caller is the member then, unless the number is shared. `key` takes it back."""
        member, call = wish.member, wish.call
        row = self.board.row(call.id)
        before = row.matches if row is not None else ()
        kept = next((each for each in former.numbers if _same(each, wish.found)), None) if former else None
        label = next((each.label for who in wish.owners for each in who.numbers if _same(each, wish.found)), SafeText())
        await self.work.desk.do(NumberAttach(member=member.id, number=msgspec.structs.replace(wish.found, label=label)))
        if former is not None and kept is not None:
            await self.work.desk.do(NumberDetach(member=former.id, raw=kept.raw, e164=kept.e164))
        promised: list[Task] = []
        theirs = former is not None or not wish.owners
        there = self.board.of_call(call.id)
        whose = there.member if there is not None else former
        if theirs:
            promised = await owed.follow(self.work.desk, call, whose, member)
            card = await self.work.desk.open(member.id)  # as they are now: the next one is asked about them
            self.work.turned(call, (Match(card.member, NEW),), card)

        async def back() -> SafeText:
            self._attached = None
            if former is not None and kept is not None:
                await self._returned(former, kept)
            await self.work.desk.do(NumberDetach(member=member.id, raw=wish.found.raw, e164=wish.found.e164))
            await owed.give_back(self.work.desk, promised)
            if theirs:
                self.work.turned(call, before, await self.work.desk.open(whose.id) if whose is not None else None)
            await self.work.refill()
            again = (
                await self.work.with_noted(_given_back(wish, former), member, call)
                if theirs
                else _given_back(wish, former)
            )
            shown = self.board.person.member
            if shown is None or shown.id != member.id or self.call is None or self.call.id != call.id:
                return again
            return say("{done} {key} gives it to {name}.", done=again, key=key, name=_called(member))

        self._attached = (member.id, wish.found.raw, back)
        self.undo.add(lambda: _given(wish, former), back)
        await self.work.refill()
        return say("{done} {key} takes it back.", done=_given(wish, former), key=key)

    async def detach(self) -> SafeText:
        """The number is no longer this person's: it leaves the card, and the caller is nobody we know."""
        member, call = self.board.person.member, self.call
        found = shown_by(call) if call is not None else None
        kept = next((each for each in member.numbers if found and _same(each, found)), None) if member else None
        if member is None or call is None or kept is None:
            return say("This number is on no card here.")
        self._attached = None
        await self.work.desk.do(NumberDetach(member=member.id, raw=kept.raw, e164=kept.e164))
        await self.work.refill()
        await self.work.unknown(call, member)
        name = _called(member)
        self.undo.add(
            lambda: say("{number} is no longer {name}'s.", number=number(call), name=name),
            lambda: self._again(member, kept, call),
        )
        return say("{number} is no longer {name}'s.", number=number(call), name=name)

    async def _again(self, member: Member, kept: MemberNumber, call: Call) -> SafeText:
        await self._returned(member, kept)
        await owed.follow(self.work.desk, call, None, member)
        shown = self.board.person
        if shown.member is None and shown.call is not None and shown.call.id == call.id:
            await self.work.becomes(member.id, NEW)
        return say("The number is on the card of {name} again.", name=_called(member))

    async def _returned(self, member: Member, kept: MemberNumber) -> None:
        """The number that was taken off a card is on it again, in its old place: the first one is what is dialled."""
        await self.work.desk.do(NumberAttach(member=member.id, number=kept))
        there = (await self.work.desk.open(member.id)).member
        if there.numbers != member.numbers and set(there.numbers) == set(member.numbers):
            base = {"numbers": there.revs.get("numbers", 0)}
            await self.work.desk.update(member.id, MemberFields(numbers=member.numbers), base)

    # nobody's

    async def junk(self, row: CallRow) -> SafeText:
        """The number is junk: the call is closed, without a note and without a task, and it rings quietly from now on."""
        found = shown_by(row.call)
        if found is None:
            return say(HIDDEN)
        if row.matches:
            return say("This number is on a member's card: n takes it off first.")
        shown = number(row.call)
        made = await self.work.desk.do(NumberMarked(raw=found.raw, e164=found.e164, label=MarkLabel.JUNK))
        kept = await self._close(row, dispositions.JUNK)

        async def back() -> SafeText:
            await self.work.desk.do(
                NumberMarked(mark=made, raw=found.raw, e164=found.e164, label=MarkLabel.NONE),
            )
            if row.mine:  # one key took mark and call: who pressed it by mistake was with somebody
                self.board.serve(row.call.id)
                await self.work.refill()
            return say("{number} is no junk any more.", number=shown)

        def done() -> SafeText:
            return say("{number} is junk: closed, and quiet from now on.", number=shown)

        self.undo.add(done, back)
        return SafeText(f"{done()} {kept}".strip())

    async def wrong(self, row: CallRow) -> SafeText:
        """They dialled a wrong number: the call is closed, without a note and without a task."""
        name = called_by(row.call, row.sure)
        kept = await self._close(row, dispositions.WRONG_NUMBER)

        async def back() -> SafeText:
            self.board.serve(row.call.id)
            await self.work.refill()
            return say(
                "{name} is on the desk again: {key} closes it otherwise.", name=name, key=self.board.key("wrapup")
            )

        def done() -> SafeText:
            return say("{name} dialled a wrong number: closed.", name=name)

        self.undo.add(done, back)
        return SafeText(f"{done()} {kept}".strip())

    async def _close(self, row: CallRow, code: str) -> SafeText:
        """The call is over. Half a note that stands there is kept as a draft, which is said."""
        if row.call.live or row.call.disposition is None:
            await self.work.desk.do(CallWrapup(call=row.call.id, code=SafeText(code)))
        for call in row.also:
            with contextlib.suppress(Refused):  # somebody had that one after all
                await self.work.desk.do(CallWrapup(call=call, code=SafeText(code)))
        await self.work.keeper.keep()
        texts = self.work.keeper.texts.items()
        now = self.board.row(row.call.id)
        kept = any(text.strip() for owner, text in texts if now is not None and self.board.row(owner[1]) is now)
        self.board.leave(row.call.id)
        return say(KEPT, key=self.board.key("palette")) if kept else SafeText()


def shown_by(call: Call) -> MemberNumber | None:
    """The number of a caller who shows one."""
    caller = call.caller
    if caller.raw is None or caller.presentation is not Presentation.SHOWN:
        return None
    return MemberNumber(raw=caller.raw, e164=caller.e164)


def _same(one: MemberNumber, other: MemberNumber) -> bool:
    return one.e164 == other.e164 if other.e164 is not None else one.raw == other.raw


def _has(member: Member, found: MemberNumber) -> bool:
    return any(_same(known, found) for known in member.numbers)


def _called(member: Member) -> SafeText:
    return member.name or member.code


def _given(wish: Wish, former: Member | None) -> SafeText:
    """Whose number it is now, and whose it was."""
    shown, name = number(wish.call), _called(wish.member)
    if former is not None:
        return say("{former}'s number {number} is now {name}'s.", former=_called(former), number=shown, name=name)
    if wish.owners:
        others = SafeText(say(", ").join(_called(each) for each in wish.owners))
        return say("{former}'s number {number} is now {name}'s too.", former=others, number=shown, name=name)
    return say("{number} is {name}'s from now on.", number=shown, name=name)


def _given_back(wish: Wish, former: Member | None) -> SafeText:
    """Whose number it is again."""
    shown = number(wish.call)
    if former is not None:
        return say("{number} is {name}'s again.", number=shown, name=_called(former))
    if wish.owners:
        others = SafeText(say(", ").join(_called(each) for each in wish.owners))
        return say("{number} is only {name}'s again.", number=shown, name=others)
    return say("{number} is nobody's again.", number=shown)
