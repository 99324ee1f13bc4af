"""The face of a locked desk: who may come in, and that calls ring. Nothing about anybody whom the business serves."""

from typing import NamedTuple

from textual import events
from textual.geometry import Size
from textual.widgets import Input

from ringdesk.safetext import SafeText
from terminal.messages import Tried
from terminal.widgets.panel import Panel, Picture
from terminal.widgets.row import BLANK, Row, Tone, chip, column, gap, piece, spaced
from terminal.widgets.speech import say
from terminal.widgets.when import Now, clock, day

FIELD_ROW = 5
"""Where the field lies, counted from the top of the screen; desk.tcss puts it there."""
FIELD_COLUMN = 22


class Guest(NamedTuple):
    """Somebody who may come in: their login ("": whoever names themselves), what they are called, whether by a PIN, whether by a
    password."""

    login: str
    name: SafeText
    pin: bool
    password: bool = True

    @property
    def key(self) -> SafeText:
        """What opens the desk for them."""
        if self.pin and self.password:
            return say("PIN or password")
        return say("PIN") if self.pin else say("Password") if self.password else say("no PIN was set")


class Locked(NamedTuple):
    """What stands there. `asks` is what the field is for, `why` what it is asked for; `lines` names the lines that ring."""

    now: Now
    title: SafeText = SafeText()
    asks: SafeText = SafeText()
    guests: tuple[Guest, ...] = ()
    selected: int = 0
    saying: SafeText = SafeText()
    bad: bool = False
    lines: tuple[SafeText, ...] = ()
    keys: SafeText = SafeText()
    why: SafeText = SafeText()


class LockFace(Panel[Locked]):
    """The whole screen."""

    framed = False

    def picture(self, value: Locked, inside: Size) -> Picture:
        """The clock, the title, the field's label, who may come in, what rings."""
        now = value.now
        top = Row(
            (chip(say("Ringdesk"), Tone.BRAND), gap(), piece(value.title, Tone.STRONG)),
            (piece(day(now.at, now), Tone.DIM), gap(2), piece(clock(now.at, now), Tone.STRONG), gap()),
            base=Tone.BAR,
        )
        said = Row((gap(2), piece(value.saying, Tone.BAD if value.bad else Tone.GOOD)))
        label = Row((gap(2), column(value.asks, FIELD_COLUMN - 3, Tone.STRONG)))
        rows = [top, BLANK, _ringing(value.lines), Row((gap(2), piece(value.why))), BLANK, label, BLANK, said, BLANK]
        room = max(1, inside.height - len(rows) - 2)
        first = max(0, min(value.selected - room + 1, len(value.guests) - room))
        for index, guest in enumerate(value.guests[first : first + room], first):
            chosen = index == value.selected
            rows.append(
                Row(
                    (piece(SafeText("  > " if chosen else "    "), Tone.LINK), column(guest.name, 24, Tone.STRONG)),
                    (piece(guest.key if guest.login else SafeText(), Tone.DIM), gap(2)),
                    base=Tone.SELECTED if chosen else Tone.TEXT,
                )
            )
        rows += [BLANK] * (inside.height - len(rows) - 1)
        return Picture((*rows, Row((gap(), piece(value.keys, Tone.DIM)), base=Tone.BAR)))


def _ringing(lines: tuple[SafeText, ...]) -> Row:
    if not lines:
        return Row((gap(2), piece(say("No call is ringing"), Tone.DIM)))
    count = chip(say("Ringing {count}", count=len(lines)), Tone.RING_CHIP)
    return Row((gap(), count, gap(2), *spaced((piece(line, Tone.RING_STRONG) for line in lines), 2)), base=Tone.RING)


class SecretField(Input):
    """Where a PIN or a password is typed; it is never shown."""

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id, password=True, compact=True, max_length=200)

    def action_copy(self) -> None:
        """Nothing: the clipboard of a terminal is outside of it."""

    def action_cut(self) -> None:
        """Nothing, too."""

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: try it, and keep nothing of it here."""
        event.stop()
        self.value = ""
        self.post_message(Tried(event.value))

    def on_paste(self, event: events.Paste) -> None:
        """A password may be pasted, from its manager."""
        event.text = event.text.split("\n", 1)[0]
