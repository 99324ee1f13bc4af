"""Draws the board onto the panels, at its pace: the calls at once, everything about the person a few times a second at most.

Nothing here changes what is known, whom the note belongs to, or where the focus is.
"""

from collections.abc import Callable
from typing import Final

from textual.screen import Screen

from ringdesk.safetext import SafeText
from terminal.messages import Trouble
from terminal.screens import views
from terminal.screens.arrangement import TABBED, DeskLayout, plan
from terminal.screens.board import Board
from terminal.screens.deadkeys import dead_keys
from terminal.screens.easel import Easel, steady
from terminal.screens.keeper import NOBODY
from terminal.screens.moment import sentence
from terminal.screens.onshow import Part
from terminal.screens.pace import Layer
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

GLANCE: Final = 0.25
"""Seconds that somebody needs to see who is on the card: a key before that was meant for what stood there before."""
MESSAGE_STAYS: Final = 8.0
"""Seconds for which a message stands in the banner."""
UNSAID: Final = (SafeText(), False)
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


class Painter(Easel):
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
    ) -> None:
        self.agent = agent
        self.site = site
        super().__init__(screen)
        self._board = board
        self._writing = writing
        self._places = places
        self._now = now
        self._layers = {
            Layer.BANNER: self._banner,
            Layer.LINES: self._lines,
            Layer.ABOUT: self._about,
            Layer.PERSON: self._person,
        }
        self._of = NOBODY
        """Of whom the panels about the person are."""
        self._on_card = NOBODY
        self._on_card_since = float("-inf")
        self._message = Message()
        self._aside = self._apart = UNSAID
        self.leaf: Leaf | None = None
        """What is read in the place of the detail; `read` puts it there."""
        self._read_with = NOBODY
        self.promise: Callable[[], Pledge | None] = lambda: None
        self.hint: Callable[[], SafeText] = SafeText
        """One more line for the banner, when it has nothing else to say."""
        writing.changed = self.note
        writing.left = self._left

    @property
    def seen(self) -> bool:
        """Whether whoever is on the card was drawn long enough ago to be seen."""
        return self._on_card == self._board.person.key and steady() - self._on_card_since >= GLANCE

    @property
    def subject(self) -> Subject:
        """Whoever is on the card."""
        return subject(self._board.person)

    def tell(self, text: SafeText, *, bad: bool = False, about: Subject = NOBODYS) -> None:
        """A message for the person, for a while: in the banner. While a call has the banner, what is `about` whoever is on the
        card stands in the frame of the note; everything else in the line above the keys, for the frame names somebody, and
        with it all that stands there. What is about another than is on the card names them."""
        self._message = Message(text, bad, self._now().at + MESSAGE_STAYS, about)
        self.soon(Part.CALLS)

    def past(self) -> None:
        """What was refused is done by now: the refusal goes."""
        if self._message.bad:
            self._message = Message()

    def shifted(self, seconds: float) -> None:
        """The clock was set: it says `seconds` more than would have passed."""
        self._message = self._message._replace(until=self._message.until + seconds)

    def _banner(self) -> None:
        """Who calls."""
        board, now = self._board, self._now()
        said, bad, until, about = self._message
        text = about.named(said, self.subject)
        says = now.at < until
        message = text if says else self.hint()
        drafts = len(self._writing.others)
        self.panel("banner").show(views.announcement(board, now, message, bad=bad, drafts=drafts))
        stands = (message, bad and says) if message and board.banner is not None else UNSAID
        here = says and about.same(self.subject)
        aside, apart = (stands, UNSAID) if here else (UNSAID, stands)
        if aside != self._aside:
            self._aside = aside
            self.note()
        if apart != self._apart:
            self._apart = apart
            self._foot()

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
        self._foot()
        self.keys()

    def _foot(self) -> None:
        """The line above the keys: how everything stands, or the tabs; for a while, what was said."""
        board, now = self._board, self._now()
        said, bad = self._apart
        self.panel("status").show(views.health(board, now)._replace(said=said, bad=bad))
        tabs = views.tabs(board, now.minute, TABBED.index(self._places.tab))
        self.panel("tabs").show(tabs._replace(said=said, bad=bad))

    def _left(self, who: Subject) -> None:
        """A half-typed note is no longer on the screen."""
        said = say(
            "What you wrote for {name} is kept as a draft: {key} lists it.",
            name=who.name,
            key=self._board.key("palette"),
        )
        self.tell(said, about=who)

    def _person(self) -> None:
        """Everything about the person. A panel that cannot show them keeps none of the others with whom was there before."""
        self._of = self._board.person.key
        for part in (self._card, self._past, self._detail, self._duties, self._earlier, self._note):
            try:
                part()
            except Exception as error:  # noqa: BLE001  a row that cannot be shown must not end the call that is on
                self._screen.post_message(Trouble(error))

    def _turned(self) -> bool:
        """Whether somebody else is on show by now than the panels about the person have: then all of them turn at once. Card,
        timeline, tasks and note are drawn on different occasions, and never of two people."""
        if self._of == self._board.person.key:
            return False
        self._person()
        return True

    def _past(self) -> None:
        past = views.past(self._board, self._now().minute)
        self.panel("tags").show(past)
        self._screen.query_one(Timeline).show(past)

    def _duties(self) -> None:
        board, now = self._board, self._now().minute
        listed = views.tasks(board, now)[0] if board.person.who is Who.NOBODY else 0
        self.panel("tasks").show(Duties(board.person, now, listed))

    def _earlier(self) -> None:
        person = self._board.person
        self.panel("earlier").show(Written(person, self._now().minute, person.noted))

    def read(self, leaf: Leaf) -> None:
        """Put something there to be read, for as long as the same person is on the card."""
        self.leaf, self._read_with = leaf, self._board.person.key
        self.detail()

    def detail(self) -> None:
        """The selected entry of the timeline, or what is read instead of it."""
        if not self._turned():
            self._detail()

    def _detail(self) -> None:
        now, then = self._board.person.key, self._read_with
        if now != then and not any(each is not None and each in then for each in now):
            self.leaf = None
        timeline = self._screen.query_one(Timeline)
        leaf = self.leaf or timeline.leaf()
        self.panel("detail").show(leaf)

    def card(self) -> None:
        """The card, with the time of the call on it."""
        if not self._turned():
            self._card()

    def _card(self) -> None:
        if self._on_card != self._board.person.key:
            self._on_card, self._on_card_since = self._board.person.key, steady()
        card, several = self.panel("card"), self._board.person.who is Who.SEVERAL
        card.can_focus = several or card.has_focus
        people = len(self._board.person.matches) if several else 0
        if people != self._places.people:
            self._places.people = people
            self.panel("tabs").refresh(layout=True)
        card.show(views.face(self._board, self._now(), tags="tags" not in plan(self._screen.size)))

    def note(self) -> None:
        """The frame around the note."""
        if not self._turned():
            self._note()

    def _note(self) -> None:
        says, bad = self._writing.says, self._writing.bad
        if self._writing.owner == NOBODY:
            says, bad = say("A note belongs to a person or a call."), False
        if self._aside[0] and not self._writing.bad:
            says, bad = self._aside
        owner, typed = self._board.person, self._board.typed
        focused = self._screen.query_one("#note").has_focus
        changed = self._board.changed_keys
        frame = Owner(owner, focused, typed, says, bad, self.promise(), self._revises(), changed)
        self.panel("noteframe").show(frame)

    def _revises(self) -> SafeText:
        parent = self._writing.revises
        return short_day(parent.at, self._now()) if parent else SafeText()

    def keys(self) -> None:
        """The keys that work now, and where the focus is."""
        focused = self._screen.focused.id if self._screen.focused else None
        name = self._pane(focused) or SafeText("-")
        writing = focused == "query" or (focused == "note" and self._writing.owner != NOBODY)
        self.panel("keybar").show(Keys(writing, dead_keys(self._board, self._now().at), name, self._board.changed_keys))

    def _pane(self, focused: str | None) -> SafeText:
        """What the pane with the focus is called now."""
        if focused == "timeline" and self._board.person.who is Who.NOBODY:
            return say("Today")
        return say(PANES[focused]) if focused in PANES else SafeText()

    def help(self) -> None:
        """What the help says of this moment; asked for before it takes the focus."""
        focused = self._screen.focused.id if self._screen.focused else None
        moment = sentence(self._board, self._pane(focused), self._board.changed_keys)
        self.panel("help").show(Manual(self._board.changed_keys, moment, dead_keys(self._board, self._now().at)))

    def anew(self) -> None:
        """The language, the theme or the person changed: what was said is forgotten, every word is looked up again."""
        self._message = Message()
        self._writing.anew()
        self.leaf = None
        self.paint()
        for panel in self._screen.query(Panel):
            panel.redraw()
