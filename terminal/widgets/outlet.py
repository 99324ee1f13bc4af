"""What leaves for the terminal beside frames: a bell, a notification, a title, what was cut or copied. Ours alone, and never a
byte from outside.

The gate lets frames pass; this is the one other door. A sequence is made here of a name from `Signal` and a `SafeText`, or of
`SafeLines` for the clipboard, and of nothing else.
"""

from base64 import b64encode
from enum import StrEnum
from typing import Final

from rich.cells import set_cell_size

from ringdesk.safetext import SafeLines, SafeText
from terminal.widgets.gate import clean

LONGEST: Final = 80
"""Cells of a notification or a title."""


class Signal(StrEnum):
    """How to call somebody who looks elsewhere. OSC 9 is iTerm2's and Windows Terminal's, OSC 777 urxvt's, foot's, Ghostty's."""

    BELL = "bell"
    OSC9 = "osc9"
    OSC777 = "osc777"
    TITLE = "title"


_SHAPES: Final = {
    Signal.BELL: "\x07",
    Signal.OSC9: "\x1b]9;{text}\x07",
    Signal.OSC777: "\x1b]777;notify;Ringdesk;{text}\x07",
    Signal.TITLE: "\x1b]2;{text}\x07",
}


def sequence(signal: Signal, text: SafeText = SafeText()) -> str:  # noqa: B008 - immutable
    """The bytes for `signal`. Raises TypeError for a text that nobody cleaned.

    A semicolon separates the fields of a sequence, and `4;` begins a progress bar in OSC 9: neither can come from the text.
    """
    if not isinstance(text, SafeText):
        raise TypeError(f"a terminal is told SafeText only, not {type(text).__name__}; clean it where it comes in")
    words = clean(text).replace(";", ",").strip()[: 2 * LONGEST]
    if len(words) > LONGEST // 2:
        words = set_cell_size(words, LONGEST).rstrip()
    return _SHAPES[signal].format(text=words) if "{text}" in _SHAPES[signal] else _SHAPES[signal]


def clipboard(text: SafeLines) -> str:
    """The bytes that put `text` into the clipboard of whoever sits at the terminal (OSC 52)."""
    return f"\x1b]52;c;{b64encode(text.encode()).decode()}\x07"
