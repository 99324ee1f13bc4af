"""Whose card the panels show: what an idle desk does by itself, and what the agent does with calls and cards.

While somebody is being served (a call that was taken, a card opened by hand, a half-typed note) a ringing caller reaches the
banner and the lines only; on an idle desk the caller's card opens by itself. Nothing here moves a focus or touches a note:
whom a note belongs to follows from `person.key`, and that only changes on an idle desk, by an act of the person (`serve`,
`choose`, `opened`, `home`), or when a colleague takes the call of a card in which nothing is typed.
"""

from collections.abc import Callable, Iterable
from enum import Flag, auto
from typing import TYPE_CHECKING, Final

import msgspec

from ringdesk.calls import Call, CallState
from ringdesk.members import Member
from ringdesk.notes import Note
from terminal.news import Match
from terminal.screens.clockset import Step
from terminal.screens.lines import Lines
from terminal.screens.wrapup import WrapUp
from terminal.widgets.callrow import CallRow
from terminal.widgets.person import Person, beyond, of_members

if TYPE_CHECKING:
    from terminal.desk import Card

SHOWN_AFTER_TAKEN: Final = 4.0
"""Seconds for which the banner says who took a call."""


class Part(Flag):
    """What has to be drawn again."""

    NOTHING = 0
    CALLS = auto()
    """Banner, lines, missed, counts: cheap, drawn at once."""
    PERSON = auto()
    """The card and all panels about the person: drawn a few times a second at most."""
    STATUS = auto()


class OnShow(Lines):
    """The lines, and the person on the card. `typed` is set by the screen: whether there is text in the note."""

    def __init__(self, wrap_up: WrapUp | None = None) -> None:
        super().__init__()
        self.wrap_up = wrap_up or WrapUp()
        self.kept: dict[str, Person] = {}
        self.aside: list[Person] = []
        self.taken = 0
        self.states: dict[str, str] = {}
        self._left: tuple[str, float] | None = None
        """The call whose card was put away, and until when its keys still mean it."""
        self.typing: Callable[[], bool] = lambda: False
        """Whether keys come just now: they are meant for what is on the screen, not for who rings next."""
        self.asking: Callable[[], bool] = lambda: False
        """Whether a menu or a box is open about whoever is on the card: who rings next waits until it is closed."""

    def shifted(self, step: Step) -> None:
        """The clock was set. What lasts, lasts no longer and no shorter for it."""
        self.wrap_up.shifted(step.seconds)
        self.day.shifted(step)
        self.calls = {key: step.of_row(row) for key, row in self.calls.items()}
        if self._left is not None:
            self._left = (self._left[0], self._left[1] + step.seconds)

    def barred(self, row: CallRow, now: float) -> bool:
        """Whether a wrap-up that must not be left keeps the agent from a call."""
        return not row.mine and self.wrap_up.bars(now)

    # an idle desk, and what the news of a call does to the card

    def _idle(self) -> Part:
        """On an idle desk: show who rings, else who is handed to us; let go of whom somebody else has."""
        if self.asking():
            return Part.NOTHING
        if self.busy:
            return self._adopt()
        shown = self.row(self.person.call.id) if self.person.call else None
        if shown and (shown.ringing or shown.mine or shown.gone_at is not None):
            return Part.NOTHING
        waits = next(iter((*self.ringing, *self.handed)), None)
        if waits is not None and (waits.handed or waits.call.id in self.pops) and not self.typing():
            self.person = self._caller(waits)
            return Part.PERSON
        if shown and shown.taken_by is not None:
            self.person = Person()
            return Part.PERSON
        return Part.NOTHING

    def _adopt(self) -> Part:
        """A call of ours that became served before its card was there."""
        row = self.serving
        if row is None or self.by_hand or self.typed or self.person.call is not None:
            return Part.NOTHING
        self.person = self._caller(row)
        return Part.PERSON

    def _caller(self, row: CallRow) -> Person:
        """Who is on the line, as far as it is known now."""
        pop = self.pops.get(row.call.id)
        member = row.sure
        first = pop is not None and bool(pop.matches) and member is not None and pop.matches[0].member.id == member.id
        if pop is None or not first:
            return Person(member=member, call=row.call, matches=row.matches, states=dict(self.states))
        return Person(
            member=member,
            call=row.call,
            matches=row.matches,
            timeline=pop.timeline,
            tasks=pop.tasks,
            notes=pop.notes,
            greeting=pop.greeting,
            states=dict(self.states),
        )

    def _follow(self, row: CallRow, *, late: bool) -> Part:
        """Facts about the call whose caller is shown. A member that became known late fills an empty card only."""
        person = self.person
        if person.call is None or self._id(person.call.id) != row.call.id:
            return Part.NOTHING
        if late and person.member is None and not self.typed:
            self.person = self._caller(row)
            self.keep_notes(person.notes)
        else:
            matches = row.matches if person.member is None else person.matches
            self.person = msgspec.structs.replace(_on(person, row.call), matches=matches)
        return Part.PERSON

    def _withdrawn(self, row: CallRow) -> Part:
        """A colleague took this call: a card of it that was opened here by hand goes as one that opened by itself does, unless
        something is typed."""
        call = self.person.call
        if not self.by_hand or self.typed or call is None or self._id(call.id) != row.call.id:
            return Part.NOTHING
        self.by_hand = False
        if self.served:
            self.person = self._back(self.served[-1])
        return Part.PERSON

    # what the person does

    def serve(self, call: str) -> None:
        """The agent has it: this caller is on the panels from now on; who was there is kept."""
        call = self._id(call)
        row = self.calls[call]
        shown = self._id(self.person.call.id) if self.person.call else None
        if shown is not None and shown in self.served and shown != call:
            self.kept[shown] = self.person
        elif self.person.member and shown != call and (self.by_hand or (self.typed and not self._left_to_ring)):
            self.aside.append(self.person)
        self.taken += not row.mine or row.handed
        self.calls[call] = msgspec.structs.replace(row, mine=True, taken_by=None, gone_at=None, handed=False)
        self.settle()
        self.served = [*(each for each in self.served if each != call), call]
        self.by_hand = False
        if shown != call:
            self.person = self._back(call)

    @property
    def _left_to_ring(self) -> bool:
        """Whether the card on show is of a call that nobody here has taken. One that opened by itself does not come back when
        the agent turned away from it, or it would be in the way of who rings next; its note is among the drafts."""
        row = self.row(self.person.call.id) if self.person.call else None
        return row is not None and (row.handed or (not row.mine and not row.unclaimed))

    def let_go(self, call: str) -> None:
        """A call was closed. Whoever is on show stays where there is text in the note; else whom was kept comes back."""
        on_show = self.person.call is not None and self.person.call.id == call and not self.by_hand
        if on_show and not self.typed:
            self.release()
        elif call in self.served:
            self.served.remove(call)
            self.by_hand = self.by_hand or on_show

    def release(self) -> None:
        """The work on this person is done: back to whom was kept, else to an idle desk."""
        row = self.current
        if row is not None:
            self.served.remove(row.call.id)
            self.wrap_up.gone(row.call.id)
        self.by_hand = self.typed = False
        if self.served:
            self.person = self._back(self.served[-1])
        elif self.aside:
            self.person, self.by_hand = self.aside.pop(), True
        else:
            self.person = Person()
            self._idle()

    def leave(self, call: str) -> None:
        """A call is in other hands, or closed: if it was on the card, back to whom was kept."""
        if self.person.call is not None and self._id(self.person.call.id) == self._id(call):
            self.release()
        else:
            self.served = [each for each in self.served if each != self._id(call)]
            self.wrap_up.gone(self._id(call))

    def known(self, call: str, *matches: Match) -> None:
        """Whose number a call comes from from now on; the card on show stays."""
        row = self.row(call)
        if row is not None:
            self.calls[row.call.id] = msgspec.structs.replace(row, matches=matches)

    def identify(self, match: Match | None) -> None:
        """Who the caller on the card is, as the agent says; None: nobody we know. The card has to be filled."""
        call, matches = self.person.call, (match,) if match else ()
        row = self.row(call.id) if call else None
        if row is not None:
            owners = _owners(row) if match is not None else ()
            self.calls[row.call.id] = msgspec.structs.replace(row, matches=matches, owners=owners)
        self.person = Person(call=call, matches=matches, states=dict(self.states))

    def keep_along(self, before: Person) -> None:
        """What was promised to the same caller stays in sight while it goes along to whoever they are now, and what was noted
        of nobody stays."""
        call = self.person.call
        known = {task.id for task in self.person.tasks}
        along = tuple(
            task
            for task in before.tasks
            if call is not None and task.call == self._id(call.id) and task.id not in known
        )
        self.person = msgspec.structs.replace(self.person, tasks=(*self.person.tasks, *along))
        self.keep_notes(before.notes)

    def keep_notes(self, notes: Iterable[Note]) -> None:
        """Those that were written in the call on the card and are of nobody stay on the card of whoever its caller is."""
        call = self.person.call
        known = {note.id for note in self.person.notes}
        along = [
            note
            for note in notes
            if note.member is None and note.call and call and self._id(note.call) == self._id(call.id)
        ]
        more = [note for note in along if note.id not in known]
        if more:
            newest = sorted((*self.person.notes, *more), key=lambda note: -note.at)
            self.person = msgspec.structs.replace(self.person, notes=tuple(newest))

    def _back(self, call: str) -> Person:
        """Whoever was on the card of this call before, else its caller."""
        row = self.calls[call]
        person = self.kept.pop(call, None)
        if person is None:
            return self._caller(row)
        matches = row.matches if person.member is None else person.matches
        return msgspec.structs.replace(_on(person, row.call), matches=matches, states=self.states)

    def choose(self, index: int) -> str | None:
        """One of several is meant; the member's id. The rest of the card has to be fetched."""
        if self.person.member is not None or index >= len(self.person.matches):
            return None
        member = self.person.matches[index].member
        self._became(member, self.person.matches)
        call = self.person.call
        if call and call.id in self.calls:
            chosen = (msgspec.structs.replace(self.person.matches[index], guess=False),)
            row = self.calls[call.id]
            self.calls[call.id] = msgspec.structs.replace(row, matches=chosen, owners=_owners(row))
        return member.id

    def _became(self, member: Member, matches: tuple[Match, ...] = ()) -> None:
        """Who was nobody is this member; their past comes with the rest of the card, and what was noted in this call stays."""
        before = self.person
        self.person = msgspec.structs.replace(before, member=member, matches=matches, timeline=(), notes=())
        self.keep_notes(before.notes)

    def opened(self, card: "Card", match: Match | None = None) -> None:
        """A card that the agent asked for. On a call whose caller nobody knew, it is that caller: `match` says why."""
        row = self.serving
        here = row is not None and self.person.call is not None and self._id(self.person.call.id) == row.call.id
        if row is not None and here and self.person.member is None and match is not None:
            self.identify(msgspec.structs.replace(match, guess=False))
        else:
            if here and row is not None:
                self.kept[row.call.id] = self.person
            self.by_hand = True
            self.person = Person(states=dict(self.states))
        self.filled(card)

    def filled(self, card: "Card") -> None:
        """The rest of the card of the person on show; what was loaded of their past beyond it stays."""
        before = self.person
        same = before.member is not None and before.member.id == card.member.id
        self.person = msgspec.structs.replace(
            before,
            member=card.member,
            timeline=beyond(card.timeline, before.timeline) if same else card.timeline,
            tasks=card.tasks,
            greeting=card.greeting,
        )
        known = before.notes if self.person.numbers == before.numbers else of_members(before.notes)
        notes = beyond(card.notes, known) if same else card.notes
        self.person = msgspec.structs.replace(self.person, notes=notes)
        self.keep_notes(before.notes)

    def look(self, call: Call) -> None:
        """A call that the agent asked for, whose caller nobody knows."""
        if self.current is not None and self.person.call is not None:
            self.kept[self.current.call.id] = self.person
        row = self.row(call.id)
        self.by_hand = True
        self.person = self._caller(row) if row is not None else Person(call=call, states=dict(self.states))

    @property
    def silent(self) -> bool:
        """Whether the card on show is of a call that rings no more, on which nobody talks, and that nobody here has: it may be
        put away. One that was answered may be ours, where the line cannot say whose."""
        row = self.row(self.person.call.id) if self.person.call else None
        return row is not None and not row.mine and row.call.state in (CallState.RING_STOPPED, CallState.ENDED)

    @property
    def popped(self) -> bool:
        """Whether the card on show opened by itself, and its call still waits: nobody has turned to it yet."""
        row = self.row(self.person.call.id) if self.person.call else None
        return row is not None and (row.ringing or row.handed) and not self.busy

    def put_away(self, now: float) -> None:
        """The agent closes the card; for a moment the keys about a call still mean the one that was on it."""
        call = self.person.call
        self._left = (call.id, now + SHOWN_AFTER_TAKEN) if call is not None else None
        self.home()

    def just_left(self, now: float) -> CallRow | None:
        """The call whose card was put away a moment ago, while nobody else has come."""
        if self._left is None or now >= self._left[1] or self.person.call is not None:
            return None
        return self.row(self._left[0])

    def to_call(self) -> None:
        """To the card of the call that is served. Who was opened by hand meanwhile, and has a note, comes back when the call
        is closed; a card that was only looked at does not, so that the desk is idle then."""
        call, shown, typed = self.serving, self.person, self.typed
        if call is None or self.current is not None:
            return
        self.aside = [each for each in self.aside if each.key != shown.key]
        self.home()
        if typed and shown.member is not None and shown.key[0] != self.person.key[0]:
            self.aside.append(shown)

    def home(self) -> None:
        """Close a card that was opened by hand."""
        self.by_hand = False
        row = self.serving
        self.person = self._back(row.call.id) if row else Person()
        self._idle()


def _on(person: Person, call: Call) -> Person:
    """The person with the newest of the call, under the id by which the note knows it."""
    known = person.call.id if person.call else call.id
    return msgspec.structs.replace(person, call=msgspec.structs.replace(call, id=known))


def _owners(row: CallRow) -> tuple[Member, ...]:
    """Whose number it is too, once one of them is chosen: all among whom was to be chosen."""
    return row.owners or tuple(match.member for match in row.matches)
