"""The lock: nobody sees the desk, and whoever has signed in here can come in, by a PIN or by their password.

While it lies over the desk, calls go on underneath; only that they ring, and on which line, is told. What was half typed
stays with its author; the next person finds a desk of their own.
"""

import math
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.app import ComposeResult

from ringdesk.errors import MustWait, Refused, RingdeskError
from ringdesk.safetext import SafeText
from terminal.messages import Tried
from terminal.screens.board import Board
from terminal.screens.shell import Cover
from terminal.widgets.lockface import Guest, Locked, LockFace, SecretField
from terminal.widgets.row import TONES
from terminal.widgets.speech import line_name, mark, say
from terminal.widgets.when import Now

if TYPE_CHECKING:
    from terminal.desk import Desk

CAME_IN, STAYED = True, False
"""How a lock was left."""
RULE: Final = mark("A PIN has 4 to 8 digits, no letters and no signs.")
"""What a PIN is, said before one is typed."""
WHY: Final = mark("Locking the desk needs a PIN that opens it again. Esc leaves this.")
"""Why a PIN is asked for."""
WHY_NOT: Final = {
    "no_pin": mark("There is no PIN: type the password."),
    "wrong_pin": mark("That is not the PIN. Type it again."),
    "wait": mark("Wait a moment, then type it again."),
    "pin_spent": mark("Too many wrong tries: type the password."),
    "expired": mark("This sign-in has expired: type the password while the server can be reached."),
    "bad_pin": mark("That is no PIN: type 4 to 8 digits, no letters and no signs."),
    "no_password": mark("Come in with your password first, then set the PIN."),
    "not_allowed": mark("The name or the password is wrong."),
    "offline": mark("The server cannot be reached, and nothing is remembered of this person."),
}


class LockScreen(Cover):
    """Lies over the desk until somebody came in; `keep` keeps what is half typed, before another does, and `welcome` makes the
    desk theirs before they see it. With `setting` it asks the person of the desk for a new PIN, twice; `must`: nothing else
    would open the desk for them again."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(TONES)
    AUTO_FOCUS = "#secret"

    def __init__(
        self,
        desk: "Desk",
        board: Board,
        now: Callable[[], Now],
        keep: Callable[[], Awaitable[object]],
        welcome: Callable[[], Awaitable[object]],
        *,
        setting: bool = False,
        must: bool = False,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._board = board
        self._now = now
        self._keep = keep
        self._welcome = welcome
        self._setting = setting
        self._must = must
        self._first = ""
        self._named = ""
        self._guests: tuple[Guest, ...] = ()
        self._selected = 0
        self._said = (say(RULE) if setting else SafeText(), False)
        self._trying = False

    def compose(self) -> ComposeResult:
        """The face, and the field on it."""
        yield LockFace(self._face(), id="lockface")
        yield SecretField(id="secret")

    async def on_mount(self) -> None:
        """Who may come in; the one who was here first."""
        self.set_interval(1.0, self._show)
        if not self._setting:
            people = [Guest(*each) for each in await self._desk.people()]
            guests = sorted(people, key=lambda guest: guest.login != self._desk.login)
            if any(guest.password for guest in guests):
                guests.append(Guest("", say("Somebody else"), pin=False))
            self._guests = tuple(guests)
        self._show()

    def on_resize(self, _event: events.Resize) -> None:
        """Another size."""
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Arrows choose who; Esc leaves the setting of a PIN, never the lock."""
        steps = {"down": 1, "up": -1}
        if event.key in steps and self._guests:
            event.stop()
            self._turn_to((self._selected + steps[event.key]) % len(self._guests))
        elif event.key == "escape":
            event.stop()
            if self._setting:
                self.dismiss(STAYED)
            elif self._named:
                self._turn_to(self._selected)

    def _turn_to(self, index: int) -> None:
        """Somebody is chosen: what was typed for another is gone, before the field may show it."""
        self._selected, self._named = index, ""
        field = self.query_one(SecretField)
        field.value = ""
        field.password = bool(self._guests[index].login)
        self._say(SafeText())

    def on_tried(self, message: Tried) -> None:
        """A PIN or a password."""
        if not self._trying:
            self._trying = True
            self.run_worker(self._try(message.secret), exit_on_error=False)

    async def _try(self, secret: str) -> None:
        try:
            if await (self._set(secret) if self._setting else self._enter(secret)):
                await self._welcome()
                self.dismiss(CAME_IN)
        except Refused as refusal:
            self._say(self._why_not(refusal), bad=True)
        except RingdeskError as error:
            self._say(SafeText(str(error)), bad=True)
        finally:
            self._trying = False

    async def _enter(self, secret: str) -> bool:
        if not secret or not self._guests:
            return False
        login = self._guests[self._selected].login or self._named
        if not login:
            self._named = secret.strip()
            self.query_one(SecretField).password = True
            self._say(SafeText())
            return False
        if login != self._desk.login:
            await self._keep()
        await self._desk.enter(login, secret)
        return True

    async def _set(self, secret: str) -> bool:
        if not secret:
            if self._must:
                self._say(say("Without a PIN you could not come in again: type one, or Esc goes back."), bad=True)
            return not self._must
        from terminal.desk import is_pin  # it is there by then; the first frame does not wait for it

        if not self._first:
            if not is_pin(secret):
                raise Refused("bad_pin", RULE)
            self._first = secret
            self._say(say("Type it once more."))
            return False
        first, self._first = self._first, ""
        if first != secret:
            self._say(say("These were two different ones. Type the new PIN again."), bad=True)
            return False
        await self._desk.set_pin(secret)
        return True

    def _why_not(self, refusal: Refused) -> SafeText:
        guest = self._guests[self._selected] if self._guests else None
        if guest is not None and not guest.password and refusal.code in ("pin_spent", "not_allowed"):
            return say("Too many wrong tries: leave with Ctrl+Q, start the desk again, and set a new PIN.")
        if isinstance(refusal, MustWait) and refusal.seconds > 0:
            return say("Too many wrong tries: wait {count} s, then type it again.", count=math.ceil(refusal.seconds))
        return say(WHY_NOT[refusal.code]) if refusal.code in WHY_NOT else SafeText(str(refusal))

    def _say(self, text: SafeText, *, bad: bool = False) -> None:
        self._said = (text, bad)
        self._show()

    def _show(self) -> None:
        self.query_one(LockFace).show(self._face())

    def _face(self) -> Locked:
        text, bad = self._said
        lines = tuple(dict.fromkeys(line_name(row.call) for row in self._board.ringing))
        if self._setting:
            keys = say("Enter alone goes on without a PIN, Esc goes back to the desk")
            if self._must:
                keys = say("4 to 8 digits, then Enter; Esc goes back to the desk")
            return Locked(self._now(), say("Set a PIN"), say("New PIN"), (), 0, text, bad, lines, keys, say(WHY))
        keys = say("Up and Down choose who, Enter comes in, Ctrl+Q leaves")
        return Locked(self._now(), say("Locked"), self._asks(), self._guests, self._selected, text, bad, lines, keys)

    def _asks(self) -> SafeText:
        """What the field is for."""
        if not self._guests:
            return SafeText()
        guest = self._guests[self._selected]
        if guest.login:
            return guest.key
        return say("Password") if self._named else say("Name")
