"""What the commands of the plain desk work with: the board, the notes, the conversation, the desk."""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from ringdesk.errors import RingdeskError
from ringdesk.hours import Hours
from ringdesk.ops import Args
from ringdesk.safetext import SafeText
from terminal.news import HealthNews, News, SyncNews
from terminal.plain import heard, voice
from terminal.plain.commands import command_named
from terminal.plain.talk import Act, Entry, Talk
from terminal.screens.attendance import Attendance
from terminal.screens.board import Board
from terminal.screens.clockset import Watch
from terminal.screens.keeper import NOBODY, Keeper, Owner
from terminal.screens.numberwork import NumberWork
from terminal.screens.windows import UNKNOWN
from terminal.screens.work import Work
from terminal.screens.wrapup import WrapUp
from terminal.widgets.caller import called_by
from terminal.widgets.person import Who
from terminal.widgets.speech import say
from terminal.widgets.when import Now

if TYPE_CHECKING:
    from terminal.desk import Desk


class Bench:
    """One plain desk. Nobody can see what is half-typed on a terminal in line mode, so something always may be: whom the
    desk shows changes by the person's own commands alone, never by a call."""

    def __init__(
        self,
        desk: "Desk",
        tell: Callable[[Sequence[SafeText]], None],
        wall: Callable[[], float],
        zone: tzinfo | None = None,
        hours: Hours = UNKNOWN,
        wrap_up: WrapUp | None = None,
        steady: Callable[[], float] | None = None,
    ) -> None:
        self.desk = desk
        self.board = Board(wrap_up)
        self.board.key = command_named
        self.wall = Watch(wall, steady, self.board.shifted)
        self.keeper = Keeper()
        self.work = Work(self.board, self.keeper, self.wall, zone, hours)
        self.numberwork = NumberWork(self.work)
        self.attendance = Attendance(self.work)
        self.talk = Talk(tell)
        self.writing: Owner | None = None
        """Whose note the lines are that come now."""

    @property
    def now(self) -> Now:
        """This moment."""
        return self.work.now

    @property
    def nobody(self) -> bool:
        """Whether nobody is on the desk."""
        return self.board.person.key == NOBODY

    def settle(self) -> None:
        """After every change: something may be half-typed."""
        self.board.typed = True

    def hear(self, news: News) -> list[SafeText]:
        """Take the news in; what is to be said of it."""
        if isinstance(news, SyncNews):
            before = self.board.sync
            self.board.hear(news, self.wall())
            return heard.link(news, before)
        if isinstance(news, HealthNews):
            stood = self.board.health.get(news.source)
            self.board.hear(news, self.wall())
            return heard.health(news, stood)
        call = getattr(news, "call", None)
        row = self.board.calls.get(call.id) if call is not None else None
        self.settle()
        wrapped, owner = self.board.wrap_up.active(self.wall()), self.board.person.key
        self.board.hear(news, self.wall())
        if self.keeper.became(owner, self.board.person.key) and self.writing == owner:
            self.writing = self.board.person.key
        lines = heard.heard(news, self.board, row, self.now)
        clock = self.board.wrap_up.clock(self.wall())
        if not wrapped and clock is not None and clock.down:
            lines.append(heard.wrap_up(clock.seconds))
        return lines

    async def tick(self) -> list[SafeText]:
        """Time passed: what others took leaves the front, a wrap-up whose time is up closes. What is to be said of it; raises
        `RingdeskError`."""
        self.settle()
        self.board.tick(self.wall())
        lines = []
        for call in self.board.wrap_up.due(self.wall()):
            row = self.board.calls.get(call)
            name = called_by(row.call, row.sure) if row is not None else SafeText()
            try:
                stays = await self.work.close_overdue(call)
            except RingdeskError:
                self.board.wrap_up.gone(call)  # said once, not every second
                raise
            lines.append(heard.closed_itself(name, stays=stays))
        if self.attendance.due:
            await self.attendance.say()
        return lines

    def shown(self) -> None:
        """Read who is on the desk now, and choose if there are several."""
        self.settle()
        person = self.board.person
        self.talk.say(*voice.card(person, self.now))
        if person.who is Who.SEVERAL:
            entries = [
                Entry(voice.match_words(match), self._chooses(index)) for index, match in enumerate(person.matches)
            ]
            self.talk.offer(say("Who is it?"), entries)
        kept = self.keeper.texts.get(person.key, "")
        if kept:
            self.talk.say(say("A draft is kept: {text}", text=SafeText(kept)))

    def _chooses(self, index: int) -> Act:
        async def choose() -> None:
            if self.work.choose(index):
                await self.work.became()
                await self.work.refill()
            await self.keeper.keep()
            self.shown()

        return choose

    @property
    def typed(self) -> str:
        """What is typed for the person on the desk."""
        owner = self.board.person.key
        return "" if owner == NOBODY else self.keeper.texts.get(owner, "").strip()

    async def save_kept(self, *more: Args) -> None:
        """Save what is typed for the person on the desk, if anything, and what else is done at once in the same commit."""
        noted = bool(self.typed)
        if noted or more:
            await self.work.save(*more)
            self.settle()
        if noted:
            self.talk.say(say("Note saved: {name}.", name=self.board.person.name))
