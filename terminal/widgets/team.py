"""The team: who is here, what they do and for how long, and with whom. Words and shapes, so that it reads without colours."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual.geometry import Size

from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeText
from terminal.widgets.panel import POINT, ListPanel, Picture
from terminal.widgets.row import Row, Tone, column, gap, piece, spaced
from terminal.widgets.speech import PRESENCES, say
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
        rows = [self._entry(value.mates[index], chosen=index == self.selected) for index in self.in_sight(inside)]
        return Picture(tuple(rows), title, corner)

    def _entry(self, mate: Mate, *, chosen: bool) -> Row:
        presence = mate.presence
        shape, tone = ("!", Tone.BAD) if presence.help else SHAPES[presence.state]
        word = say("wants help") if presence.help else say(PRESENCES[presence.state])
        cells = max(cell_len(say(each)) for each in (*PRESENCES.values(), "wants help"))
        head = (
            piece(SafeText(f"{shape} "), tone),
            column(presence.name or say("a colleague"), NAME, Tone.STRONG if mate.me else Tone.TEXT),
            gap(),
            column(word, cells, tone),
            gap(),
            piece(mate.on or presence.text, Tone.DIM),
        )
        away = presence.state is PresenceState.AWAY
        time = SafeText() if away else length(self.value.now.at - presence.since)
        base = Tone.SELECTED if chosen and self.has_focus else Tone.TEXT
        return Row(head, spaced((piece(time, Tone.DIM),)), base=base)
