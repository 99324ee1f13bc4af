"""Where the focus goes, by keys of the person and nothing else: round the panes, onto what lies on top, and back again."""

from textual.screen import Screen
from textual.widget import Widget

from terminal.screens.arrangement import TABBED, DeskLayout, plan
from terminal.screens.onshow import Part
from terminal.screens.painter import PANES, Painter
from terminal.widgets.calls import Lines
from terminal.widgets.chooser import Choices, Chooser
from terminal.widgets.help import Help
from terminal.widgets.menu import Menu
from terminal.widgets.page import Leaf, Page


class Panes:
    """The panes of `screen` that can have the focus, and the chooser, the menu and the help that lie over them."""

    def __init__(self, screen: Screen[None], places: DeskLayout, painter: Painter) -> None:
        self._screen = screen
        self._places = places
        self._painter = painter
        self._before: Widget | None = None

    @property
    def here(self) -> str | None:
        """The id of the pane with the focus."""
        return self._screen.focused.id if self._screen.focused else None

    @property
    def tabbed(self) -> bool:
        """Whether the screen is so small that panes share a place."""
        return "tabs" in plan(self._screen.size)

    def step(self, step: int, *, card: bool) -> None:
        """To the next pane (or the one before); `card`: the card is one of them."""
        names = [name for name in PANES if name not in ("query", "menu", "page", "help", "card")]
        if card:
            names.insert(0, "card")
        if not self.tabbed:
            names = [name for name in names if name in plan(self._screen.size, self._places.tab)]
        at = names.index(self.here) if self.here in names else -1 if step > 0 else 0
        self.go(names[(at + step) % len(names)])

    def go(self, name: str) -> None:
        """Bring a pane into sight and the focus into it."""
        if name in TABBED and name not in plan(self._screen.size, self._places.tab):
            self._places.tab = name
            self.rearrange()
            self._painter.paint()
        pane = self._screen.query_one(f"#{name}")
        if isinstance(pane, Lines) and not pane.has_focus:
            pane.begin()
        pane.focus()

    def tab(self, digit: int) -> None:
        """To a tab of a small screen, counted from 1."""
        if digit <= len(TABBED) and self.tabbed:
            self.go(TABBED[digit - 1])

    def leave_note(self) -> None:
        """From the note to what is looked at most."""
        self.go(self._places.tab if self.tabbed else TABBED[0])

    def keep_in_sight(self) -> None:
        """Another shape of the screen: the pane with the focus stays in sight; nothing is mounted or forgotten."""
        here = self.here
        if here in TABBED and here not in plan(self._screen.size, self._places.tab):
            self._places.tab = here
            self._painter.soon(Part.CALLS)
        self.rearrange()

    def rearrange(self) -> None:
        """Ask for the layout anew. Through a child: that is what empties the screen's own memory of the last one."""
        self._painter.panel("tabs").refresh(layout=True)

    # what lies on top

    @property
    def chooser(self) -> Chooser:
        """The box for everything that is looked for by typing."""
        return self._screen.query_one(Chooser)

    def choose(self) -> None:
        """Open the chooser."""
        self._open(self.chooser)
        self.chooser.start()

    def offer(self, choices: Choices) -> None:
        """Put rows into the chooser."""
        self.chooser.list.show(choices)

    def menu(self, choices: Choices) -> None:
        """Open the menu with these rows."""
        menu = self._screen.query_one(Menu)
        menu.selected = 0
        menu.show(choices)
        self._open(menu)
        self._screen.set_focus(menu)  # at once: `focus` lets the next keys go where the focus was

    @property
    def has_detail(self) -> bool:
        """Whether there is a place to read in beside the timeline."""
        return "detail" in plan(self._screen.size)

    def page(self, leaf: Leaf) -> None:
        """Open the page with this to read."""
        page = self._screen.query_one(Page)
        page.selected = 0
        page.show(leaf)
        self._open(page)
        self._screen.set_focus(page)

    def help(self) -> None:
        """Open the help; close it when it is open."""
        helping = self._screen.query_one(Help)
        if helping.display:
            self.close_over()
            return
        self._painter.help()
        helping.selected = 0
        self._open(helping)
        helping.focus()

    def _open(self, widget: Widget) -> None:
        before = self._before or self._screen.focused
        self.close_over()
        self._before = before
        widget.display = True

    def asks(self, *, of_the_card: bool) -> bool:
        """Whether a menu is open, or the chooser for something `of_the_card`."""
        return self._screen.query_one(Menu).display or (of_the_card and self.chooser.display)

    def close_over(self) -> bool:
        """Close the chooser, the menu or the help; the focus goes back to where it was. Whether there was anything to close."""
        over = [
            widget
            for widget in (self.chooser, *(self._screen.query_one(kind) for kind in (Menu, Page, Help)))
            if widget.display
        ]
        for widget in over:
            widget.display = False
        if over:
            self._screen.set_focus(self._before or self._screen.query_one("#note"))  # at once: more may be opened now
            self._before = None
        return bool(over)
