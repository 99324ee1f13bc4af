"""What a screen shows as text that reads well in a diff: its rows, and under them what each cell means.

An SVG would squeeze Chinese into its narrow cells and hide the words in coordinates. Meaning is the tone, not the colour:
a theme may change, a late task must not stop being marked as late.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from terminal.widgets.row import Tone

LETTERS: Final = {
    Tone.TEXT: ".",
    Tone.DIM: ",",
    Tone.STRONG: "s",
    Tone.GOOD: "g",
    Tone.WARN: "w",
    Tone.BAD: "b",
    Tone.LINK: "l",
    Tone.TRADE: "t",
    Tone.MAIL: "m",
    Tone.FRAME: " ",
    Tone.FRAME_GOOD: "=",
    Tone.FRAME_FOCUS: "#",
    Tone.CHIP: "C",
    Tone.CHIP_PALE: "P",
    Tone.CHIP_GOOD: "G",
    Tone.CHIP_WARN: "W",
    Tone.CHIP_BAD: "B",
    Tone.CHIP_LINK: "L",
    Tone.BRAND: "N",
    Tone.BAR: "_",
    Tone.RING: "r",
    Tone.RING_STRONG: "R",
    Tone.RING_CHIP: "K",
    Tone.RING_PALE: "k",
    Tone.SELECTED: ">",
}
"""One letter a tone. Ordinary frames are left out: they never change; capitals have a ground of their own."""
KEY: Final = " ".join(f"{letter}={tone}" for tone, letter in LETTERS.items() if letter.strip())
UNKNOWN: Final = "?"
"""A cell that no tone explains: a cursor."""

Look = tuple[object, object, bool, bool, bool]


def pictured(strips: Sequence[Strip], tones: Mapping[Tone, Style]) -> str:
    """The rows, and the tones of their cells."""
    letters = _letters(tones)
    rows = [strip.text.rstrip() for strip in strips]
    meaning = ["".join(_meant(strip, letters)).rstrip() for strip in strips]
    return "\n".join([*rows, "", KEY, "", *meaning, ""])


def _look(style: Style | None) -> Look:
    style = style or Style.null()
    return (style.color, style.bgcolor, bool(style.bold), bool(style.underline), bool(style.reverse))


def _letters(tones: Mapping[Tone, Style]) -> dict[Look, str]:
    """Which letter stands for a look. Some tones lie on the ground of others; the first of two that look alike has it."""
    letters: dict[Look, str] = {}
    for tone, style in tones.items():
        letters.setdefault(_look(style), LETTERS[tone])
    for ground in tones.values():
        for tone, style in tones.items():
            letters.setdefault(_look(style + Style(bgcolor=ground.bgcolor)), LETTERS[tone])
    return letters


def _meant(strip: Strip, letters: Mapping[Look, str]) -> Iterable[str]:
    for segment in strip:
        letter = letters.get(_look(segment.style), UNKNOWN)
        yield _under(segment, letter)


def _under(segment: Segment, letter: str) -> str:
    """The letter under every cell; air on the common ground has no meaning."""
    if letter in ".,s" and not segment.text.strip():
        return " " * segment.cell_length
    return letter * segment.cell_length
