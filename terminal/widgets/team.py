"""The team: who is here, what they do and for how long, and with whom. Words and shapes, so that it reads without colours."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual.geometry import Size

from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeText
from terminal.widgets.panel import POINT, ListPanel, Picture
from terminal.widgets.row import Piece, Row, Tone, clipped, column, gap, piece, width_of
from terminal.widgets.speech import ON_A_CALL, PRESENCES, doing, say
from terminal.widgets.when import Now, length

SHAPES: Final[Mapping[PresenceState, tuple[str, Tone]]] = {
    PresenceState.READY: ("\N{CHECK MARK}", Tone.GOOD),
    PresenceState.BUSY: (">", Tone.GOOD),
    PresenceState.WRAP_UP: ("=", Tone.WARN),
    PresenceState.BREAK: ("-", Tone.DIM),
    PresenceState.AWAY: (" ", Tone.DIM),
}
"""What stands before a name."""
NAME: Final = 8
"""Cells for a name of ours."""
LONGEST_NAME: Final = 14
"""Where there is room for it."""


class Mate(NamedTuple):
    """One of the team; `on` is the name of whom they serve."""

    presence: Presence
    on: SafeText = SafeText()
    me: bool = False


class Crew(NamedTuple):
    """The team, and when is now."""

    mates: tuple[Mate, ...]
    now: Now


class Team(ListPanel[Crew]):
    """One row a person."""

    pointer = POINT

    def entries(self, value: Crew) -> int:
        """The people."""
        return len(value.mates)

    def picture(self, value: Crew, inside: Size) -> Picture:
        """The people in sight."""
        title = (piece(say("Team"), Tone.LINK),)
        ready = sum(mate.presence.state is PresenceState.READY for mate in value.mates)
        corner = (piece(say("{count} ready", count=ready), Tone.DIM),)
        if not value.mates:
            return Picture((Row((piece(say("Nobody has signed in yet"), Tone.DIM),)),), title, corner)
        names = [cell_len(mate.presence.name or say("a colleague")) for mate in value.mates]
        longest = max(NAME, min(LONGEST_NAME, max(names)))
        roomy = all(_width(mate, value.now, longest) <= inside.width for mate in value.mates)
        rows = [
            self._entry(value.mates[index], inside.width, longest if roomy else NAME, chosen=index == self.selected)
            for index in self.in_sight(inside)
        ]
        return Picture(tuple(rows), title, corner)

    def _entry(self, mate: Mate, cells: int, name_cells: int, *, chosen: bool) -> Row:
        base = Tone.SELECTED if chosen and self.has_focus else Tone.TEXT
        time = _time(mate, self.value.now)
        right = (time,) if time.width else ()
        return Row(_said(mate, cells - time.width - 1, name_cells), right, base=base)


def _time(mate: Mate, now: Now) -> Piece:
    """For how long; of somebody who is away nobody asks that."""
    away = mate.presence.state is PresenceState.AWAY
    return piece(SafeText() if away else length(now.at - mate.presence.since), Tone.DIM)


def _word_cells() -> int:
    return max(cell_len(say(each)) for each in (*PRESENCES.values(), ON_A_CALL, "wants help"))


def _width(mate: Mate, now: Now, name_cells: int) -> int:
    """The cells that a row takes with all its air."""
    on = cell_len(mate.on or mate.presence.text)
    return 2 + name_cells + 1 + _word_cells() + 1 + on + 1 + _time(mate, now).width


def _said(mate: Mate, cells: int, name_cells: int) -> tuple[Piece, ...]:
    """Shape, name, state, whom they serve. The air goes first, then the word, which the shape says too: whom they serve may
    be a number, and half a number is nobody's."""
    presence = mate.presence
    shape, tone = ("!", Tone.BAD) if presence.help else SHAPES[presence.state]
    word = doing(presence)
    word_cells = _word_cells()
    name, mine = presence.name or say("a colleague"), Tone.STRONG if mate.me else Tone.TEXT
    on = piece(mate.on or presence.text, Tone.DIM)
    short, named = piece(clipped(name, NAME), mine), column(name, NAME, mine)
    ways = (
        (column(name, name_cells, mine), gap(), column(word, word_cells, tone)),
        (named, gap(), column(word, word_cells, tone)),
        (named, gap(), piece(word, tone)),
        (short, gap(), piece(word, tone)),
        (named,),
    )
    heads = [(piece(SafeText(f"{shape} "), tone), *way, gap(), on) for way in ways]
    return next((head for head in heads if width_of(head) <= cells), heads[-2])
