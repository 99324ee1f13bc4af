"""The conversation of the plain desk: what was offered by number, what was asked for, what is said.

News never changes what a number means: only the person's own commands do.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, NamedTuple

from ringdesk.safetext import SafeText
from terminal.widgets.speech import say

Act = Callable[[], Awaitable[None]]
Answered = Callable[[str], Awaitable[None]]


READ_ON: Final = SafeText("0")
"""What is typed to hear the next entries of a long list."""


class Entry(NamedTuple):
    """Something to choose: its words, and what it does."""

    words: SafeText
    act: Act


More = Callable[[], Awaitable[tuple[Sequence[Entry], bool]]]
"""Gives the list with what comes behind, and whether there may be more still."""


class Talk:
    """One conversation; `tell` takes the lines that are said."""

    def __init__(self, tell: Callable[[Sequence[SafeText]], None]) -> None:
        self._tell = tell
        self._offered: tuple[Entry, ...] = ()
        self._read, self._few = 0, 0
        self._more: More | None = None
        self._stays = False
        self._question: Answered | None = None

    def say(self, *lines: SafeText) -> None:
        """Say it, a line each."""
        self._tell(lines)

    def offer(
        self,
        title: SafeText,
        entries: Iterable[Entry],
        empty: SafeText | None = None,
        *,
        few: int | None = None,
        more: "More | None" = None,
        stays: bool = False,
    ) -> None:
        """Read a list; a number takes one until something else is offered or done. `empty`: what to say of none. So `few`
        are read at once, and 0 reads on; `more` fetches what comes behind the last. A list
        that `stays` is there still when one of it was taken."""
        self.forget()
        self._offered = tuple(entries)
        if not self._offered:
            self.say(empty or say("There is nothing to choose from."))
            return
        self._read, self._few, self._more, self._stays = 0, few or len(self._offered), more, stays
        self._read_on(title)

    def _read_on(self, title: SafeText | None = None) -> None:
        first, count = self._read, len(self._offered)
        self._read = last = min(count, first + self._few)
        if title is None and self._more is not None:
            title = say("{first} to {last}:", first=first + 1, last=last)
        title = title or say("{first} to {last} of {count}:", first=first + 1, last=last, count=count)
        rows = [SafeText(f"{index} {self._offered[index - 1].words}") for index in range(first + 1, last + 1)]
        if last < count:
            rows.append(say("{key} reads the next {count}.", key=READ_ON, count=min(count - last, self._few)))
        elif self._more is not None:
            rows.append(say("{key} reads what is older.", key=READ_ON))
        self.say(title, *rows)

    def reads(self, lines: Sequence[SafeText]) -> Act:
        """An act that only reads something out."""

        async def read() -> None:
            self.say(*lines)

        return read

    def ask(self, question: SafeText, answered: Answered) -> None:
        """The next line is the answer; an empty one takes the question back."""
        self.forget()
        self._question = answered
        self.say(question)

    def forget(self) -> None:
        """Numbers and answers mean nothing any more."""
        self._offered, self._more, self._question = (), None, None

    async def answered(self, line: str) -> bool:
        """Whether the line answered a question."""
        question, self._question = self._question, None
        if question is None:
            return False
        if line.strip():
            await question(line.strip())
        else:
            self.say(say("Taken back."))
        return True

    async def chosen(self, number: int) -> None:
        """A number was typed."""
        if number == int(READ_ON) and self._read < len(self._offered):
            self._read_on()
            return
        if number == int(READ_ON) and self._more is not None:
            await self._go_on(self._more)
            return
        if not 1 <= number <= len(self._offered):
            self.say(say("There is no {number} to choose.", number=number))
            return
        entry = self._offered[number - 1]
        if not self._stays:
            self._offered = ()
        await entry.act()

    async def _go_on(self, more: "More") -> None:
        """Fetch what comes behind the last, and read it."""
        entries, further = await more()
        if len(entries) > len(self._offered):
            self._offered, self._more = tuple(entries), more if further else None
            self._read_on()
        else:
            self._more = None
            self.say(say("That was all."))
