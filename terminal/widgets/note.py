"""The note that is being written: a text field, and a frame that says to whom and to which call it belongs."""

from collections.abc import Callable
from typing import ClassVar, Final, NamedTuple

from textual import events
from textual.binding import Binding
from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.geometry import Size
from textual.widgets import Input, TextArea

from ringdesk.safetext import MAX_LINES, SafeLines, SafeText
from terminal.messages import Asked, Cut, Declined, Left, Typed
from terminal.widgets.keynames import Changed, key_named
from terminal.widgets.panel import Panel, Picture
from terminal.widgets.person import Person
from terminal.widgets.row import BLANK, Piece, Row, Tone, chip, clipped, gap, piece, spaced, width_of, wrapped
from terminal.widgets.speech import line_name, say
from terminal.widgets.steadfast import Steadfast
from terminal.widgets.tasks import BOX

ENDS: Final = 3
"""Cells of an end of a frame with words in it: the line, and air on both sides of them."""
SHORTEST: Final = 12
"""Cells below which a promise says nothing."""
PROMISE_FROM: Final = 6
"""Rows inside the frame from which on the last is kept for the promise (see `arrangement`); below, it is in the frame."""


class Pledge(NamedTuple):
    """What the note promises: when, what; whether a task was made of it; and its `place` (1/2) where it promises more."""

    when: SafeText
    what: SafeText
    made: bool = False
    place: SafeText = SafeText()


class Owner(NamedTuple):
    """To whom the note belongs, and how it stands: whether its field has the focus, and whether there is text in it.
    `saying` is the last word about saving; `bad` when it failed."""

    person: Person
    focused: bool = False
    typed: bool = False
    saying: SafeText = SafeText()
    bad: bool = False
    promise: Pledge | None = None
    revises: SafeText = SafeText()
    """When the note was written that this one revises."""
    changed: Changed = ()
    """Remapped keys."""


class NoteFrame(Panel[Owner]):
    """The frame around the text field."""

    @property
    def lit(self) -> bool:
        """The field inside has the focus."""
        return self.value.focused

    def picture(self, value: Owner, inside: Size) -> Picture:
        """Only the frame: the field lies over the rest."""
        person = value.person
        tone = Tone.LINK
        call = spaced((piece(line_name(person.call), Tone.DIM),)) if person.call else ()
        if value.revises:
            call = (piece(say("revises {day}", day=value.revises), Tone.WARN),)
        named = (piece(say("Note"), tone), piece(person.name, tone))
        title, corner = _headed(value, spaced((*named, *call), 2), spaced(named, 2), inside.width + 2)
        rows: tuple[Row, ...] = (
            () if person.name else (Row((piece(say("A note belongs to a person or a call."), Tone.DIM),)),)
        )
        last, under, foot = _lower(value, inside)
        if last:
            rows = (*rows, *[BLANK] * (inside.height - 1 - len(rows)), Row(last))
        return Picture(rows, title, corner, foot, under)


Pieces = tuple[Piece, ...]


def _lower(value: Owner, inside: Size) -> tuple[Pieces, Pieces, Pieces]:
    """The last row inside the frame, where one is kept, and both ends of the lower line. What was said is whole: it has the
    line to itself, and that row too, before a word of it is cut; it goes after a moment, the promise stays."""
    tall = inside.height >= PROMISE_FROM
    tone = Tone.BAD if value.bad else Tone.DIM
    words, key = _promised(value.promise, value.changed) if value.promise is not None else ((), ())
    last = words if tall else ()
    alone = inside.width + 2 - ENDS
    if piece(value.saying).width > alone:
        first, *rest = wrapped(value.saying, alone)
        if tall and len(rest) == 1:
            return (piece(first, tone),), (), (piece(rest[0], tone),)
        return last, (), (piece(value.saying, tone),)
    foot = (piece(value.saying, tone),) if value.saying else ()
    room = alone - ENDS - 1 - width_of(foot) if foot else alone
    if width_of(key) > room:
        return last, (), foot
    shown = () if tall else _within(words, room - width_of(key) - 1)
    return last, (*shown, gap(), *key) if shown else key, foot


def _headed(
    value: Owner, title: tuple[Piece, ...], short: tuple[Piece, ...], cells: int
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """What stands in the upper line of the frame, of `cells` cells: where the state has no room its word is a short one,
    then the line goes, which the card says too."""
    state = _state(value) if value.person.name else SafeText()
    if not state:
        return title, ()
    tone = Tone.CHIP_LINK if value.focused else Tone.CHIP
    brief = state if value.typed else say("Type")
    for words, shown in ((title, state), (title, brief), (short, brief)):
        corner = (chip(shown, tone),)
        if width_of((*words, *corner)) + 2 * ENDS < cells:
            break
    return words, corner


def _within(words: tuple[Piece, ...], cells: int) -> tuple[Piece, ...]:
    """The promise in so many cells: its label goes before a word of it is cut."""
    if width_of(words) <= cells:
        return words
    last = words[-1]
    if last.width <= cells:
        return (last,)
    return (piece(clipped(last.text, cells), last.tone),) if cells >= SHORTEST else ()


def _state(value: Owner) -> SafeText:
    """Whether somebody writes, may write, or left something half typed."""
    if value.typed:
        return say("Writing") if value.focused else say("Draft")
    return say("Ready to type") if value.focused else SafeText()


def _promised(pledge: Pledge, changed: Changed) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The promise; and the key that makes a task of it, or that there is one."""
    words = spaced((piece(say("Promise"), Tone.DIM), piece(SafeText(f"{BOX} {pledge.when} {pledge.what}"), Tone.WARN)))
    if pledge.made:
        made = say("task made")
        return words, (piece(SafeText(f"\N{CHECK MARK} {made} {pledge.place}".rstrip()), Tone.GOOD),)
    makes = say("{key}: task", key=key_named("promise", changed))
    return words, (piece(SafeText(f"{makes} {pledge.place}".rstrip()), Tone.DIM),)


class NoteArea(Steadfast, TextArea):
    """The text field. Whatever comes in, by key, by paste or by the program, is cleaned before it is in the document."""

    BINDINGS: ClassVar[list[Binding]] = []  # type: ignore[assignment]  # the field's own keys come from TextArea

    popped: Callable[[], bool] = staticmethod(lambda: False)
    """Whether the card opened by itself and its call still rings: a digit that begins the note was meant for what stood there
    before, and is the key that it was then."""
    chooses: Callable[[str], bool] = staticmethod(lambda _: False)
    """Whether this digit, where it begins the note, chooses one of several people on the card."""
    browses: Callable[[str], bool] = staticmethod(lambda _: False)
    """Whether this key, while the note is empty, shows more of them; then it has done so."""

    async def _on_key(self, event: events.Key) -> None:
        """A key with Alt, or sent together with Esc, is no character here; nor is any while there is nobody to write about."""
        if self._is_key(event.character):
            event.prevent_default()
            return
        if not self.text and self.browses(event.key):
            event.stop()
            event.prevent_default()
            return
        alone = self.read_only and event.is_printable and not self._opens(event.key)
        if alone:
            self.post_message(Declined())
        if alone or event.key.startswith("alt+"):
            event.stop()
            event.prevent_default()
            return
        await super()._on_key(event)

    def _is_key(self, character: str | None) -> bool:
        """Whether a digit that would begin the note is none of its text."""
        if character is None or not character.isdecimal() or self.text:
            return False
        return self.popped() or self.chooses(character)

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Which keys are text here; all others may be keys of the desk."""
        return not self._is_key(character) and super().check_consume_key(key, character)

    def _opens(self, key: str) -> bool:
        """Whether a character is a key that leads to somebody, or explains."""
        bound = self.screen.active_bindings.get(key)
        return bound is not None and bound.binding.action.partition("(")[0] in ("search", "help", "digit")

    def on_paste(self, _event: events.Paste) -> None:
        """The same for what is pasted."""
        if self.read_only:
            self.post_message(Declined())

    def edit(self, edit: Edit) -> EditResult:
        """Every change of the text by a person passes here. What has no room in a note is cut, which is told."""
        wanted = edit.text
        start, end = sorted((edit.from_location, edit.to_location))
        room = max(0, MAX_LINES - len(self.text) + len(self.get_text_range(start, end)))
        edit.text = SafeLines(SafeLines(wanted)[:room])
        result = super().edit(edit)
        if len(wanted) > room:
            self.post_message(Cut())
        self.scroll_cursor_visible()  # Textual scrolls before it knows the new height: a new last row stayed out of sight
        return result

    def load_text(self, text: str) -> None:
        """Every change of the text by the program passes here."""
        super().load_text(SafeLines(text))

    def _refresh_size(self) -> None:
        """Every change of the text passes here, undo and redo and a field without a cursor before they move it: it stays within
        the text, or the scrollbar that goes now, and the next key, would look for it where nothing is."""
        inside = self._validate_selection(self.selection)
        if inside != self.selection:
            self.selection = inside
        super()._refresh_size()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Tell the screen."""
        event.stop()
        self.post_message(Typed())

    def on_blur(self, _event: events.Blur) -> None:
        """What is written is kept at once."""
        self.post_message(Left())


class QueryField(Steadfast, Input):
    """The one-line field of the chooser; what comes in is cleaned."""

    def validate_value(self, value: str) -> str:
        """Every change of the value passes here."""
        return SafeText(value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the chooser."""
        event.stop()
        self.post_message(Asked(event.value))
