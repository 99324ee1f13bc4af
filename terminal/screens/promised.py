"""A promise as the desk words it, and the task that is made of it. Pure, for both front ends."""

from collections import Counter
from datetime import UTC, date, datetime, time
from typing import Final

from ringdesk.calls import Presentation
from ringdesk.ops import Actor, TaskAdd
from ringdesk.promises import Promise
from ringdesk.safetext import SafeText
from ringdesk.tasks import TaskKind
from terminal.screens.windows import Window
from terminal.widgets.person import Person
from terminal.widgets.speech import mark, say
from terminal.widgets.when import Now, due_between

NOWHERE: Final = mark("There is no number to call back.")
"""What is said instead of a callback to somebody who gives no number and has none on the card."""


def keyed(found: tuple[Promise, ...], now: Now) -> tuple[tuple[str, Promise], ...]:
    """Each with what it is known by: its due time; the second of one time, as they were written, also by its place."""
    keyed: list[tuple[str, Promise]] = []
    times: Counter[str] = Counter()
    for each in reversed(found):
        due = _due(each, now)
        times[due] += 1
        keyed.append((due if times[due] == 1 else f"{due} {times[due]}", each))
    return tuple(reversed(keyed))


def _due(promise: Promise, now: Now) -> str:
    """As a task has it: a date, or a date-time in UTC."""
    return promise.day.isoformat() if promise.at is None else _moment(promise.day, promise.at, now)


def _opens(promise: Promise, now: Now) -> str | None:
    """Not before when, of a call: the hour that was said, or the day. What else is to be done may be done earlier."""
    if promise.by or not promise.calls:
        return None
    if promise.opens is not None:
        return _moment(promise.day, promise.opens, now)
    return promise.day.isoformat() if promise.day > now.today else None


def _moment(day: date, hour: time, now: Now) -> str:
    moment = datetime.combine(day, hour, tzinfo=now.zone)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def due_words(promise: Promise, now: Now) -> SafeText:
    """When it is to be done."""
    opens = _opens(promise, now)
    words = due_between(SafeText(opens) if opens else None, SafeText(_due(promise, now)), now).words
    ends = promise.by or (opens is None and promise.opens != promise.at)
    return say("by {time}", time=words) if ends else words


def to_dial(person: Person) -> SafeText | None:
    """Where somebody is called back: at the number that calls, else at the member's first. Without either, nowhere."""
    caller = person.call.caller if person.call is not None else None
    if caller is not None and caller.presentation is Presentation.SHOWN and (caller.e164 or caller.raw):
        return SafeText(caller.e164 or caller.raw or "")
    known = person.member.numbers[:1] if person.member is not None else ()
    return next((SafeText(each.e164 or each.raw) for each in known), None)


def task_of(promise: Promise, person: Person, now: Now, mine: Actor) -> TaskAdd:
    """What was promised is for the one who did (`mine`). A call is a callback, where there is a number to call: the one that
    the note says, else the one that calls, else the member's."""
    member, call = person.key
    dialled = SafeText(promise.number) if promise.number else to_dial(person)
    calls = promise.calls and dialled is not None
    opens = _opens(promise, now)
    return TaskAdd(
        kind=TaskKind.CALLBACK if calls else TaskKind.TODO,
        member=member,
        call=call,
        title=promise.title,
        number=dialled if calls else None,
        opens=SafeText(opens) if opens else None,
        due=SafeText(_due(promise, now)),
        assignee=mine.person,
        assignee_name=mine.name,
    )


def callback_of(person: Person, dialled: SafeText | None, window: Window, mine: Actor) -> TaskAdd:
    """A callback to the person within a window, for the one who promised it (`mine`)."""
    member, call = person.key
    return TaskAdd(
        kind=TaskKind.CALLBACK,
        member=member,
        call=call,
        title=say("Call back {name}", name=person.name),
        number=dialled,
        opens=window.opens,
        due=window.due,
        assignee=mine.person,
        assignee_name=mine.name,
    )
