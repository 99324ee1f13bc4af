"""What intents about calls do."""

from typing import Final

import msgspec

from ringdesk import ids, tracker
from ringdesk.calls import Call, CallState, Direction, Outcome
from ringdesk.errors import Refused
from ringdesk.merge import bounds
from ringdesk.merge.case import Case, Effect, expect_date, expect_subject, find, the_call
from ringdesk.merge.notes import done
from ringdesk.ops import CallClaim, CallHand, CallHold, CallReport, CallSame, CallVerdict, CallWrapup, Row, RowKey
from ringdesk.ops.calls import MAX_ALSO
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind, TaskState
from ringdesk.timeline import Contact, ContactKind


def call_report(case: Case, args: CallReport) -> Effect:
    """What a line saw, folded event by event; the first opens the call."""
    before = call = find(case, "call", args.call, Call)
    for event in args.events:
        if event.event not in tracker.NO_CALL:
            call = bounds.call(tracker.step(call, bounds.event(event), call_id=args.call, site=case.site))
    if call is None:
        raise Refused("empty_report", "the report says nothing about the call; report it with its events")
    rows: dict[RowKey, Row] = {}
    for other in args.also[:MAX_ALSO]:
        gone = find(case, "call", other, Call)
        if gone is not None and _is_one(call, gone):
            call = bounds.call(tracker.united(call, gone))
            rows["call", gone.id] = tracker.went_on(gone, call.id, case.at)
    return Effect(rows if call == before else rows | {("call", call.id): call})


def _is_one(call: Call, gone: Call) -> bool:
    """Whether a report may say that they are one: two sources saw the same, or all that is known of the one that is over is
    from sources of the other, which know their calls. Anything else would be somebody else's call."""
    if gone.id == call.id or gone.merged_into is not None or gone.site != call.site:
        return False
    sources = {key.source for key in call.sources}
    own = all(key.source in sources for key in gone.sources)
    return own or tracker.may_be_one(call, gone, tracker.DEFAULT_POLICY.same_call)


def call_claim(case: Case, args: CallClaim) -> Effect:
    """The first claim stands."""
    call = the_call(case, args.call)
    if call.claimed_by == case.actor.person:
        return Effect({})
    if call.claimed_by is not None:
        if case.fact:
            return Effect({}, lost=("claimed_by",))
        raise _taken(call)
    return Effect({("call", args.call): tracker.claim(call, case.actor.person, case.at, case.actor.name)})


def call_wrapup(case: Case, args: CallWrapup) -> Effect:
    """The call is over, and in the timeline of the member whom it was about."""
    call = the_call(case, args.call)
    expect_subject(case, args.member)
    over = tracker.wrap_up(call, args.code, case.at)
    rows: dict[RowKey, Row] = {} if over == call else {("call", args.call): over}
    if args.member is not None:
        rows["contact", case.op_id] = Contact(
            id=case.op_id,
            member=args.member,
            kind=ContactKind.CALL_OUT if call.direction is Direction.OUT else ContactKind.CALL_IN,
            at=call.started or case.at,
            text=args.code,
            who=case.actor.name,
            call=args.call,
            state=SafeText(over.outcome or ""),
        )
    return Effect(rows)


def call_hold(case: Case, args: CallHold) -> Effect:
    """The caller waits, or no longer."""
    call = the_call(case, args.call)
    if not call.live or call.on_hold is args.held:
        return Effect({})
    if call.claimed_by != case.actor.person and not case.fact:
        raise Refused("not_yours", "only who has a call holds it; take it first")
    return Effect({("call", call.id): msgspec.structs.replace(call, on_hold=args.held)})


def call_hand(case: Case, args: CallHand) -> Effect:
    """The claim goes to a colleague; a hold ends with it."""
    if not args.to and not case.fact:
        raise Refused("unknown_person", "there is nobody to hand the call to; choose a colleague")
    call = the_call(case, args.call)
    if call.claimed_by == args.to or not call.live:
        return Effect({})
    if call.claimed_by not in (None, case.actor.person):
        if case.fact:
            return Effect({}, lost=("claimed_by",))
        raise _taken(call)
    free = msgspec.structs.replace(call, claimed_by=None, claimed_name=None)
    handed = msgspec.structs.replace(
        tracker.claim(free, args.to, case.at, args.to_name),
        handed_by=case.actor.person,
        handed_name=case.actor.name,
        on_hold=False,
    )
    return Effect({("call", call.id): handed})


def call_same(case: Case, args: CallSame) -> Effect:
    """Two calls are one, or two, by a person's word (sync.md 5: what is ambiguous is joined by a person)."""
    call, other = the_call(case, args.call), the_call(case, args.other)
    if call.id == other.id:
        return Effect({})
    if args.verdict == "same":
        _expect_asked(case, call, other)
        return Effect(_one(case, call, other))
    if call.merged_into is not None:
        if call.merged_into != other.id or call.joined is None or other.merged_into is not None:
            raise Refused("not_same", "these calls became one by what was heard of them; they stay one")
        other, call = tracker.parted(other, call, call.joined)
    else:
        _expect_asked(case, call, other)
    apart = tuple(each for each in call.apart if each != other.id)
    if args.verdict == "another":
        call = msgspec.structs.replace(call, perhaps=None, apart=(*apart, other.id)[-bounds.MAX_SOURCES :])
    else:
        call = msgspec.structs.replace(call, perhaps=other.id, apart=apart)
    return Effect({("call", row.id): row for row in (call, other) if find(case, "call", row.id, Call) != row})


def _expect_asked(case: Case, call: Call, other: Call) -> None:
    """That these two may be one. Raises `Refused("not_same")`: else whoever takes back what nobody said would make it so."""
    near = 2 * tracker.DEFAULT_POLICY.same_call
    one, two = (msgspec.structs.replace(each, apart=()) for each in (call, other))
    asked = other.id in (call.perhaps, *call.apart) or call.id in (other.perhaps, *other.apart)
    if not (case.fact or asked or tracker.perhaps_one(one, two, near)) or call.site != other.site:
        raise Refused("not_same", "these two calls did not begin together; they stay two")


def _one(case: Case, call: Call, other: Call) -> dict[RowKey, Row]:
    """Both as one, and of two callbacks one."""
    kept, gone = tracker.joined_by_person(other, call, case.at)
    rows: dict[RowKey, Row] = {("call", kept.id): bounds.call(kept), ("call", gone.id): gone}
    task = find(case, "task", ids.callback_id(gone.id), Task)
    first = find(case, "task", ids.callback_id(kept.id), Task)
    spoken = kept.claimed_by is not None or kept.answered is not None
    for each in (task, first) if spoken else (task,) if first is not None else ():
        if each is not None and each.state is TaskState.OPEN:
            rows["task", each.id] = done(case, each)
    return rows


_VERDICTS: Final[dict[str, Outcome]] = {
    "missed": Outcome.MISSED,
    "elsewhere": Outcome.ANSWERED,
    "ignored": Outcome.UNKNOWN,
}


def call_verdict(case: Case, args: CallVerdict) -> Effect:
    """The call ends as somebody says it did; a missed one gets its callback, unless the caller hides."""
    call = the_call(case, args.call)
    expect_date(case, args.opens)
    expect_date(case, args.due)
    expect_subject(case, args.member)
    if args.verdict == "missed" and call.direction is Direction.OUT and not case.fact:
        raise Refused("not_missed", "this call went out; only one that came in can be missed")
    if call.claimed_by is not None or call.answered is not None:
        if case.fact:
            return Effect({}, lost=("outcome",))
        raise _taken(call) if call.claimed_by else Refused("answered", "this call was answered; look again")
    over = msgspec.structs.replace(
        call,
        state=CallState.ENDED,
        outcome=_VERDICTS[args.verdict],
        inferred=False,
        ended=case.at if call.ended is None else call.ended,
        disposition=args.verdict,
    )
    rows: dict[RowKey, Row] = {} if over == call else {("call", call.id): over}
    callback = _callback(case, args, call)
    if callback is not None:
        rows["task", callback.id] = callback
    return Effect(rows)


def _callback(case: Case, args: CallVerdict, call: Call) -> Task | None:
    """The callback as it is after the verdict; None where it stays as it was, or there is none."""
    task_id = ids.callback_id(call.id)
    task = find(case, "task", task_id, Task)
    if args.verdict != "missed":
        return done(case, task) if task is not None and done(case, task) != task else None
    number = call.caller.e164 or call.caller.raw
    if task is not None or number is None or not args.title.strip():
        return None
    return Task(
        id=task_id,
        kind=TaskKind.CALLBACK,
        member=args.member,
        call=call.id,
        title=args.title,
        number=SafeText(number),
        opens=args.opens,
        due=args.due,
        author=case.actor.person,
        author_name=case.actor.name,
        at=case.at,
        called_at=call.started,
    )


def _taken(call: Call) -> Refused:
    holder = call.claimed_name or call.claimed_by
    return Refused("already_claimed", f"{holder} has this call already; leave it to them")
