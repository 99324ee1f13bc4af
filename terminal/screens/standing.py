"""How the person at this desk stands: row 0, the team and what the others are told all come from here. Pure."""

from itertools import chain
from typing import NamedTuple

from ringdesk.presence import PresenceState
from terminal.screens.board import Board
from terminal.widgets.callrow import CallRow
from terminal.widgets.speech import ON_A_CALL, PRESENCES, mark


class AtWork(NamedTuple):
    """The state, the id of the member who is served, and the call that it is about."""

    state: PresenceState
    member: str | None = None
    row: CallRow | None = None

    @property
    def call(self) -> str | None:
        """The id of the call."""
        return self.row.call.id if self.row is not None else None


def named(at: AtWork) -> str:
    """The word for it, the same in row 0 and in what is said."""
    if at.row is not None and at.row.call.held:
        return mark("On hold")
    return ON_A_CALL if at.row is not None and at.row.call.live else PRESENCES[at.state]


def standing(board: Board, now: float) -> AtWork:
    """What holds at `now` (seconds since 1970). A call that a colleague hands over is theirs until somebody turns to it, and
    the card of a call that nobody took serves nobody, also when a half-typed note brought it back."""
    row = _call(board)
    if row is not None:
        shown = board.current is not None and board.current.call.id == row.call.id
        member = board.person.member if shown else row.sure
        state = PresenceState.BUSY if row.call.live else PresenceState.WRAP_UP
        return AtWork(state, member.id if member else None, row)
    if board.wrap_up.active(now):
        return AtWork(PresenceState.WRAP_UP)
    if board.by_hand and board.person.member and board.person.call is None:
        return AtWork(PresenceState.BUSY, board.person.member.id)
    return AtWork(board.pause or PresenceState.READY)


def _call(board: Board) -> CallRow | None:
    """The call on the card, else the one that was taken last, else any other of ours that lives."""
    rows = chain((board.current, board.serving), reversed(board.mine))
    return next((row for row in rows if row and (row.call.live or row.unfinished)), None)
