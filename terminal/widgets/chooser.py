"""One box for everything that is looked for by typing: members (`/`) and commands (Ctrl+P). Enter takes, arrows choose."""

from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Size

from ringdesk.safetext import SafeText
from terminal.messages import Asked, Chosen, Dismissed
from terminal.widgets.note import QueryField
from terminal.widgets.panel import ListPanel, Picture
from terminal.widgets.row import Piece, Row, Tone, piece
from terminal.widgets.speech import say


class Choice(NamedTuple):
    """One row of the box."""

    left: tuple[Piece, ...]
    right: tuple[Piece, ...] = ()


class Choices(NamedTuple):
    """What the box lists; `saying` stands there when there is nothing."""

    title: SafeText = SafeText()
    rows: tuple[Choice, ...] = ()
    saying: SafeText = SafeText()


class ChoiceList(ListPanel[Choices]):
    """The frame of the box and its rows; the first inner row is the field's."""

    heading = 2

    def entries(self, value: Choices) -> int:
        """The rows."""
        return len(value.rows)

    @property
    def lit(self) -> bool:
        """The box is only there while it has the focus."""
        return True

    def picture(self, value: Choices, inside: Size) -> Picture:
        """The rows in sight, the selected one marked."""
        rows = [Row(), Row()]
        if not value.rows and value.saying:
            rows.append(Row((piece(value.saying, Tone.DIM),)))
        for index in self.in_sight(inside) if value.rows else ():
            choice = value.rows[index]
            base = Tone.SELECTED if index == self.selected else Tone.TEXT
            rows.append(Row(choice.left, choice.right, base=base))
        foot = (piece(say("Enter takes, Esc closes"), Tone.DIM),)
        return Picture(tuple(rows), (piece(value.title, Tone.LINK),), foot=foot)


class Chooser(Container):
    """The box. The screen fills it in answer to `Asked`; it answers `Chosen` or `Dismissed`."""

    def compose(self) -> ComposeResult:
        """The list lies under the field."""
        yield ChoiceList(Choices(), id="choices")
        yield QueryField(id="query", compact=True)

    @property
    def field(self) -> QueryField:
        """Where the query is typed."""
        return self.query_one("#query", QueryField)

    @property
    def list(self) -> ChoiceList:
        """What is offered."""
        return self.query_one("#choices", ChoiceList)

    def start(self) -> None:
        """An empty box with the focus in its field."""
        self.list.show(Choices())
        self.list.can_focus = False
        with self.field.prevent(QueryField.Changed):
            self.field.value = ""
        self.display = True
        self.screen.set_focus(self.field)  # at once: `focus` lets the next keys go where the focus was
        self.post_message(Asked(""))

    def on_key(self, event: events.Key) -> None:
        """Arrows move in the list while the field keeps the focus."""
        steps = {"down": 1, "up": -1, "pagedown": 8, "pageup": -8}
        if event.key in steps:
            event.stop()
            self.list.select(self.list.selected + steps[event.key])
        elif event.key == "escape":
            event.stop()
            self.post_message(Dismissed())

    def on_input_submitted(self, event: QueryField.Submitted) -> None:
        """Enter takes the row in the light."""
        event.stop()
        if self.list.value.rows:
            self.post_message(Chosen("choices", self.list.selected))
