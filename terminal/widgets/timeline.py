"""The timeline of the person, newest first, seen through a lens; and the whole of the selected entry, to be read."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.geometry import Size

from ringdesk.notes import threads
from ringdesk.safetext import SafeText
from ringdesk.tasks import TaskState
from ringdesk.timeline import Contact, ContactKind
from terminal.messages import Chosen, Moved
from terminal.widgets import homeface
from terminal.widgets.morning import Item, Morning
from terminal.widgets.page import Leaf, Line
from terminal.widgets.panel import ListPanel, Picture
from terminal.widgets.person import NOTES, Person, contacts_here, more_contacts
from terminal.widgets.row import Piece, Row, Tone, chip, clipped, column, gap, piece, spaced
from terminal.widgets.speech import KINDS, code, counted, mark, say
from terminal.widgets.telephone import title
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


class Lens(NamedTuple):
    """What of the past is seen: the key, the word, the kinds. `made` adds the notes and tasks that were made here."""

    key: str
    word: str
    kinds: frozenset[ContactKind]
    made: bool = False


LENSES: Final = (
    Lens("a", mark("contacts"), frozenset(ContactKind)),
    Lens("c", mark("calls"), frozenset({ContactKind.CALL_IN, ContactKind.CALL_OUT, ContactKind.MISSED})),
    Lens("p", mark("bought"), frozenset({ContactKind.PURCHASE})),
    Lens("m", mark("messages"), frozenset({ContactKind.MESSAGE, ContactKind.EMAIL, ContactKind.LETTER})),
    Lens("t", mark("notes, tasks"), frozenset({ContactKind.NOTE, ContactKind.CONFLICT}), made=True),
)
"""The lenses, in the order in which they are offered."""


class Past(NamedTuple):
    """Whose past; `now` to the minute is enough. `titles` are the words of the business for its dispositions."""

    person: Person
    now: Now
    titles: Mapping[str, SafeText] = {}
    home: Morning | None = None
    """Nobody's past: what is there to do stands instead."""


def seen(person: Person, lens: Lens) -> tuple[Contact, ...]:
    """The entries of a past that a lens shows, newest first."""
    entries = [each for each in person.timeline if each.kind in lens.kinds]
    if lens.made:
        entries += [
            Contact(id=note.id, member=note.member or "", kind=ContactKind.NOTE, at=note.at, call=note.call,
                    text=note.text.each()[0], who=note.author_name)
            for note in (each.newest for each in threads(person.notes))
        ]  # fmt: skip
        entries += [
            Contact(id=task.id, member=task.member or "", kind=ContactKind.NOTE, at=task.at, call=task.call,
                    text=title(task, person.name), who=task.author_name,
                    state=SafeText("done" if task.state is TaskState.DONE else "open"))
            for task in person.tasks
        ]  # fmt: skip
    return tuple(sorted(entries, key=lambda each: -each.at))


def may_have_more(person: Person, lens: Lens) -> bool:
    """Whether there may be entries of a lens on this desk that are older than those that are here."""
    return more_contacts(person) or (lens.made and len(person.notes) >= NOTES and "note" not in person.whole)


class Timeline(ListPanel[Past]):
    """Time, kind, text, state, who."""

    lens: Lens = LENSES[0]
    follows = True

    def names(self, value: Past) -> list[str]:
        """The ids of the entries, or of what the rows of Home stand for."""
        if value.home is not None:
            return [f"{item.kind} {item.id or item.owner}" for item in value.home.rows]
        return [contact.id for contact in seen(value.person, self.lens)]

    @property
    def item(self) -> Item | None:
        """The selected row of Home, as it is drawn."""
        home = self.value.home
        return home.rows[self.selected] if home is not None and home.rows else None

    def show(self, value: Past) -> None:
        """Show another past; a lens is of the person for whom it was chosen."""
        if _whose(value.person) != _whose(self.value.person):
            self.lens = LENSES[0]
        super().show(value)

    @property
    def heading(self) -> int:  # type: ignore[override]
        """Column titles, where there is room for them."""
        return 1 if self.size.height >= 12 and self.value.home is None else 0

    @property
    def shown(self) -> tuple[Contact, ...]:
        """The entries that the lens shows."""
        return seen(self.value.person, self.lens)

    def entries(self, value: Past) -> int:
        """The entries of the timeline, or of Home."""
        return len(value.home.rows) if value.home else len(seen(value.person, self.lens))

    def pressed(self, event: events.Key) -> None:
        """A letter is a lens; `o` asks for what is older."""
        home = self.value.home is not None
        lens = None if home else next((each for each in LENSES if each.key == event.key), None)
        if lens is not None:
            event.stop()
            self.lens, self.selected, self.top = lens, 0, 0
            self.redraw()
            self.post_message(Moved(self.id or "", 0))
        elif event.key == "o" and not home:
            event.stop()
            self.post_message(Chosen("older_entries", self.selected))
        else:
            down = self.selected + self.steps.get(event.key, 0)
            super().pressed(event)
            if not home and down >= self.entries(self.value) and may_have_more(self.value.person, self.lens):
                self.post_message(Chosen("older_entries", down))

    def turn_to(self, ident: str, top: int, index: int | None = None) -> None:
        """The past grew: the entry `ident` stays where it stood, `top` entries below the first in sight, and the selection
        goes to `index`, if it is given."""
        at = next((at for at, each in enumerate(self.shown) if each.id == ident), self.selected)
        self.selected, self.top = at, max(0, at - top)
        self.redraw()
        if index is not None:
            self.select(index)

    def picture(self, value: Past, inside: Size) -> Picture:
        """The entries in sight."""
        if value.home is not None:
            return self._home(value.home)
        person, contacts = value.person, self.shown
        title = spaced((piece(say("Timeline"), Tone.LINK), piece(person.name, Tone.LINK)), 2)
        if self.lens is not LENSES[0]:
            title = (*title, gap(2), chip(say(self.lens.word), Tone.CHIP_LINK))
        under = self._lenses() if self.has_focus else ()
        if not contacts:
            nothing = self._nothing() if person.name else SafeText()
            return Picture((Row((piece(nothing, Tone.DIM),)),), title, under=under)
        rows = [self._entry(contacts[index], index) for index in self.in_sight(inside)]
        if self.heading:
            rows.insert(0, _titles(WHO * self._room))
        in_sight = self.in_sight(inside)
        foot: tuple[Piece, ...] = ()
        if len(contacts) > len(in_sight):
            foot = (piece(say("{first} to {last}", first=in_sight.start + 1, last=in_sight.stop), Tone.DIM),)
        return Picture(tuple(rows), title, self._count(), foot, under)

    @property
    def _room(self) -> int:
        """How many times the least room names and states have."""
        return 2 if self.size.width >= ROOMY else 1

    def _home(self, home: Morning) -> Picture:
        """What is there to do, in the place of somebody's past."""
        shown = self.in_sight(self.size - (4, 2))
        focus = self.has_focus
        rows = [
            homeface.entry(home.rows[index], self.value.now, chosen=focus and index == self.selected) for index in shown
        ]
        foot = say("{first} to {last}", first=shown.start + 1, last=shown.stop) if len(home.rows) > len(shown) else None
        corner = [piece(counted("{count} entry", "{count} entries", home.count), Tone.DIM)] if home.count else []
        below = len(home.rows) - shown.stop
        if below > 0:
            corner.append(piece(counted("{count} row below", "{count} rows below", below), Tone.WARN))
        foots = (piece(foot, Tone.DIM),) if foot else ()
        return Picture(tuple(rows), (piece(say("Today"), Tone.LINK),), spaced(corner, 2), foots)

    def _count(self) -> tuple[Piece, ...]:
        whole = len(self.value.person.timeline)
        more = may_have_more(self.value.person, self.lens)
        here = contacts_here(self.value.person)
        if self.lens.made:
            whole = len(self.shown)
            here = SafeText(f"{whole}{'+' if more else ''}")
        elif self.lens is not LENSES[0]:
            count = SafeText(f"{len(self.shown)}{'+' if more else ''}")
            return (piece(say("{count} of {whole} entries", count=count, whole=whole), Tone.DIM),)
        said = say("{count} entries", count=here) if more else counted("{count} entry", "{count} entries", whole)
        return (piece(said, Tone.DIM),)

    def _nothing(self) -> SafeText:
        """What stands there instead of entries; where only notes and tasks were made, which key shows them."""
        if self.lens is not LENSES[0]:
            return say("Nothing of that kind")
        made = LENSES[-1]
        count = len(seen(self.value.person, made))
        if not count:
            return say("Nothing on record yet")
        return say("No contact recorded yet; {key} shows {words}: {count}",
                   key=SafeText(made.key), words=say(made.word), count=count)  # fmt: skip

    def _kind(self, contact: Contact) -> SafeText:
        """The word for the kind of an entry."""
        task = any(task.id == contact.id for task in self.value.person.tasks)
        return say("Task") if task else say(KINDS[contact.kind])

    def _lenses(self) -> tuple[Piece, ...]:
        """The lenses with what each would show."""
        words = []
        for lens in LENSES:
            text = SafeText(f"{lens.key} {say(lens.word)} {len(seen(self.value.person, lens))}")
            words.append(piece(text, Tone.LINK if lens is self.lens else Tone.DIM))
        return spaced(words, 2)

    def _entry(self, contact: Contact, index: int) -> Row:
        chosen = index == self.selected and self.has_focus
        left = (
            piece(ARROW if chosen else AIR, Tone.LINK),
            column(stamp(contact.at, self.value.now), 11, Tone.DIM),
            gap(2),
            column(self._kind(contact), _kind_cells(), TONES.get(contact.kind, Tone.TEXT)),
            gap(2),
            piece(self._word(contact.text), Tone.STRONG if index == 0 else Tone.TEXT),
        )
        right = (
            piece(clipped(self._word(contact.state), 12 * self._room), Tone.DIM),
            gap(2),
            column(contact.who, WHO * self._room, Tone.DIM),
        )
        return Row(left, right, base=Tone.SELECTED if chosen else Tone.TEXT)

    def _word(self, text: SafeText) -> SafeText:
        """A disposition in the words of the business, a code in ours, anything else as it is."""
        return self.value.titles.get(text) or code(text)

    def leaf(self) -> Leaf:
        """The whole of the selected entry."""
        home = self.value.home
        if home is not None:
            chosen = home.rows[self.selected : self.selected + 1]
            rows = homeface.detail(chosen[0], self.value.now, max(1, self.size.width - 4)) if chosen else ()
            return Leaf(say("Detail"), rows=tuple(rows))
        person, contacts = self.value.person, self.shown
        if not contacts:
            return Leaf(say("Detail"), person.name)
        contact = contacts[min(self.selected, len(contacts) - 1)]
        head = SafeText(f"{stamp(contact.at, self.value.now)}  {self._kind(contact)}  {contact.who}")
        lines = [Line(head, Tone.STRONG, self._word(contact.state)), Line(self._word(contact.text))]
        notes = [note for note in person.notes if note.id == contact.id or (contact.call and note.call == contact.call)]
        for note in notes:
            if note.id != contact.id:
                lines.append(Line(say("Note of this call, {name}", name=note.author_name), Tone.DIM))
            lines += [Line(line) for line in note.text.each()[1 if note.id == contact.id else 0 :]]
        tasks = [task for task in person.tasks if contact.call and task.call == contact.call and task.id != contact.id]
        lines += [Line(say("Task of this call: {title}", title=title(task, person.name)), Tone.WARN) for task in tasks]
        if contact.call:
            lines.append(Line(say("Call {id}", id=SafeText(contact.call[:8])), Tone.DIM))
        return Leaf(say("Detail"), person.name, tuple(lines))


def _whose(person: Person) -> str | None:
    """Whose past it is: the member's, whatever call is on; or that of a caller who is none."""
    return person.member.id if person.member else person.call.id if person.call else None


def _kind_cells() -> int:
    """Cells of the widest kind in the language in force."""
    return max(cell_len(say(word)) for word in (*KINDS.values(), "Task"))


def _titles(who: int) -> Row:
    left = (
        gap(2),
        column(say("Time"), 13, Tone.DIM),
        column(say("Kind"), _kind_cells() + 2, Tone.DIM),
        piece(say("Text"), Tone.DIM),
    )
    return Row(left, (piece(say("State"), Tone.DIM), gap(2), column(say("Who"), who, Tone.DIM)))
