"""Panels: line-API widgets, mounted once at a fixed place. A new value redraws the lines that differ, and no others.

A pop costs a third of what stock widgets cost this way: no layout, no mount, no console render (styles are read once
and kept until the theme changes).
"""

from collections.abc import Sequence
from typing import ClassVar, Final, Generic, NamedTuple, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from terminal.messages import Chosen, Moved
from terminal.widgets.row import BLANK, Piece, Row, Tone, drawn, gap, piece, strip
from terminal.widgets.speech import say
from terminal.widgets.steadfast import Steadfast

Value = TypeVar("Value")

# Lines of the frames: of the box drawing block only these are narrow on every terminal (UAX #11).
LIGHT: Final = ("\N{BOX DRAWINGS LIGHT DOUBLE DASH HORIZONTAL}", "\N{BOX DRAWINGS LIGHT DOUBLE DASH VERTICAL}")
HEAVY: Final = ("\N{BOX DRAWINGS HEAVY DOUBLE DASH HORIZONTAL}", "\N{BOX DRAWINGS HEAVY DOUBLE DASH VERTICAL}")
ENDS: Final = {LIGHT: ("\N{BOX DRAWINGS LIGHT RIGHT}", "\N{BOX DRAWINGS LIGHT LEFT}"),
               HEAVY: ("\N{BOX DRAWINGS HEAVY RIGHT}", "\N{BOX DRAWINGS HEAVY LEFT}")}  # fmt: skip


POINT: Final = ">"
"""Stands beside the selected row of a list, where its ground alone would be hard to see."""


class Picture(NamedTuple):
    """What a panel shows: the rows inside, and what stands in its frame. `selectable` rows come from `first` on."""

    rows: tuple[Row, ...] = ()
    title: tuple[Piece, ...] = ()
    corner: tuple[Piece, ...] = ()
    foot: tuple[Piece, ...] = ()
    under: tuple[Piece, ...] = ()
    """What stands in the lower line of the frame, on the left."""
    frame: Tone = Tone.FRAME


class Panel(Steadfast, Widget, Generic[Value]):
    """A rectangle of rows. Subclasses say what to show for a value (`picture`); they never touch the screen.

    It has no border and no padding: `outer_size` is its size, and Textual need not work it out from the styles.
    """

    ALLOW_SELECT = False
    framed: ClassVar[bool] = True
    pointer: ClassVar[str] = " "
    """What stands between the frame and a row that is selected."""

    def __init__(self, empty: Value, *, id: str, can_focus: bool = False) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id, markup=False)
        self.can_focus = can_focus
        self.value = empty
        self._rows: list[Row] = []
        self._edge = LIGHT
        self._frame = Tone.FRAME
        self._strips: dict[int, Strip] = {}
        self._drawn_at = Size()
        self._tones: dict[Tone, Style] | None = None
        self._ground: Color | None = None

    def picture(self, value: Value, inside: Size) -> Picture:
        """What to show for `value` in so many cells and rows."""
        raise NotImplementedError

    def show(self, value: Value) -> None:
        """Show another value."""
        if value == self.value:
            return
        self.value = value
        try:
            self.redraw()
        except Exception:
            self._emptied()
            raise

    def _emptied(self) -> None:
        """What cannot be drawn leaves nothing of what stood there before: it may be of somebody else."""
        self._strips.clear()
        self._rows = [BLANK] * self.outer_size.height
        self.refresh()

    def redraw(self) -> None:
        """Draw the value again; refresh the lines that came out different."""
        if not self.outer_size:
            self._drawn_at = Size()  # what was drawn is of an older value: when it is seen again it is laid anew
            return
        if self._drawn_at != self.outer_size:
            self._strips.clear()
            self._rows, self._drawn_at = [], self.outer_size
        rows, edge, frame = self._laid()
        everything = len(rows) != len(self._rows) or (edge, frame) != (self._edge, self._frame)
        changed = [y for y, row in enumerate(rows) if everything or row != self._rows[y]]
        self._rows, self._edge, self._frame = rows, edge, frame
        for y in changed:
            self._strips.pop(y, None)
        if changed:
            width = self.outer_size.width
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def _laid(self) -> tuple[list[Row], tuple[str, str], Tone]:
        width, height = self.outer_size
        if not self.framed:
            picture = self.picture(self.value, self.outer_size)
            return [*picture.rows, *[BLANK] * height][:height], LIGHT, Tone.FRAME
        inside = max(0, height - 2)
        picture = self.picture(self.value, Size(max(0, width - 4), inside))
        edge = HEAVY if self.lit else LIGHT
        frame = Tone.FRAME_FOCUS if self.lit else picture.frame
        head = _bar(picture.title, picture.corner, edge, frame)
        foot = _bar(picture.under, picture.foot, edge, frame)
        return [head, *[*picture.rows, *[BLANK] * inside][:inside], foot][:height], edge, frame

    @property
    def lit(self) -> bool:
        """Whether the frame says that the focus is here."""
        return self.has_focus

    def render_line(self, y: int) -> Strip:
        """One line, from memory if it was drawn before."""
        if self._drawn_at != self.outer_size:  # the very first frame does not wait for the event that tells the size
            self._strips.clear()
            self._drawn_at = self.outer_size
            self._rows, self._edge, self._frame = self._laid()
        if y not in self._strips:
            self._strips[y] = self._filtered(self._draw(y))
        return self._strips[y]

    def _filtered(self, line: Strip) -> Strip:
        """As this terminal can show it: without dimming, without colours."""
        for each in self.get_line_filters():
            line = line.apply_filter(each, self.ground)
        return line

    def _draw(self, y: int) -> Strip:
        width = self.outer_size.width
        row = self._rows[y] if y < len(self._rows) else BLANK
        if not self.framed:
            return strip(drawn(row, width, self.tones), width)
        frame = self.tones[self._frame]
        if y in (0, len(self._rows) - 1):
            left, right = ENDS[self._edge]
            return strip([Segment(left, frame), *drawn(row, width - 2, self.tones), Segment(right, frame)], width)
        side = Segment(self._edge[1], frame)
        air = Segment(" ", self.tones[row.base])
        before = Segment(self.pointer, self.tones[row.base]) if row.base is Tone.SELECTED else air
        return strip([side, before, *drawn(row, width - 4, self.tones), air, side], width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are: a panel has no border, padding or opacity for Textual to add, which costs it most of a frame."""
        lines = [self.render_line(y) for y in crop.line_range]
        whole = crop.x == 0 and crop.width == self.outer_size.width
        return lines if whole else [line.crop(crop.x, crop.right) for line in lines]

    def taken(self) -> bool:
        """Whether there is something to send that Textual has not heard of; now it is said."""
        waiting, self._repaint_required = self._repaint_required, False
        return waiting and self.display

    @property
    def tones(self) -> dict[Tone, Style]:
        """The style of every tone under the theme in force.

        They are the screen's, once for all panels: Textual makes a node and matches every rule for each of them.
        """
        if self._tones is None:
            self._tones = {tone: self.screen.get_component_rich_style(f"row--{tone}") for tone in Tone}
        return self._tones

    @property
    def ground(self) -> Color:
        """The colour behind the text, as long as the styles are the same: Textual adds up those of all ancestors."""
        if self._ground is None:
            self._ground = self.background_colors[1]
        return self._ground

    def notify_style_update(self) -> None:
        """The theme or the state of the widget changed: read the styles again."""
        super().notify_style_update()
        self._tones = self._ground = None
        self._strips.clear()

    def on_resize(self, _event: events.Resize) -> None:
        """Lay the value out anew, unless that was done for a frame that came first."""
        if self._drawn_at != self.outer_size:
            self.redraw()

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001  Textual's signature
        """Show it in the frame."""
        super().watch_has_focus(has_focus)
        self.redraw()


def _bar(left: tuple[Piece, ...], right: tuple[Piece, ...], edge: tuple[str, str], frame: Tone) -> Row:
    """The upper or lower line of a frame, with words in it."""
    air = gap()
    dash = Piece(type(air.text)(edge[0]), frame, 1)
    words = (dash, air, *left, air) if left else ()
    ends = (air, *right, air, dash) if right else ()
    return Row(words, ends, fill=edge[0], fill_tone=frame)


class ListPanel(Panel[Value]):
    """A panel with a selected row: arrows, j and k, PageUp and PageDown, Enter, a click."""

    def __init__(self, empty: Value, *, id: str) -> None:  # noqa: A002  Textual's own name
        super().__init__(empty, id=id, can_focus=True)
        self.selected = 0
        self.top = 0

    def entries(self, value: Value) -> int:
        """How many rows can be selected."""
        raise NotImplementedError

    height_of_entry: ClassVar[int] = 1
    heading: ClassVar[int] = 0

    def names(self, value: Value) -> Sequence[str]:
        """What the rows stand for, where rows come and go above a selected one; it is the row that stays selected."""
        raise NotImplementedError

    follows: ClassVar[bool] = False
    """Whether the rows have `names`."""

    def show(self, value: Value) -> None:
        """Show another value; the selection stays where it can."""
        if self.follows and (self.has_focus or self.selected):
            before, after = self.names(self.value), self.names(value)
            chosen = before[self.selected] if self.selected < len(before) else None
            self.selected = after.index(chosen) if chosen in after else self.selected
        self.selected = max(0, min(self.selected, self.entries(value) - 1))
        super().show(value)

    def rest(self) -> None:
        """Nobody reads on here: back to the first row."""
        if self.selected or self.top:
            self.selected = self.top = 0
            self.redraw()

    def extent(self, inside: Size) -> tuple[Piece, ...]:
        """Which rows are in sight, where there are more."""
        seen = self.in_sight(inside)
        if len(seen) == self.entries(self.value):
            return ()
        return (piece(say("{first} to {last}", first=seen.start + 1, last=seen.stop), Tone.DIM),)

    def in_sight(self, inside: Size) -> range:
        """The entries that are in sight, the selected one among them."""
        count = self.entries(self.value)
        room = max(1, (inside.height - self.heading) // self.height_of_entry)
        self.top = max(0, min(self.top, self.selected, count - room))
        self.top = max(self.top, self.selected - room + 1)
        return range(self.top, min(count, self.top + room))

    def entry_at(self, line: int) -> int:
        """The entry on a line under the heading."""
        return self.top + line // self.height_of_entry

    def select(self, index: int) -> None:
        """Move the selection."""
        index = max(0, min(index, self.entries(self.value) - 1))
        if index != self.selected:
            self.selected = index
            self.redraw()
            self.post_message(Moved(self.id or "", index))

    def on_key(self, event: events.Key) -> None:
        """Textual calls the `on_key` of every class of a widget; so there is one, and lists with more keys extend `pressed`."""
        self.pressed(event)

    @property
    def steps(self) -> dict[str, int]:
        """By how many rows a key moves the selection."""
        page = max(1, self.size.height - 3)
        return {
            "down": 1,
            "j": 1,
            "up": -1,
            "k": -1,
            "pagedown": page,
            "pageup": -page,
            "home": -(10**6),
            "end": 10**6,
        }

    def pressed(self, event: events.Key) -> None:
        """Keys of a list that has the focus."""
        step = self.steps.get(event.key)
        if step is not None:
            event.stop()
            self.select(self.selected + step)
        elif event.key == "enter" and self.entries(self.value):
            event.stop()
            self.post_message(Chosen(self.id or "", self.selected))

    def on_click(self, event: events.Click) -> None:
        """A click selects; a double click takes."""
        line = event.y - 1 - self.heading
        if line < 0 or not self.entries(self.value):
            return
        self.select(self.entry_at(line))
        if event.chain == 2:
            self.post_message(Chosen(self.id or "", self.selected))
