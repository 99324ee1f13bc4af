"""How setup talks: plain lines, questions with a proposal, and status lines for programs."""

import contextlib
import locale
import shutil
import sys
import unicodedata
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from rich.cells import cell_len

from cli.output import print_json
from cli.refusals import in_words
from ringdesk.errors import BadInput, RingdeskError
from ringdesk.safetext import SafeText
from terminal.breaking import broken
from terminal.plain.commands import plain
from terminal.widgets.speech import mark, say

Result = TypeVar("Result")
Meant = Callable[[str], int | None]
"""What was typed where the number of a row was asked -> the row whose value it plainly is, from 0."""
Refusal = Callable[[SafeText], Sequence[SafeText]]
"""What was typed and is no row -> the lines that say so."""

ROOM: Final = 30
"""Cells that a prompt leaves for what is typed: a name, an address."""
NEXT: Final = ">"
"""The prompt where the question and its proposal fill a row of their own."""

SKIP: Final = ("skip", "跳過")
BACK: Final = ("back", "上一步")
QUIT: Final = ("quit", "離開")


ASCII: Final = ("ANSI_X3.4-1968", "US-ASCII", "ASCII", "646")
"""What systems call it (nl_langinfo(3)): glibc, macOS and the others."""
EMPTY: Final = mark("Nothing was typed; `skip` leaves this step as it is.")
NO_ROW: Final = mark("There is no {number} to choose; type a number from 1 to {count}.")
ENDED: Final = mark("the input ended before setup did; nothing was changed")


class Failed(RingdeskError):
    """Something did not work. `said` is the sentence in the language of the conversation, the text of the error English."""

    def __init__(self, sentence: str, **values: SafeText) -> None:
        super().__init__(sentence.format(**values))
        self.said: SafeText = say(sentence, **values)


class Wrong(Failed, BadInput):
    """An answer that cannot be."""


class Ended(Failed, BadInput):
    """Nobody is there to be asked again."""

    def __init__(self) -> None:
        super().__init__(ENDED)


class Skipped(Exception):
    """The step is left as it was; `said` is why, where nobody asked for that."""

    def __init__(self, said: SafeText | None = None) -> None:
        super().__init__(said)
        self.said = said


class Back(Exception):
    """The step before is done again."""


class Quit(Exception):
    """Keep the answers so far and leave."""


class Console:
    """`yes`: nothing is asked, every proposal is taken. `json`: status lines on stdout, sentences on stderr."""

    def __init__(self, *, yes: bool, json: bool) -> None:
        self.yes = yes
        self._json = json
        self._out = sys.stderr if json else sys.stdout
        self._answers: list[str] = []
        self._given: deque[str] = deque()
        self.is_settled = self.has_asked = False
        self._step = 0
        self._remembered: dict[tuple[int, int, str], Any] = {}
        self.begun: dict[str, str] = {}
        """What was answered in a step that is not done, by `step.question`: it is proposed again. Never a secret."""
        self.changed: Callable[[], None] = lambda: None
        """Called when that has changed."""
        self._last = ""

    def begin(self, step: int, answers: Sequence[str], *, anew: bool = True) -> None:
        """A step begins; its first questions are answered by `answers`, unseen. Not `anew`: a question before of the same
        step, which waits for nothing again."""
        self._step = step
        if anew and not answers:
            self._forget_work(0)
        self._answers, self._given = [], deque(answers)
        self.is_settled = self.has_asked = False

    @property
    def place(self) -> int:
        """How many questions of the step are answered."""
        return len(self._answers)

    def instead(self, place: int, *answers: str) -> None:
        """What was answered since `place` was a trial: `back` leads to the question that stood there and never into what came
        of it. `answers` stand in its place."""
        self._answers[place:] = answers
        self._forget_work(place)

    def settled(self) -> None:
        """What was answered so far has had its effect: from here `back` begins the step anew."""
        self.is_settled = True

    def undone(self) -> list[str] | None:
        """The answers of the step without the last one; None where nothing was answered yet."""
        if self.is_settled:
            return []
        return self._answers[:-1] if self._answers else None

    def once(self, name: str, work: Callable[[], Result]) -> Result:
        """What `work` gives; where `back` leads over it, what it gave before. Whatever is answered before it makes it anew."""
        key = (self._step, len(self._answers), name)
        if key not in self._remembered:
            self._remembered[key] = work()
        found: Result = self._remembered[key]
        return found

    def _forget_work(self, answers: int) -> None:
        """Of this step, what came after so many answers."""
        kept = {key: each for key, each in self._remembered.items() if key[0] != self._step or key[1] < answers}
        self._remembered = kept

    def say(self, *lines: SafeText) -> None:
        """Say it, a line each; cleaned once more, whatever it was made of. What stands before an answer that is given again
        was said the first time."""
        if self._given:
            return
        self._out.write("".join(f"{self._fitted(SafeText(str(line)))}\n" for line in lines))
        self._out.flush()

    def step(self, number: int, count: int, name: SafeText) -> None:
        """The heading of a step."""
        if not self.yes:
            self.say(SafeText(), say("Step {number} of {count}: {name}", number=number, count=count, name=name))

    def last_row(self, question: SafeText, *behind: SafeText) -> str:
        """A prompt: what does not fit into its row is said before, and so is all of it that leaves no room to type."""
        tail = " ".join(filter(None, behind))
        rows = self._fitted(f"{question} {tail}").split("\n")
        if not _leaves_room(rows[-1]):
            rows = [*self._fitted(question).split("\n"), tail or NEXT]
            if not _leaves_room(rows[-1]):
                rows = [*rows[:-1], *self._fitted(tail).split("\n"), NEXT]
        self._out.write("".join(f"{row}\n" for row in rows[:-1]))
        return f"{rows[-1]} "

    def _fitted(self, line: str) -> str:
        """Broken between words where the window ends; a program reads whole lines."""
        if not self._out.isatty():
            return line
        return "\n".join(broken(line, shutil.get_terminal_size().columns, within_words=False))

    def status(self, step: str, state: str, **more: Any) -> None:
        """What came of a step, for programs."""
        if self._json:
            print_json({"step": step, "state": state, **more})

    def ask(self, question: SafeText, proposal: str = "", *, secret: bool = False, name: str = "") -> str:
        """The answer; Enter takes the proposal, or what `begun` has under `name`. Raises Skipped, Back, Quit; Ended at the end
        of input."""
        if self.yes:
            return proposal
        proposal, self._last = self.begun.get(name, "") or proposal, name
        if self._given:
            self._answers.append(self._given.popleft())
            return self._answers[-1]
        self.has_asked = True
        proposed = SafeText(f"[{proposal}]" if proposal else "")
        shown = f"{question} {proposed} " if proposed else f"{question} "
        if secret and sys.stdin.isatty():
            from getpass import getpass

            unseen = say("(it is not shown while you type)")
            answer = getpass(self.last_row(question, proposed, unseen))
        elif sys.stdin.isatty() and self._out.isatty() and not self._json:
            answer = _edited(self.last_row(question, proposed))
        else:
            self._out.write(shown if sys.stdin.isatty() else f"{shown}\n")
            self._out.flush()
            answer = sys.stdin.readline()
            if not answer:
                raise Ended
        word = plain(answer)
        for words, exit_by in ((SKIP, Skipped), (BACK, Back), (QUIT, Quit)):
            if word in words:
                raise exit_by
        self._answers.append(answer.strip() or proposal)
        self._forget_work(len(self._answers))
        if name:
            self.remember(name, self._answers[-1])
        return self._answers[-1]

    def remember(self, name: str, answer: str) -> None:
        """What was answered under `name`; "" is nothing."""
        before = self.begun.pop(name, "")
        if answer:
            self.begun[name] = answer
        if answer != before:
            self.changed()

    def finished(self, step: str) -> None:
        """A step is done, or left: nothing in it is begun any more. A name without a step is that of a choice which is no
        setting: it is proposed until setup is done."""
        for name in [name for name in self.begun if name.startswith(f"{step}.")]:
            self.remember(name, "")

    def choose(
        self,
        title: SafeText,
        entries: Sequence[SafeText],
        proposal: int = 1,
        *,
        meant: Meant = lambda _: None,
        refused: Refusal | None = None,
        name: str = "",
    ) -> int:
        """Which of a numbered list, from 0; see `choose_or_type`."""
        return self.choose_or_type(title, entries, proposal, meant=meant, refused=refused, name=name)[0]

    def choose_or_type(
        self,
        title: SafeText,
        entries: Sequence[SafeText],
        proposal: int = 1,
        *,
        meant: Meant = lambda _: None,
        refused: Refusal | None = None,
        name: str = "",
        prompt: SafeText | None = None,
    ) -> tuple[int, str]:
        """A row of a numbered list, from 0, by its number or its words; and what was typed instead of it, half-width, where
        `meant` says of which row that is a value. `refused` has the lines for what is none; a list that has the same rows
        another time has a `name` in `begun`. `prompt`: what else is asked for than a number."""
        if self.yes:
            return proposal - 1, ""
        self.say(title, *(SafeText(f"{number} {entry}") for number, entry in enumerate(entries, 1)))
        while True:
            typed = unicodedata.normalize("NFKC", self.ask(prompt or say("Number?"), str(proposal), name=name))
            row = _row(plain(typed), entries)
            if row is not None:
                return row, ""
            row = meant(typed)
            if row is not None:
                return row, typed
            self.forget()
            shown = SafeText(typed)
            none = say(NO_ROW, number=shown, count=len(entries))
            self.say(*(refused(shown) if refused is not None else (none,)))

    def wrong(self, error: RingdeskError) -> None:
        """Something did not work: one line, and the question comes again. Nobody to ask: it is the end."""
        if self.yes:
            raise error
        self.forget()
        self.say(spoken(error))

    def forget(self) -> None:
        """The last answer was none: `back` does not lead to it, and it is not proposed again."""
        del self._answers[-1:]
        if self._last:
            self.remember(self._last, "")


def _row(answer: str, entries: Sequence[SafeText]) -> int | None:
    """The row whose number, or whose words, were typed."""
    number = answer.rstrip(".)")
    if number.isdecimal() and len(number) < 4 and 1 <= int(number) <= len(entries):
        return int(number) - 1
    return next((row for row, entry in enumerate(entries) if answer == plain(entry)), None)


def spoken(error: RingdeskError) -> SafeText:
    """What went wrong, in the language of the conversation as far as there are words for it."""
    return in_words(error)


def _leaves_room(prompt: str) -> bool:
    width = shutil.get_terminal_size().columns
    return cell_len(prompt) + min(ROOM, width // 2) <= width


def _edited(shown: str) -> str:
    """A line typed at a terminal: arrows and Backspace work, also on Chinese, where the system has readline. It goes by the
    locale: where that is ASCII it takes each byte of a Chinese character for a key."""
    if locale.getencoding().upper() not in ASCII:
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401 - `input` uses it once it is there
    try:
        return f"{input(shown)}\n"
    except EOFError:
        return ""
