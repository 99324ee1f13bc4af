"""What the desk says of its person to the others: it follows from the work, and from what the person says of themselves.

It is said only when it changes, and a word that the desk could not save is no reason to disturb anybody.
"""

import logging

from ringdesk.errors import RingdeskError
from ringdesk.ops import PresenceSet
from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeText
from terminal.screens.board import Board
from terminal.screens.work import Work
from terminal.widgets.speech import PRESENCES, say

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


class Attendance:
    """The presence of the person at this desk. `pause` is a break or an absence that they announced, `help` a wish."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.pause: PresenceState | None = None
        self.help = False
        self.gone = False
        self._said: PresenceSet | None = None

    def now(self) -> PresenceSet:
        """What holds now."""
        if self.gone:
            return PresenceSet(state=PresenceState.AWAY)
        state, member, call = _work(self.work.board)
        if state is PresenceState.READY and self.pause is not None:
            state = self.pause
        return PresenceSet(state=state, member=member, call=call, help=self.help)

    @property
    def due(self) -> bool:
        """Whether something else holds than what was said."""
        return self.work.keeper.desk is not None and self.now() != self._said

    async def say(self) -> SafeText:
        """Say what holds now."""
        if self.work.board.current is not None:
            self.pause = None
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
        """The person says so: a break, away, or ready again."""
        self.pause = None if state is PresenceState.READY else state
        await self.say()
        return say("You are: {state}", state=say(PRESENCES[self.now().state]))

    async def wish(self) -> SafeText:
        """The person asks a supervisor to come; or no longer."""
        self.help = not self.help
        await self.say()
        return say("Help is wanted: the team sees it.") if self.help else say("Help is no longer wanted.")

    async def leave(self) -> None:
        """The person leaves."""
        self.gone = True
        await self.say()


def _work(board: Board) -> tuple[PresenceState, str | None, str | None]:
    """The state of the work, the member and the call."""
    row = board.current or board.serving
    member = board.person.member.id if board.person.member else None
    if row is None:
        return (PresenceState.BUSY, member, None) if board.by_hand and member else (PresenceState.READY, None, None)
    if board.current is None:
        member = row.sure.id if row.sure else None
    return PresenceState.BUSY if row.call.live else PresenceState.WRAP_UP, member, row.call.id
