"""Rows: what a panel is made of. A row is a value; to draw it is to lay its pieces into a number of cells.

A piece holds `SafeText` and nothing else: a plain string raises, wherever it came from. So a text from outside that
nobody cleaned stops in the first test that shows it.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ringdesk.safetext import SafeText
from terminal.breaking import broken

CUT: Final = SafeText(">")
"""Stands where a text was cut. An ellipsis would be wide on some terminals (UAX #11: ambiguous)."""


class Tone(StrEnum):
    """What a piece of text is, not its colour: the theme gives the colour, words and shapes carry the meaning."""

    TEXT = "text"
    DIM = "dim"
    STRONG = "strong"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    LINK = "link"
    TRADE = "trade"
    MAIL = "mail"
    FRAME = "frame"
    FRAME_GOOD = "frame-good"
    FRAME_FOCUS = "frame-focus"
    CHIP = "chip"
    CHIP_PALE = "chip-pale"
    CHIP_GOOD = "chip-good"
    CHIP_WARN = "chip-warn"
    CHIP_BAD = "chip-bad"
    CHIP_LINK = "chip-link"
    BRAND = "brand"
    BAR = "bar"
    RING = "ring"
    RING_STRONG = "ring-strong"
    RING_CHIP = "ring-chip"
    RING_PALE = "ring-pale"
    SELECTED = "selected"


TONES: Final = frozenset(f"row--{tone}" for tone in Tone)
"""The component classes of a screen with panels: what a theme can style."""


_PADDED: Final = frozenset(
    {
        Tone.CHIP,
        Tone.CHIP_PALE,
        Tone.CHIP_GOOD,
        Tone.CHIP_WARN,
        Tone.CHIP_BAD,
        Tone.CHIP_LINK,
        Tone.BRAND,
        Tone.RING_CHIP,
        Tone.RING_PALE,
    }
)


class Piece(NamedTuple):
    """Some text in one tone. Made by `piece` or `chip` only."""

    text: SafeText
    tone: Tone
    width: int


def piece(text: SafeText, tone: Tone = Tone.TEXT) -> Piece:
    """A piece of a row. Raises TypeError for text that nobody cleaned."""
    if not isinstance(text, SafeText):
        raise TypeError(f"a widget shows SafeText only, not {type(text).__name__}; clean it where it comes in")
    return Piece(text, tone, cell_len(text))


def chip(text: SafeText, tone: Tone = Tone.CHIP) -> Piece:
    """A label with a background, one cell of air on both sides."""
    return piece(SafeText(f" {piece(text, tone).text} "), tone)


def gap(cells: int = 1) -> Piece:
    """Air."""
    return Piece(SafeText(" " * cells), Tone.TEXT, cells)


def spaced(pieces: Iterable[Piece], cells: int = 1) -> tuple[Piece, ...]:
    """The pieces with air between them; empty ones are left out."""
    kept = [each for each in pieces if each.width]
    return tuple(part for each in kept for part in (gap(cells), each))[1:]


def width_of(pieces: Iterable[Piece]) -> int:
    """The cells that the pieces take."""
    return sum(each.width for each in pieces)


def chips(texts: Iterable[Piece], cells: int, more: Tone) -> tuple[Piece, ...]:
    """As many chips as fit in so many cells, whole; those that do not are counted in a last one."""
    waiting = list(texts)
    shown: list[Piece] = []
    used = 0
    for index, each in enumerate(waiting):
        reserve = 6 if index + 1 < len(waiting) else 0
        if used + each.width + reserve > cells:
            shown.append(chip(SafeText(f"+{len(waiting) - index}"), more))
            break
        shown.append(each)
        used += each.width + 1
    return spaced(shown)


def column(text: SafeText, cells: int, tone: Tone = Tone.TEXT, *, right: bool = False) -> Piece:
    """A piece of exactly `cells` cells."""
    cut = clipped(text, cells)
    air = " " * (cells - cell_len(cut))
    return Piece(SafeText(air + cut if right else cut + air), tone, cells)


def clipped(text: SafeText, cells: int) -> SafeText:
    """The text in at most `cells` cells, with a mark where it was cut."""
    piece(text)
    if cell_len(text) <= cells:
        return text
    return SafeText(set_cell_size(text, max(0, cells - 1)).rstrip() + CUT) if cells > 0 else SafeText()


def wrapped(text: SafeText, cells: int) -> list[SafeText]:
    """The text in lines of at most `cells` cells: broken at spaces between words, anywhere between Chinese characters."""
    cells = max(cells, 2)  # a panel out of sight has no width, and a wide character fits in no less
    return [SafeText(line) for line in broken(piece(text).text, cells, within_words=True)]


class Row(NamedTuple):
    """One line: pieces from the left, pieces to the right end, and what lies between and under them."""

    left: tuple[Piece, ...] = ()
    right: tuple[Piece, ...] = ()
    base: Tone = Tone.TEXT
    fill: str = " "
    fill_tone: Tone = Tone.TEXT


BLANK: Final = Row()


def told(text: SafeText, cells: int, *, bad: bool) -> Row:
    """What is said to the person, in a row of its own."""
    return Row((gap(), piece(clipped(text, cells - 2), Tone.BAD if bad else Tone.STRONG)), base=Tone.BAR)


def _fitted(pieces: tuple[Piece, ...], cells: int) -> tuple[list[Piece], int]:
    """As many pieces as fit; the last one cut where it has to be."""
    kept: list[Piece] = []
    used = 0
    for each in pieces:
        if used + each.width > cells:
            text = clipped(each.text, cells - used)
            kept.append(Piece(text, each.tone, cell_len(text)))
            return kept, used + cell_len(text)
        kept.append(each)
        used += each.width
    return kept, used


def drawn(row: Row, cells: int, styles: Mapping[Tone, Style]) -> list[Segment]:
    """The row in exactly `cells` cells. The right end goes first where both do not fit in half the room each."""
    left_width = sum(each.width for each in row.left)
    wanted = sum(each.width for each in row.right)
    room = max(cells - left_width - 1, cells // 2) if row.left else cells
    right, right_width = _fitted(row.right, min(wanted, room))
    left, used = _fitted(row.left, cells - right_width - (1 if right and row.left else 0))
    base = styles[row.base]
    between = row.fill * max(0, cells - used - right_width)

    def style(tone: Tone) -> Style:
        if row.base is Tone.TEXT:
            return styles[tone]
        if tone is Tone.TEXT:
            return base
        return styles[tone] if tone in _PADDED or tone is Tone.RING_STRONG else styles[tone] + _ground(base)

    segments = [Segment(each.text, style(each.tone)) for each in left]
    segments.append(Segment(between, style(row.fill_tone)))
    segments += [Segment(each.text, style(each.tone)) for each in right]
    return segments


def _ground(style: Style) -> Style:
    """Only what lies under the letters: the background, or that they are reversed."""
    return Style(bgcolor=style.bgcolor, reverse=style.reverse)


def strip(segments: list[Segment], cells: int) -> Strip:
    """The segments as one line of the screen."""
    return Strip(segments, cells)
