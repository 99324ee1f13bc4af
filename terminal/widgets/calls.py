"""The lines: every call that is live or was a moment ago; and the calls that nobody had."""

from typing import NamedTuple

from textual.geometry import Size

from ringdesk.calls import CallState
from ringdesk.safetext import SafeText
from terminal.widgets.panel import ListPanel, Picture
from terminal.widgets.person import CallRow, called_by, number
from terminal.widgets.row import Row, Tone, chip, gap, piece, spaced
from terminal.widgets.speech import STATES, code, line_name, say
from terminal.widgets.when import Now, clock, length


class Calls(NamedTuple):
    """The calls to list, newest first, and when is now."""

    calls: tuple[CallRow, ...]
    now: Now


def _state(row: CallRow) -> tuple[SafeText, Tone, Tone]:
    """The word for a call's state on this desk, its tone, the tone of the line's chip."""
    if row.taken_by is not None:
        return say("with {name}", name=row.taken_by), Tone.DIM, Tone.CHIP
    if row.mine and row.call.state is not CallState.ENDED:
        return say("With you"), Tone.GOOD, Tone.CHIP_GOOD
    if row.mine and row.unfinished:
        return say("Ended, wrap up"), Tone.GOOD, Tone.CHIP_GOOD
    word = say(STATES[row.call.state])
    if row.calling:
        return word, Tone.WARN, Tone.CHIP_WARN
    live = row.call.state is not CallState.ENDED
    return word, Tone.LINK if live else Tone.DIM, Tone.CHIP_LINK if live else Tone.CHIP


class Lines(ListPanel[Calls]):
    """Two rows a call: line, state, name, time; then tier and number."""

    height_of_entry = 2

    def entries(self, value: Calls) -> int:
        """The calls."""
        return len(value.calls)

    def picture(self, value: Calls, inside: Size) -> Picture:
        """The calls in sight."""
        ringing = sum(row.ringing for row in value.calls)
        title = (piece(say("Lines"), Tone.LINK),)
        corner = (piece(say("{count} ringing", count=ringing), Tone.WARN if ringing else Tone.DIM),)
        if not value.calls:
            return Picture((Row((piece(say("All lines are quiet"), Tone.DIM),)),), title, corner)
        rows: list[Row] = []
        for index in self.in_sight(inside):
            rows += self._entry(value.calls[index], chosen=index == self.selected and self.has_focus)
        return Picture(tuple(rows), title, corner)

    def _entry(self, row: CallRow, *, chosen: bool) -> tuple[Row, Row]:
        call, member = row.call, row.sure
        base = Tone.SELECTED if chosen else Tone.TEXT
        word, tone, mark = _state(row)
        name, shown = called_by(call, member), number(call)
        rest = shown if shown != name else code(SafeText(call.outcome or ""))
        several = say("{count} people", count=len(row.matches)) if len(row.matches) > 1 else SafeText()
        label = call.called.line or call.called.raw or SafeText("-")
        head = spaced((chip(SafeText(label[:8]), mark), piece(word, tone), piece(several or name, Tone.STRONG)))
        live = row.call.state is not CallState.ENDED
        time = (
            length(standing(self.value, row)) if live else clock(call.ended or row.since, self.value.now, seconds=False)
        )
        second = spaced((piece(member.tier if member else SafeText(), Tone.DIM), piece(rest, Tone.DIM)), 2)
        key = (piece(say("F2 takes it"), Tone.WARN),) if row.calling else ()
        return Row(head, (piece(time, tone),), base=base), Row((gap(4), *second), key, base=base)


def standing(calls: Calls, row: CallRow) -> float:
    """Seconds for which a call is in its state."""
    return calls.now.at - (row.call.started if row.calling else row.since)


class Missed(ListPanel[Calls]):
    """Two rows a call that nobody had: when, who; how long it rang."""

    height_of_entry = 2

    def entries(self, value: Calls) -> int:
        """The calls."""
        return len(value.calls)

    def picture(self, value: Calls, inside: Size) -> Picture:
        """The calls in sight."""
        title = (piece(say("Missed"), Tone.LINK),)
        corner = (piece(SafeText(str(len(value.calls))), Tone.WARN if value.calls else Tone.DIM),)
        if not value.calls:
            return Picture((Row((piece(say("Nothing missed"), Tone.DIM),)),), title, corner)
        rows: list[Row] = []
        for index in self.in_sight(inside):
            rows += self._entry(value.calls[index], chosen=index == self.selected and self.has_focus)
        return Picture(tuple(rows), title, corner)

    def _entry(self, row: CallRow, *, chosen: bool) -> tuple[Row, Row]:
        call, member = row.call, row.sure
        base = Tone.SELECTED if chosen else Tone.TEXT
        name, shown = called_by(call, member), number(call)
        silent = call.state is CallState.RING_STOPPED
        head = (
            piece(clock(call.started, self.value.now, seconds=False), Tone.WARN if silent else Tone.BAD),
            gap(),
            piece(name, Tone.STRONG),
        )
        word = say("missed?") if silent else say("missed")
        rang = max(0, int((call.last_ring or call.ended or call.started) - call.started))
        second = spaced(
            (
                piece(shown if shown != name else line_name(call), Tone.DIM),
                piece(say("rang {count} s", count=rang), Tone.DIM),
            ),
            2,
        )
        return Row(head, (piece(word, Tone.WARN if silent else Tone.BAD),), base=base), Row(
            (gap(6), *second), base=base
        )
