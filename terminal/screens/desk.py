"""The desk: the screen of a phone agent. It holds the panels and hears the desk's news; `DeskKeys` answers the keys.

All panels are mounted once. News changes the board at once; `Painter` draws it at its pace, `Writing` has the note,
`Panes` the focus, `Work` what the agent does.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.layout import Layout

from ringdesk.hours import Hours
from ringdesk.safetext import SafeText
from terminal.bindings import bindings
from terminal.messages import Heard, Opened, Trouble
from terminal.screens.arrangement import DeskLayout
from terminal.screens.attendance import Attendance
from terminal.screens.attention import Attention
from terminal.screens.autosave import Autosave
from terminal.screens.board import Board
from terminal.screens.callwork import CallWork
from terminal.screens.casework import OF_THE_CARD, Casework
from terminal.screens.clockset import Step, Watch
from terminal.screens.codes import Codes
from terminal.screens.deskkeys import DeskKeys
from terminal.screens.errands import Errands
from terminal.screens.finder import Finder
from terminal.screens.guard import Guard
from terminal.screens.home import Home
from terminal.screens.keeper import Keeper
from terminal.screens.looks import Looks
from terminal.screens.menus import Menus
from terminal.screens.numberwork import NumberWork
from terminal.screens.onshow import Part
from terminal.screens.painter import Painter
from terminal.screens.panels import panels
from terminal.screens.panes import Panes
from terminal.screens.promising import Promising
from terminal.screens.registering import Registering
from terminal.screens.windows import UNKNOWN
from terminal.screens.work import Work
from terminal.screens.wrapping import Wrapping
from terminal.screens.wrapup import WrapUp
from terminal.screens.writing import Writing
from terminal.widgets.keynames import key_named
from terminal.widgets.notes import EarlierNotes
from terminal.widgets.row import TONES
from terminal.widgets.speech import say
from terminal.widgets.steadfast import Origin, origin
from terminal.widgets.tasks import Tasks
from terminal.widgets.timeline import Timeline
from terminal.widgets.when import Now

if TYPE_CHECKING:
    from terminal.news import News

AT_ONCE: Final = 1.0
"""Seconds within which the same error again is no news."""

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


class DeskScreen(DeskKeys):
    """The screen `desk`. `wall` gives seconds since 1970, `steady` those of a clock that nobody sets; `keys` are remapped keys:
    id -> key."""

    CSS_PATH = Path(__file__).with_name("desk.tcss")
    BINDINGS: ClassVar[list[Binding]] = bindings()  # type: ignore[assignment]  # Textual's type is wider
    COMPONENT_CLASSES: ClassVar[set[str]] = set(TONES)
    AUTO_FOCUS = ""

    def __init__(  # noqa: PLR0913 - what the application knows, each by its name
        self,
        *,
        agent: SafeText,
        site: SafeText,
        wall: Callable[[], float],
        steady: Callable[[], float],
        zone: tzinfo | None = None,
        keys: Mapping[str, str] | None = None,
        looks: Callable[[Painter], Looks],
        attention: Attention,
        lock_minutes: int = 0,
        wrap_up: WrapUp | None = None,
        hours: Hours = UNKNOWN,
    ) -> None:
        super().__init__()
        self.steady = steady
        self._trouble: tuple[Origin | None, float] = (None, 0.0)
        """Where the last error came from, and when."""
        self.wall = Watch(wall, steady, self._shifted)
        self.zone = zone
        self.board = Board(wrap_up)
        self.board.changed_keys = tuple(sorted((keys or {}).items()))
        self.board.key = partial(key_named, changed=self.board.changed_keys)
        self.keeper = Keeper()
        self.work = Work(self.board, self.keeper, self.wall, zone, hours)
        self.callwork = CallWork(self.work)
        self.numberwork = NumberWork(self.work)
        self.registering = Registering(self.work)
        self.attendance = Attendance(self.work)
        self.finder = Finder(self.work)
        self.places = DeskLayout()
        self.writing = Writing(self.board, self.keeper, lambda: self.area, lambda: self.now)
        self.painter = Painter(
            self,
            self.board,
            self.writing,
            self.places,
            agent=agent,
            site=site,
            now=lambda: self.now,
        )
        self.board.typing = self.painter.typing
        self.panes = Panes(self, self.places, self.painter)
        self.errands = Errands(self, self.writing, self.painter)
        self.autosave = Autosave(self, self.writing, self.errands)
        self.keeper.moved = self.autosave.later
        self.menus = Menus(self.panes, self.errands)
        self.board.asking = lambda: self.panes.asks(of_the_card=self.finder.mode in OF_THE_CARD)
        self.promising = Promising(self.work, self.writing)
        self.painter.promise = self.promising.shown
        self.promising.changed = self.painter.note
        self.home = Home(self, self.work, self.painter.soon)
        self.looks = looks(self.painter)
        self.attention = attention
        self.guard = Guard(self, lock_minutes)
        self.codes = Codes(self.work)
        self.casework = Casework(
            self.work,
            self.writing,
            self.painter,
            self.panes,
            self.menus,
            self.errands,
            self.codes,
            field=lambda: self.area,
            timeline=lambda: self.query_one(Timeline),
            tasks=lambda: self.query_one(Tasks),
            earlier=lambda: self.query_one(EarlierNotes),
            typing=self._choose,
        )
        self.finder.more = self.casework.commands
        self.finder.looks = self.looks.commands
        self.wrapping = Wrapping(self.work, self.writing, self.menus, self.codes, self.errands)
        self.wrapping.promise = self.promising.shown
        self.work.bare = self.casework.reasons.bare
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def layout(self) -> Layout:
        """Where everything stands is arithmetic, not style."""
        return self.places

    def _shifted(self, step: Step) -> None:
        """The clock was set. Whoever asks first finds everything by the new one: what lasts must not be measured between two."""
        self.board.shifted(step)
        self.painter.shifted(step.seconds)
        self.home.stale()

    @property
    def now(self) -> Now:
        """This moment."""
        return Now(self.wall(), self.zone)

    def compose(self) -> ComposeResult:
        """Every panel, once."""
        yield from panels(self.now, self.painter.agent, self.painter.site, self.board.changed_keys)

    # what the terminal does

    def on_mount(self) -> None:
        """Times tick once a second."""
        self.set_interval(1.0, self.tick)
        self.area.popped = lambda: self.board.popped
        self.area.chooses = self.chooses
        self.area.browses = self.browse
        self.area.focus()

    def on_resize(self, _event: events.Resize) -> None:
        """Another shape of the screen."""
        self.panes.keep_in_sight()
        self.painter.card()

    def on_descendant_focus(self) -> None:
        """Say where the focus is."""
        self.point()
        self.painter.note()
        self.painter.keys()

    def on_descendant_blur(self) -> None:
        """Say where the focus is."""
        self.painter.note()
        self.painter.keys()

    # what the desk says

    async def on_opened(self, message: Opened) -> None:
        """The desk is there: hear it, and bring back what was left."""
        desk = message.desk
        self._unsubscribe = desk.subscribe(self.hear)
        drafts = await desk.drafts()  # first: nobody is on the card, not for one tick, without what was typed for them
        self.board.begin(desk.calls(), desk.person.person)
        self.keeper.begin(desk, drafts)
        self.ask_again()
        self.errands.run("begin", self.begin_day)
        self.errands.run("restore", lambda: self.work.restore(drafts))
        self.home.tick()
        self.errands.run("codes", self.codes.load)
        self.errands.run("guard", self.guard.begin)
        self.errands.run("meeting", lambda: self.wrapping.welcome(desk))
        self.errands.run("notices", self.casework.load)

    def hear(self, news: "News") -> None:
        """What the desk tells, from anywhere in the event loop."""
        self.post_message(Heard(news))

    def on_unmount(self) -> None:
        """Hear no more."""
        if self._unsubscribe:
            self._unsubscribe()

    def on_heard(self, message: Heard) -> None:
        """News: the board at once, the screen at its pace."""
        try:
            self.writing.hold()
            before = self.board.person
            part = self.board.hear(message.news, self.wall())
            self.attention.hear(message.news)
            self.writing.became(before.key)
            self.writing.settle()
            self.codes.hear(message.news, self.errands)
            self.casework.hear(message.news)
        except Exception as error:  # noqa: BLE001  a row that cannot be shown must not end the call that is on
            self.post_message(Trouble(error))
            return
        self.home.stale()
        self.freshen(before, message.news)
        self.painter.soon(part)
        self.attend()

    def on_trouble(self, message: Trouble) -> None:
        """Say it, log it, go on. The same again at once, as a key held down or the saying itself may bring, is passed over."""
        message.stop()
        now, place = self.steady(), origin(message.error)
        again = place == self._trouble[0] and now - self._trouble[1] < AT_ONCE
        self._trouble = (place, now)
        if again:
            return
        log.error("the desk screen goes on after an error", exc_info=message.error)
        name = SafeText(type(message.error).__name__)
        text = say("Something went wrong ({name}); the log has the details. You can go on.", name=name)
        self.painter.tell(text, bad=True)

    def tick(self) -> None:
        """A second passed."""
        self.writing.hold()
        before = self.board.person
        self.painter.soon(self.board.tick(self.wall()) | Part.STATUS)
        self.writing.settle()
        self.freshen(before)
        self.attend()
        self.casework.faq.look()
        self.home.tick()
        self.guard.tick()
        self.wrapping.tick()
