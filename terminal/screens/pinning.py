"""What must be seen and what is good to know of a member: flags and facts, added by typing, removed by name."""

from collections.abc import Callable
from functools import partial
from typing import Final

from ringdesk.members import Member
from ringdesk.ops import MemberFields
from ringdesk.safetext import SafeText
from terminal.screens.commands import Command
from terminal.screens.errands import Errand
from terminal.screens.menus import Entry, Menus
from terminal.screens.work import Work
from terminal.widgets.chooser import Choice, Choices
from terminal.widgets.row import Tone, piece
from terminal.widgets.speech import mark, say

WORDS: Final = {
    "flags": (
        mark("Add a flag that must be seen"),
        mark("Remove a flag"),
        mark("New flag for {name}: type it, Enter adds it"),
        mark("Remove which flag of {name}?"),
    ),
    "facts": (
        mark("Add a fact"),
        mark("Remove a fact"),
        mark("New fact for {name}: type it, Enter adds it"),
        mark("Remove which fact of {name}?"),
    ),
}


class Pinning:
    """Changes of the member on show. `typing` opens the chooser for a new one."""

    def __init__(self, work: Work, menus: Menus, typing: Callable[[], None]) -> None:
        self._work = work
        self._menus = menus
        self._typing = typing
        self._field = "flags"
        self._member: Member | None = None
        """Who was on the card when it was opened: theirs it will be, whoever is there by then."""
        self._typed = SafeText()

    def commands(self) -> list[Command]:
        """Four, while a member is on show."""
        if self._work.board.person.member is None:
            return []
        return [
            Command(say(word), SafeText(), f"fact('{field}', {step})")
            for field, words in WORDS.items()
            for step, word in enumerate(words[:2])
        ]

    def begin(self, field: str, step: int) -> None:
        """Add one (0) or choose which to remove (1)."""
        self._field, self._typed = field, SafeText()
        member = self._member = self._work.board.person.member
        if member is None:
            return
        if step == 0:
            self._typing()
            return
        held: tuple[SafeText, ...] = getattr(member, field)
        entries = [Entry(each, partial(self._change, member, tuple(x for x in held if x != each))) for each in held]
        self._menus.open("pin", say(WORDS[field][3], name=_called(member)), entries, say("There is none."))

    async def ask(self, query: str) -> Choices:
        """What would be added."""
        self._typed = SafeText(query.strip())
        rows = (Choice((piece(say("Add: {text}", text=self._typed), Tone.STRONG),)),) if self._typed else ()
        name = _called(self._member) if self._member else SafeText()
        return Choices(say(WORDS[self._field][2], name=name), rows)

    def added(self) -> Errand | None:
        """Enter: what to do; nothing where nothing was typed."""
        member, shown = self._member, self._work.board.person.member
        if member is not None and shown is not None and shown.id == member.id:
            member = shown  # with what came for them meanwhile
        if member is None or not self._typed:
            return None
        held: tuple[SafeText, ...] = getattr(member, self._field)
        return partial(self._change, member, (*(each for each in held if each != self._typed), self._typed))

    async def _change(self, member: Member, values: tuple[SafeText, ...]) -> SafeText:
        """With the count of changes that the person saw: what a colleague changed meanwhile is kept in the timeline."""
        fields = MemberFields(flags=values) if self._field == "flags" else MemberFields(facts=values)
        await self._work.desk.update(member.id, fields, {self._field: member.revs.get(self._field, 0)})
        return say("The card of {name} is changed.", name=_called(member))


def _called(member: Member) -> SafeText:
    return member.name or member.code
