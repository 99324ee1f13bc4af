"""The help pages: what the commands declare in English, said in the language of whoever reads it.

The names of commands, flags and values are the public contract and stay as they are. The words of a page are collected for the
catalogue from the parsers themselves (`every`), so a command declares its help in English and nothing else.
"""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rich.cells import cell_len

from cli.usage import hinted
from config.load import language_of
from terminal import words
from terminal.breaking import broken
from terminal.words import _, mark

USAGE: Final = mark("usage: {command}")
HINT: Final = mark("New here? `ringdesk demo`, then `ringdesk setup`. `ringdesk COMMAND --help` tells more.")
GENERAL: Final = (
    mark("positional arguments"),
    mark("options"),
    mark("show this help message and exit"),
)
"""What argparse itself says on a page (CPython, Lib/argparse.py)."""


def is_asked(given: Sequence[str]) -> bool:
    """Whether the words ask for a page: `-h`, `--help` or its beginning, as argparse takes them."""
    return any(word == "-h" or (len(word) > 3 and "--help".startswith(word)) for word in given)


def speak(given: Sequence[str]) -> None:
    """From now on in the language that the words name, else that of the settings, else of the environment."""
    hints = hinted(given)
    words.language(hints.language or language_of(hints.config))


def overview(commands: Mapping[str, str]) -> str:
    """The page of `ringdesk --help`: each command with its line."""
    width = max(map(len, commands))
    rows = "\n".join(f"  {name:<{width}}  {_(text)}" for name, text in commands.items())
    usage = words.filled(_(USAGE), {"command": "ringdesk [--version] COMMAND [...]"})
    return f"{usage}\n\n{rows}\n\n{_(HINT)}\n"


class Page(argparse.HelpFormatter):
    """A page in the language in force. Chinese has no blanks to break at and letters of two cells."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """The line of usage, with its word for it."""
        super().add_usage(usage, actions, groups, words.filled(_(USAGE), {"command": ""}) if prefix is None else prefix)

    def _format_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None,
    ) -> str:
        whole = self._width
        self._width -= cell_len(prefix or "") - len(prefix or "")  # argparse counts letters
        try:
            return super()._format_usage(usage, actions, groups, prefix)
        finally:
            self._width = whole

    def start_section(self, heading: str | None) -> None:
        """A heading of ours, or of argparse."""
        super().start_section(_(heading) if heading else heading)

    def add_text(self, text: str | None) -> None:
        """What a command is for."""
        super().add_text(_(text) if text else text)

    def _expand_help(self, action: argparse.Action) -> str:
        shown = action.help or ""
        action.help = _(shown)
        try:
            return super()._expand_help(action)
        finally:
            action.help = shown

    def _split_lines(self, text: str, width: int) -> list[str]:
        return broken(" ".join(text.split()), width, within_words=False)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(f"{indent}{line}" for line in self._split_lines(text, width - len(indent)))


def said_by(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Every sentence of a parser, its groups and the parsers below it, as they are declared."""
    if parser.description:
        yield parser.description
    for group in parser._action_groups:  # noqa: SLF001 - argparse has no other way to its groups
        yield from (text for text in (group.title, group.description) if text)
    for action in parser._actions:  # noqa: SLF001
        if action.help and action.help != argparse.SUPPRESS:
            yield action.help
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            yield from (choice.help for choice in action._choices_actions if choice.help)  # noqa: SLF001
            for below in action.choices.values():
                yield from said_by(below)
