"""Which call makes a callback by itself, which joins one that is open, and which closes it (sync.md 5). Pure.

One callback per missed call, made where calls have their owner, at the server. A caller who tries again joins the callback
that is open, one with whom somebody spoke since closes it. Who hides, who is junk or a supplier is not called back.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

import msgspec

from ringdesk.calls import Call, CallState, Direction, Outcome
from ringdesk.dispositions import MISSED
from ringdesk.hours import WORKDAY, Hours
from ringdesk.ids import callback_id, goes_on
from ringdesk.marks import MarkLabel, NumberMark
from ringdesk.reached import is_of_missed, mark_of, number_of, numbers, spoken
from ringdesk.safetext import SafeText
from ringdesk.tasks import MAX_JOINED, Task, TaskKind, TaskState

WITHIN: Final = 3600.0
"""Seconds of opening time within which a missed caller is called back: as long as the first window that a desk promises."""
LEAST: Final = timedelta(minutes=10)
"""With less than this until it closes the business calls back when it opens again."""
_LOST: Final = (Outcome.MISSED, Outcome.ABANDONED)


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What a business wants. `make`: missed calls make callbacks. `passive`: so does "missed?", a call of which nobody knows
    how it ended, at once (sync.md 5). `within`: seconds of opening time."""

    make: bool = True
    passive: bool = False
    within: float = WITHIN


class Window(msgspec.Struct, frozen=True):
    """When to call back, ISO date-times in UTC. `opens` None: at once."""

    opens: SafeText | None
    due: SafeText


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around a call: tasks and marks of its caller's number, the calls of these tasks, the members who have it."""

    tasks: tuple[Task, ...] = ()
    calls: Mapping[str, Call] = {}
    marks: tuple[NumberMark, ...] = ()
    members: tuple[str, ...] = ()


def window(at: float, hours: Hours, zone: tzinfo | None, within: float = WITHIN) -> Window:
    """When to call back who was missed `at` (seconds since 1970). `zone` is that of the store, None: the machine's."""
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    span = hours.on(local.date()) if hours.known else None
    if span is None and not hours.known and not hours.closes(local.date()):
        return Window(None, _iso(at + within))
    if span is not None:
        opens, closes = (datetime.combine(local.date(), end, local.tzinfo).timestamp() for end in span)
        if at < opens:
            return _from(local.date(), hours, zone, within)
        if at + LEAST.total_seconds() <= closes:
            return Window(None, _iso(min(at + within, closes)))
    return _from(hours.working_day_after(local.date()), hours, zone, within)


def _from(day: date, hours: Hours, zone: tzinfo | None, within: float) -> Window:
    """From the beginning of a working day on."""
    span = hours.on(day) or WORKDAY
    opens, closes = (datetime.combine(day, end, zone).timestamp() for end in span)
    return Window(_iso(opens), _iso(min(opens + within, closes)))


def _iso(at: float) -> SafeText:
    return SafeText(datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def lost(call: Call, policy: Policy) -> bool:
    """Whether nobody had this call, and that is known: somebody has to call back."""
    if call.direction is not Direction.IN or call.merged_into is not None:
        return False
    if call.claimed_by is not None or call.answered is not None or call.disposition not in (None, MISSED):
        return False
    if call.outcome in _LOST:
        return True
    silent = call.state is CallState.RING_STOPPED or (call.state is CallState.ENDED and call.outcome is Outcome.UNKNOWN)
    return policy.passive and silent


def newly_lost(before: Call | None, call: Call, policy: Policy) -> bool:
    """Whether this is the change by which it became known."""
    return policy.make and lost(call, policy) and not (before is not None and lost(before, policy))


def newly_spoken(before: Call | None, call: Call) -> bool:
    """Whether this is the change by which somebody came to speak with the other end."""
    return call.merged_into is None and spoken(call) and not (before is not None and spoken(before))


def asks(before: Call | None, call: Call, policy: Policy) -> bool:
    """Whether what stands around the call has to be known to say what follows from its change."""
    return (newly_lost(before, call, policy) or newly_spoken(before, call)) and bool(numbers(call))


def made(call: Call, known: Known, when: Window, *, also: Iterable[str] = ()) -> Task | None:
    """The callback of a call that is newly lost, or the open one that it joins; None where there is to be none. `also` are
    ids that lead to the call: who is called back under one of them tried no second time."""
    if not numbers(call) or call.mark is not None or _marked(call, known.marks):
        return None
    names = {call.id, *also}
    there = next((task for task in known.tasks if task.call in names or not names.isdisjoint(task.calls)), None)
    if there is not None:
        return None if _has(there, call.id) else joined(there, call, again=False)
    for task in sorted(_of_caller(call, known), key=lambda task: (not is_of_missed(task), task.at, task.id)):
        return joined(task, call)
    return Task(
        id=callback_id(call.id),
        kind=TaskKind.CALLBACK,
        member=known.members[0] if len(known.members) == 1 else None,
        call=call.id,
        number=SafeText(call.caller.e164 or call.caller.raw or ""),
        opens=when.opens,
        due=when.due,
        at=call.ended or call.last_ring or call.started,
        called_at=call.started,
    )


def joined(task: Task, call: Call, *, again: bool = True) -> Task:
    """The callback of a caller who tried once more (`again`), or whose call has one more id."""
    times = task.called + 1 if again else task.called
    latest = max(task.called_at or 0.0, call.started) if again else task.called_at
    return msgspec.structs.replace(task, calls=(*task.calls, call.id)[-MAX_JOINED:], called=times, called_at=latest)


def recounted(task: Task, before: Mapping[str, Call], after: Mapping[str, Call]) -> Task:
    """The callback, where calls that it names became one, or two again, by `after`: two reports of one call are one try."""
    named = {*task.calls, *filter(None, (task.call,))}
    more = len(_several(named, after)) - len(_several(named, before))
    return msgspec.structs.replace(task, called=max(0, task.called + more)) if more else task


def _several(named: Iterable[str], calls: Mapping[str, Call]) -> set[str]:
    return {goes_on(each, lambda call: calls[call].merged_into if call in calls else None) for each in named}


def closed(call: Call, known: Known, at: float) -> tuple[Task, ...]:
    """The open callbacks of missed calls that this conversation settles, as they are then: those of its number, of its store,
    of before it. Where several people have the number nobody's callback but theirs is closed, and who speaks is not known."""
    found = (task for task in _of_caller(call, known) if is_of_missed(task) and _before(task, call, known))
    by = call.claimed_by or ""
    return tuple(msgspec.structs.replace(task, state=TaskState.DONE, done_by=by, done_at=at) for task in found)


def replaced(promise: Task, known: Known, site: str, at: float) -> tuple[Task, ...]:
    """The callbacks that the server made of a caller to whom a person promises one now: done, for one is enough."""
    dialled = number_of(promise)
    found = (
        task for task in known.tasks if task.id != promise.id and _open(task) and not task.author and is_of_missed(task)
    )
    mine = (task for task in found if not dialled.isdisjoint(number_of(task)) and _site(task, known) in (None, site))
    return tuple(
        msgspec.structs.replace(task, state=TaskState.DONE, done_by=promise.author, done_at=at) for task in mine
    )


def dropped(mark: NumberMark, known: Known, at: float) -> tuple[Task, ...]:
    """The open callbacks to a number that somebody marks as junk, as they are then: nobody calls it back. A supplier may still
    be called."""
    if mark.label is not MarkLabel.JUNK:
        return ()
    dialled = mark_of(mark)
    found = (task for task in known.tasks if _open(task) and not dialled.isdisjoint(number_of(task)))
    return tuple(settled(task, mark.author, at) for task in found)


def settled(task: Task, by: str, at: float) -> Task:
    """A callback that nobody needs any more, by the word of a person (their id, "" for the business's own list)."""
    return msgspec.structs.replace(task, state=TaskState.DONE, done_by=by, done_at=at)


def taken_up(fresh: Task, call: Call, known: Known) -> Task | None:
    """The open callback that stands for `fresh`, which a person makes of a missed call of the same caller; None: `fresh` is the
    first."""
    others = (task for task in _of_caller(call, known) if task.id != fresh.id)
    for task in sorted(others, key=lambda task: (not is_of_missed(task), task.at, task.id)):
        both = task if _has(task, call.id) else joined(task, call)
        return msgspec.structs.replace(both, title=both.title or fresh.title, member=both.member or fresh.member)
    return None


def one_each(tasks: Iterable[Task]) -> dict[str, str]:
    """Which open callbacks another one stands for, as the server will have it once it hears of both (`replaced`, `taken_up`): its
    own for what a person promised, a person's of one more missed call for the one that there was. By id, the one that stays."""
    kept: list[Task] = []
    gone: dict[str, str] = {}
    found = [task for task in tasks if _open(task)]
    for task in sorted(found, key=lambda task: (is_of_missed(task), bool(task.author), task.at, task.id)):
        own = number_of(task)
        same = (other for other in kept if not own.isdisjoint(number_of(other)) and _same_person(task, other))
        first = next(same, None) if is_of_missed(task) else None
        if first is not None and _gives_way(task, first):
            gone[task.id] = first.id
        else:
            kept.append(task)
    return gone


def _gives_way(task: Task, first: Task) -> bool:
    """Two of the server's own are those of two stores."""
    if not task.author:
        return not is_of_missed(first)
    return is_of_missed(first) or first.at <= task.at


def _same_person(one: Task, other: Task) -> bool:
    return None in (one.member, other.member) or one.member == other.member


def _of_caller(call: Call, known: Known) -> list[Task]:
    """The open callbacks to the call's number, at its store."""
    dialled = numbers(call)
    return [
        task
        for task in known.tasks
        if _open(task)
        and not dialled.isdisjoint(number_of(task))
        and (task.member is None or len(known.members) < 2)
        and _site(task, known) in (None, call.site)
    ]


def _open(task: Task) -> bool:
    return task.kind is TaskKind.CALLBACK and task.state is TaskState.OPEN


def _has(task: Task, call: str) -> bool:
    return task.call == call or call in task.calls


def _site(task: Task, known: Known) -> str | None:
    call = known.calls.get(task.call or "")
    return None if call is None else call.site


def _before(task: Task, call: Call, known: Known) -> bool:
    """Whether the last try of the caller was before the call, or is it."""
    if _has(task, call.id):
        return True
    first = known.calls.get(task.call or "")
    last = max((at for at in (task.called_at, first.started if first else None) if at is not None), default=None)
    return last is not None and last < call.started


def _marked(call: Call, marks: Iterable[NumberMark]) -> bool:
    dialled = numbers(call)
    return any(mark.label is not MarkLabel.NONE and not dialled.isdisjoint(mark_of(mark)) for mark in marks)
