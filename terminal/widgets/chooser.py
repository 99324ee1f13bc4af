"""One box for everything that is looked for by typing: members (`/`) and commands (Ctrl+P). Enter takes, arrows choose."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Size

from ringdesk.safetext import SafeText
from terminal.messages import Asked, Chosen, Dismissed
from terminal.widgets.note import QueryField
from terminal.widgets.page import Leaf, laid, titled
from terminal.widgets.panel import LIGHT, ListPanel, Picture
from terminal.widgets.row import Piece, Row, Tone, piece, spaced, wrapped
from terminal.widgets.speech import say

PAGES: Final = {"pagedown": 1, "pageup": -1}
"""Keys that turn what is read, and by how many pages."""


class Choice(NamedTuple):
    """One row of the box."""

    left: tuple[Piece, ...]
    right: tuple[Piece, ...] = ()


class Choices(NamedTuple):
    """What the box lists; `saying` stands there when there is nothing. `over` is what must be known of the rows, `read` what
    is read under them, `foot` what Enter does; with `more` there may be others that are not listed."""

    title: SafeText = SafeText()
    rows: tuple[Choice, ...] = ()
    saying: SafeText = SafeText()
    read: Leaf | None = None
    foot: SafeText = SafeText()
    over: SafeText = SafeText()
    more: bool = False


class ChoiceList(ListPanel[Choices]):
    """The frame of the box and its rows; the first inner row is the field's."""

    heading = 2
    turned = 0
    """The first line in sight of what is read."""

    def entries(self, value: Choices) -> int:
        """The rows."""
        return len(value.rows)

    @property
    def lit(self) -> bool:
        """The box is only there while it has the focus."""
        return True

    def show(self, value: Choices) -> None:
        """Something else that is read is read from its beginning."""
        before, after = self.value.read, value.read
        if before is None or after is None or before.title != after.title:
            self.turned = 0
        super().show(value)

    def turn(self, pages: int) -> None:
        """Read on, or back."""
        self.turned = max(0, self.turned + pages * max(1, self._to_read - 1))
        self.redraw()

    _to_read = 1
    _drawn: Sequence[int] = ()
    """The entry on each line."""

    def entry_at(self, line: int) -> int:
        """An entry of several lines is each of them."""
        return self._drawn[line] if line < len(self._drawn) else self.top + line

    def picture(self, value: Choices, inside: Size) -> Picture:
        """The rows in sight, the selected one marked; what is read under them."""
        room = inside.height - self.heading
        lines = laid(value.read, inside.width) if value.read is not None else []
        count = min(len(value.rows), max(1, room // 3, room - 1 - len(lines))) if lines else room
        rows = [Row(), Row((piece(value.over, Tone.WARN),))]
        if not value.rows and value.saying:
            rows.append(Row((piece(value.saying, Tone.DIM),)))
        shown = self.in_sight(Size(inside.width, self.heading + count)) if value.rows else range(0)
        drawn, spare = list[int](), count - len(shown)
        for index in shown:
            base = Tone.SELECTED if index == self.selected else Tone.TEXT
            lines_of_it = _unfolded(value.rows[index], inside.width, spare)
            spare -= len(lines_of_it) - 1
            drawn += [index] * len(lines_of_it)
            rows += [Row(each.left, each.right, base=base) for each in lines_of_it]
        self._drawn = drawn
        if value.read is not None:
            rows += self._reading(value.read, lines, room - count - 1)
        closes = piece(say("Esc closes"), Tone.DIM)
        foot = (
            spaced((piece(value.foot, Tone.WARN), closes), 2)
            if value.foot
            else (piece(say("Enter takes, Esc closes"), Tone.DIM),)
        )
        return Picture(tuple(rows), (piece(value.title, Tone.LINK),), foot=foot, under=_extent(value, shown))

    def _reading(self, leaf: Leaf, lines: list[Row], room: int) -> list[Row]:
        """A line with its title, and as much of it as there is room for."""
        self._to_read = max(1, room)
        self.turned = max(0, min(self.turned, len(lines) - self._to_read))
        last = min(len(lines), self.turned + self._to_read)
        more: tuple[Piece, ...] = ()
        if len(lines) > self._to_read:
            words = say("{first} to {last} of {all}: PageDown", first=self.turned + 1, last=last, all=len(lines))
            more = (piece(words, Tone.DIM),)
        head = Row((*titled(leaf), piece(SafeText(" "))), more, fill=LIGHT[0], fill_tone=Tone.FRAME)
        return [head, *lines[self.turned : last]]


def _unfolded(choice: Choice, cells: int, spare: int) -> list[Choice]:
    """A row that is too long, on several lines where so many are spare; one that has something beside it stays one."""
    if choice.right or len(choice.left) != 1 or choice.left[0].width <= cells:
        return [choice]
    text, tone = choice.left[0].text, choice.left[0].tone
    lines = [Choice((piece(part, tone),)) for part in wrapped(SafeText(text), cells)]
    return lines if len(lines) - 1 <= spare else [choice]


def _extent(value: Choices, shown: range) -> tuple[Piece, ...]:
    """Which rows are in sight, and how many there are, where there are more."""
    if len(shown) == len(value.rows) and not value.more:
        return ()
    count = SafeText(f"{len(value.rows)}{'+' if value.more else ''}")
    said = say("{first} to {last} of {count}", first=shown.start + 1, last=shown.stop, count=count)
    return (piece(said, Tone.DIM),)


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
        if event.key in PAGES and self.list.value.read is not None:
            event.stop()
            self.list.turn(PAGES[event.key])
        elif event.key in steps:
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
