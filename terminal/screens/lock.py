"""The lock: nobody sees the desk, and whoever has signed in here can come in, by a PIN or by their password.

While it lies over the desk, calls go on underneath; only that they ring, and on which line, is told. What was half typed
stays with its author; the next person finds a desk of their own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.app import ComposeResult

from ringdesk.errors import Refused, RingdeskError
from ringdesk.safetext import SafeText
from terminal.messages import Tried
from terminal.screens.board import Board
from terminal.screens.shell import Cover
from terminal.widgets.lockface import Guest, Locked, LockFace, SecretField
from terminal.widgets.row import TONES
from terminal.widgets.speech import line_name, mark, say
from terminal.widgets.timeline import Timeline
from terminal.widgets.when import Now

if TYPE_CHECKING:
    from terminal.desk import Desk
    from terminal.screens.desk import DeskScreen

CAME_IN, STAYED = True, False
"""How a lock was left."""
WHY_NOT: Final = {
    "no_pin": mark("There is no PIN: type the password."),
    "wrong_pin": mark("That is not the PIN. Type it again."),
    "pin_wait": mark("Wait a moment, then type it again."),
    "pin_spent": mark("Too many wrong tries: type the password."),
    "expired": mark("This sign-in has expired: type the password while the server can be reached."),
    "bad_pin": mark("A PIN has 4 to 8 digits."),
    "no_password": mark("Come in with your password first, then set the PIN."),
    "not_allowed": mark("The name or the password is wrong."),
    "offline": mark("The server cannot be reached, and nothing is remembered of this person."),
}


class LockScreen(Cover):
    """Lies over the desk until somebody came in; `keep` keeps what is half typed, before another does. With `setting` it asks
    the person of the desk for a new PIN, twice."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(TONES)
    AUTO_FOCUS = "#secret"

    def __init__(
        self,
        desk: "Desk",
        board: Board,
        now: Callable[[], Now],
        keep: Callable[[], Awaitable[object]],
        *,
        setting: bool = False,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._board = board
        self._now = now
        self._keep = keep
        self._setting = setting
        self._first = ""
        self._guests: tuple[Guest, ...] = ()
        self._selected = 0
        self._said = (SafeText(), False)
        self._trying = False

    def compose(self) -> ComposeResult:
        """The face, and the field on it."""
        yield LockFace(self._face(), id="lockface")
        yield SecretField(id="secret")

    async def on_mount(self) -> None:
        """Who may come in; the one who was here first."""
        self.set_interval(1.0, self._show)
        if not self._setting:
            people = [Guest(each.login, each.name, each.pin) for each in await self._desk.people()]
            self._guests = tuple(sorted(people, key=lambda guest: guest.login != self._desk.login))
        self._show()

    def on_resize(self, _event: events.Resize) -> None:
        """Another size."""
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Arrows choose who; Esc leaves the setting of a PIN, never the lock."""
        steps = {"down": 1, "up": -1}
        if event.key in steps and self._guests:
            event.stop()
            self._selected = (self._selected + steps[event.key]) % len(self._guests)
            self._say(SafeText())
        elif event.key == "escape" and self._setting:
            event.stop()
            self.dismiss(STAYED)

    def on_tried(self, message: Tried) -> None:
        """A PIN or a password."""
        if not self._trying:
            self._trying = True
            self.run_worker(self._try(message.secret), exit_on_error=False)

    async def _try(self, secret: str) -> None:
        try:
            done = await (self._set(secret) if self._setting else self._enter(secret))
        except Refused as refusal:
            self._say(say(WHY_NOT[refusal.code]) if refusal.code in WHY_NOT else SafeText(str(refusal)), bad=True)
        except RingdeskError as error:
            self._say(SafeText(str(error)), bad=True)
        else:
            if done:
                self.dismiss(CAME_IN)
        finally:
            self._trying = False

    async def _enter(self, secret: str) -> bool:
        if not secret or not self._guests:
            return False
        login = self._guests[self._selected].login
        if login != self._desk.login:
            await self._keep()
        await self._desk.enter(login, secret)
        return True

    async def _set(self, secret: str) -> bool:
        if not secret:
            return True
        if not self._first:
            self._first = secret
            self._say(say("Type it once more."))
            return False
        first, self._first = self._first, ""
        if first != secret:
            self._say(say("These were two different ones. Type the new PIN again."), bad=True)
            return False
        await self._desk.set_pin(secret)
        return True

    def _say(self, text: SafeText, *, bad: bool = False) -> None:
        self._said = (text, bad)
        self._show()

    def _show(self) -> None:
        self.query_one(LockFace).show(self._face())

    def _face(self) -> Locked:
        text, bad = self._said
        lines = tuple(line_name(row.call) for row in self._board.ringing)
        if self._setting:
            keys = say("Enter alone goes on without a PIN, Esc goes back to the desk")
            return Locked(self._now(), say("Set a PIN"), say("New PIN"), (), 0, text, bad, lines, keys)
        keys = say("Up and Down choose who, Enter comes in, Ctrl+Q leaves")
        return Locked(
            self._now(), say("Locked"), say("PIN or password"), self._guests, self._selected, text, bad, lines, keys
        )


class Guard:
    """Locks the desk of `screen`: when it is told, and when no key came for `minutes` (0: never).

    A call that the agent is on counts as work: talking is not leaving.
    """

    def __init__(self, screen: "DeskScreen", minutes: int) -> None:
        self._screen = screen
        self._seconds = minutes * 60
        self._last: float | None = None

    def touched(self) -> None:
        """A key."""
        self._last = asyncio.get_running_loop().time()

    def tick(self) -> None:
        """A second passed."""
        now = asyncio.get_running_loop().time()
        if self._last is None or self._screen.board.served:
            self._last = now
        elif self._seconds and now - self._last >= self._seconds:
            self._last = now
            self.lock()

    async def asked(self) -> None:
        """Lock the desk, or let the next person in. Who has no PIN yet is asked for one first."""
        desk = self._screen.work.desk
        known = [each for each in await desk.people() if each.login == desk.login]
        if known and not known[0].pin:
            self._over(setting=True, then=lambda done: self.lock() if done else None)
        else:
            self.lock()

    def ask_pin(self) -> None:
        """Ask the person who works here for a new PIN."""
        if self._screen.keeper.desk is not None:
            self._over(setting=True, then=lambda _: None)

    def lock(self) -> None:
        """Lock at once. What is half typed is kept for its author."""
        desk = self._screen.keeper.desk
        if desk is None or isinstance(self._screen.app.screen, LockScreen):
            return
        before = desk.person.person
        self._over(setting=False, then=lambda _: self._came_in(before))

    def _over(self, *, setting: bool, then: Callable[[bool], None]) -> None:
        screen = self._screen
        screen.writing.hold()
        screen.panes.close_over()
        lock = LockScreen(screen.work.desk, screen.board, lambda: screen.now, screen.keeper.keep, setting=setting)
        screen.app.push_screen(lock, lambda done: then(bool(done)))

    def _came_in(self, before: str) -> None:
        """Somebody came in; another person than before gets a desk of their own."""
        self.touched()
        if self._screen.work.desk.person.person != before:
            self._screen.run_worker(self._hand_over(), exit_on_error=False)

    async def _hand_over(self) -> None:
        screen, desk = self._screen, self._screen.work.desk
        screen.board.handed_over(desk.person.person, screen.painter.agent)
        screen.keeper.begin(desk, [])
        screen.writing.load()
        screen.painter.agent = desk.person.name
        screen.query_one(Timeline).selected = 0
        await screen.looks.welcome(desk)
        await screen.wrapping.welcome(desk)
        drafts = await desk.drafts()
        screen.keeper.begin(desk, drafts)
        screen.home.stale()
        screen.home.tick()
        screen.errands.run("restore", lambda: screen.work.restore(drafts))
