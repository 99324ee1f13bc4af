"""The desk: the screen of a phone agent. It holds the panels, hears the desk's news and does what the keys say.

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
from terminal.messages import Asked, Chosen, Declined, Dismissed, Heard, Left, Moved, Opened, Trouble, Typed
from terminal.news import ScreenPop
from terminal.screens.arrangement import DeskLayout
from terminal.screens.attendance import Attendance
from terminal.screens.attention import Attention
from terminal.screens.board import Board
from terminal.screens.callkeys import CallKeys
from terminal.screens.callwork import CallWork
from terminal.screens.casework import ANSWERS, PIN, Casework
from terminal.screens.codes import Codes
from terminal.screens.errands import DRAFT, Errands
from terminal.screens.finder import NAMING, PALETTE, SEARCH, Finder
from terminal.screens.guard import Guard
from terminal.screens.home import Home
from terminal.screens.keeper import Keeper, Owner
from terminal.screens.later import once
from terminal.screens.looks import LANGUAGE, THEME, Looks
from terminal.screens.menus import Menus
from terminal.screens.numberwork import NumberWork
from terminal.screens.onshow import Part
from terminal.screens.painter import Painter
from terminal.screens.panels import panels
from terminal.screens.panes import Panes
from terminal.screens.promising import Promising
from terminal.screens.windows import UNKNOWN
from terminal.screens.work import Work
from terminal.screens.wrapping import Wrapping
from terminal.screens.wrapup import WrapUp
from terminal.screens.writing import Writing
from terminal.widgets.note import NoteArea
from terminal.widgets.person import Who
from terminal.widgets.row import TONES
from terminal.widgets.speech import say
from terminal.widgets.timeline import Timeline
from terminal.widgets.when import Now

if TYPE_CHECKING:
    from terminal.news import News

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())

DRAFT_AFTER: Final = 0.3
"""Seconds after a change until the draft is written."""


class DeskScreen(CallKeys):
    """The screen `desk`. `wall` gives seconds since 1970; `keys` are remapped keys: id -> key."""

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
        zone: tzinfo | None = None,
        keys: Mapping[str, str] | None = None,
        looks: Callable[[Painter], Looks],
        attention: Attention,
        lock_minutes: int = 0,
        wrap_up: WrapUp | None = None,
        hours: Hours = UNKNOWN,
    ) -> None:
        super().__init__()
        self.wall = wall
        self.zone = zone
        self.board = Board(wrap_up)
        self.keeper = Keeper()
        self.work = Work(self.board, self.keeper, wall, zone, hours)
        self.callwork = CallWork(self.work)
        self.numberwork = NumberWork(self.work)
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
            changed_keys=tuple(sorted((keys or {}).items())),
        )
        self.board.typing = self.painter.typing
        self.panes = Panes(self, self.places, self.painter)
        self.errands = Errands(self, self.writing, self.painter)
        self.menus = Menus(self.panes, self.errands)
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
            typing=self._choose,
        )
        self.finder.more = self.casework.commands
        self.wrapping = Wrapping(self.work, self.writing, self.menus, self.codes, self.errands)
        self._drafting = False
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def layout(self) -> Layout:
        """Where everything stands is arithmetic, not style."""
        return self.places

    @property
    def area(self) -> NoteArea:
        """The text field of the note."""
        return self.query_one("#note", NoteArea)

    @property
    def now(self) -> Now:
        """This moment."""
        return Now(self.wall(), self.zone)

    def compose(self) -> ComposeResult:
        """Every panel, once."""
        yield from panels(self.now, self.painter.agent, self.painter.site, self.painter.changed_keys)

    # what the terminal does

    def on_mount(self) -> None:
        """Times tick once a second."""
        self.set_interval(1.0, self.tick)
        self.area.popped = lambda: self.board.popped
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
        self.board.begin(desk.calls(), desk.person.person)
        drafts = await desk.drafts()
        self.keeper.begin(desk, drafts)
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
            before = self.board.person.key
            part = self.board.hear(message.news, self.wall())
            self.attention.hear(message.news)
            self.writing.became(before)
            self.writing.settle()
            self.codes.hear(message.news, self.errands)
            self.casework.hear(message.news)
        except Exception as error:  # noqa: BLE001  a row that cannot be shown must not end the call that is on
            self.post_message(Trouble(error))
            return
        self.home.stale()
        self._freshen(before, message.news)
        self.painter.soon(part)
        self.attend()

    def _freshen(self, before: Owner, news: "News | None" = None) -> None:
        """A card that opened by itself, unless just now by the pop of its own call: what that brought may be old by now."""
        person = self.board.person
        new = isinstance(news, ScreenPop) and person.call is not None and news.call.id == person.call.id
        if person.key != before and person.member is not None and not new:
            self.errands.run(f"card {person.key}", self.work.freshen)

    def on_trouble(self, message: Trouble) -> None:
        """Say it, log it, go on."""
        log.error("the desk screen goes on after an error", exc_info=message.error)
        name = SafeText(type(message.error).__name__)
        text = say("Something went wrong ({name}); the log has the details. You can go on.", name=name)
        self.painter.tell(text, bad=True)

    def tick(self) -> None:
        """A second passed."""
        self.writing.hold()
        before = self.board.person.key
        self.painter.soon(self.board.tick(self.wall()) | Part.STATUS)
        self.writing.settle()
        self._freshen(before)
        self.attend()
        self.home.tick()
        self.guard.tick()
        self.wrapping.tick()

    # what the person writes

    def on_typed(self, _message: Typed) -> None:
        """Keep what is written, a moment later."""
        typed = self.board.typed
        self.writing.hold()
        if typed != self.board.typed:
            self.painter.note()
        self.promising.look()
        self._draft_later()

    def on_declined(self, _message: Declined) -> None:
        """Something was typed where there is nobody to write about."""
        self.painter.tell(
            say("Nobody is on the desk: what you type goes nowhere. F2 takes a call, / opens a card."), bad=True
        )

    def on_left(self, _message: Left) -> None:
        """Keep what is written, now."""
        self._draft()

    def _draft_later(self) -> None:
        if not self._drafting:
            self._drafting = True
            once(self, DRAFT_AFTER, self._draft)

    def _draft(self) -> None:
        self._drafting = False
        if not self.errands.run(DRAFT, self.writing.keep):
            self._draft_later()  # the one that is being written does not have the last keys

    # what the person does

    def action_wrapup(self) -> None:
        """F4."""
        self.writing.hold()
        self.wrapping.open()

    def action_save(self) -> None:
        """Ctrl+S."""
        self.writing.hold()
        self.writing.say(say("saving"))
        self.painter.note()
        self.errands.run("save", self.work.save)

    def action_promise(self) -> None:
        """What the note promises becomes a task, or is taken back."""
        self.writing.hold()
        self.errands.run("promise", self.promising.turn)

    def action_digit(self, digit: int) -> None:
        """A digit outside text: one of several people, else a tab."""
        was_for_home = self.board.popped and self.area.has_focus
        if self.board.person.who is Who.SEVERAL and not was_for_home:
            self.writing.hold()
            match = self.work.choose(digit - 1)
            if match is not None:
                self.painter.paint()
                if self.painter.panel("card").has_focus:
                    self.area.focus()
                e164 = self.board.person.call.caller.e164 if self.board.person.call else None
                self.errands.run("choose", lambda: self.numberwork.choose(match, e164))
        else:
            self.panes.tab(digit)

    def action_pane(self, step: int = 1) -> None:
        """F9."""
        self.panes.step(step, card=self.board.person.who is Who.SEVERAL)

    def action_back(self) -> None:
        """Esc: what lies on top; then the note; then the card that was opened by hand, or whose call rings no more. An empty
        note of such a call is left together with its card."""
        if self.panes.close_over():
            return
        self.writing.hold()
        in_note = self.area.has_focus
        closes = self.board.silent and not (in_note and self.board.typed)
        closes = closes or (self.board.by_hand and not in_note)
        if in_note:
            self.panes.leave_note()
        if closes:
            kept, name, before = self.board.typed, self.board.person.name, self.board.person.key
            self.board.put_away(self.wall())
            self.writing.settle()
            self._freshen(before)
            self._draft()
            if kept:
                self.painter.tell(say("What you wrote for {name} is kept as a draft: Ctrl+P lists it.", name=name))
            self.painter.paint()

    def action_help(self) -> None:
        """F1."""
        self.panes.help()

    def action_search(self) -> None:
        """The search box."""
        self._choose(SEARCH)

    def action_palette(self) -> None:
        """The palette."""
        self._choose(PALETTE)

    def action_answers(self) -> None:
        """F12."""
        self.casework.faq.begin()
        self._choose(ANSWERS)

    def action_reason(self, index: str) -> None:
        """A reason of the palette."""
        self.writing.hold()
        self.errands.run("reason", lambda: self.casework.reasons.choose(int(index)))

    def action_fact(self, field: str, step: int) -> None:
        """A flag or a fact, from the palette."""
        self.casework.pinning.begin(field, step)

    def action_notices(self) -> None:
        """The notices, from the palette."""
        self.casework.notices()

    def action_let_go(self) -> None:
        """What waits for the sign-in of somebody who does not come, from the palette."""
        self.errands.run("unsent", self.casework.unsent.offer)

    def action_tray(self) -> None:
        """What was not sent, from the palette."""
        self.errands.run("tray", self.casework.unsent.read)

    def _choose(self, mode: str) -> None:
        self.finder.mode = mode
        self.panes.choose()

    def on_asked(self, message: Asked) -> None:
        """What is typed in the chooser."""
        asked = partial(
            self._answer_query, message.query
        )  # no coroutine: of quick keys all but the last are never begun
        self.run_worker(asked, group="lookup", exclusive=True, exit_on_error=False)  # type: ignore[arg-type]

    async def _answer_query(self, query: str) -> None:
        asked = {ANSWERS: self.casework.faq.ask, PIN: self.casework.pinning.ask}.get(self.finder.mode, self.finder.ask)
        choices = await asked(query)
        self.panes.chooser.list.show(choices)

    def on_dismissed(self, _message: Dismissed) -> None:
        """The chooser was closed."""
        self.panes.close_over()

    async def on_chosen(self, message: Chosen) -> None:
        """A row was taken."""
        if message.pane == "choices" and self.finder.mode == NAMING:
            self.named()
        elif message.pane == "choices" and self.finder.mode in (ANSWERS, PIN):
            self.writing.hold()
            self.casework.took(self.finder.mode, message.index)
        elif message.pane == "choices":
            taken = self.finder.chosen(message.index)
            self.panes.close_over()
            if isinstance(taken, str):
                await self.run_action(taken)
            elif taken is not None:
                self.writing.hold()
                self.errands.run("open", lambda: self.work.open(taken))
        elif message.pane == "menu":
            self.menus.taken(message.index)
        elif message.pane == "timeline" and self.board.person.who is Who.NOBODY:
            self.writing.hold()
            self.errands.run("open", lambda: self.home.take(message.index))
        elif message.pane in ("lines", "missed"):
            self.take(message)
        else:
            self.casework.take(message.pane, message.index)

    def on_moved(self, message: Moved) -> None:
        """The selection moved: the detail follows, and F2."""
        if message.pane == "timeline":
            self.casework.reading.moved()
        elif message.pane == "lines":
            self.point()

    def action_resume(self, index: int) -> None:
        """Go on with a half-typed note (from the palette)."""
        others = self.writing.others
        if index < len(others):
            self.writing.hold()
            self.errands.run("open", lambda: self.work.resume(others[index]))

    def action_wear(self, theme: str) -> None:
        """Another theme (from the palette)."""
        self.errands.run("look", lambda: self.looks.choose(self.keeper.desk, THEME, theme))

    def action_speak(self, tag: str) -> None:
        """Another language (from the palette)."""
        self.errands.run("look", lambda: self._speak(tag))

    async def _speak(self, tag: str) -> SafeText:
        said = await self.looks.choose(self.keeper.desk, LANGUAGE, tag)
        self.home.stale()  # it has words in it
        self.home.tick()
        return said

    def action_lock(self) -> None:
        """Lock, or let the next person in."""
        self.errands.run("lock", self.guard.asked)

    def action_pin(self) -> None:
        """Set a PIN (from the palette)."""
        self.guard.ask_pin()

    async def action_leave(self) -> None:
        """Ctrl+Q: keep the drafts, then leave."""
        self.writing.hold()
        try:
            await self.keeper.keep()
        except Exception as error:
            log.error("a draft could not be kept at the end", exc_info=error)
        await self.attendance.leave()
        self.app.exit()
