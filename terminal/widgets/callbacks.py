"""Calls that nobody had, and calls that are owed: what is late first, each with its window and what was tried."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from textual.geometry import Size

from ringdesk.calls import Call
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskState
from terminal.widgets.panel import POINT, ListPanel, Picture
from terminal.widgets.person import CallRow, called_by, number
from terminal.widgets.row import Piece, Row, Tone, gap, piece, spaced, width_of
from terminal.widgets.speech import RESULTS, line_name, say
from terminal.widgets.telephone import dialled, title
from terminal.widgets.when import Due, Now, age, between, clock, due, moment

ENDS: Final = 4
"""Cells around the words in the line of a frame, beyond those of the rows."""


class Owed(NamedTuple):
    """The callbacks, open ones before done ones, with the names of their members; the calls that nobody had; now."""

    tasks: tuple[tuple[Task, SafeText], ...]
    calls: tuple[CallRow, ...]
    now: Now
    rang: Mapping[str, int] = {}
    """For how many seconds the missed call rang of which a callback was made, by the id of the callback."""

    def entry(self, index: int) -> Task | CallRow | None:
        """What stands in a row: open callbacks, then calls, then what is done."""
        rows = self.rows()
        return rows[index] if 0 <= index < len(rows) else None

    def rows(self) -> "list[Task | CallRow]":
        """Everything, in the order of the panel."""
        tasks = [task for task, _ in self.tasks]
        return [
            *(task for task in tasks if task.state is TaskState.OPEN),
            *self.calls,
            *(task for task in tasks if task.state is not TaskState.OPEN),
        ]


def overdue(task: Task, now: Now) -> bool:
    """Whether the window of a callback is over."""
    return task.state is TaskState.OPEN and due(task.due, now).late


class Missed(ListPanel[Owed]):
    """Two rows each: when, who, how it stands; then the window, what was tried, who has it."""

    height_of_entry = 2
    follows = True
    pointer = POINT

    def names(self, value: Owed) -> list[str]:
        """The ids of the callbacks and calls."""
        return [entry.call.id if isinstance(entry, CallRow) else entry.id for entry in value.rows()]

    def entries(self, value: Owed) -> int:
        """Callbacks and calls."""
        return len(value.tasks) + len(value.calls)

    @property
    def chosen(self) -> Task | CallRow | None:
        """What the selected row stands for."""
        return self.value.entry(self.selected)

    def picture(self, value: Owed, inside: Size) -> Picture:
        """The rows in sight."""
        heading = (piece(say("Missed and callbacks"), Tone.LINK),)
        missed = len(value.calls)
        count = piece(SafeText(str(missed)), Tone.WARN if missed else Tone.DIM)
        corner = spaced((*self.extent(inside), count), 2)
        rows = value.rows()
        if not rows:
            return Picture((Row((piece(say("Nothing missed"), Tone.DIM),)),), heading, corner)
        drawn: list[Row] = []
        for index in self.in_sight(inside):
            entry = rows[index]
            base = Tone.SELECTED if index == self.selected and self.has_focus else Tone.TEXT
            drawn += [row._replace(base=base) for row in _pair(entry, value, inside.width)]
        foot, under = self._lower(value, inside)
        return Picture(tuple(drawn), heading, corner, foot, under)

    def _lower(self, value: Owed, inside: Size) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """What stands in the lower line: what is owed, and the keys of a missed call. Where both
        find no room, the keys stand there while such a call is selected."""
        foot = _foot(value)
        keys = (piece(say("m missed, e elsewhere, i no matter"), Tone.DIM),) if value.calls else ()
        if not foot or sum(each.width for each in (*foot, *keys)) + ENDS <= inside.width:
            return foot, keys
        return ((), keys) if self.has_focus and isinstance(self.chosen, CallRow) else (foot, ())


def _foot(value: Owed) -> tuple[Piece, ...]:
    """How many calls are owed, and how many of them late."""
    owed = sum(task.state is TaskState.OPEN for task, _ in value.tasks)
    late = sum(overdue(task, value.now) for task, _ in value.tasks)
    if not owed:
        return ()
    return spaced(
        (
            piece(say("{count} to call back", count=owed), Tone.WARN),
            piece(say("{count} late", count=late) if late else SafeText(), Tone.BAD),
        )
    )


def _pair(entry: Task | CallRow, value: Owed, cells: int) -> tuple[Row, Row]:
    """The two rows of an entry."""
    if isinstance(entry, CallRow):
        return _call(entry, value.now)
    return _task(entry, next(name for task, name in value.tasks if task is entry), value, cells)


def rang(call: Call) -> int:
    """For how many seconds a call rang that nobody had."""
    return max(0, int((call.last_ring or call.ended or call.started) - call.started))


def _call(row: CallRow, now: Now) -> tuple[Row, Row]:
    call = row.call
    name, shown = called_by(call, row.sure), number(call)
    tone = Tone.WARN if row.undecided else Tone.BAD
    head = (piece(clock(call.started, now, seconds=False), tone), gap(), piece(name, Tone.STRONG))
    word = say("missed?") if row.undecided else say("missed")
    second = spaced(
        (
            piece(shown if shown != name else line_name(call), Tone.DIM),
            piece(say("rang {count} s", count=rang(call)), Tone.DIM),
        ),
        2,
    )
    return Row(head, (piece(word, tone),)), Row((gap(6), *second))


def _task(task: Task, name: SafeText, value: Owed, cells: int) -> tuple[Row, Row]:
    """A callback: who, what was tried or how long they rang, how it stands; then the number, the window, who calls back. What
    finds no room goes whole, the number last."""
    now = value.now
    when = due(task.due, now)
    word, tone = _standing(task, when, now)
    shown = dialled(task.number)
    who = name or shown or title(task)
    last = task.attempts[-1] if task.attempts else None
    aside = say("{count}x {result}", count=len(task.attempts), result=say(RESULTS[last.result])) if last else SafeText()
    if not last:
        aside = _again(task, now)
    if not aside and task.id in value.rang:
        aside = say("rang {count} s", count=value.rang[task.id])
    begun = (piece(clock(task.at, now, seconds=False), tone), gap(), piece(who, Tone.STRONG))
    head = (*begun, gap(2), piece(aside, Tone.DIM)) if aside else begun
    below = SafeText()
    if width_of(head) + 1 + piece(word).width > cells:
        head, below = begun, aside
    number = piece(shown if shown != who else SafeText(), Tone.DIM)
    span, theirs = piece(window(task, when, now), Tone.DIM), piece(task.assignee_name or say("anybody"), Tone.DIM)
    known, more = number if number.width else span, piece(below, Tone.DIM)
    for left, right in (
        ((number, span, more), (theirs,)),
        ((number, span, more), ()),
        ((known, more), ()),
        ((number if number.width or not below else more,), ()),
    ):
        second = (gap(6), *spaced(left))
        if width_of((*second, *right)) + len(right) <= cells:
            break
    return Row(head, (piece(word, tone),)), Row(second, right)


def _again(task: Task, now: Now) -> SafeText:
    """How often the caller has called in vain, where it was more than once, and when last."""
    if not task.called or task.called_at is None:
        return SafeText()
    last = clock(task.called_at, now, seconds=False)
    return say("called {count}x, last {time}", count=task.called + 1, time=last)


def _standing(task: Task, when: Due, now: Now) -> tuple[SafeText, Tone]:
    """How a callback stands: late by how much, to be made, not before a time, done."""
    if task.state is TaskState.DONE:
        done = clock(task.done_at, now, seconds=False) if task.done_at is not None else SafeText()
        return SafeText("\N{CHECK MARK} " + say("called back {time}", time=done)), Tone.GOOD
    if when.late:
        over = moment(task.due)
        late = when.words if over is None else say("late by {time}", time=age(now.at - over))
        return SafeText("! " + late), Tone.BAD
    begins = moment(task.opens)
    if begins is not None and begins > now.at:
        return say("waits"), Tone.DIM
    return say("to call"), Tone.WARN


def window(task: Task, when: Due, now: Now) -> SafeText:
    """The window in words: `17:00-17:30`, `before 17:30`, with its day when that is another one."""
    begins, ends = moment(task.opens), moment(task.due)
    if ends is None:
        return when.words
    end = clock(ends, now, seconds=False)
    if begins is None:
        return say("before {time}", time=end) if when.today or when.late else when.words
    same = now.local(begins).date() == now.today
    spoken = between(begins, ends, now)
    return spoken if same else SafeText(f"{now.local(begins):%m/%d} {spoken}")
