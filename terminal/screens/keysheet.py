"""The page of keys, made of the table: `python -m terminal.screens.keysheet` writes docs/reference/keys.md."""

from pathlib import Path
from typing import Final

from terminal import words
from terminal.bindings import KEYS, TAKEN, Where
from terminal.widgets.speech import say

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "keys.md"
LANGUAGES: Final = (("en", "English"), ("zh_Hant", "繁體中文"))
INTRODUCTION: Final = """# Keys

Every key of the desk, made of `terminal/bindings.py` by `python -m terminal.screens.keysheet`. The same are in the help
(F1) and, by name, in the palette (Ctrl+P). In a list that has the focus: arrows, j and k, PageUp and PageDown, Home and
End, Enter; digits choose a person of several, a tab of a small screen, or a row of a menu. Tab and Shift+Tab go round
the panes.

`[desk] keys` gives an action another key by its id: `keys = { answer = "F10", lock = "Ctrl+B" }`. A key of another
action, a key that text fields or lists own, and {taken} are refused: a key stays with the action
that has it, and of two that want the same free key the one that stands first in the file has it. The desk says so when it
starts; `ringdesk doctor` says it of every key.
"""


def page() -> str:
    """The page, Markdown."""
    taken = ", ".join(sorted(TAKEN - {key for key in TAKEN if key.startswith("alt+")})) + ", alt+digit"
    parts = [INTRODUCTION.replace("{taken}", taken)]
    for tag, name in LANGUAGES:
        words.language(tag)
        heads = (say("Key"), "id", say("Name"), say("What it does"), say("Where"))
        parts.append(f"\n## {name}\n\n| {' | '.join(heads)} |\n|---|---|---|---|---|\n")
        for key in KEYS:
            where = say("outside text") if key.where is Where.OUTSIDE_TEXT else say("everywhere")
            parts.append(f"| `{key.shown}` | {key.id} | {say(key.label)} | {say(key.help)} | {where} |\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
