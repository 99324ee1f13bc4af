"""How setup talks: plain lines, questions with a proposal, and status lines for programs."""

import sys
from collections.abc import Sequence
from typing import Any, Final

from cli.output import print_json
from ringdesk.errors import BadInput, RingdeskError
from ringdesk.safetext import SafeText
from terminal.plain.commands import plain
from terminal.widgets.speech import say

SKIP: Final = ("skip", "跳過")
BACK: Final = ("back", "上一步")
QUIT: Final = ("quit", "離開")


class Skipped(Exception):
    """The step is left as it was."""


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

    def say(self, *lines: SafeText) -> None:
        """Say it, a line each; cleaned once more, whatever it was made of."""
        self._out.write("".join(f"{SafeText(str(line))}\n" for line in lines))
        self._out.flush()

    def status(self, step: str, state: str, **more: Any) -> None:
        """What came of a step, for programs."""
        if self._json:
            print_json({"step": step, "state": state, **more})

    def ask(self, question: SafeText, proposal: str = "", *, secret: bool = False) -> str:
        """The answer; Enter takes the proposal. Raises Skipped, Back, Quit; `BadInput` at the end of input."""
        if self.yes:
            return proposal
        shown = f"{question} [{SafeText(proposal)}] " if proposal else f"{question} "
        if secret and sys.stdin.isatty():
            from getpass import getpass

            answer = getpass(shown)
        else:
            self._out.write(shown if sys.stdin.isatty() else f"{shown}\n")
            self._out.flush()
            answer = sys.stdin.readline()
            if not answer:
                raise BadInput("the input ended before setup did; nothing was changed")
        word = plain(answer)
        for words, exit_by in ((SKIP, Skipped), (BACK, Back), (QUIT, Quit)):
            if word in words:
                raise exit_by
        return answer.strip() or proposal

    def choose(self, title: SafeText, entries: Sequence[SafeText], proposal: int = 1) -> int:
        """Which of a numbered list, from 0."""
        self.say(title, *(SafeText(f"{number} {entry}") for number, entry in enumerate(entries, 1)))
        while True:
            answer = plain(self.ask(say("Number?"), str(proposal)))
            if answer.isdecimal() and 1 <= int(answer) <= len(entries):
                return int(answer) - 1
            self.say(say("There is no {number} to choose.", number=SafeText(answer)))

    def wrong(self, error: RingdeskError) -> None:
        """Something did not work: one line, and the question comes again. Nobody to ask: it is the end."""
        if self.yes:
            raise error
        self.say(SafeText(str(error)))
