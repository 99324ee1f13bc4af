"""A call as this desk sees it: the row of the lines panel, and in words how it stands."""

from collections.abc import Mapping
from functools import cached_property
from typing import Final

import msgspec

from ringdesk.calls import WAITING, Call, CallState, Direction, Outcome
from ringdesk.dispositions import MISSED
from ringdesk.marks import MarkLabel
from ringdesk.members import Member
from ringdesk.reached import spoken
from ringdesk.safetext import SafeText
from terminal.news import Match
from terminal.widgets.speech import MARKS, STATES, code, say
from terminal.widgets.when import Now, ago, length

TALKS: Final = (CallState.ANSWERED, CallState.HELD, CallState.TRANSFERRING)
"""The states of a call that a telephone has answered."""


class CallRow(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A call as this desk sees it. `taken_by` is the name of the one who has it; `gone_at` when it leaves the banner.

    A desk holds hundreds, and each drawing asks all of them: what follows from a row is worked out once.
    """

    call: Call
    matches: tuple[Match, ...] = ()
    mine: bool = False
    taken_by: SafeText | None = None
    gone_at: float | None = None
    since: float = 0.0
    """When the state on show began, seconds since 1970."""
    taken_at: float | None = None
    """When somebody had it first, whoever it was, seconds since 1970: what its length counts from."""
    set_by: float = 0.0
    """Seconds by which the clock was set since the call came: what the call says of its beginning is told by the old one."""
    handed: bool = False
    """Whether a colleague handed it to this desk, which has not turned to it yet."""
    accepted: bool = False
    """Whether the colleague to whom it was handed on was seen on it."""
    elsewhere: bool = False
    """Whether it rings at other desks only."""
    mark: MarkLabel | None = None
    """What the number is marked as; such a call disturbs nobody."""
    passed: bool = False
    """Whether it fell silent while the agent talked, and the banner has let go of it: it stands among the missed calls."""
    settled: bool = False
    """Whether it fell silent, and its caller was spoken with since (`ringdesk.reached`): it calls for nobody any more."""
    owners: tuple[Member, ...] = ()
    """Everybody who has the number, where others got it after the caller was known."""
    also: tuple[str, ...] = ()
    """In a list with one row for each caller: the ids of their earlier calls, the newest first."""

    @cached_property
    def quiet(self) -> bool:
        """Whether it waits and must disturb nobody: its number is marked, or it may be a call that is on show already."""
        return self.mark not in (None, MarkLabel.NONE) or (self.call.perhaps is not None and self.call.live)

    @cached_property
    def ringing(self) -> bool:
        """Whether it rings now, and nobody has it."""
        return self.call.state in WAITING and self.calling

    @cached_property
    def calling(self) -> bool:
        """Whether it calls for somebody: it rings, or rang on a line that cannot see more, and nobody has it."""
        return self.free and not self.quiet and not self.elsewhere and not self.passed

    @cached_property
    def free(self) -> bool:
        """Whether it can be taken, also the call of a marked number."""
        rings = self.call.state in WAITING and not self.mine and self.taken_by is None
        return rings or (self.silent and not self.settled)

    @cached_property
    def silent(self) -> bool:
        """Whether it rang, stopped, and nobody has it."""
        return self.call.state is CallState.RING_STOPPED and not self.mine and self.taken_by is None

    @cached_property
    def unclaimed(self) -> bool:
        """Whether it came in and was picked up at some telephone, and nobody has said yet that they have it."""
        nobody = not self.mine and self.taken_by is None and self.call.claimed_by is None
        incoming = self.call.direction is Direction.IN
        return self.call.state in TALKS and incoming and nobody and self.call.disposition is None

    @cached_property
    def offered(self) -> bool:
        """Whether F2 can take it, or turn to it: it calls, it was picked up by nobody known, or it is handed to this desk."""
        return self.calling or self.handed or (self.unclaimed and not self.quiet)

    @cached_property
    def awaits(self) -> bool:
        """Whether it was handed on to a colleague who has not turned to it yet: the caller waits for `taken_by`."""
        handed = self.taken_by is not None and self.call.handed_by is not None
        return handed and self.call.live and not self.accepted and not self.call.on_hold

    @cached_property
    def unfinished(self) -> bool:
        """Whether the call is over and its work is not: nobody has wrapped it up yet."""
        return self.call.state is CallState.ENDED and self.call.disposition is None

    @cached_property
    def live_here(self) -> bool:
        """Whether there is something to do about it: it waits for somebody, or is ours and not wrapped up."""
        return self.calling or (self.mine and (self.call.live or self.unfinished))

    @cached_property
    def began(self) -> float:
        """What its clock counts from, wherever and at whatever desk it is shown: the first ring while it calls, the pick-up
        while somebody has it, a hold, a hand-over to this desk and everything else from when that began."""
        if self.calling:
            return self.rang_at
        talks = self.call.live and not self.call.held and not self.handed
        return self.taken_at if talks and self.taken_at is not None else self.since

    @cached_property
    def rang_at(self) -> float:
        """When it came, by the clock as it is now."""
        return self.call.started + self.set_by

    @cached_property
    def spoken(self) -> bool:
        """Whether somebody here, at this desk or another, spoke with the caller."""
        has = self.mine or self.taken_by is not None
        return spoken(self.call) or (has and self.call.direction is not Direction.OUT)

    @cached_property
    def undecided(self) -> bool:
        """Whether it may have been missed: the line could not tell, and nobody said it yet."""
        return self.call.disposition is None and self.call.outcome in (None, Outcome.UNKNOWN)

    @cached_property
    def missed(self) -> bool:
        """Whether it ended (or fell silent) without anybody, and nobody said that it is no matter."""
        over = self.call.state in (CallState.ENDED, CallState.RING_STOPPED)
        nobody = not self.mine and self.taken_by is None and self.call.answered is None
        return over and nobody and not self.quiet and self.call.disposition in (None, MISSED)

    @cached_property
    def sure(self) -> Member | None:
        """The one member that this caller is beyond doubt."""
        certain = [match for match in self.matches if not match.guess]
        return certain[0].member if len(certain) == 1 and len(self.matches) == 1 else None


def how_it_ended(row: CallRow, titles: Mapping[str, SafeText]) -> SafeText:
    """How a call ended, in the words of whoever closed it, else of the line; of ours, whether it is still to be wrapped up."""
    call = row.call
    if row.mine and row.unfinished:
        return say("Ended, wrap up")
    if row.quiet and call.disposition is None:
        return why_quiet(row)
    outcome = None if call.outcome is Outcome.UNKNOWN else call.outcome
    said = SafeText(call.disposition or outcome or "")
    word = titles.get(said) or code(said) or say(STATES[call.state])
    return SafeText(word[:1].upper() + word[1:])


def lasts(row: CallRow, now: Now) -> SafeText:
    """For how long a call rings or goes on; how long ago it fell silent, or ended, in words: a clock that ran on would be read
    as its length."""
    over = row.silent or not row.call.live
    return ago(now.at - row.since) if over else length(now.at - row.began)


def why_quiet(row: CallRow) -> SafeText:
    """Why a call disturbs nobody, in a word."""
    return say("Same call?") if row.call.perhaps is not None else say(MARKS[row.mark or MarkLabel.NONE])
