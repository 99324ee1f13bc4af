"""What the chooser offers: members for a query, or commands. It knows what each row stands for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from ringdesk.errors import RingdeskError
from ringdesk.safetext import SafeText
from terminal.screens.commands import Command, commands, found
from terminal.screens.keeper import Owner
from terminal.screens.looks import look_commands
from terminal.screens.work import Work
from terminal.widgets.caller import called_by
from terminal.widgets.chooser import Choice, Choices
from terminal.widgets.matches import by_fit, number_found
from terminal.widgets.row import Tone, chip, column, piece, spaced
from terminal.widgets.speech import address, caveat, hello_to, in_short, say

if TYPE_CHECKING:
    from terminal.news import Match

SEARCH: Final = "search"
PALETTE: Final = "palette"
NAMING: Final = "naming"
MOST: Final = 100
"""Members that are listed; that there are more is said, and nobody reads on so far."""
LONGEST_NAME: Final = 24
"""Cells of a list that a name may take."""


class Finder:
    """The chooser's mind. `mode` is what is looked for."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.mode = SEARCH
        self.asked = SafeText()
        """What is asked for while somebody is named."""
        self.more: Callable[[], list[Command]] = list
        """Commands that have no key."""
        self.looks: Callable[[], list[Command]] = look_commands
        """Those that change how the screen looks and speaks."""
        self._matches: list[Match] = []
        self._commands: list[Command] = []

    async def ask(self, query: str) -> Choices:
        """The rows for what was typed."""
        if self.mode == PALETTE:
            self._commands = found(query, self._offered)
            rows = tuple(Choice((piece(each.name),), (piece(each.key, Tone.DIM),)) for each in self._commands)
            return Choices(say("Commands"), rows, say("No command is called that"))
        self._matches = []
        if self.mode == NAMING:
            return Choices(self.asked, (_named(query),))
        title = say("Search: number, last digits, member number, name")
        if not query.strip():
            return Choices(title, (), say("Type a number, the last 3 or 4 digits, a member number or a name."))
        try:
            self._matches = by_fit(await self.work.desk.lookup(query, MOST))
        except RingdeskError as error:
            return Choices(title, (), SafeText(str(error)))
        cells = min(LONGEST_NAME, max((cell_len(_name(match)) for match in self._matches), default=0))
        rows = tuple(_row(match, cells) for match in self._matches)
        over = caveat(self._matches[0].why) if self._matches else SafeText()
        return Choices(title, rows, say("Nobody found"), over=over, more=len(rows) == MOST)

    def chosen(self, index: int) -> "Match | str | None":
        """What a row stands for: a member to open, an action to run."""
        offered: list[Match] | list[Command] = self._commands if self.mode == PALETTE else self._matches
        if index >= len(offered):
            return None
        taken = offered[index]
        return taken.action if isinstance(taken, Command) else taken

    def _offered(self) -> list[Command]:
        return [
            *commands(self._drafts(), self.work.undo.labels(), self.work.board.changed_keys),
            *self.more(),
            *self.looks(),
        ]

    def _drafts(self) -> list[tuple[SafeText, str]]:
        others = self.work.keeper.others(self.work.board.person.key)
        texts = self.work.keeper.texts
        return [(self._draft(owner, texts[owner]), f"resume({index})") for index, owner in enumerate(others)]

    def _draft(self, owner: Owner, text: str) -> SafeText:
        """Whose it is, as far as that is known here, and how it begins."""
        member, call = owner
        row = self.work.board.row(call)
        name = self.work.board.day.names.get(member or "") or (called_by(row.call, row.sure) if row else SafeText())
        begins = SafeText(text.strip().split("\n", 1)[0][:40])
        return say("{name}: {what}", name=name, what=begins) if name else begins


def _name(match: "Match") -> SafeText:
    member = match.member
    return SafeText(f"{member.name or member.code} {address(member)}".rstrip())


def _named(typed: str) -> Choice:
    """How somebody who is called so is greeted."""
    from ringdesk.names import addressed  # with the first name, not with the shell

    if not typed.strip():
        return Choice((piece(say("Such as 王小姐 or Ms Wang. Esc: without a name")),))
    said = hello_to(*(SafeText(each) for each in addressed(typed)))
    return Choice((piece(SafeText(typed), Tone.STRONG),), (piece(said, Tone.DIM),))


def _row(match: "Match", cells: int) -> Choice:
    """A member, with the name in a column of so many cells."""
    member = match.member
    left = spaced(
        (
            column(_name(match), cells, Tone.STRONG),
            piece(number_found(match)),
            chip(member.tier, Tone.CHIP_PALE) if member.tier else piece(SafeText()),
            piece(member.home_store, Tone.DIM),
        )
    )
    guess = piece(say("guess") if match.guess else SafeText(), Tone.WARN)
    return Choice(left, spaced((guess, piece(in_short(match.why), Tone.DIM))))
