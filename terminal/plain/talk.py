"""The conversation of the plain desk: what was offered by number, what was asked for, what is said.

News never changes what a number means: only the person's own commands do.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple

from ringdesk.safetext import SafeText
from terminal.widgets.speech import say

Act = Callable[[], Awaitable[None]]
Answered = Callable[[str], Awaitable[None]]


class Entry(NamedTuple):
    """Something to choose: its words, and what it does."""

    words: SafeText
    act: Act


class Talk:
    """One conversation; `tell` takes the lines that are said."""

    def __init__(self, tell: Callable[[Sequence[SafeText]], None]) -> None:
        self._tell = tell
        self._offered: tuple[Entry, ...] = ()
        self._question: Answered | None = None

    def say(self, *lines: SafeText) -> None:
        """Say it, a line each."""
        self._tell(lines)

    def offer(self, title: SafeText, entries: Iterable[Entry], empty: SafeText | None = None) -> None:
        """Read a list; a number takes one until something else is offered or done. `empty`: what to say of none."""
        self.forget()
        self._offered = tuple(entries)
        if not self._offered:
            self.say(empty or say("There is nothing to choose from."))
            return
        rows = [SafeText(f"{index} {entry.words}") for index, entry in enumerate(self._offered, 1)]
        self.say(title, *rows)

    def ask(self, question: SafeText, answered: Answered) -> None:
        """The next line is the answer; an empty one takes the question back."""
        self.forget()
        self._question = answered
        self.say(question)

    def forget(self) -> None:
        """Numbers and answers mean nothing any more."""
        self._offered, self._question = (), None

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
        if not 1 <= number <= len(self._offered):
            self.say(say("There is no {number} to choose.", number=number))
            return
        entry = self._offered[number - 1]
        self._offered = ()
        await entry.act()
