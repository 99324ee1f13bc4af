"""The text field of the note by itself, under any editing: the cursor stays in the text, which is what is kept."""

import asyncio
from typing import Final

from hypothesis import example, given
from hypothesis import strategies as st
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from terminal.messages import Typed
from terminal.widgets.note import NoteArea

PASTED: Final = "\n".join(f"line {each}" for each in range(14))
KEYS: Final = [
    *("a", "space", "enter", "left", "right", "up", "down", "home", "end", "pageup", "pagedown", "backspace", "delete"),
    *(
        "ctrl+z",
        "ctrl+y",
        "ctrl+x",
        "ctrl+v",
        "ctrl+k",
        "ctrl+u",
        "ctrl+w",
        "ctrl+f",
        "ctrl+d",
        "ctrl+left",
        "ctrl+right",
    ),
    *("shift+left", "shift+right", "shift+up", "shift+down", "ctrl+shift+k", "f6", "f7"),
]
EDITS: Final = st.one_of(
    st.tuples(st.just("key"), st.sampled_from(KEYS)),
    st.tuples(st.just("paste"), st.sampled_from((PASTED, "下午三點回電 " * 20, "two\r\nlines\x1b[31m"))),
    st.tuples(st.just("size"), st.sampled_from(("60x12", "20x5", "1x1", "10x3"))),
    st.tuples(st.just("load"), st.sampled_from(("", "one\ntwo\nthree", "word " * 80))),
    st.tuples(st.just("nobody"), st.just("")),
)
"""What may happen to the field; `nobody`: the person goes, and the field is closed."""


class Field(App[None]):
    """The note alone; `kept` is what a desk would have kept."""

    kept = ""

    def compose(self) -> ComposeResult:
        yield NoteArea(id="note", soft_wrap=True)

    @property
    def area(self) -> NoteArea:
        return self.query_one(NoteArea)

    def on_typed(self, _message: Typed) -> None:
        self.kept = self.area.text

    def load(self, text: str, *, closed: bool) -> None:
        """As `Writing` does it."""
        self.area.read_only, self.area.show_cursor = closed, not closed
        with self.area.prevent(NoteArea.Changed):
            self.area.load_text(text)
        self.area.move_cursor(self.area.document.end)
        self.kept = text


async def _do(pilot: Pilot[None], field: Field, kind: str, what: str) -> None:
    if kind == "key":
        await pilot.press(what)
    elif kind == "paste":
        field.area.post_message(events.Paste(what))
    elif kind == "size":
        width, _, height = what.partition("x")
        await pilot.resize_terminal(int(width), int(height))
    else:
        field.load(what, closed=kind == "nobody")
    await pilot.pause()


async def _edited(edits: list[tuple[str, str]]) -> None:
    field = Field()
    async with field.run_test(size=(60, 12)) as pilot:
        field.area.focus()
        for kind, what in edits:
            await _do(pilot, field, kind, what)
            lines = field.area.document.lines
            for row, column in field.area.selection:
                assert row < len(lines), f"row {row} of {len(lines)}"
                assert column <= len(lines[row]), f"column {column} of {len(lines[row])}"
            assert field.kept == field.area.text


@given(st.lists(EDITS, max_size=20))
@example([("paste", PASTED), ("key", "ctrl+z"), ("key", "ctrl+y")])
@example([("size", "20x5"), ("paste", "two\nlines"), ("paste", "two\nlines"), ("key", "ctrl+z"), ("key", "ctrl+z")])
@example([("paste", "\n\n"), ("nobody", ""), ("load", ""), ("key", "ctrl+x")])
def test_whatever_is_typed_the_cursor_is_in_the_text_and_the_text_is_kept(edits: list[tuple[str, str]]) -> None:
    asyncio.run(_edited(edits))
