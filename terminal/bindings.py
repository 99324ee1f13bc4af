"""The keys, in one table: what each does, what it is called, where it works. Ids are stable, so a key can be remapped.

F3, F6, F7, F11, Ctrl+T/W/N and Alt+digit stay free: terminals, text fields and browsers take or garble them
(`ESC[1;2R` is both Shift+F3 and a cursor report, XTerm ctlseqs "CPR").
"""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.binding import Binding

from ringdesk.why import Why, register


class Where(StrEnum):
    """Where a key works."""

    ALWAYS = "always"
    OUTSIDE_TEXT = "outside_text"
    """Not while a text field has the focus: there it is a character."""


class Key(NamedTuple):
    """One row of the table. `label` and `help` are message ids; `action` is the screen's."""

    id: str
    key: str
    shown: str
    action: str
    label: str
    help: str
    where: Where = Where.ALWAYS
    footer: bool = True


def _(message: str) -> str:
    """Mark for extraction; the words are looked up when they are drawn."""
    return message


def _outside(name: str, key: str, action: str, label: str, text: str) -> Key:
    """A letter that is a key outside text."""
    return Key(name, key, key, action, label, text, Where.OUTSIDE_TEXT, footer=False)


KEYS: Final = (
    Key("help", "f1", "F1", "help", _("Help"), _("What the keys do")),
    Key("answer", "f2", "F2", "answer", _("I have it"), _("Take the ringing call and turn to it")),
    Key("wrapup", "f4", "F4", "wrapup", _("Wrap up"), _("Save the note and say how it was: a digit closes")),
    Key("hold", "f5", "F5", "hold", _("Hold"), _("Let the caller wait, or go on; on a line: turn to it"), footer=False),
    Key("later", "f8", "F8", "later", _("Callback"), _("Callback at a time that you promise")),
    Key("pane", "f9", "F9", "pane", _("Pane"), _("Move the focus to the next pane")),
    Key("answers", "f12", "F12", "answers", _("Answers"), _("Find an answer to a question"), footer=False),
    Key("search", "slash", "/", "search", _("Search"), _("Find a member by number, code or name"), Where.OUTSIDE_TEXT),
    Key("palette", "ctrl+p", "Ctrl+P", "palette", _("Commands"), _("Every command, by name")),
    Key("save", "ctrl+s", "Ctrl+S", "save", _("Save note"), _("Save the note without closing the call"), footer=False),
    Key(
        "promise",
        "ctrl+backslash",
        "Ctrl+\\",
        "promise",
        _("Promise"),
        _("Make a task of what the note promises, or take it back"),
        footer=False,
    ),
    Key(
        "lock",
        "ctrl+g",
        "Ctrl+G",
        "lock",
        _("Lock"),
        _("Lock the desk, or let the next person in"),
        footer=False,
    ),
    Key("hand", "ctrl+o", "Ctrl+O", "hand", _("Hand on"), _("Hand the call or task to a colleague"), footer=False),
    Key(
        "attach", "ctrl+l", "Ctrl+L", "attach", _("Add number"), _("The caller's number is this member's"), footer=False
    ),
    Key("register", "ctrl+r", "Ctrl+R", "register", _("New member"), _("Register the unknown caller"), footer=False),
    _outside("junk", "x", "junk", _("Junk"), _("Mark the number as junk and close the call")),
    _outside("wrong", "w", "wrong", _("Wrong number"), _("Close the call as a wrong number")),
    _outside("detach", "n", "detach", _("No longer theirs"), _("Take the caller's number off this card")),
    _outside("sharers", "b", "sharers", _("Same number"), _("Show who else has the caller's number")),
    _outside("same", "s", "same", _("Same call"), _("Two calls that may be one: they are")),
    _outside("another", "d", "another", _("Another call"), _("Two calls that may be one: they are two")),
    _outside("missed", "m", "missed", _("Missed"), _("In the missed list: nobody had it; call back")),
    _outside("elsewhere", "e", "elsewhere", _("Elsewhere"), _("In the missed list: answered elsewhere")),
    _outside("ignore", "i", "ignore", _("No matter"), _("In the missed list: no matter")),
    _outside("attempt", "a", "attempt", _("Tried"), _("What came of a callback")),
    Key("back", "escape", "Esc", "back", _("Back"), _("Close what is open; leave the note"), footer=False),
    Key(
        "question",
        "question_mark",
        "?",
        "help",
        _("Help"),
        _("What the keys do"),
        Where.OUTSIDE_TEXT,
        footer=False,
    ),
    Key("quit", "ctrl+q", "Ctrl+Q", "leave", _("Quit"), _("Keep the drafts and leave"), footer=False),
)
"""Every key of the desk screen."""

DIGITS: Final = tuple("123456789")
"""Choose a person of several, or a tab; outside text fields only."""

OPENING: Final = frozenset({"wrapup", "later", "hand", "attach", "register", "palette"})
"""Keys that open something for the next key: they are done before it is looked at, however fast it comes."""

TAKEN: Final = frozenset(
    {"f3", "f6", "f7", "f11", "ctrl+t", "ctrl+w", "ctrl+n", *(f"alt+{digit}" for digit in range(10))}
)
"""Keys that must never be bound."""


def without_signs() -> None:
    """`Esc` and a digit that arrive together are Alt and the digit, not the sign that a Macintosh has there (`™`)."""
    for digit in range(10):
        cast("dict[str, object]", ANSI_SEQUENCES_KEYS).pop(f"\x1b{digit}", None)


def bindings() -> list[Binding]:
    """The table as Textual wants it; the footer is ours, so none is shown by Textual."""
    table = [Binding(key.key, key.action, key.label, show=False, id=key.id, priority=key.id in OPENING) for key in KEYS]
    table += [Binding("tab", "pane", show=False), Binding("shift+tab", "pane(-1)", show=False)]
    return table + [Binding(digit, f"digit({digit})", show=False) for digit in DIGITS]


OWNED: Final = frozenset(
    {
        *(f"ctrl+{letter}" for letter in "acdefhijkmuvxyz"),
        *("tab", "shift+tab", "enter", "space", "backspace", "delete", "insert"),
        *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    }
)
"""Keys that text fields and lists own (Textual's TextArea and Input), or that no terminal can tell from another (Ctrl+H, I,
J, M are Backspace, Tab, line feed and Enter)."""


register(
    {
        "key_no_action": "[desk] keys: there is no action {name}; the ids are in docs/reference/keys.md",
        "key_reserved": "[desk] keys: {key} is taken by terminals or browsers; {name} keeps {usual}",
        "key_of_fields": "[desk] keys: {key} belongs to text fields and lists; {name} keeps {usual}",
        "key_unfit": "[desk] keys: '{key}' is no key that can be given away; {name} keeps {usual}",
        "key_clash": "[desk] keys: {key} is the key of {other} and stays with it; {name} keeps {usual}",
    }
)


class Remap(NamedTuple):
    """What the settings change: id -> key; and why what of them cannot be is not done."""

    keys: dict[str, str]
    refused: tuple[Why, ...]


def remapped(changes: Mapping[str, str]) -> Remap:
    """The changes that can be, and why the others cannot. A key of the table stays with its action, unless that has another;
    of two that want the same free key the one that stands first has it."""
    usual = {key.id: key.key for key in KEYS}
    refused: list[Why] = []
    kept: dict[str, str] = {}
    for name, written in changes.items():
        key = spelled_out(written)
        problem = _problem(name, key, usual)
        if problem is None:
            kept[name] = key
        else:
            keeps = {"usual": shown(usual[name])} if name in usual else {}
            refused.append(Why(problem, {"name": name, "key": written.strip(), **keeps}))
    return _without_conflicts(usual, kept, refused)


def spelled_out(key: str) -> str:
    """A key as Textual names it, from what people write: `F10`, `Ctrl+G`, `Esc`, `/`; what is none stays none."""
    *modifiers, last = re.split(r"(?<=.)\+(?=.)", unicodedata.normalize("NFKC", key).strip().lower())
    names = sorted({_MODIFIERS.get(each, each) for each in modifiers})
    return "+".join((*names, _WRITTEN.get(last, last)))


def _problem(name: str, key: str, usual: Mapping[str, str]) -> str | None:
    last = key.rpartition("+")[2]
    if name not in usual:
        return "key_no_action"
    if key in TAKEN or last in TAKEN:
        return "key_reserved"
    if key in OWNED or key in _DISGUISED or (key in _CHARACTERS and usual[name] not in _CHARACTERS):
        return "key_of_fields"
    if not _NAMES.fullmatch(key):
        return "key_unfit"
    return None


_MODIFIERS: Final = {"control": "ctrl", "strg": "ctrl", "option": "alt", "meta": "alt"}
_WRITTEN: Final = {"esc": "escape", "/": "slash", "?": "question_mark", "\\": "backslash"}
"""What people write for a key, and what Textual calls it."""
_NAMES: Final = re.compile(
    r"(?:alt\+)?(?:ctrl\+)?(?:shift\+)?f(?:[1-9]|1[0-9]|2[0-4])|(?:(?:alt\+)?ctrl\+|alt\+)?[a-z]"
    r"|ctrl\+backslash|escape|slash|question_mark"
)
"""What Textual calls keys, as far as they can be given away; of Shift and a letter terminals tell only the letter."""
_CHARACTERS: Final = frozenset({"slash", "question_mark", *"abcdefghijklmnopqrstuvwxyz", *DIGITS, "0"})
"""Keys that are characters: they work outside text fields, and only such an action may have another one."""
_DISGUISED: Final = frozenset(f"alt+ctrl+{letter}" for letter in "hijm")
"""With Alt, as without: Backspace, Tab, line feed and Enter."""


def _without_conflicts(usual: Mapping[str, str], kept: dict[str, str], refused: list[Why]) -> Remap:
    """Two actions on one key: the change goes. Taking one back may make another impossible, so it is asked again."""
    while True:
        holders: dict[str, str] = {}
        lost = None
        for name in [*(each for each in usual if each not in kept), *kept]:
            key = kept.get(name, usual[name])
            if key in holders:
                lost = (name, holders[key], key)
                break
            holders[key] = name
        if lost is None:
            return Remap(kept, tuple(refused))
        name, other, key = lost
        del kept[name]
        values = {"name": name, "other": other, "key": shown(key), "usual": shown(usual[name])}
        refused.append(Why("key_clash", values))


def shown(key: str) -> str:
    """A key as people write it: `f10` is F10, `ctrl+g` Ctrl+G, a letter is itself."""
    table = {each.key: each.shown for each in KEYS}
    return table.get(key) or (key if len(key) == 1 else "+".join(part.capitalize() for part in key.split("+")))
