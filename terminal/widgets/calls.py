"""The lines: every call that is live or was a moment ago, and who has it."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual.geometry import Size

from ringdesk.safetext import SafeText
from ringdesk.why import Why
from terminal.widgets.caller import called_by, number
from terminal.widgets.callrow import CallRow, how_it_ended, lasts, why_quiet
from terminal.widgets.keynames import Changed, key_named
from terminal.widgets.matches import sharing
from terminal.widgets.panel import POINT, ListPanel, Picture
from terminal.widgets.row import Piece, Row, Tone, chip, clipped, gap, piece, spaced, width_of
from terminal.widgets.speech import STATES, because, say
from terminal.widgets.when import Now

LEAST_WORD: Final = 14
"""Cells that the word for how a call ended has at least; the name beside it is worth more than the end of a long one."""

LINE: Final = 8
"""Characters of the name of a line in its chip: a number of Taipei without its area code."""
_NUMBER: Final = re.compile(r"[+(]?[0-9][0-9 ()./-]*")


class Calls(NamedTuple):
    """The calls to list, newest first, when is now, and what F2 would take."""

    calls: tuple[CallRow, ...]
    now: Now
    takes: str | None = None
    """The id of the call that F2 takes."""
    resumes: str | None = None
    """The id of the call that F5 lets wait, or goes on with."""
    titles: Mapping[str, SafeText] = {}
    """The words of the business for its dispositions."""
    first: str | None = None
    """The id of the call in the banner, else of the one on the card: where somebody who comes into the list begins."""
    changed: Changed = ()
    """Remapped keys."""
    barred: bool = False
    """Whether a wrap-up that must not be left lets no call be taken."""


ELSEWHERE: Final = Why("rings_elsewhere")


def _state(row: CallRow, titles: Mapping[str, SafeText]) -> tuple[SafeText, Tone, Tone]:
    """The word for a call's state on this desk, its tone, the tone of the line's chip."""
    call = row.call
    if not call.live:
        return _over(row, titles)
    if row.taken_by is not None:
        return with_whom(row), Tone.DIM, Tone.CHIP
    if row.mine:
        return _mine(row)
    if row.quiet:
        return why_quiet(row), Tone.DIM, Tone.CHIP
    if row.elsewhere:
        return because(ELSEWHERE), Tone.DIM, Tone.CHIP
    word = say(STATES[call.state])
    if row.calling:
        return word, Tone.WARN, Tone.CHIP_WARN
    if row.settled:
        return word, Tone.DIM, Tone.CHIP
    return word, Tone.LINK, Tone.CHIP_LINK


def with_whom(row: CallRow) -> SafeText:
    """Which colleague has a call that lives, is to have it, or hands it to this desk; empty when none does."""
    if row.handed:
        return say("from {name}", name=row.call.handed_name or say("a colleague"))
    if row.taken_by is None:
        return SafeText()
    if row.awaits:
        return say("waiting for {name}", name=row.taken_by)
    return say("held by {name}", name=row.taken_by) if row.call.held else say("with {name}", name=row.taken_by)


def _over(row: CallRow, titles: Mapping[str, SafeText]) -> tuple[SafeText, Tone, Tone]:
    """How a call ended; what is still to be wrapped up stands out."""
    waits = row.mine and row.unfinished
    return how_it_ended(row, titles), Tone.GOOD if waits else Tone.DIM, Tone.CHIP_GOOD if waits else Tone.CHIP


def _mine(row: CallRow) -> tuple[SafeText, Tone, Tone]:
    call = row.call
    if row.handed:
        return with_whom(row), Tone.WARN, Tone.CHIP_WARN
    if call.held:
        return say("On hold"), Tone.WARN, Tone.CHIP_WARN
    return say("With you"), Tone.GOOD, Tone.CHIP_GOOD


def _aside(row: CallRow, value: Calls, *, here: bool) -> Piece:
    """Which key takes it, or goes on with it; of one that is over, who had it."""
    if not row.call.live:
        return piece(row.taken_by or SafeText(), Tone.DIM)
    return piece(_key(row, value, here=here), Tone.WARN)


def _key(row: CallRow, value: Calls, *, here: bool) -> SafeText:
    """Which key takes it, or goes on with it. Enter is one `here` only, with the focus in the list: in the note it breaks a
    line."""
    if row.offered or (row.passed and row.free):
        if value.barred and not row.mine:
            return SafeText()
        if row.call.id == value.takes:
            return say("{key}: I have it", key=key_named("answer", value.changed))
        return say("Enter: I have it") if here else SafeText()
    if not (row.mine and row.call.held):
        return SafeText()
    if here:
        return say("Enter goes on")
    if row.call.id != value.resumes:
        return SafeText()
    return say("{key} goes on", key=key_named("hold", value.changed))


class Lines(ListPanel[Calls]):
    """Two rows a call: line, state, name, time; then tier and number."""

    height_of_entry = 2
    follows = True
    pointer = POINT

    def names(self, value: Calls) -> list[str]:
        """The ids of the calls."""
        return [row.call.id for row in value.calls]

    def begin(self) -> None:
        """Somebody comes into the list: who looks at it changes neither whom F2 takes nor with whom F5 goes on."""
        names = self.names(self.value)
        if self.value.first in names:
            self.selected = names.index(self.value.first)

    def entries(self, value: Calls) -> int:
        """The calls."""
        return len(value.calls)

    def picture(self, value: Calls, inside: Size) -> Picture:
        """The calls in sight."""
        title = (piece(say("Lines"), Tone.LINK),)
        corner = _corner(value)
        if not value.calls:
            return Picture((Row((piece(say("All lines are quiet"), Tone.DIM),)),), title, corner)
        rows: list[Row] = []
        for index in self.in_sight(inside):
            chosen = index == self.selected and self.has_focus
            rows += self._entry(value.calls[index], inside.width, chosen=chosen)
        return Picture(tuple(rows), title, corner, self.extent(inside))

    def _entry(self, row: CallRow, cells: int, *, chosen: bool) -> tuple[Row, Row]:
        call, member = row.call, row.sure
        base = Tone.SELECTED if chosen else Tone.TEXT
        word, tone, mark = _state(row, self.value.titles)
        word = word if call.live else clipped(word, max(LEAST_WORD, cells // 3))
        name, shown = called_by(call, member), number(call)
        several = say("{count} people", count=sharing(row.matches)) if len(row.matches) > 1 else SafeText()
        rest = shown if several or shown != name else SafeText()
        label = short_line(call.called.line or call.called.raw or SafeText("-"))
        state = (chip(label, mark), piece(word, tone))
        head = spaced((*state, piece(several or name, Tone.STRONG)))
        time = lasts(row, self.value.now)
        if not several and name == shown and width_of(head) + 1 + cell_len(time) > cells:
            head, rest = spaced(state), shown  # a number is whole or it is nobody's
        key = _aside(row, self.value, here=self.has_focus)
        second = spaced((piece(member.tier if member else SafeText(), Tone.DIM), piece(rest, Tone.DIM)), 2)
        if 4 + width_of(second) + 1 + key.width > cells:
            second = (piece(rest, Tone.DIM),)
        return Row(head, (piece(time, tone),), base=base), Row((gap(4), *second), (key,), base=base)


def short_line(name: SafeText) -> SafeText:
    """The name of a line as its chip has it: the beginning; of a number the end, for those of one business begin alike."""
    if len(name) <= LINE or not _NUMBER.fullmatch(name):
        return SafeText(name[:LINE])
    return SafeText("".join(char for char in name if char.isdecimal())[-LINE:])


def _corner(value: Calls) -> tuple[Piece, ...]:
    """How many ring, and how many wait on hold."""
    ringing = sum(row.ringing for row in value.calls)
    held = sum(row.mine and row.call.held and not row.handed for row in value.calls)
    return spaced(
        (
            piece(say("{count} on hold", count=held) if held else SafeText(), Tone.WARN),
            piece(say("{count} ringing", count=ringing), Tone.WARN if ringing else Tone.DIM),
        ),
        2,
    )
