"""The timeline of the person, newest first, and the whole text of the selected entry."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual.geometry import Size

from ringdesk.safetext import SafeText
from ringdesk.timeline import Contact, ContactKind
from terminal.widgets import homeface
from terminal.widgets.morning import Morning
from terminal.widgets.panel import ListPanel, Panel, Picture
from terminal.widgets.person import Person
from terminal.widgets.row import Piece, Row, Tone, clipped, column, gap, piece, spaced, wrapped
from terminal.widgets.speech import KINDS, code, say
from terminal.widgets.when import Now, stamp

TONES: Final[Mapping[ContactKind, Tone]] = {
    ContactKind.CALL_IN: Tone.LINK,
    ContactKind.CALL_OUT: Tone.LINK,
    ContactKind.MISSED: Tone.BAD,
    ContactKind.PURCHASE: Tone.TRADE,
    ContactKind.EMAIL: Tone.MAIL,
    ContactKind.MESSAGE: Tone.MAIL,
    ContactKind.LETTER: Tone.MAIL,
    ContactKind.CONFLICT: Tone.WARN,
}

ARROW: Final = SafeText("> ")
WHO: Final = 6
"""Cells for a name of ours: three Chinese characters."""
ROOMY: Final = 100
"""Cells of a timeline from which on nothing has to be short."""
AIR: Final = SafeText("  ")


class Past(NamedTuple):
    """Whose past; `now` to the minute is enough. `selected` is the chosen entry, for the detail. `home`: nobody's; what is
    there to do stands instead."""

    person: Person
    now: Now
    selected: int = 0
    home: Morning | None = None


class Timeline(ListPanel[Past]):
    """Time, kind, text, state, who."""

    @property
    def heading(self) -> int:  # type: ignore[override]
        """Column titles, where there is room for them."""
        return 1 if self.size.height >= 12 and self.value.home is None else 0

    def entries(self, value: Past) -> int:
        """The entries of the timeline, or of Home."""
        return len(value.home.items) if value.home else len(value.person.timeline)

    def picture(self, value: Past, inside: Size) -> Picture:
        """The entries in sight."""
        if value.home is not None:
            return self._home(value.home)
        person = value.person
        title = spaced((piece(say("Timeline"), Tone.LINK), piece(person.name, Tone.LINK)), 2)
        contacts = person.timeline
        if not contacts:
            empty = say("Nothing on record yet") if person.name else SafeText()
            return Picture((Row((piece(empty, Tone.DIM),)),), title)
        rows = [self._entry(contacts[index], index) for index in self.in_sight(inside)]
        if self.heading:
            rows.insert(0, _titles(WHO * self._room))
        seen = self.in_sight(inside)
        foot: tuple[Piece, ...] = ()
        if len(contacts) > len(seen):
            foot = (piece(say("{first} to {last}", first=seen.start + 1, last=seen.stop), Tone.DIM),)
        corner = (piece(say("{count} entries", count=len(contacts)), Tone.DIM),)
        return Picture(tuple(rows), title, corner, foot)

    @property
    def _room(self) -> int:
        """How many times the least room names and states have."""
        return 2 if self.size.width >= ROOMY else 1

    def _home(self, home: Morning) -> Picture:
        """What is there to do, in the place of somebody's past."""
        seen = self.in_sight(self.size - (4, 2))
        focus = self.has_focus
        rows = [
            homeface.entry(home.items[index], self.value.now, chosen=focus and index == self.selected) for index in seen
        ]
        foot = say("{first} to {last}", first=seen.start + 1, last=seen.stop) if len(home.items) > len(seen) else None
        corner = (piece(say("{count} entries", count=len(home.items)), Tone.DIM),) if home.items else ()
        return Picture(tuple(rows), (piece(say("Today"), Tone.LINK),), corner, (piece(foot, Tone.DIM),) if foot else ())

    def _entry(self, contact: Contact, index: int) -> Row:
        chosen = index == self.selected and self.has_focus
        left = (
            piece(ARROW if chosen else AIR, Tone.LINK),
            column(stamp(contact.at, self.value.now), 11, Tone.DIM),
            gap(2),
            column(say(KINDS[contact.kind]), _kind_cells(), TONES.get(contact.kind, Tone.TEXT)),
            gap(2),
            piece(contact.text, Tone.STRONG if index == 0 else Tone.TEXT),
        )
        state = code(contact.state)
        right = (
            piece(clipped(state, 12 * self._room), Tone.DIM),
            gap(2),
            column(contact.who, WHO * self._room, Tone.DIM),
        )
        return Row(left, right, base=Tone.SELECTED if chosen else Tone.TEXT)


def _kind_cells() -> int:
    """Cells of the widest kind in the language in force."""
    return max(cell_len(say(word)) for word in KINDS.values())


def _titles(who: int) -> Row:
    left = (
        gap(2),
        column(say("Time"), 13, Tone.DIM),
        column(say("Kind"), _kind_cells() + 2, Tone.DIM),
        piece(say("Text"), Tone.DIM),
    )
    return Row(left, (piece(say("State"), Tone.DIM), gap(2), column(say("Who"), who, Tone.DIM)))


class Detail(Panel[Past]):
    """The selected entry with its whole text."""

    def picture(self, value: Past, inside: Size) -> Picture:
        """The text in as many lines as there are."""
        if value.home is not None:
            chosen = value.home.items[value.selected : value.selected + 1]
            return Picture(
                homeface.detail(chosen[0], value.now, inside.width) if chosen else (),
                (piece(say("Detail"), Tone.LINK),),
            )
        person = value.person
        title = spaced((piece(say("Detail"), Tone.LINK), piece(person.name, Tone.LINK)), 2)
        if not person.timeline:
            return Picture((), title)
        contact = person.timeline[min(value.selected, len(person.timeline) - 1)]
        head = Row(
            spaced(
                (
                    piece(stamp(contact.at, value.now), Tone.STRONG),
                    piece(say(KINDS[contact.kind]), Tone.STRONG),
                    piece(contact.who, Tone.DIM),
                ),
                2,
            ),
            (piece(code(contact.state), Tone.DIM),),
        )
        rows = [Row((piece(line),)) for line in wrapped(contact.text, inside.width)]
        return Picture((head, *rows), title)
