"""What the desk says of its person to the others: it follows from the work, and from what the person says of themselves.

It is said only when it changes, and a word that the desk could not save is no reason to disturb anybody.
"""

import logging

from ringdesk.errors import RingdeskError
from ringdesk.ops import PresenceSet
from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeText
from terminal.screens.standing import named, standing
from terminal.screens.work import Work
from terminal.widgets.speech import say

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


class Attendance:
    """The presence of the person at this desk. `help` is a wish."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.help = False
        self.gone = False
        self._said: PresenceSet | None = None

    def now(self) -> PresenceSet:
        """What holds now."""
        if self.gone:
            return PresenceSet(state=PresenceState.AWAY)
        at = standing(self.work.board, self.work.wall())
        return PresenceSet(state=at.state, member=at.member, call=at.call, help=self.help)

    @property
    def due(self) -> bool:
        """Whether something else holds than what was said."""
        return self.work.keeper.desk is not None and self.now() != self._said

    async def say(self) -> SafeText:
        """Say what holds now."""
        if self.work.board.current is not None:
            self.work.board.pause = None
        wanted = self.now()
        if wanted == self._said:
            return SafeText()
        self._said = wanted
        try:
            await self.work.desk.do(wanted)
        except RingdeskError as error:
            log.warning("the presence was not saved", exc_info=error)
        return SafeText()

    async def set(self, state: PresenceState) -> SafeText:
        """The person says so: a break, away, or ready again. Who is with somebody first closes that."""
        busy = standing(self.work.board, self.work.wall())
        if state is not PresenceState.READY and busy.state in (PresenceState.BUSY, PresenceState.WRAP_UP):
            return say("You are: {state}. Close this first, then say it again.", state=say(named(busy)))
        self.work.board.pause = None if state is PresenceState.READY else state
        await self.say()
        return self.words()

    def words(self) -> SafeText:
        """How the person is, in the word of row 0."""
        return say("You are: {state}", state=say(named(standing(self.work.board, self.work.wall()))))

    async def wish(self) -> SafeText:
        """The person asks a supervisor to come; or no longer."""
        self.help = not self.help
        await self.say()
        return say("Help is wanted: the team sees it.") if self.help else say("Help is no longer wanted.")

    def handed_over(self) -> None:
        """Another person sits down: who wished for help was the one before."""
        self.help = self.gone = False
        self._said = None

    async def leave(self) -> None:
        """The person leaves."""
        self.gone = True
        await self.say()
