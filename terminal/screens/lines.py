"""The calls and lines of a desk, and what follows from them: which ring, which are ours, what the banner is about.

It only answers questions; `Board` is what changes it.
"""

from typing import TYPE_CHECKING

import msgspec

from ringdesk import ids
from ringdesk.calls import Call, CallState, Presentation
from ringdesk.dialects import Level
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.reached import Settled
from ringdesk.why import Why
from terminal.news import HealthNews, Match, ScreenPop
from terminal.screens.callers import by_caller
from terminal.screens.day import Day
from terminal.widgets.callrow import CallRow
from terminal.widgets.person import Person, of_members

if TYPE_CHECKING:
    from terminal.desk.values import LostCall


class Lines:
    """The calls by id, the oldest first; whom the panels show; which calls are being served, the last one now.

    `by_hand`: the card was opened by the agent; `typed`: there is text in the note; `pointed`: the id of the call that is
    selected in the lines, while they have the focus.
    """

    def __init__(self) -> None:
        self.calls: dict[str, CallRow] = {}
        self.pops: dict[str, ScreenPop] = {}
        self.aliases: dict[str, str] = {}
        self.served: list[str] = []
        self.day = Day()
        self.person = Person()
        self.by_hand = False
        self.typed = False
        self.pointed: str | None = None
        self.health: dict[str, HealthNews] = {}

    @property
    def serving(self) -> CallRow | None:
        """The call that the agent is on."""
        return self.calls.get(self.served[-1]) if self.served else None

    def row(self, call: str | None) -> CallRow | None:
        """A call by its id, or by that of one which turned out to be the same."""
        return self.calls.get(self._id(call)) if call is not None else None

    def _id(self, call: str) -> str:
        return ids.goes_on(call, self.aliases.get)

    @property
    def current(self) -> CallRow | None:
        """The call of ours that is on the card."""
        row = self.row(self.person.call.id) if self.person.call else None
        return row if row is not None and row.call.id in self.served else None

    @property
    def mine(self) -> list[CallRow]:
        """The calls of ours that live, the oldest first; not one that is handed to us: it is nobody's here before F2."""
        return [row for row in self.calls.values() if row.mine and row.call.live and not row.handed]

    @property
    def handed(self) -> list[CallRow]:
        """The calls that colleagues hand to us, the oldest first."""
        return [row for row in self.calls.values() if row.handed]

    @property
    def busy(self) -> bool:
        """Whether the agent is with somebody."""
        return bool(self.served) or self.by_hand or self.typed

    @property
    def calling(self) -> list[CallRow]:
        """The calls that can be taken: those that ring, oldest first; then those that fell silent, newest first."""
        silent = [row for row in reversed(self.calls.values()) if row.calling and not row.ringing]
        return [*self.ringing, *silent]

    @property
    def ringing(self) -> list[CallRow]:
        """The calls that ring now, oldest first."""
        return [row for row in self.calls.values() if row.ringing]

    @property
    def unclaimed(self) -> list[CallRow]:
        """The calls that were picked up and that nobody has, the last pick-up first."""
        rows = [row for row in self.calls.values() if row.unclaimed and row.offered]
        return sorted(rows, key=lambda row: row.call.answered or row.call.started, reverse=True)

    @property
    def doubtful(self) -> CallRow | None:
        """The newest call of which is asked whether it is the same as another."""
        return next(
            (row for row in reversed(self.calls.values()) if row.call.perhaps is not None and row.call.live), None
        )

    @property
    def talking(self) -> bool:
        """Whether the agent speaks with a caller, as far as it is known: then what others pick up is theirs."""
        return any(row.call.disposition is None and not row.call.held for row in self.mine)

    @property
    def banner(self) -> CallRow | None:
        """The call that the banner is about, and F2: the one that is pointed at, else the one on the card if it rings, else
        the first that rings, else one that fell silent, else one that somebody hands to us; while we speak with nobody, else
        one that was picked up and that nobody has, for we may be the one; else one just taken."""
        pointed = self.row(self.pointed)
        if pointed is not None and pointed.offered:
            return pointed
        for row in self.ringing or self.calling:
            if self.person.call and row.call.id == self.person.call.id:
                return row
        if self.calling:
            return self.calling[0]
        if self.handed:
            return self.handed[0]
        if self.talking:
            return None
        unclaimed = self.unclaimed
        if unclaimed:
            shown = self.row(self.person.call.id) if self.person.call else None
            return shown if shown in unclaimed else unclaimed[0]
        taken = [row for row in self.calls.values() if row.gone_at is not None and row.call.id not in self.served]
        return taken[-1] if taken else None

    @property
    def on_line(self) -> Call | None:
        """The call of whom the agent is with: the one on the card, else the one we are on, else the one in the banner."""
        if self.person.call is not None:
            return self.person.call
        row = self.serving or self.banner
        return row.call if row is not None else None

    def named(self, member: Member) -> bool:
        """The calls of this member name them as they are now; so do calls of a number that was nobody's, if it is now one of
        theirs: those that are over, for the desk says itself of one that is on whose number it is now (`CallNews.matches`).
        Whether there were any."""
        numbers = {number.e164 for number in member.numbers if number.e164}
        found = {
            key: msgspec.structs.replace(row, matches=_matches(row, member), owners=_owners(row, member))
            for key, row in self.calls.items()
            if any(each.id == member.id for each in (*(match.member for match in row.matches), *row.owners))
            or (not row.matches and not row.call.live and _from(row, numbers))
        }
        self.calls |= found
        self.pops |= {
            key: msgspec.structs.replace(pop, matches=_matches(pop, member), notes=_noted(pop, member))
            for key, pop in self.pops.items()
            if any(match.member.id == member.id for match in pop.matches)
        }
        return bool(found)

    def known_for(self, call: str) -> list[Member]:
        """Everybody whom the number of a call was found to be of, when it came or since, as they are now."""
        row = self.row(call)
        pop = self.pops.get(row.call.id) if row is not None else None
        found = [*(row.matches if row is not None else ()), *(pop.matches if pop is not None else ())]
        owners = row.owners if row is not None else ()
        return list({each.id: each for each in (*(match.member for match in found), *owners)}.values())

    @property
    def sharers(self) -> list[Member]:
        """Who else has the number of the call on the card by now, beside the member who is there."""
        person = self.person
        row = self.row(person.call.id) if person.call is not None else None
        if row is None or person.member is None or row.call.caller.presentation is not Presentation.SHOWN:
            return []
        e164 = row.call.caller.e164
        others = (each for each in row.owners if each.id != person.member.id)
        return [each for each in others if any(known.e164 == e164 for known in each.numbers if known.e164)]

    def remember(self, lost: "list[LostCall]") -> None:
        """Calls from before this start that nobody had and nobody decided on, the newest first."""
        before = {
            each.call.id: CallRow(
                call=each.call,
                matches=(Match(each.member, Why("number_exact")),)
                if each.member
                else tuple(Match(who, Why("number_shared", {"count": str(len(each.shared))})) for who in each.shared),
                since=each.call.ended or each.call.started,
            )
            for each in reversed(lost)
        }
        self.calls = {**before, **self.calls}

    @property
    def listed(self) -> tuple[CallRow, ...]:
        """The calls that wait, then those that run, then those that are over, newest first in each."""

        def place(row: CallRow) -> int:
            return 0 if row.mine and row.call.live else 1 if row.calling else 2 if row.call.live else 3

        newest_first = list(self.calls.values())[::-1]
        return tuple(sorted(newest_first, key=place))

    @property
    def missed(self) -> list[CallRow]:
        """Calls that nobody had, newest first; none whose caller was spoken with since."""
        rows = [row for row in reversed(self.calls.values()) if row.missed]
        if not rows:
            return rows
        settled = self._settled()
        return [row for row in rows if row.call not in settled]

    def _settled(self) -> Settled:
        """Of which rings the caller was spoken with since, by whomever."""
        return Settled((row.call for row in self.calls.values() if row.spoken), self.day.callbacks.values())

    def settle(self) -> None:
        """A ring that stopped, and whose caller somebody speaks with since, is offered to nobody: else two would serve one
        caller."""
        silent = [row for row in self.calls.values() if row.call.state is CallState.RING_STOPPED]
        if not silent:
            return
        settled = self._settled()
        changed = [row for row in silent if row.settled is not (row.call in settled)]
        self.calls |= {row.call.id: msgspec.structs.replace(row, settled=not row.settled) for row in changed}

    @property
    def lost(self) -> list[CallRow]:
        """Those that no callback takes care of, one for each caller."""
        rows = self.missed
        cared = {call.id for calls in self.day.taken_care(row.call for row in rows).values() for call in calls}
        return by_caller(row for row in rows if row.call.id not in cared)

    @property
    def worst(self) -> HealthNews | None:
        """The source that is worst off; None when all are well."""
        order = (Level.BROKEN, Level.WARNING, Level.STARTING)
        ill = [news for news in self.health.values() if news.level in order]
        return min(ill, key=lambda news: order.index(news.level)) if ill else None


def _noted(pop: ScreenPop, member: Member) -> tuple[Note, ...]:
    """What came with the call; once the numbers of the member are others, only what is noted of members."""
    same = all(match.member.numbers == member.numbers for match in pop.matches if match.member.id == member.id)
    return pop.notes if same else of_members(pop.notes)


def _from(row: CallRow, numbers: set[str]) -> bool:
    """Whether the call comes from one of these numbers, and shows it."""
    caller = row.call.caller
    return caller.e164 in numbers and caller.presentation is Presentation.SHOWN


def _owners(row: CallRow, member: Member) -> tuple[Member, ...]:
    return tuple(member if each.id == member.id else each for each in row.owners)


def _matches(row: CallRow | ScreenPop, member: Member) -> tuple[Match, ...]:
    """Who may be calling, with this member as they are now; nobody but them where it was nobody."""
    if not row.matches:
        return (Match(member, Why("number_exact")),)
    return tuple(
        msgspec.structs.replace(match, member=member) if match.member.id == member.id else match
        for match in row.matches
    )
