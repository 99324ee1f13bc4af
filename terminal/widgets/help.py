"""What the keys do, made of the table of keys: first how things stand and the keys that do something now, then all others."""

from typing import Final, NamedTuple

from textual.geometry import Size

from ringdesk.safetext import SafeText
from terminal.bindings import KEYS, Key, Where
from terminal.widgets.keynames import Changed, key_named
from terminal.widgets.panel import ListPanel, Picture
from terminal.widgets.row import Piece, Row, Tone, column, gap, piece, wrapped
from terminal.widgets.speech import mark, say

SIGNS: Final = (
    ("!", mark("Late, in trouble, or must not be forgotten")),
    ("x", mark("Not allowed, or out of order")),
    ("\N{CHECK MARK}", mark("Done, or well; in the team: ready")),
    ("-", mark("Still to be done; in the team: on a break")),
    ("=", mark("In the team: work after a call")),
    (">", mark("Selected; in the team and above: with a caller")),
    ("...>", mark("At the end of words: there is more, cut for want of room")),
    ("*", mark("Good to know of this member")),
    ("+2", mark("So many more, for which there is no room")),
    ("..12", mark("Contacts of each week, the last one last; a dot: none")),
    ("\N{BOX DRAWINGS HEAVY DOUBLE DASH HORIZONTAL}" * 3, mark("A heavy frame has the focus: keys go there")),
)
"""What stands on the screen without words, and what it means."""


class Manual(NamedTuple):
    """The remapped keys, how things stand in a sentence, and the ids of the keys that do nothing now."""

    changed: Changed = ()
    moment: SafeText = SafeText()
    dead: frozenset[str] = frozenset()


class Help(ListPanel[Manual]):
    """One row a key."""

    def entries(self, value: Manual) -> int:
        """The places that the top of the help can have: every key scrolls at once."""
        return max(1, len(_rows(value, self.size.width - 4)) - (self.size.height - 2) + 1)

    @property
    def lit(self) -> bool:
        """It is only there while it has the focus."""
        return True

    def picture(self, value: Manual, inside: Size) -> Picture:
        """The rows from the top on; where there are more, which of how many."""
        rows = _rows(value, inside.width)
        last = min(len(rows), self.selected + inside.height)
        corner: tuple[Piece, ...] = ()
        if len(rows) > inside.height:
            place = say("{first} to {last} of {count}", first=self.selected + 1, last=last, count=len(rows))
            corner = (piece(place, Tone.DIM),)
        foot: tuple[Piece, ...] = (piece(say("{key} closes", key=key_named("back", value.changed)), Tone.DIM),)
        if last < len(rows):
            foot = (piece(say("more: PageDown"), Tone.WARN), gap(2), *foot)
        return Picture(tuple(rows[self.selected :]), (piece(say("Help"), Tone.LINK),), corner, foot)


def _rows(value: Manual, cells: int) -> list[Row]:
    alive = [key for key in KEYS if key.id not in value.dead]
    rows = [Row((piece(line, Tone.STRONG),)) for line in wrapped(value.moment, max(8, cells)) if line]
    rows.append(Row((piece(say("Now"), Tone.LINK),)))
    rows += [_key(key, value) for key in alive]
    rows.append(_row(SafeText("1 - 9"), say("Choose a person, or a tab"), outside=True))
    rows.append(_row(SafeText("j k"), say("Down and up in a list"), outside=True))
    rows.append(_row(SafeText("Enter"), say("In a list: open, take or do what is selected"), outside=True))
    rows.append(_row(SafeText("Space"), say("In the tasks: close one, or open it again"), outside=True))
    rows.append(
        _row(SafeText("a c p m t"), say("In the timeline: all, calls, bought, messages, notes and tasks"), outside=True)
    )
    rest = [key for key in KEYS if key.id in value.dead]
    if rest:
        rows += [Row(), Row((piece(say("At another time"), Tone.LINK),)), *(_key(key, value) for key in rest)]
    rows += [Row(), Row((piece(say("Signs"), Tone.LINK),))]
    rows += [_row(SafeText(sign), say(words), outside=False) for sign, words in SIGNS]
    rows.append(_row(say("A word"), say("on a plate behind a name, or below it: the member's grade"), outside=False))
    rows.append(Row())
    rows.append(Row((piece(say("A ringing call never moves the focus and never touches your note.")),)))
    return rows


def _key(key: Key, value: Manual) -> Row:
    return _row(key_named(key.id, value.changed), say(key.help), outside=key.where is Where.OUTSIDE_TEXT)


def _row(key: SafeText, words: SafeText, *, outside: bool) -> Row:
    right = (piece(say("outside text"), Tone.DIM),) if outside else ()
    return Row((column(key, 9, Tone.LINK), gap(), piece(words)), right)
