"""When the panels are drawn: each layer in its turn, whatever is due in one frame with the text of the note.

What is drawn is the painter's to say.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from textual.screen import UPDATE_PERIOD, Screen

from terminal.messages import Trouble
from terminal.screens.later import once
from terminal.screens.onshow import Part
from terminal.screens.pace import Layer, Pace
from terminal.widgets.panel import Panel

AT_THE_KEYS: Final = 1.0
"""Seconds after a key for which somebody may go on typing without looking."""
HEAD_START: Final = 0.002
"""Seconds that the banner has to itself: the thread that writes it, and the terminal, need the processor as well."""


def steady() -> float:
    """Seconds of a clock that nobody sets."""
    return asyncio.get_running_loop().time()


class Easel:
    """The panels of `screen`, drawn in their turn. The one that inherits says how a layer is drawn (`_layers`)."""

    _layers: dict[Layer, Callable[[], None]]

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._pace = Pace()
        self._due: set[Layer] = set()
        self._framed = 0.0
        self._typed = float("-inf")
        self._panels: dict[str, Panel[object]] = {}

    def panel(self, name: str) -> Panel[object]:
        """A panel by its id; they are mounted once."""
        if name not in self._panels:
            self._panels[name] = self._screen.query_one(f"#{name}", Panel)
        return self._panels[name]

    def pressed(self, *, typed: bool) -> None:
        """A key came, a character of a text (`typed`) or another: drawing waits a moment."""
        self._pace.key = steady()
        if typed:
            self._typed = self._pace.key

    def typing(self) -> bool:
        """Whether somebody is typing: the last character came a moment ago."""
        return steady() - self._typed < AT_THE_KEYS

    def soon(self, part: Part) -> None:
        """Draw what changed, when its time has come. The banner first: who rings is on the screen before the rest is laid out."""
        if part:
            self._plan(Layer.BANNER)
            self._wait(Layer.LINES, HEAD_START)
            self._wait(Layer.ABOUT, HEAD_START)
        if part & Part.PERSON:
            self._wait(Layer.PERSON, HEAD_START)

    def _plan(self, layer: Layer) -> None:
        if layer in self._due:
            return
        wait = self._pace.due(steady(), layer) - steady()
        if wait > 0:
            self._wait(layer, wait)
        else:
            self._draw(layer)

    def _wait(self, layer: Layer, seconds: float) -> None:
        if layer not in self._due:
            self._due.add(layer)
            once(self._screen, seconds, partial(self._plan_again, layer))

    def _plan_again(self, layer: Layer) -> None:
        self._due.discard(layer)
        self._plan(layer)

    def _draw(self, layer: Layer) -> None:
        self._lay(layer)
        if steady() - self._framed >= UPDATE_PERIOD:
            self._frame()

    def _lay(self, layer: Layer) -> None:
        try:
            self._layers[layer]()
        except Exception as error:  # noqa: BLE001  a row that cannot be shown must not end the call that is on
            self._screen.post_message(Trouble(error))
        self._pace.drawn(steady(), layer)

    def paint(self) -> None:
        """Draw everything now, in one frame with the text of the note."""
        for layer in Layer:
            self._lay(layer)
        self._screen._dirty_widgets.add(self._screen.query_one("#note"))  # noqa: SLF001  see `_frame`
        self._frame()

    def _frame(self) -> None:
        """Send what was drawn. Textual does it when its messages are through, three messages and up to a sixtieth of a
        second later; where frames come faster than that, it is left to Textual."""
        self._framed = steady()
        for panel in self._panels.values():
            if panel.taken():
                self._screen._dirty_widgets.add(panel)  # noqa: SLF001  there is no public word for it
        self._screen._on_timer_update()  # noqa: SLF001
