"""The keys of the desk as actions, and what its panels tell of the person: written, taken, selected."""

import logging

from ringdesk.safetext import SafeText
from terminal.bindings import DIGITS
from terminal.messages import Chosen, Cut, Declined, Left, Moved, Scribbled, Typed
from terminal.screens.autosave import Autosave
from terminal.screens.callkeys import CallKeys
from terminal.screens.chooserkeys import ChooserKeys
from terminal.screens.guard import Guard
from terminal.screens.home import Home
from terminal.screens.keeper import Keeper
from terminal.screens.looks import LANGUAGE, THEME, Looks
from terminal.screens.promising import Promising
from terminal.screens.wrapping import Wrapping
from terminal.widgets.card import Card
from terminal.widgets.note import NoteArea
from terminal.widgets.person import Who
from terminal.widgets.speech import say
from terminal.widgets.timeline import Timeline

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


class DeskKeys(CallKeys, ChooserKeys):
    """A desk with keys. The one that inherits makes the parts."""

    keeper: Keeper
    wrapping: Wrapping
    promising: Promising
    home: Home
    looks: Looks
    guard: Guard
    autosave: Autosave
    _warned = False

    @property
    def area(self) -> NoteArea:
        """The text field of the note."""
        return self.query_one("#note", NoteArea)

    def chooses(self, character: str) -> bool:
        """Whether a digit chooses one of the people on the card, who share a number."""
        return self.board.person.who is Who.SEVERAL and character in DIGITS[: len(self.picker.people)]

    def browse(self, key: str) -> bool:
        """Whether this key, in an empty note, shows others of them."""
        return self.board.person.who is Who.SEVERAL and self.picker.browse(key)

    @property
    def picker(self) -> Card:
        """The card, where people to choose from may stand."""
        return self.query_one(Card)

    # what the person writes

    def on_scribbled(self, message: Scribbled) -> None:
        """Something was typed on the card while somebody has to be chosen: it begins the note."""
        if self.area.read_only:
            self.on_declined(Declined())
            return
        self.set_focus(self.area)
        self.area.insert(message.text, self.area.document.end)
        self.area.move_cursor(self.area.document.end)

    def on_typed(self, _message: Typed) -> None:
        """Keep what is written, a moment later."""
        typed = self.board.typed
        self.writing.hold()
        if typed != self.board.typed:
            self.painter.note()
            self.painter.card()
        self.promising.look()
        self.autosave.later()

    def on_declined(self, _message: Declined) -> None:
        """Something was typed where there is nobody to write about."""
        self.painter.tell(
            say(
                "Nobody is on the desk: what you type goes nowhere. {answer} takes a call, {search} opens a card.",
                answer=self.board.key("answer"),
                search=self.board.key("search"),
            ),
            bad=True,
        )

    def on_cut(self, _message: Cut) -> None:
        """More was pasted than a note can hold."""
        self.writing.full()
        self.painter.note()

    def on_left(self, _message: Left) -> None:
        """Keep what is written, now."""
        self.autosave.now()

    # what the person does

    def action_wrapup(self) -> None:
        """F4: the call that is served, also from a card that was opened by hand meanwhile."""
        self.writing.hold()
        before = self.board.person
        self.work.to_call()
        if self.board.person.key != before.key:
            self.writing.settle()
            self.freshen(before)
            self.painter.paint()
        self.wrapping.open()

    def action_save(self) -> None:
        """Ctrl+S."""
        self.writing.hold()
        if self.casework.reasons.bare(self.board.person):
            self.writing.say(say("Only the template stands here: fill it in first."), bad=True)
            self.painter.note()
            return
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
        if self.board.person.who is Who.SEVERAL and not was_for_home and not self.painter.seen:
            self.painter.tell(say("Several people share this number: look who they are, then press the digit."))
        elif self.board.person.who is Who.SEVERAL and not was_for_home:
            self.writing.hold()
            people = self.picker.people
            match = self.work.choose(people[digit - 1]) if digit <= len(people) else None
            if match is not None:
                self.painter.paint()
                if self.painter.panel("card").has_focus or self.board.serving is not None:
                    self.set_focus(self.area)  # at once: what is typed behind the digit is text
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
            kept, before = self.board.typed, self.board.person
            self.board.put_away(self.work.wall())
            self.writing.settle()
            self.freshen(before)
            self.autosave.now()
            if kept:
                key = self.board.key("palette")
                said = say("What you wrote for {name} is kept as a draft: {key} lists it.", name=before.name, key=key)
                self.painter.tell(said)
            self.painter.paint()

    def action_help(self) -> None:
        """F1."""
        self.panes.help()

    def action_reason(self, index: str) -> None:
        """A reason of the palette."""
        self.writing.hold()
        person = self.board.person
        self.errands.run("reason", lambda: self.casework.reasons.choose(int(index), person))

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

    async def on_chosen(self, message: Chosen) -> None:
        """A row was taken."""
        if message.pane == "choices":
            await self.took(message.index)
        elif message.pane == "menu":
            self.menus.taken(message.index)
        elif message.pane == "timeline" and self.board.person.who is Who.NOBODY:
            self.writing.hold()
            item = self.query_one(Timeline).item
            if item is not None:
                self.errands.run("open", lambda: self.home.take(item))
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
        """Ctrl+Q: keep the drafts, then leave. Where one cannot be kept it stays on the screen until the key comes again."""
        if await self._keep() or self._warned:
            await self.leave()
            return
        self._warned = True
        self.painter.tell(
            say("What you typed cannot be kept: make room, or {key} again loses it.", key=self.board.key("quit")),
            bad=True,
        )

    async def leave(self) -> None:
        """Leave, whatever can be kept."""
        await self._keep()
        await self.attendance.leave()
        self.app.exit()

    async def _keep(self) -> bool:
        self.writing.hold()
        try:
            await self.keeper.keep()
        except Exception as error:
            log.error("a draft could not be kept at the end", exc_info=error)
            return False
        return True
