"""The card, whoever is on it: its frame, its keys, and which of those who may be meant are in sight."""

from typing import Final

from textual import events
from textual.geometry import Size

from ringdesk.calls import CallState
from ringdesk.safetext import SafeText
from terminal.messages import Scribbled
from terminal.widgets import memberface, strangers
from terminal.widgets.face import Face
from terminal.widgets.homeface import summary
from terminal.widgets.matches import sharing
from terminal.widgets.panel import POINT, Panel, Picture
from terminal.widgets.person import Who
from terminal.widgets.row import Piece, Row, Tone, chip, piece, spaced
from terminal.widgets.speech import STATES, line_name, say

KEYS_OF_THE_CARD: Final = frozenset("/?")
"""Characters that are keys on the card, beside the digits of those who are on it: they lead to somebody, or explain."""


class Card(Panel[Face]):
    """The card. It takes the focus only while somebody has to be chosen; then a letter on it is the beginning of a note and
    never a key, for the call is on, and some keys would close it."""

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Which keys are text here."""
        if character is None or not character.isprintable() or character in KEYS_OF_THE_CARD:
            return False
        return character not in strangers.DIGITS[: len(self.people)]

    def on_key(self, event: events.Key) -> None:
        """Text that is typed here; the arrows."""
        if self.browse(event.key):
            event.stop()
            return
        if (
            event.is_printable
            and not event.key.startswith("alt+")
            and self.check_consume_key(event.key, event.character)
        ):
            event.stop()
            self.post_message(Scribbled(event.character or ""))

    def on_paste(self, event: events.Paste) -> None:
        """The same for what is pasted."""
        event.stop()
        self.post_message(Scribbled(event.text))

    top = 0
    """How many of those who may be meant stand above the first in sight."""

    def show(self, value: Face) -> None:
        """Show another value; of other people the first come first."""
        if value.person.matches != self.value.person.matches:
            self.top = 0
        super().show(value)

    @property
    def people(self) -> range:
        """Which of those who may be meant are in sight: the first of them has the digit 1."""
        several = self.value.person.who is Who.SEVERAL
        return self._people(self.value, self.outer_size.height - 2) if several else range(0)

    def _people(self, value: Face, height: int) -> range:
        count = len(value.person.matches)
        room = max(1, min(height - 1, strangers.MOST))
        self.top = max(0, min(self.top, count - room))
        return range(self.top, min(count, self.top + room))

    def browse(self, key: str) -> bool:
        """Others of those who may be meant come into sight; whether the key does that here."""
        seen = self.people
        step = {"down": 1, "up": -1, "pagedown": len(seen), "pageup": -len(seen)}.get(key)
        if step is None or not seen:
            return False
        self.top = max(0, self.top + step)
        self.redraw()
        return True

    def picture(self, value: Face, inside: Size) -> Picture:
        """By what is known of the person."""
        person = value.person
        seen = self._people(value, inside.height) if person.who is Who.SEVERAL else range(0)
        rows = {
            Who.NOBODY: _nobody,
            Who.MEMBER: memberface.rows,
            Who.SEVERAL: lambda value, _: strangers.several(value, seen),
            Who.UNKNOWN: strangers.unknown,
            Who.WITHHELD: strangers.withheld,
        }[person.who](value, inside)
        kind = say("Member") if person.member else say("Caller") if person.call else say("Home")
        title = spaced(
            (
                piece(kind, Tone.GOOD if value.mine else Tone.LINK),
                piece(person.name, Tone.GOOD if value.mine else Tone.LINK),
                piece(person.member.code if person.member else SafeText(), Tone.DIM),
            ),
            2,
        )
        foot: tuple[Piece, ...] = ()
        if value.others:
            foot = (piece(say("! {names} serves this member now", names=_listed(value.others)), Tone.WARN),)
        elif seen and len(seen) < len(person.matches):
            foot = (piece(strangers.extent(seen, sharing(person.matches), value.key("search")), Tone.WARN),)
        frame = Tone.FRAME_GOOD if value.mine else Tone.FRAME
        return Picture(rows, title, _corner(value), foot, _announced(value), frame)


def _announced(value: Face) -> tuple[Piece, ...]:
    """The notice for members like this one, in the frame: every row inside has something that must not make way for it."""
    return (
        (piece(say("Notice: {title}", title=value.notice), Tone.WARN),) if value.notice and value.person.member else ()
    )


def _listed(names: tuple[SafeText, ...]) -> SafeText:
    return SafeText(say(", ").join(names))


def _corner(value: Face) -> tuple[Piece, ...]:
    call = value.person.call
    if call is None:
        return ()
    mine = value.mine and call.state is not CallState.ENDED
    state = (
        say("On hold")
        if mine and call.held
        else say("With you")
        if mine
        else value.elsewhere or say(STATES[call.state])
    )
    rings = call.state is CallState.RINGING and not value.elsewhere
    waits = call.held if value.mine else value.handed or rings
    tone = Tone.CHIP_WARN if waits else Tone.CHIP_GOOD if value.mine else Tone.CHIP
    return (chip(SafeText(f"{POINT} {line_name(call)} {state} {value.lasts}".rstrip()), tone),)


def _nobody(value: Face, inside: Size) -> tuple[Row, ...]:
    search = value.key("search")
    opens = say("The next caller's card opens by itself; {key} searches for a member.", key=search)
    return (
        *(summary(value.home, value.now, inside.width) if value.home else ()),
        Row((piece(say("Nobody is on the desk."), Tone.DIM),)),
        Row((piece(opens, Tone.DIM),)),
    )
