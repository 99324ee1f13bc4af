"""When the desk locks: when it is told, and when no key comes; and that nobody is locked out."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ringdesk.names import fold
from ringdesk.safetext import SafeText
from terminal.screens.lock import LockScreen
from terminal.widgets.speech import mark, say
from terminal.widgets.timeline import Timeline

if TYPE_CHECKING:
    from terminal.screens.desk import DeskScreen
    from terminal.store.pins import Login

NOT_LOCKED: Final = mark("The desk was not locked: without a PIN you could not come in again. {key} sets one.")


class Guard:
    """Locks the desk of `screen`: when it is told, and when no key came for `minutes` (0: never).

    A call that the agent is on counts as work: talking is not leaving. Nobody is locked out: a desk that its person could not
    open again is not locked, and says what to do.
    """

    def __init__(self, screen: "DeskScreen", minutes: int) -> None:
        self._screen = screen
        self._seconds = minutes * 60
        self._last: float | None = None
        self._open = False
        """Whether it was time to lock, and could not be done."""

    def touched(self) -> None:
        """A key."""
        self._last = asyncio.get_running_loop().time()
        if self._open:
            self._open = False
            self._screen.painter.tell(say(NOT_LOCKED, key=self._screen.board.key("lock")), bad=True)

    def tick(self) -> None:
        """A second passed."""
        now = asyncio.get_running_loop().time()
        if self._last is None or self._screen.board.served:
            self._last = now
        elif self._seconds and now - self._last >= self._seconds:
            self._last = now
            self._screen.errands.run("unattended", self._unattended)

    async def begin(self) -> SafeText:
        """The desk is open: what its person has to do before it can lock itself."""
        if not self._seconds or await self._can_come_in():
            return SafeText()
        return say(
            "This desk is to lock itself: {key} sets your PIN, without which it cannot.",
            key=self._screen.board.key("lock"),
        )

    async def _unattended(self) -> SafeText:
        if self._screen.keeper.desk is not None:
            if await self._can_come_in():
                self.lock()
            else:
                self._open = True
        return SafeText()

    async def _can_come_in(self) -> bool:
        me = await self._me()
        return me is not None and (me.pin or me.password)

    async def _me(self) -> "Login | None":
        desk = self._screen.work.desk
        return next((each for each in await desk.people() if each.login == fold(desk.login)), None)

    async def asked(self) -> None:
        """Lock the desk, or let the next person in. Who has no PIN yet is asked for one first."""
        me = await self._me()
        if me is None or me.pin:
            self.lock()
        else:
            self._over(setting=True, must=not me.password, then=lambda done: self.lock() if done else None)

    def ask_pin(self) -> None:
        """Ask the person who works here for a new PIN."""
        if self._screen.keeper.desk is not None:
            self._over(setting=True, then=lambda _: None)

    def lock(self) -> None:
        """Lock at once. What is half typed is kept for its author."""
        desk = self._screen.keeper.desk
        if desk is None or isinstance(self._screen.app.screen, LockScreen):
            return
        self._over(setting=False, then=lambda _: self.touched())

    def _over(self, *, setting: bool, then: Callable[[bool], None], must: bool = False) -> None:
        screen = self._screen
        screen.writing.hold()
        screen.panes.close_over()
        lock = LockScreen(
            screen.work.desk,
            screen.board,
            lambda: screen.now,
            screen.keeper.keep,
            self._welcome,
            setting=setting,
            must=must,
        )
        screen.app.push_screen(lock, lambda done: then(bool(done)))

    async def _welcome(self) -> None:
        """Somebody came in, and the lock is still there: another person than before gets a desk of their own."""
        screen, desk = self._screen, self._screen.work.desk
        if desk.person.person == screen.board.me:
            return
        drafts = await desk.drafts()
        screen.board.handed_over(desk.person.person, screen.painter.agent)
        screen.work.undo.forget_all()
        screen.numberwork.handed_over()
        screen.attendance.handed_over()
        screen.keeper.begin(desk, drafts)
        screen.writing.load()
        screen.painter.agent = desk.person.name
        screen.query_one(Timeline).selected = 0
        await screen.looks.welcome(desk)
        await screen.wrapping.welcome(desk)
        screen.home.stale()
        screen.home.tick()
        screen.errands.run("restore", lambda: screen.work.restore(drafts))
