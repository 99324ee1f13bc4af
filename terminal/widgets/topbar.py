"""Row 0: the product, how the agent stands, what the day was so far, where this is, the link, the clock."""

from typing import NamedTuple

from textual.geometry import Size

from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeText
from terminal.widgets.panel import Panel, Picture
from terminal.widgets.row import Piece, Row, Tone, chip, gap, piece, spaced, width_of
from terminal.widgets.speech import PRESENCES, mark, say
from terminal.widgets.when import Now, clock, day

READY = mark("Ready")
"""The state of an agent with nobody on the line."""


class Top(NamedTuple):
    """What row 0 shows. `state` is a message id, `connected` is None before the desk is open."""

    agent: SafeText
    site: SafeText
    now: Now
    state: str = READY
    passed: SafeText = SafeText()
    """How long that lasts, where it has a clock."""
    taken: int = 0
    missed: SafeText = SafeText("0")
    """The calls that nobody had and no callback takes care of, as the panel of them counts."""
    owed: int = 0
    outbox: int = 0
    connected: bool | None = None


class TopBar(Panel[Top]):
    """Row 0."""

    framed = False

    def picture(self, value: Top, inside: Size) -> Picture:
        """One row; the day of the week and the site give way on a narrow screen."""
        wide = inside.width >= 110
        idle = value.state in (READY, PRESENCES[PresenceState.BREAK], PRESENCES[PresenceState.AWAY])
        left = (
            chip(say("Ringdesk"), Tone.BRAND),
            gap(),
            piece(SafeText(f"> {say(value.state)} {value.passed}".rstrip()), Tone.DIM if idle else Tone.GOOD),
            gap(),
            piece(value.agent, Tone.STRONG),
        )
        link = _link(value)
        if wide:
            place = (piece(value.site, Tone.DIM), link, piece(day(value.now.at, value.now), Tone.DIM))
        else:
            sent = () if not value.outbox else (piece(say("Unsent {count}", count=value.outbox), Tone.WARN),)
            place = (*sent, link)
        time = piece(clock(value.now.at, value.now, seconds=wide), Tone.STRONG)
        full, *less = _counts(value)
        for air, counts in ((3 if wide else 2, full), (1, full), *((1, each) for each in less)):
            row = Row((*left, gap(min(air, 2)), *counts), (*spaced((*place, time), air), gap()), base=Tone.BAR)
            if width_of((*row.left, *row.right)) < inside.width:
                break
        return Picture(rows=(row,))


def _counts(value: Top) -> tuple[tuple[Piece, ...], ...]:
    """What the day was so far, and the same with less of it: what is still to be done goes last."""
    pairs = (
        (say("Taken"), value.taken, Tone.STRONG),
        (say("Missed"), value.missed, Tone.WARN if value.missed != "0" else Tone.STRONG),
        (say("To call"), value.owed, Tone.WARN if value.owed else Tone.STRONG),
    )
    parts = [(piece(label, Tone.DIM), piece(SafeText(str(count)), tone)) for label, count, tone in pairs]
    return tuple(spaced(part for pair in parts[first:] for part in pair) for first in range(len(parts)))


def _link(value: Top) -> Piece:
    if value.connected is None:
        return piece(say("starting"), Tone.DIM)
    if value.connected:
        return piece(SafeText("\N{CHECK MARK} " + say("online")), Tone.GOOD)
    return piece(SafeText("! " + say("offline")), Tone.WARN)
