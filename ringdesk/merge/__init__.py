"""What each kind of op does to rows: the same function at both ends.

The server applies an op once, in its order; a terminal applies its own waiting ops to the rows that it holds, so that a
person sees what they did. Both call `apply`, which knows no clock and no randomness: equal input, equal rows.

Only a domain error refuses (sync.md 2). An op that is a **fact** had been applied before the server was restored: it is
not judged again, but where something it needs is gone it is still refused (`unknown_...`), and the server parks it.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import msgspec

from ringdesk import ids
from ringdesk.calls import Call
from ringdesk.members import Member
from ringdesk.merge import business, calls, members, notes
from ringdesk.merge.case import Case, Effect
from ringdesk.merge.members import enrol_twin
from ringdesk.merge.unmask import unmasked
from ringdesk.ops import (
    Actor,
    Args,
    ArticleAsk,
    ArticleSave,
    CallClaim,
    CallHand,
    CallHold,
    CallReport,
    CallSame,
    CallVerdict,
    CallWrapup,
    ContactAdd,
    DispositionSave,
    MemberAdd,
    MemberUpdate,
    NoteAdd,
    NumberAttach,
    NumberChoose,
    NumberDetach,
    NumberMarked,
    PresenceSet,
    Row,
    RowKey,
    TaskAdd,
    TaskAttempt,
    TaskDone,
    TaskReopen,
    TaskUpdate,
)

__all__ = ["SUBJECTS", "Effect", "apply", "enrol_twin", "leads", "retarget", "unmasked"]


def apply(
    op_id: str,
    args: Args,
    *,
    actor: Actor,
    at: float,
    base: dict[str, int],
    rows: Mapping[RowKey, Row],
    fact: bool = False,
    site: str = "",
) -> Effect:
    """Apply one op.

    `at` is seconds since 1970, `base` the rev of each field as the person saw it (absent: 0). `rows` holds the existing
    rows among `touched.touches(op_id, args, actor.person)`; absent means that there is none. `site` is where the device
    stands: a call that it opens belongs there. Raises `Refused`: unknown_member, unknown_call, unknown_note, unknown_task,
    unknown_article, unknown_person, empty_note, empty_task, empty_member, empty_number, empty_article, empty_report,
    moved_note, not_own_note, stale_field, masked_number, too_many, bad_date, bad_contact, already_claimed, answered,
    not_missed, not_same, not_yours, not_allowed.
    """
    case = Case(op_id=op_id, actor=actor, at=at, base=base, rows=rows, fact=fact, site=site)
    return _EFFECTS[type(args)](case, args)


SUBJECTS: Final = ("member", "call")
"""The fields, and kinds of rows, that say whom and what an op is about."""


def retarget(args: Args, aliases: Mapping[RowKey, str]) -> Args:
    """The same intent for the member, and the call, that an alias stands for. `aliases` maps each to its `merged_into`."""
    ends: dict[str, str] = {}
    if isinstance(args, CallSame) and args.verdict != "same":
        return args  # what a person joined they part again by its own name
    for field, kind in (*((kind, kind) for kind in SUBJECTS), ("other", "call")):
        row_id: str | None = getattr(args, field, None)
        if row_id is not None and (kind, row_id) in aliases:
            led = {each: into for (of, each), into in aliases.items() if of == kind}
            ends[field] = ids.goes_on(row_id, led.get)
    return msgspec.structs.replace(args, **ends) if ends else args


def leads(rows: Collection[Row]) -> dict[RowKey, str]:
    """Where the aliases among `rows` lead, for `retarget`."""
    members = {("member", row.id): row.merged_into for row in rows if isinstance(row, Member) and row.merged_into}
    calls = {("call", row.id): row.merged_into for row in rows if isinstance(row, Call) and row.merged_into}
    return members | calls


_EFFECTS: Final[dict[type, Callable[[Case, Any], Effect]]] = {
    NoteAdd: notes.note_add,
    TaskAdd: notes.task_add,
    TaskUpdate: notes.task_update,
    TaskAttempt: notes.task_attempt,
    TaskDone: notes.task_done,
    TaskReopen: notes.task_reopen,
    ContactAdd: notes.contact_add,
    MemberAdd: members.member_add,
    MemberUpdate: members.member_update,
    NumberAttach: members.number_attach,
    NumberDetach: members.number_detach,
    NumberChoose: members.number_choose,
    NumberMarked: members.number_mark,
    CallReport: calls.call_report,
    CallClaim: calls.call_claim,
    CallHold: calls.call_hold,
    CallHand: calls.call_hand,
    CallWrapup: calls.call_wrapup,
    CallVerdict: calls.call_verdict,
    CallSame: calls.call_same,
    PresenceSet: business.presence_set,
    DispositionSave: business.disposition_save,
    ArticleSave: business.article_save,
    ArticleAsk: business.article_ask,
}
"""What each kind does; a test compares it with `ops.KINDS`."""
