"""The commands of the palette: every key of the table, the panes, the drafts. Pure: a list and a filter."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from ringdesk.safetext import SafeText
from terminal.bindings import KEYS
from terminal.widgets.keynames import Changed, key_named
from terminal.widgets.speech import mark, say
from terminal.words import TAGS, speaking


class Command(NamedTuple):
    """One command: its name, the key that does the same, the action of the screen; what else people call it."""

    name: SafeText
    key: SafeText
    action: str
    also: SafeText = SafeText()


UNBOUND: Final = (
    (mark("I am ready"), "presence('ready')"),
    (mark("I take a break"), "presence('break')"),
    (mark("I am away"), "presence('away')"),
    (mark("Ask for help, or no longer"), "wish"),
    (mark("Go to the lines"), "go('lines')"),
    (mark("Go to missed calls and callbacks"), "go('missed')"),
    (mark("Go to the team"), "go('team')"),
)
"""Commands without a key of their own."""
DEEDS: Final = (
    (mark("Go to the note"), "go('note')", mark("write")),
    (mark("Go to the timeline"), "go('timeline')", mark("history: filter, read an entry whole")),
    (mark("Go to the tasks"), "go('tasks')", mark("close, open again, put off or hand on a task")),
    (mark("Go to earlier notes"), "go('earlier')", mark("change a note, read its older texts")),
)
"""Panes, and what is done in them, by which they are found too."""


def commands(
    drafts: Iterable[tuple[SafeText, str]], undone: Iterable[SafeText] = (), changed: Changed = ()
) -> list[Command]:
    """Every command; `drafts` are names and actions of the half-typed notes, `undone` what can be taken back."""
    seen: dict[str, Command] = {}
    for key in KEYS:
        if key.action != "palette":
            label, what = say(key.label), say(key.help)
            said = label.casefold() in what.casefold()
            name = what if said else say("{name}: {what}", name=label, what=what)
            seen.setdefault(key.action, Command(name, key_named(key.id, changed), key.action))
    kept = [Command(say("Draft: {name}", name=name), SafeText(), action) for name, action in drafts]
    back = [Command(say("Undo: {what}", what=what), SafeText(), f"undo({at})") for at, what in enumerate(undone)]
    plain = [Command(say(name), SafeText(), action) for name, action in UNBOUND]
    deeds = [Command(say(name), SafeText(), action, say(also)) for name, action, also in DEEDS]
    return [*back, *kept, *seen.values(), *plain, *deeds]


def found(query: str, offered: Callable[[], list[Command]]) -> list[Command]:
    """The commands whose names or key have every word of the query, in any language that there is. Raises ValueError if what
    is offered depends on the language."""
    words = query.casefold().split()
    shown = offered()
    names = [[each.name, each.also, each.key] for each in shown]
    for tag in TAGS:
        with speaking(tag):
            for known, other in zip(names, offered(), strict=True):
                known.extend((other.name, other.also))
    said = (" ".join(known).casefold() for known in names)
    return [each for each, name in zip(shown, said, strict=True) if all(word in name for word in words)]
