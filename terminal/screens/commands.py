"""The commands of the palette: every key of the table, the panes, the drafts. Pure: a list and a filter."""

from collections.abc import Iterable
from typing import NamedTuple

from ringdesk.safetext import SafeText
from terminal.bindings import KEYS
from terminal.widgets.speech import say


class Command(NamedTuple):
    """One command: its name, the key that does the same, the action of the screen."""

    name: SafeText
    key: SafeText
    action: str


def commands(drafts: Iterable[tuple[SafeText, str]]) -> list[Command]:
    """Every command; `drafts` are names and actions of the half-typed notes."""
    seen: dict[str, Command] = {}
    for key in KEYS:
        if key.action != "palette":
            name = SafeText(f"{say(key.label)}: {say(key.help)}")
            seen.setdefault(key.action, Command(name, SafeText(key.shown), key.action))
    kept = [Command(say("Draft: {name}", name=name), SafeText(), action) for name, action in drafts]
    return [*kept, *seen.values()]


def found(query: str, among: list[Command]) -> list[Command]:
    """The commands whose name has every word of the query."""
    words = query.casefold().split()
    return [command for command in among if all(word in command.name.casefold() for word in words)]
