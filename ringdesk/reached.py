"""Whether a caller whom nobody had was spoken with since: then their missed calls need nobody any more. Pure.

It counts who was spoken with at the same store: in a later call of the number, in or out, that somebody took or that was
answered, or in an attempt to call back that reached them. An attempt that reached nobody settles nothing, and a number that
was withheld is nobody's.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from ringdesk import numbers as phone
from ringdesk.calls import Call, Direction, Outcome, Presentation
from ringdesk.ids import callback_id
from ringdesk.marks import MarkLabel, NumberMark
from ringdesk.tasks import AttemptResult, Task, TaskKind, TaskState

LEAST: Final = 6
"""Digits of the shortest number that is somebody's: fewer are an extension or a service."""


def spoken(call: Call) -> bool:
    """Whether somebody of ours spoke with the other end. A call out that rang is none, whoever made it."""
    answered = call.answered is not None or call.outcome is Outcome.ANSWERED
    return answered or (call.claimed_by is not None and call.direction is not Direction.OUT)


def numbers(call: Call) -> frozenset[str]:
    """The digits of the other end, in every form that the source gave; none where it was withheld."""
    caller = call.caller
    forms = [caller.e164, caller.raw] if caller.presentation is Presentation.SHOWN else []
    if call.direction is Direction.OUT:
        forms.append(call.called.raw)
    return _digits(*forms)


def e164_of(call: Call) -> str | None:
    """The number of the other end as E.164; None where it was withheld, or nobody knows it as one."""
    if call.direction is Direction.OUT:
        dialled = call.called.raw
        return phone.read(dialled).e164 if dialled is not None and dialled.startswith("+") else None
    return call.caller.e164 if call.caller.presentation is Presentation.SHOWN else None


def number_of(task: Task) -> frozenset[str]:
    """The digits that a callback dials."""
    return digits_of(task.number)


def digits_of(number: str | None) -> frozenset[str]:
    """The digits of a number in every form in which a call may give it."""
    return _digits(number)


def mark_of(mark: NumberMark) -> frozenset[str]:
    """The digits of a marked number; none once the mark was taken back."""
    return frozenset() if mark.label is MarkLabel.NONE else _digits(mark.e164, mark.raw)


def dialled_of(row: object) -> frozenset[str]:
    """The digits under which a row is to be found when its number calls: those of an open callback, of a mark."""
    if isinstance(row, NumberMark):
        return mark_of(row)
    owed = isinstance(row, Task) and row.kind is TaskKind.CALLBACK and row.state is TaskState.OPEN
    return number_of(row) if owed and isinstance(row, Task) else frozenset()


@lru_cache(maxsize=1024)
def _digits(*forms: str | None) -> frozenset[str]:
    given = [form for form in forms if form]
    # As it is dialled at home, too: a call out has no other form.
    given += [home.national for form in given if form.startswith("+") and (home := phone.read(form)).e164 is not None]
    found = ("".join(char for char in form if char.isdecimal()) for form in given)
    return frozenset(digits for digits in found if len(digits) >= LEAST)


class Settled:
    """The missed calls that are settled by these calls and callbacks. Of `calls` only those count in which somebody spoke,
    as the one who asks knows it (`spoken`, at the least)."""

    def __init__(self, calls: Iterable[Call], tasks: Iterable[Task] = ()) -> None:
        self._spoken: dict[tuple[str, str], float] = {}
        """Store and number -> when the last call began in which somebody spoke, seconds since 1970."""
        self._reached: dict[str, float] = {}
        """Number -> when an attempt last reached it."""
        self._called_back: set[str | None] = set()
        for call in calls:
            for number in numbers(call):
                key = (call.site, number)
                self._spoken[key] = max(call.started, self._spoken.get(key, call.started))
        for task in tasks:
            if task.kind is TaskKind.CALLBACK:
                self._heard(task)

    def _heard(self, task: Task) -> None:
        if task.state is TaskState.DONE:
            self._called_back |= {task.id, *map(callback_id, task.calls)}
        for attempt in task.attempts:
            if attempt.result is AttemptResult.REACHED:
                for number in number_of(task):
                    self._reached[number] = max(attempt.at, self._reached.get(number, attempt.at))

    def __contains__(self, call: Call) -> bool:
        """Whether nobody has to call back for this one: its callback is done, or its number was spoken with since."""
        if self._called_back and callback_id(call.id) in self._called_back:
            return True
        return any(
            self._spoken.get((call.site, number), call.started) > call.started
            or self._reached.get(number, call.started) > call.started
            for number in numbers(call)
        )


def is_of_missed(task: Task) -> bool:
    """Whether it is the callback of a missed call, which a later conversation closes; a callback that somebody promised for
    a time of its own stays."""
    return task.kind is TaskKind.CALLBACK and task.call is not None and task.id == callback_id(task.call)
