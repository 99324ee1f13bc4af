"""Draws the board onto the panels, at its pace: the calls at once, everything about the person a few times a second at most.

Nothing here changes what is known, whom the note belongs to, or where the focus is.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from textual.screen import UPDATE_PERIOD, Screen

from ringdesk.notes import threads
from ringdesk.safetext import SafeText
from terminal.messages import Trouble
from terminal.screens import views
from terminal.screens.arrangement import TABBED, DeskLayout, plan
from terminal.screens.board import Board
from terminal.screens.keeper import NOBODY
from terminal.screens.later import once
from terminal.screens.moment import sentence
from terminal.screens.onshow import Part
from terminal.screens.pace import Layer, Pace
from terminal.screens.saying import NOBODYS, Message, Subject, subject
from terminal.screens.writing import Writing
from terminal.widgets.help import Manual
from terminal.widgets.keybar import Keys
from terminal.widgets.note import Owner, Pledge
from terminal.widgets.notes import Written
from terminal.widgets.page import Leaf
from terminal.widgets.panel import Panel
from terminal.widgets.person import Who
from terminal.widgets.speech import mark, say
from terminal.widgets.tasks import Duties
from terminal.widgets.timeline import Timeline
from terminal.widgets.when import Now, short_day

AT_THE_KEYS: Final = 1.0
"""Seconds after a key for which somebody may go on typing without looking."""
GLANCE: Final = 0.25
"""Seconds that somebody needs to see who is on the card: a key before that was meant for what stood there before."""
MESSAGE_STAYS: Final = 8.0
"""Seconds for which a message stands in the banner."""
PANES: Final = {
    "note": mark("Note"),
    "timeline": mark("Timeline"),
    "tasks": mark("Tasks"),
    "earlier": mark("Earlier notes"),
    "lines": mark("Lines"),
    "missed": mark("Missed and callbacks"),
    "team": mark("Team"),
    "card": mark("Card"),
    "query": mark("Search box"),
    "menu": mark("Menu"),
    "page": mark("Page"),
    "help": mark("Help"),
}
"""Panes that can have the focus, in the order of F9, and their names."""


class Painter:
    """The panels of `screen`, painted from the board. `agent` and `site` stand in row 0."""

    def __init__(
        self,
        screen: Screen[None],
        board: Board,
        writing: Writing,
        places: DeskLayout,
        *,
        agent: SafeText,
        site: SafeText,
        now: Callable[[], Now],
        changed_keys: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.agent = agent
        self.site = site
        self.changed_keys = changed_keys
        self._screen = screen
        self._board = board
        self._writing = writing
        self._places = places
        self._now = now
        self._pace = Pace()
        self._layers = {
            Layer.BANNER: self._banner,
            Layer.LINES: self._lines,
            Layer.ABOUT: self._about,
            Layer.PERSON: self._person,
        }
        self._due: set[Layer] = set()
        self._framed = 0.0
        self._typed = float("-inf")
        self._on_card = NOBODY
        self._on_card_since = float("-inf")
        self._panels: dict[str, Panel[object]] = {}
        self._message = Message()
        self._aside = (SafeText(), False)
        self.leaf: Leaf | None = None
        """What is read in the place of the detail; `read` puts it there."""
        self._read_with = NOBODY
        self.promise: Callable[[], Pledge | None] = lambda: None
        self.hint: Callable[[], SafeText] = SafeText
        """One more line for the banner, when it has nothing else to say."""
        writing.changed = self.note

    def panel(self, name: str) -> Panel[object]:
        """A panel by its id; they are mounted once."""
        if name not in self._panels:
            self._panels[name] = self._screen.query_one(f"#{name}", Panel)
        return self._panels[name]

    # when

    def pressed(self, *, typed: bool) -> None:
        """A key came, a character of a text (`typed`) or another: drawing waits a moment."""
        self._pace.key = _steady()
        if typed:
            self._typed = self._pace.key

    def typing(self) -> bool:
        """Whether somebody is typing: the last character came a moment ago."""
        return _steady() - self._typed < AT_THE_KEYS

    @property
    def seen(self) -> bool:
        """Whether whoever is on the card was drawn long enough ago to be seen."""
        return self._on_card == self._board.person.key and _steady() - self._on_card_since >= GLANCE

    def soon(self, part: Part) -> None:
        """Draw what changed, when its time has come. The banner first: who rings is on the screen before the rest is laid out."""
        if part:
            self._plan(Layer.BANNER)
            self._screen.call_later(self._plan, Layer.LINES)
            self._screen.call_later(self._plan, Layer.ABOUT)
        if part & Part.PERSON:
            self._screen.call_later(self._plan, Layer.PERSON)

    def _plan(self, layer: Layer) -> None:
        if layer in self._due:
            return
        wait = self._pace.due(_steady(), layer) - _steady()
        if wait <= 0:
            self._draw(layer)
        else:
            self._due.add(layer)
            once(self._screen, wait, lambda: self._plan_again(layer))

    def _plan_again(self, layer: Layer) -> None:
        self._due.discard(layer)
        self._plan(layer)

    def _draw(self, layer: Layer) -> None:
        self._lay(layer)
        if _steady() - self._framed >= UPDATE_PERIOD:
            self._frame()

    def _lay(self, layer: Layer) -> None:
        try:
            self._layers[layer]()
        except Exception as error:  # noqa: BLE001  a row that cannot be shown must not end the call that is on
            self._screen.post_message(Trouble(error))
        self._pace.drawn(_steady(), layer)

    def paint(self) -> None:
        """Draw everything now, in one frame with the text of the note."""
        for layer in Layer:
            self._lay(layer)
        self._screen._dirty_widgets.add(self._screen.query_one("#note"))  # noqa: SLF001  see `_frame`
        self._frame()

    def _frame(self) -> None:
        """Send what was drawn. Textual does it when its messages are through, three messages and up to a sixtieth of a
        second later; where frames come faster than that, it is left to Textual."""
        self._framed = _steady()
        for panel in self._panels.values():
            if panel.taken():
                self._screen._dirty_widgets.add(panel)  # noqa: SLF001  there is no public word for it
        self._screen._on_timer_update()  # noqa: SLF001

    # what

    @property
    def subject(self) -> Subject:
        """Whoever is on the card."""
        return subject(self._board.person)

    def tell(self, text: SafeText, *, bad: bool = False, about: Subject = NOBODYS) -> None:
        """A message for the person, for a while: in the banner; while a call has the banner, in the frame of the note. What is
        `about` somebody names them as soon as another is on the card."""
        self._message = Message(text, bad, self._now().at + MESSAGE_STAYS, about)
        self.soon(Part.CALLS)

    def _banner(self) -> None:
        """Who calls."""
        board, now = self._board, self._now()
        said, bad, until, about = self._message
        text = about.named(said, self.subject)
        message = text if now.at < until else self.hint()
        drafts = len(self._writing.others)
        self.panel("banner").show(views.announcement(board, now, message, bad=bad, drafts=drafts))
        aside = (message, bad and message is text) if message and board.banner is not None else (SafeText(), False)
        if aside != self._aside:
            self._aside = aside
            self.note()

    def _lines(self) -> None:
        self.panel("lines").show(views.calls(self._board, self._now()))

    def _about(self) -> None:
        """What stands around it: the card with its clock, row 0, missed, team, status, tabs and keys."""
        self.card()
        board, now = self._board, self._now()
        minute = now.minute
        self.panel("topbar").show(views.top(board, now, self.agent, self.site))
        self.panel("missed").show(views.missed(board, minute))
        self.panel("team").show(views.team(board, now))
        self.panel("status").show(views.health(board, now))
        self.panel("tabs").show(views.tabs(board, minute, TABBED.index(self._places.tab)))
        self.keys()

    def _person(self) -> None:
        board, minute = self._board, self._now().minute
        person = board.person
        past = views.past(board, minute)
        self.panel("tags").show(past)
        timeline = self._screen.query_one(Timeline)
        timeline.show(past)
        self.detail()
        self.panel("tasks").show(Duties(person, minute))
        self.panel("earlier").show(Written(person, minute, threads(person.notes)))
        self.note()

    def read(self, leaf: Leaf) -> None:
        """Put something there to be read, for as long as the same person is on the card."""
        self.leaf, self._read_with = leaf, self._board.person.key
        self.detail()

    def detail(self) -> None:
        """The selected entry of the timeline, or what is read instead of it."""
        now, then = self._board.person.key, self._read_with
        if now != then and not any(each is not None and each in then for each in now):
            self.leaf = None
        timeline = self._screen.query_one(Timeline)
        leaf = self.leaf or timeline.leaf()
        self.panel("detail").show(leaf)

    def card(self) -> None:
        """The card, with the time of the call on it."""
        if self._on_card != self._board.person.key:
            self._on_card, self._on_card_since = self._board.person.key, _steady()
        card = self.panel("card")
        card.can_focus = self._board.person.who is Who.SEVERAL or card.has_focus
        card.show(views.face(self._board, self._now(), tags="tags" not in plan(self._screen.size)))

    def note(self) -> None:
        """The frame around the note."""
        says, bad = self._writing.says, self._writing.bad
        if self._writing.owner == NOBODY:
            says, bad = say("A note belongs to a person or a call."), False
        if self._aside[0] and not self._writing.bad:
            says, bad = self._aside
        owner, typed = self._board.person, self._board.typed
        focused = self._screen.query_one("#note").has_focus
        self.panel("noteframe").show(Owner(owner, focused, typed, says, bad, self.promise(), self._revises()))

    def _revises(self) -> SafeText:
        parent = self._writing.revises
        return short_day(parent.at, self._now()) if parent else SafeText()

    def keys(self) -> None:
        """The keys that work now, and where the focus is."""
        focused = self._screen.focused.id if self._screen.focused else None
        name = self._pane(focused) or SafeText("-")
        writing = focused == "query" or (focused == "note" and self._writing.owner != NOBODY)
        self.panel("keybar").show(Keys(writing, views.dead_keys(self._board), name, self.changed_keys))

    def _pane(self, focused: str | None) -> SafeText:
        """What the pane with the focus is called now."""
        if focused == "timeline" and self._board.person.who is Who.NOBODY:
            return say("Today")
        return say(PANES[focused]) if focused in PANES else SafeText()

    def help(self) -> None:
        """What the help says of this moment; asked for before it takes the focus."""
        focused = self._screen.focused.id if self._screen.focused else None
        moment = sentence(self._board, self._pane(focused), self.changed_keys)
        self.panel("help").show(Manual(self.changed_keys, moment, views.dead_keys(self._board)))

    def anew(self) -> None:
        """The language, the theme or the person changed: what was said is forgotten, every word is looked up again."""
        self._message = Message()
        self._writing.say(SafeText())
        self.leaf = None
        self.paint()
        for panel in self._screen.query(Panel):
            panel.redraw()


def _steady() -> float:
    return asyncio.get_running_loop().time()
