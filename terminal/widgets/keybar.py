"""The last row: the keys that work now, and where the focus is. On a small screen, the tabs above it."""

from typing import Final, NamedTuple

from textual.geometry import Size

from ringdesk.safetext import SafeText
from terminal.bindings import KEYS, Where
from terminal.widgets.keynames import Changed, key_named
from terminal.widgets.panel import Panel, Picture
from terminal.widgets.row import Piece, Row, Tone, chip, clipped, gap, piece, told, width_of
from terminal.widgets.speech import say

BETWEEN: Final = piece(SafeText("│"), Tone.FRAME)
"""Between two keys where there is no room for air: a label of several words ends somewhere."""


class Keys(NamedTuple):
    """What the footer says. `dead` are ids of keys that would do nothing now; `focus` is the name of the pane."""

    writing: bool = False
    dead: frozenset[str] = frozenset()
    focus: SafeText = SafeText()
    changed: Changed = ()
    """Keys that the person has remapped: id and key."""


class KeyBar(Panel[Keys]):
    """One row of keys."""

    framed = False

    def picture(self, value: Keys, inside: Size) -> Picture:
        """Keys that would do nothing are dim, so that the others never move."""
        focus = (piece(say("focus:"), Tone.DIM), gap(), piece(value.focus, Tone.LINK), gap())
        for air, roomy, right in ((3, True, focus), (2, True, ()), (1, True, ()), (1, False, ())):
            words = _keys(value, air=air, roomy=roomy)
            if sum(each.width for each in (*words, *right)) < inside.width:
                break
        return Picture((Row(words, right, base=Tone.BAR),))


def _keys(value: Keys, *, air: int, roomy: bool) -> tuple[Piece, ...]:
    """The keys with so much air between them; `roomy` pads each, else a line divides them."""
    words: list[Piece] = []
    for key in KEYS:
        if not key.footer:
            continue
        dead = key.id in value.dead or (value.writing and key.where is Where.OUTSIDE_TEXT)
        shown = key_named(key.id, value.changed)
        words += [
            chip(shown, Tone.CHIP) if roomy else piece(shown, Tone.CHIP),
            gap(),
            piece(say(key.label), Tone.DIM if dead else Tone.TEXT),
            gap(air) if roomy else BETWEEN,
        ]
    return tuple(words[:-1])


class Tab(NamedTuple):
    """One tab: its name, its count, and what is urgent in it, in words and as short as can be."""

    name: SafeText
    entries: int | SafeText
    urgent: SafeText = SafeText()
    short: SafeText = SafeText()


class Strip(NamedTuple):
    """The tabs, and which one is in sight."""

    tabs: tuple[Tab, ...] = ()
    shown: int = 0
    trouble: SafeText = SafeText()
    said: SafeText = SafeText()
    """What is said to the person for a moment, in the place of it all; `bad` when it is of something that failed."""
    bad: bool = False


class TabStrip(Panel[Strip]):
    """One row of tabs for the panes that a small screen cannot show at once."""

    framed = False

    def picture(self, value: Strip, inside: Size) -> Picture:
        """Digit, name, count, and what is urgent: with less air and fewer words before the trouble is cut, never a tab."""
        if value.said:
            return Picture((told(value.said, inside.width, bad=value.bad),))
        right = (piece(value.trouble, Tone.WARN), gap()) if value.trouble else ()
        room = inside.width - sum(each.width for each in right) - 1
        for air, brief, empty in ((2, False, True), (2, True, True), (1, True, True), (1, True, False)):
            words = _tabs(value, air=air, brief=brief, empty=empty)
            if sum(each.width for each in words) <= room:
                break
        else:
            left = inside.width - width_of(words) - 2
            right = (piece(clipped(value.trouble, left), Tone.WARN), gap()) if left > 1 else ()
        return Picture((Row(words, right, base=Tone.BAR),))


def _tabs(value: Strip, *, air: int, brief: bool, empty: bool) -> tuple[Piece, ...]:
    """The tabs with so much air between them; `empty` counts also nothing."""
    words: list[Piece] = [gap()]
    for index, tab in enumerate(value.tabs):
        count = f" {tab.entries}" if tab.entries not in (0, "0") or empty else ""
        text = SafeText(f"{index + 1} {tab.name}{count}")
        words += [gap(air if index else 0), chip(text, Tone.BRAND) if index == value.shown else piece(text, Tone.DIM)]
        urgent = tab.short if brief else tab.urgent
        if urgent:
            words += [gap(), piece(urgent, Tone.WARN)]
    return tuple(words)
