"""Setup, the first step: which language, by the number of a row or by any name that a person may type for it."""

from collections.abc import Callable
from typing import Final

from cli.setup_console import Console
from config.load import is_language
from ringdesk.safetext import SafeText
from terminal import words
from terminal.plain.commands import plain
from terminal.widgets.speech import mark, say

LANGUAGES: Final = (("zh-Hant", "繁體中文"), ("en", "English"))
"""Tag and own name, as they are listed."""
NAMES: Final = {
    "zh-Hant": ("zh", "中文", "繁體", "繁中", "繁体中文", "正體中文", "正體", "國語", "華語", "漢語", "chinese"),
    "en": ("英文", "英語", "eng"),
}
"""What else people type for each, in small letters."""
NO_LANGUAGE: Final = mark("{text} is no language here. Type {names}, or the number.")


def asked(console: Console, known: str, proposal: int) -> str:
    """The tag of the language; the row `proposal` is proposed. What is refused is said in the language that is `known`, in
    each while none is."""

    def refused(typed: SafeText) -> list[SafeText]:
        names = SafeText(" / ".join(name for _, name in LANGUAGES))
        return in_each(known, lambda: say(NO_LANGUAGE, text=typed, names=names))

    entries = [SafeText(name) for _, name in LANGUAGES]
    row = console.choose(SafeText("語言 Language"), entries, proposal, meant=named, refused=refused)
    return LANGUAGES[row][0]


def named(typed: str) -> int | None:
    """The row of a language that goes by a name or a tag (`zh-TW`, `en_GB`)."""
    name = plain(typed)
    for row, (known, own) in enumerate(LANGUAGES):
        if name in (plain(own), *NAMES[known]):
            return row
        if name and is_language(name) and name.startswith(known[:2]):
            return row
    return None


def tag(given: str) -> str:
    """The tag of a language that a flag names; what is a tag, or no language, stays as it is."""
    row = None if is_language(given) else named(given)
    return given if row is None else LANGUAGES[row][0]


def in_each(known: str, line: Callable[[], SafeText]) -> list[SafeText]:
    """A line in the language that is `known`; in each, while none is. The language in force stays as it is."""
    before = words.spoken()
    said = []
    for each in [known] if known else [name for name, _ in LANGUAGES]:
        words.language(each)
        said.append(line())
    words.language(before)
    return said
