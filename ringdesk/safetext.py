"""SafeText: the only text that a widget accepts, and the one cleaner for everything that came from outside.

What is dangerous is not the meaning of a name but its bytes: ESC, C1 controls and bidirectional overrides reach the
terminal through every widget there is. So to make a `SafeText` *is* to clean: there is no other way to get one, and the
JSON decoder makes them by itself (`decode_hook`).

Nothing is normalised: a name keeps the characters that its owner uses. Folding for search is `names`' work.
"""

import re
import unicodedata
from typing import Any, Final, Self

MAX_TEXT: Final = 500
"""Characters of a one-line text. The longest Taiwanese company name on record has under 100."""
MAX_LINES: Final = 32 * 1024 + 1
"""Characters of a note: more than an op has bytes, so that a note that was cut is refused as too long, never saved."""
MAX_MARKS: Final = 8
"""Characters without a width of their own on one character; Vietnamese needs 2, polytonic Greek 3, a flag emoji 3."""

_JOINERS: Final = frozenset("\u200c\u200d")
_BREAKS: Final = frozenset("\n\x0b\x0c\x85\u2028\u2029")
_BLANKS: Final = frozenset("\t\u2800")
"""Drawn as a space: the tabulator, whose width is the terminal's business, and the empty Braille pattern."""
_DROPPED: Final = frozenset(("Cc", "Cf", "Cs", "Cn"))
_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\U0001d159")
"""Neither controls nor spaces, and drawn as nothing all the same: two names could look alike (UAX #44,
Default_Ignorable_Code_Point; the null notehead)."""


_HARMLESS: Final = re.compile("[ -~\u3001-\u3029\u4e00-\u9fff\uff01-\uff5e]*")
"""Most of what is written here: printable ASCII, ideographs and their punctuation, of which none is a mark. Not looked at
one by one: a new desk reads some 100,000 texts."""


def _keeps(char: str, category: str) -> bool:
    """Whether a character may stay. Unassigned ones stay in the ideographic planes: they are somebody's name, newer than we."""
    if category == "Cn":
        return 0x20000 <= ord(char) <= 0x3FFFD and ord(char) & 0xFFFE != 0xFFFE
    return char in _JOINERS or (category not in _DROPPED and char not in _UNSEEN)


def _is_mark(char: str, category: str) -> bool:
    """Whether it is drawn onto the character before it: marks, joiners, vowels and finals of conjoining Hangul."""
    return category in ("Mn", "Me") or char in _JOINERS or "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb"


def _clean(text: str, limit: int, *, line_feeds: bool) -> str:
    text = text[:limit]
    if _HARMLESS.fullmatch(text):
        return text
    kept: list[str] = []
    room = 0
    for char in text.replace("\r\n", "\n").replace("\r", "\n"):
        category = unicodedata.category(char)
        if char in _BREAKS:
            kept.append("\n" if line_feeds else " ")
            room = 0 if line_feeds else MAX_MARKS
        elif char in _BLANKS:
            kept.append(" ")
            room = MAX_MARKS
        elif not _keeps(char, category):
            continue
        elif not _is_mark(char, category):
            kept.append(char)
            room = MAX_MARKS
        elif room:
            # Not at the beginning: there it would be drawn onto the frame, or onto somebody else's name.
            kept.append(char)
            room -= 1
    return "".join(kept).rstrip("\u200c\u200d")


class SafeText(str):
    """One line of text that is harmless on a terminal: no controls, no surrogates, no bidirectional overrides."""

    __slots__ = ()

    def __new__(cls, text: str = "") -> Self:
        """Clean `text`; a `SafeText` passes as it is. Longer text than `MAX_TEXT` is cut."""
        return super().__new__(cls, text if isinstance(text, SafeText) else _clean(text, MAX_TEXT, line_feeds=False))


class SafeLines(str):
    """Text of several lines, harmless like `SafeText`; the only control character in it is the line feed."""

    __slots__ = ()

    def __new__(cls, text: str = "") -> Self:
        """Clean `text`; longer text than `MAX_LINES` is cut."""
        return super().__new__(
            cls, text if isinstance(text, SafeText | SafeLines) else _clean(text, MAX_LINES, line_feeds=True)
        )

    def each(self) -> list[SafeText]:
        """The lines, each fit for a widget."""
        return [SafeText(line) for line in self.split("\n")]


def decode_hook(kind: type, value: Any) -> Any:
    """For msgspec decoders: a field typed SafeText or SafeLines is cleaned while it is read."""
    if kind in (SafeText, SafeLines) and isinstance(value, str):
        return kind(value)
    raise TypeError(f"expected {kind.__name__}, got {type(value).__name__}")


def encode_hook(value: Any) -> Any:
    """For msgspec encoders: our text is a string."""
    if isinstance(value, SafeText | SafeLines):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
