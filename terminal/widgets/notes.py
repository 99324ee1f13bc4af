"""Earlier notes about the person, newest first, and how those made here stand."""

from typing import NamedTuple

from textual import events
from textual.geometry import Size

from ringdesk.notes import Thread
from ringdesk.safetext import SafeText
from terminal.messages import Chosen
from terminal.widgets.panel import ListPanel, Picture
from terminal.widgets.person import Person
from terminal.widgets.row import Piece, Row, Tone, piece, spaced, wrapped
from terminal.widgets.speech import counted, say
from terminal.widgets.when import Now, clock, short_day


class Written(NamedTuple):
    """Whose notes; `now` to the minute is enough."""

    person: Person
    now: Now
    threads: tuple[Thread, ...] = ()


class EarlierNotes(ListPanel[Written]):
    """A head row per note, then its text; the list begins at the selected note."""

    follows = True

    def names(self, value: Written) -> list[str]:
        """The ids of the first texts: a revision is the same note."""
        return [(thread.newest, *thread.older)[-1].id for thread in value.threads]

    @property
    def chosen(self) -> Thread | None:
        """The selected note, as it is drawn."""
        return self.value.threads[self.selected] if self.value.threads else None

    def entries(self, value: Written) -> int:
        """The notes."""
        return len(value.threads)

    def picture(self, value: Written, inside: Size) -> Picture:
        """As many notes as fit, from the selected one on."""
        person = value.person
        title = spaced((piece(say("Earlier notes"), Tone.LINK), piece(person.name, Tone.LINK)), 2)
        if not value.threads:
            empty = say("No note yet") if person.name else say("Nobody is on the desk.")
            return Picture((Row((piece(empty, Tone.DIM),)),), title)
        rows: list[Row] = []
        last = self.selected
        for index in range(self.selected, len(value.threads)):
            if len(rows) + 2 > inside.height:
                break
            rows += self._entry(value.threads[index], inside.width, chosen=index == self.selected and self.has_focus)
            last = index
        foot: tuple[Piece, ...] = ()
        if len(value.threads) > last - self.selected + 1:
            foot = (piece(say("{first} to {last}", first=self.selected + 1, last=last + 1), Tone.DIM),)
        return Picture(
            tuple(rows), title, (piece(counted("{count} note", "{count} notes", len(value.threads)), Tone.DIM),), foot
        )

    def pressed(self, event: events.Key) -> None:
        """`o` shows the older texts of a note that was revised."""
        if event.key == "o":
            event.stop()
            self.post_message(Chosen("older_texts", self.selected))
        else:
            super().pressed(event)

    def _entry(self, thread: Thread, cells: int, *, chosen: bool) -> list[Row]:
        now, note = self.value.now, thread.newest
        today = now.local(note.at).date() == now.today
        when = clock(note.at, now, seconds=False) if today else short_day(note.at, now)
        state = self.value.person.states.get(note.id)
        words = say("not sent yet") if state == "pending" else say("refused") if state == "refused" else SafeText()
        base = Tone.SELECTED if chosen else Tone.TEXT
        head = spaced(
            (
                piece(when, Tone.LINK),
                piece(note.author_name, Tone.STRONG),
                piece(say("revised") if note.parent else SafeText(), Tone.WARN),
                piece(say("o: older texts") if thread.older and chosen else SafeText(), Tone.DIM),
            ),
            2,
        )
        rows = [Row(head, (piece(words, Tone.BAD if state == "refused" else Tone.DIM),), base=base)]
        return rows + [Row((piece(part),)) for line in note.text.each() for part in wrapped(line, cells)]
