"""A new member of an unknown caller: made with one key, named meanwhile or later, taken back with the same key.

There is no op that unmakes a member: what is taken back has neither number nor name any more, so that nobody finds it.
"""

import asyncio
from collections.abc import Callable

import msgspec

from ringdesk.calls import Call
from ringdesk.members import Member
from ringdesk.ops import MemberFields, NumberDetach
from ringdesk.safetext import SafeText
from terminal.screens import owed
from terminal.screens.board import Board
from terminal.screens.errands import Errand
from terminal.screens.numberwork import HIDDEN, NEW, shown_by
from terminal.screens.work import Work
from terminal.widgets.caller import number
from terminal.widgets.speech import say


class Registering:
    """The making of members. Every method says in words what came of it, after the desk has saved."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self._made: asyncio.Future[str] | None = None
        """The member that was made last, once that is done; "" where it could not be."""
        self._back: Errand | None = None
        """What takes that back."""
        self._call: Call | None = None
        """The call on the card of whoever is named."""

    @property
    def board(self) -> Board:
        """What the desk knows."""
        return self.work.board

    @property
    def possible(self) -> bool:
        """Whether the caller on the card shows a number that nobody has."""
        person = self.board.person
        known = person.member is not None or bool(person.matches)
        return not known and person.call is not None and shown_by(person.call) is not None

    @property
    def nameless(self) -> Member | None:
        """The member on the card, if they have no name."""
        member = self.board.person.member
        return member if member is not None and not member.name.strip() else None

    def meant(self, member: str) -> None:
        """The name that is asked for is that of a member who was made before."""
        self._made = asyncio.get_running_loop().create_future()
        self._made.set_result(member)
        self._call = self.board.person.call
        self._back = None

    async def register(self, key: SafeText, naming: Callable[[], bool]) -> SafeText:
        """A new member with the number of the unknown caller, and their card. `name` waits for it. While the name is asked for
        (`naming`), the same `key` takes it back."""
        made = self._made = asyncio.get_running_loop().create_future()
        self._back = None
        try:
            call = await self._register(made)
        finally:
            if not made.done():
                made.set_result("")
        if call is None:
            return say(HIDDEN)
        said = say("A new member has {number} now.", number=number(call))
        if naming():
            return say("{done} {key} takes it back.", done=said, key=key)
        return unnamed(key, self.work.board.key("palette"))

    async def _register(self, made: "asyncio.Future[str]") -> Call | None:
        board, call = self.board, self.board.person.call
        found = shown_by(call) if call is not None else None
        if call is None or found is None:
            return None
        old = board.person.key
        member = await self.work.desk.add_member(MemberFields(numbers=(found,)))
        self._back = lambda: self._taken_back(member, call, NumberDetach(member=member, raw=found.raw, e164=found.e164))
        self.work.undo.add(lambda: say("A new member has {number} now.", number=number(call)), self._back)
        made.set_result(member)
        self._call = call
        if board.person.key == old:
            await self.work.becomes(member, NEW)
        return call

    async def take_back(self) -> SafeText:
        """The member that was just made is none."""
        await self._member()
        back, self._back = self._back, None
        if back is None:
            return SafeText()
        self.work.undo.forget(back)
        return await back() or SafeText()

    async def _taken_back(self, ident: str, call: Call, off: NumberDetach) -> SafeText:
        card = await self.work.desk.open(ident)
        if card.notes:
            return say("A note is saved for the new member: n takes the number off their card.")
        await self.work.desk.do(off)
        if card.member.name:
            base = {name: card.member.revs.get(name, 0) for name in ("name", "honorific")}
            await self.work.desk.update(ident, MemberFields(name=SafeText(), honorific=SafeText()), base)
        self.board.known(call.id)
        await self.work.unknown(call, card.member)
        return say("Taken back: {number} is nobody's number again.", number=number(call))

    async def _member(self) -> str:
        return await self._made if self._made is not None else ""

    async def name(self, typed: SafeText) -> SafeText:
        """What the new member is called, and how they are addressed where that is said too (王小姐, Ms Wang)."""
        from ringdesk.names import addressed  # with the first name, not with the shell

        member = await self._member()
        if not member:
            return say("Only an unknown caller is registered.")
        before = (await self.work.desk.open(member)).member
        name, honorific = (SafeText(each) for each in addressed(typed))
        fields = MemberFields(name=name, honorific=honorific) if honorific else MemberFields(name=name)
        await self.work.desk.update(member, fields)
        call = self._call
        if call is not None:
            called = msgspec.structs.replace(before, name=name)
            for former in (None, before):
                await owed.follow(self.work.desk, call, former, called)
        await self.work.refill()
        return say("The new member is called {name}.", name=typed)


def unnamed(key: SafeText, commands: SafeText) -> SafeText:
    """They have no name yet: the `key` that asks for it, the one of the `commands` that takes them back."""
    return say(
        "The new member has no name yet: {key} asks for it, {commands} takes the member back.",
        key=key,
        commands=commands,
    )
