"""What a number that is nobody's left behind: its earlier calls, and what was noted in them."""

from typing import Final, NamedTuple

from ringdesk.calls import WAITING, Call, Direction
from ringdesk.dispositions import MISSED
from ringdesk.notes import Note
from ringdesk.reached import e164_of, spoken
from ringdesk.safetext import SafeText
from ringdesk.timeline import Contact, ContactKind
from terminal.store import cards
from terminal.store.connection import Transaction
from terminal.store.rows import shown

_CALLS: Final = """
select id from about
where number = ? and at < ?
and not exists (select 1 from about as met where met.call = about.id and met.kind = 'contact')
order by at desc, id desc limit ?
"""
"""A call that stands in the timeline of a member is theirs."""


class Past(NamedTuple):
    """What is known of a caller who is no member, newest first."""

    timeline: tuple[Contact, ...] = ()
    notes: tuple[Note, ...] = ()


def past(tx: Transaction, call: Call) -> Past:
    """The notes of a call, and the earlier calls of its number with what was noted in them for no member. A withheld number
    has no past."""
    number = e164_of(call)
    notes = {note.id: note for note in cards.call_notes(tx, call.id)}
    if number is None:
        return Past(notes=tuple(notes.values()))
    notes |= {note.id: note for note in cards.notes_of(tx, number)}
    newest = sorted(notes.values(), key=lambda note: (note.at, note.id), reverse=True)
    earlier = (shown(tx, ("call", row_id)) for (row_id,) in tx.all(_CALLS, number, call.started, cards.TIMELINE))
    met = (contact_of(row) for row in earlier if isinstance(row, Call) and _is_over(row))
    return Past(tuple(met), tuple(newest))


def _is_over(call: Call) -> bool:
    return call.merged_into is None and call.state not in WAITING


def contact_of(call: Call) -> Contact:
    """A call as an entry of a timeline that is no member's."""
    kind = ContactKind.CALL_OUT if call.direction is Direction.OUT else ContactKind.CALL_IN
    if kind is ContactKind.CALL_IN and not spoken(call) and call.disposition in (None, MISSED):
        kind = ContactKind.MISSED
    return Contact(
        id=call.id,
        member="",
        kind=kind,
        at=call.started,
        text=SafeText("" if kind is ContactKind.MISSED else call.disposition or ""),
        who=call.claimed_name or SafeText(),
        call=call.id,
        state=SafeText("" if kind is ContactKind.MISSED else call.outcome or ""),
    )
