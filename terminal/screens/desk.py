"""The desk: the screen of a phone agent. It lays the panels out, hears the desk's news and does what the keys say.

All panels are mounted once. News changes the board at once; the banner and the lines follow at once; everything about the
person follows a few times a second at most, and nothing is drawn just after a key (see `Pace`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.layout import Layout
from textual.screen import Screen
from textual.widget import Widget

from ringdesk.errors import Refused, RingdeskError
from ringdesk.safetext import SafeText
from terminal.bindings import bindings
from terminal.messages import Asked, Chosen, Dismissed, Heard, Left, Moved, Opened, Trouble, Typed
from terminal.screens import views
from terminal.screens.arrangement import TABBED, DeskLayout, plan
from terminal.screens.board import Board, Part
from terminal.screens.finder import Finder
from terminal.screens.keeper import NOBODY, Keeper
from terminal.screens.pace import Pace
from terminal.screens.work import Work
from terminal.widgets.banner import Announcement, Banner
from terminal.widgets.calls import Calls, Lines, Missed
from terminal.widgets.card import Card, Face
from terminal.widgets.chooser import Choices, Chooser
from terminal.widgets.help import Help, Manual
from terminal.widgets.keybar import KeyBar, Keys, Strip, TabStrip
from terminal.widgets.note import NoteArea, NoteFrame
from terminal.widgets.note import Owner as NoteOwner
from terminal.widgets.notes import EarlierNotes, Written
from terminal.widgets.panel import Panel
from terminal.widgets.person import Person, Who
from terminal.widgets.speech import REFUSALS, mark, say
from terminal.widgets.statusline import Health, StatusLine
from terminal.widgets.tags import Tags
from terminal.widgets.tasks import Duties, Tasks
from terminal.widgets.timeline import Detail, Past, Timeline
from terminal.widgets.toosmall import TooSmall
from terminal.widgets.topbar import Top, TopBar
from terminal.widgets.when import Now, clock

if TYPE_CHECKING:
    from terminal.news import News

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())

DRAFT_AFTER: Final = 0.3
"""Seconds after a change until the draft is written."""
MESSAGE_STAYS: Final = 8.0
"""Seconds for which a message stands in the banner."""
PANES: Final = {
    "note": mark("Note"),
    "timeline": mark("Timeline"),
    "tasks": mark("Tasks"),
    "earlier": mark("Earlier notes"),
    "lines": mark("Lines"),
    "missed": mark("Missed"),
    "card": mark("Card"),
    "query": mark("Search"),
    "help": mark("Help"),
}
"""Panes that can have the focus, in the order of F9, and their names."""


class DeskScreen(Screen[None]):
    """The screen `desk`. `wall` gives seconds since 1970; `keys` are remapped keys: id -> key."""

    BINDINGS: ClassVar[list[Binding]] = bindings()  # type: ignore[assignment]  # Textual's type is wider
    AUTO_FOCUS = ""

    def __init__(
        self,
        *,
        agent: SafeText,
        site: SafeText,
        wall: Callable[[], float],
        zone: tzinfo | None = None,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.agent = agent
        self.site = site
        self.wall = wall
        self.zone = zone
        self.changed_keys = tuple(sorted((keys or {}).items()))
        self.board = Board()
        self.keeper = Keeper()
        self.work = Work(self.board, self.keeper, wall, zone)
        self.finder = Finder(self.work)
        self.keeper.refresh = self._hold
        self.keeper.loaded = self._reload
        self.pace = Pace()
        self.places = DeskLayout()
        self._owner = NOBODY
        self._message = (SafeText(), False, 0.0)
        self._note_says = (SafeText(), False)
        self._drafting = False
        self._due: set[bool] = set()
        self._doing: set[str] = set()
        self._before: Widget | None = None
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def layout(self) -> Layout:
        """Where everything stands is arithmetic, not style."""
        return self.places

    # the panels

    def compose(self) -> ComposeResult:
        """Every panel, once."""
        now, person = self.now, Person()
        past = Past(person, now)
        yield TopBar(Top(self.agent, self.site, now), id="topbar")
        yield Banner(Announcement(now), id="banner")
        yield Card(Face(person, now), id="card")
        yield Tags(past, id="tags")
        yield Timeline(past, id="timeline")
        yield Detail(past, id="detail")
        yield Tasks(Duties(person, now), id="tasks")
        yield Lines(Calls((), now), id="lines")
        yield Missed(Calls((), now), id="missed")
        yield EarlierNotes(Written(person, now), id="earlier")
        yield NoteFrame(NoteOwner(person), id="noteframe")
        yield StatusLine(Health(now), id="status")
        yield TabStrip(Strip(), id="tabs")
        yield KeyBar(Keys(changed=self.changed_keys), id="keybar")
        yield NoteArea(id="note", read_only=True, soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False)
        yield TooSmall(None, id="toosmall")
        yield Chooser(id="chooser")
        yield Help(Manual(self.changed_keys), id="help")

    def panel(self, name: str) -> Panel[object]:
        """A panel by its id."""
        return self.query_one(f"#{name}", Panel)

    @property
    def area(self) -> NoteArea:
        """The text field of the note."""
        return self.query_one("#note", NoteArea)

    @property
    def now(self) -> Now:
        """This moment."""
        return Now(self.wall(), self.zone)

    def on_mount(self) -> None:
        """Times tick once a second."""
        self.set_interval(1.0, self.tick)
        self.area.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Another shape of the screen: the pane with the focus stays in sight; nothing is mounted or forgotten."""
        focused = self.focused.id if self.focused else None
        if focused in TABBED and focused not in plan(event.size, self.places.tab):
            self.places.tab = focused
        self._rearrange()
        self._paint_card()

    def _rearrange(self) -> None:
        """Ask for the layout anew. Through a child: that is what empties the screen's own memory of the last one."""
        self.panel("tabs").refresh(layout=True)

    # what the desk says

    async def on_opened(self, message: Opened) -> None:
        """The desk is there: hear it, and bring back what was left."""
        desk = message.desk
        self._unsubscribe = desk.subscribe(self._heard)
        self.board.begin(desk.calls())
        drafts = await desk.drafts()
        self.keeper.begin(desk, drafts)
        self.perform("restore", lambda: self.work.restore(drafts))

    def _heard(self, news: "News") -> None:
        self.post_message(Heard(news))

    def on_unmount(self) -> None:
        """Hear no more."""
        if self._unsubscribe:
            self._unsubscribe()

    def on_heard(self, message: Heard) -> None:
        """News: the board at once, the screen at its pace."""
        try:
            self._hold()
            part = self.board.hear(message.news, self.wall())
            self._settle()
        except Exception as error:  # noqa: BLE001  a row that cannot be shown must not end the call that is on
            self.post_message(Trouble(error))
            return
        self._paint_soon(part)

    def on_trouble(self, message: Trouble) -> None:
        """Say it, log it, go on."""
        log.error("the desk screen goes on after an error", exc_info=message.error)
        name = SafeText(type(message.error).__name__)
        self.tell(say("Something went wrong ({name}); the log has the details. You can go on.", name=name), bad=True)

    def tick(self) -> None:
        """A second passed."""
        self._hold()
        self._paint_soon(self.board.tick(self.wall()) | Part.STATUS)
        self._settle()
        self._paint_card()

    # drawing

    def pressed(self) -> None:
        """A key came: drawing waits a moment."""
        self.pace.key = self._steady()

    @staticmethod
    def _steady() -> float:
        return asyncio.get_running_loop().time()

    def _paint_soon(self, part: Part) -> None:
        if part & (Part.CALLS | Part.STATUS):
            self._plan_paint(card=False)
        if part & Part.PERSON:
            self._plan_paint(card=True)

    def _plan_paint(self, *, card: bool) -> None:
        wait = self.pace.due(self._steady(), card=card) - self._steady()
        if wait <= 0:
            self._paint(card=card)
        elif card not in self._due:
            self._due.add(card)
            self.set_timer(wait, lambda: self._plan_paint_again(card=card))

    def _plan_paint_again(self, *, card: bool) -> None:
        self._due.discard(card)
        self._plan_paint(card=card)

    def _paint(self, *, card: bool) -> None:
        try:
            self._paint_person() if card else self._paint_calls()
        except Exception as error:  # noqa: BLE001  see on_heard
            self.post_message(Trouble(error))
        self.pace.drawn(self._steady(), card=card)

    def _paint_calls(self) -> None:
        board, now = self.board, self.now
        text, bad, until = self._message
        message = text if now.at < until else SafeText()
        drafts = len(self.keeper.others(self._owner))
        minute = Now(now.at - now.at % 60, now.zone)
        self.panel("banner").show(views.announcement(board, now, message, bad=bad, drafts=drafts))
        self.panel("topbar").show(views.top(board, now, self.agent, self.site))
        self.panel("lines").show(views.calls(board, now))
        self.panel("missed").show(views.missed(board, minute))
        self.panel("status").show(views.health(board, now))
        self.panel("tabs").show(views.tabs(board, minute, TABBED.index(self.places.tab)))
        self._paint_keys()

    def _paint_person(self) -> None:
        person, now = self.board.person, self.now
        minute = Now(now.at - now.at % 60, now.zone)
        self._paint_card()
        past = Past(person, minute)
        self.panel("tags").show(past)
        timeline = self.query_one(Timeline)
        timeline.show(past)
        self.panel("detail").show(Past(person, minute, timeline.selected))
        self.panel("tasks").show(Duties(person, minute))
        self.panel("earlier").show(Written(person, minute))
        self._paint_note()
        self._paint_calls()

    def _paint_card(self) -> None:
        card = self.panel("card")
        card.can_focus = self.board.person.who is Who.SEVERAL or card.has_focus
        card.show(views.face(self.board, self.now, tags="tags" not in plan(self.size)))

    def _paint_note(self) -> None:
        says, bad = self._note_says
        person = self.board.person
        if self._owner == NOBODY:
            says, bad = say("A note belongs to a person or a call."), False
        self.panel("noteframe").show(NoteOwner(person, self.area.has_focus, says, bad))

    def _paint_keys(self) -> None:
        focused = self.focused.id if self.focused else None
        name = say(PANES[focused]) if focused in PANES else SafeText("-")
        writing = focused in ("note", "query")
        self.panel("keybar").show(Keys(writing, views.dead_keys(self.board), name, self.changed_keys))

    def on_descendant_focus(self) -> None:
        """Say where the focus is."""
        self._paint_note()
        self._paint_keys()

    def on_descendant_blur(self) -> None:
        """Say where the focus is."""
        self._paint_note()
        self._paint_keys()

    def tell(self, text: SafeText, *, bad: bool = False) -> None:
        """A message for the person: in the banner, for a while."""
        self._message = (text, bad, self.wall() + MESSAGE_STAYS)
        self._paint_soon(Part.CALLS)

    def stay(self, text: SafeText) -> None:
        """A message that stays: nothing works before it is dealt with."""
        self._message = (text, True, float("inf"))
        self._paint_soon(Part.CALLS)

    def redraw_all(self) -> None:
        """Every word anew: the language or the theme changed."""
        for panel in self.query(Panel):
            panel.redraw()

    # the note

    def _settle(self) -> None:
        """The note follows the person on show: what was written stays with its owner, the text of the new one comes."""
        owner = self.board.person.key
        if owner == self._owner:
            return
        self.keeper.hold(self._owner, self.area.text)
        self._note_says = (SafeText(), False)
        text = self.keeper.texts.get(owner, "")
        self._reload()
        if text:
            self._note_says = (say("draft kept"), False)

    def on_typed(self, _message: Typed) -> None:
        """Keep what is written, a moment later."""
        self._hold()
        if not self._drafting:
            self._drafting = True
            self.set_timer(DRAFT_AFTER, self._draft)

    def on_left(self, _message: Left) -> None:
        """Keep what is written, now."""
        self._draft()

    def _draft(self) -> None:
        self._drafting = False
        self.perform("draft", self._keep)

    async def _keep(self) -> SafeText:
        owner = self._owner
        try:
            at = await self.keeper.keep()
        except Exception:
            self._note_says = (say("the draft is not kept: save the note"), True)
            self._paint_note()
            raise
        if at is not None and owner == self._owner:
            self._note_says = (say("draft saved {time}", time=clock(at, self.now)), False)
            self._paint_note()
        return SafeText()

    # what the person does

    def perform(self, name: str, work: Callable[[], Awaitable[SafeText | None]]) -> None:
        """Do something that takes a moment; the same again while it runs is one press too many."""
        if name in self._doing:
            return
        self._doing.add(name)
        self.run_worker(self._performed(name, work), name=name, exit_on_error=False)

    async def _performed(self, name: str, work: Callable[[], Awaitable[SafeText | None]]) -> None:
        try:
            text, bad = await work() or SafeText(), False
        except Refused as error:
            text, bad = SafeText(say(REFUSALS[error.code]) if error.code in REFUSALS else say(str(error))), True
        except RingdeskError as error:
            text, bad = SafeText(str(error)), True
        except Exception as error:  # noqa: BLE001  shown and logged; the note must survive it
            self.post_message(Trouble(error))
            text, bad = SafeText(), True
        finally:
            self._doing.discard(name)
        if name == "draft":
            return
        if name in ("save", "wrapup") and bad:
            self._note_says = (say("NOT SAVED: {reason}", reason=text or say("an error")), True)
        elif name == "save":
            self._note_says = (text, False)
        self._settle()
        if text:
            self.tell(text, bad=bad)
        self._paint(card=True)

    def _reload(self) -> None:
        """The text of whoever is on show, into the field."""
        self._owner = self.board.person.key
        text = self.keeper.texts.get(self._owner, "")
        self.area.read_only = self._owner == NOBODY
        self.board.typed = bool(text)
        if text != self.area.text:
            with self.area.prevent(NoteArea.Changed):
                self.area.load_text(text)
            self.area.move_cursor(self.area.document.end)

    def _hold(self) -> None:
        """What stands in the field belongs to its owner, this very moment."""
        self.keeper.hold(self._owner, self.area.text)
        self.board.typed = bool(self.area.text) and self._owner != NOBODY

    def action_answer(self) -> None:
        """F2."""

        async def take() -> SafeText:
            self._hold()
            await self.keeper.keep()
            said = await self.work.answer()
            if said:
                return said
            self._settle()
            self._paint(card=True)
            self.close_over()
            (self.panel("card") if self.board.person.who is Who.SEVERAL else self.area).focus()
            await self.work.refill()
            return SafeText()

        self.perform("answer", take)

    def action_wrapup(self) -> None:
        """F4."""

        async def close() -> SafeText:
            self._hold()
            said = await self.work.wrap_up()
            self._settle()
            await self.work.refill()
            return said

        self.perform("wrapup", close)

    def action_save(self) -> None:
        """Ctrl+S."""
        self._hold()
        self._note_says = (say("saving"), False)
        self._paint_note()
        self.perform("save", self.work.save)

    def action_later(self) -> None:
        """F8."""
        self.perform("later", self.work.later)

    def action_digit(self, digit: int) -> None:
        """A digit outside text: one of several people, else a tab."""
        if self.board.person.who is Who.SEVERAL:
            self._hold()
            if self.work.choose(digit - 1):
                self._reload()
                self._paint(card=True)
                if self.panel("card").has_focus:
                    self.area.focus()
                self.perform("choose", self.work.refill)
        elif digit <= len(TABBED) and "tabs" in plan(self.size):
            self._go(TABBED[digit - 1])

    def action_pane(self, step: int = 1) -> None:
        """F9."""
        names = [name for name in PANES if name not in ("query", "help", "card")]
        if self.board.person.who is Who.SEVERAL:
            names.insert(0, "card")
        places = plan(self.size, self.places.tab)
        if "tabs" not in places:
            names = [name for name in names if name in places]
        here = self.focused.id if self.focused else None
        at = names.index(here) if here in names else -1 if step > 0 else 0
        self._go(names[(at + step) % len(names)])

    def _go(self, name: str) -> None:
        """Bring a pane into sight and the focus into it."""
        if name in TABBED and "tabs" in plan(self.size) and name != self.places.tab:
            self.places.tab = name
            self._rearrange()
            self._paint_calls()
        self.query_one(f"#{name}").focus()

    def action_back(self) -> None:
        """Esc: what lies on top, then the note, then the card that was opened by hand."""
        if self.close_over():
            return
        if self.area.has_focus:
            self._go("timeline" if "tabs" not in plan(self.size) else self.places.tab)
        elif self.board.by_hand:
            self._hold()
            self.board.home()
            self._settle()
            self._draft()
            self._paint(card=True)

    def action_help(self) -> None:
        """F1."""
        helping = self.query_one(Help)
        if helping.display:
            self.close_over()
            return
        self._open_over(helping)
        helping.focus()

    def action_search(self) -> None:
        """The search box."""
        self._choose("search")

    def action_palette(self) -> None:
        """The palette."""
        self._choose("palette")

    def _choose(self, mode: str) -> None:
        self.finder.mode = mode
        chooser = self.query_one(Chooser)
        self._open_over(chooser)
        chooser.start()

    def _open_over(self, widget: Widget) -> None:
        before = self._before or self.focused
        self.close_over()
        self._before = before
        widget.display = True

    def close_over(self) -> bool:
        """Close the chooser or the help; the focus goes back to where it was. Whether there was anything to close."""
        over = [widget for widget in (self.query_one(Chooser), self.query_one(Help)) if widget.display]
        for widget in over:
            widget.display = False
        if over:
            (self._before or self.area).focus()
            self._before = None
        return bool(over)

    def on_asked(self, message: Asked) -> None:
        """What is typed in the chooser."""
        self.run_worker(self._answer_query(message.query), group="lookup", exclusive=True, exit_on_error=False)

    async def _answer_query(self, query: str) -> None:
        choices: Choices = await self.finder.ask(query)
        self.query_one(Chooser).list.show(choices)

    def on_dismissed(self, _message: Dismissed) -> None:
        """The chooser was closed."""
        self.close_over()

    async def on_chosen(self, message: Chosen) -> None:
        """A row was taken."""
        if message.pane == "choices":
            taken = self.finder.chosen(message.index)
            self.close_over()
            if isinstance(taken, str):
                await self.run_action(taken)
            elif taken is not None:
                self._hold()
                self.perform("open", lambda: self.work.open(taken))
        elif message.pane == "timeline":
            self.tell(SafeText())

    def on_moved(self, message: Moved) -> None:
        """The selection moved: the detail follows."""
        if message.pane == "timeline":
            self.panel("detail").show(Past(self.board.person, self.query_one(Timeline).value.now, message.index))

    def action_resume(self, index: int) -> None:
        """Go on with a half-typed note (from the palette)."""
        others = self.keeper.others(self._owner)
        if index < len(others):
            self._hold()
            self.perform("open", lambda: self.work.resume(others[index]))

    async def action_leave(self) -> None:
        """Ctrl+Q: keep the drafts, then leave."""
        self._hold()
        try:
            await self.keeper.keep()
        except Exception as error:
            log.error("a draft could not be kept at the end", exc_info=error)
        self.app.exit()
