"""Calls that nobody had, and calls that are owed: what is late first, each with its window and what was tried."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual.geometry import Size

from ringdesk.calls import Call
from ringdesk.reached import is_of_missed
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskState
from terminal.widgets.caller import callers, number
from terminal.widgets.callrow import CallRow
from terminal.widgets.panel import POINT, ListPanel, Picture
from terminal.widgets.row import Piece, Row, Tone, clipped, gap, piece, spaced, width_of
from terminal.widgets.speech import RESULTS, line_name, say
from terminal.widgets.telephone import dialled, title
from terminal.widgets.when import (
    Due,
    Now,
    age,
    begins,
    between,
    clock,
    due_between,
    due_for,
    moment,
    short_day,
    to_call,
)

CLOCK: Final = 6
"""Cells of the time at the beginning of an entry, and of the air behind it."""
LEAST_NAME: Final = 8
"""Cells that a name has before words give way to it."""
ENDS: Final = 4
"""Cells around the words in the line of a frame, beyond those of the rows."""


class InVain(NamedTuple):
    """How often somebody called whom nobody had, and when first and last (seconds since 1970), where that is known."""

    times: int
    first: float | None
    last: float | None


class Owed(NamedTuple):
    """The callbacks, open ones before done ones, with the names of their members; the calls that nobody had, one for each
    caller; now."""

    tasks: tuple[tuple[Task, SafeText], ...]
    calls: tuple[CallRow, ...]
    now: Now
    rang: Mapping[str, int] = {}
    """For how many seconds the missed call rang of which a callback was made, by the id of the callback."""
    again: Mapping[str, "InVain"] = {}
    """How the caller of a callback called in vain, as this desk saw it, by the id of the callback."""
    me: str = ""
    """The id of the person at this desk."""

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


def tally(calls: Iterable[CallRow]) -> SafeText:
    """How many of the calls in the list were missed, and how many perhaps: `2`, `2 +1?`, `1?`, `0`. Row 0, the tab and the
    panel say it of the same calls."""
    rows = tuple(calls)
    perhaps = sum(row.undecided for row in rows)
    return tallied(len(rows) - perhaps, perhaps)


def tallied(sure: int, perhaps: int) -> SafeText:
    """So many that were missed, and so many perhaps."""
    if not perhaps:
        return SafeText(str(sure))
    return SafeText(f"{sure} +{perhaps}?" if sure else f"{perhaps}?")


def overdue(task: Task, now: Now) -> bool:
    """Whether the window of a callback is over."""
    return task.state is TaskState.OPEN and due_for(task.opens, task.due, now).late


class Missed(ListPanel[Owed]):
    """Two rows each: when, who, how it stands; then the window, what was tried, who has it."""

    height_of_entry = 2
    follows = True
    pointer = POINT

    def names(self, value: Owed) -> list[str]:
        """The ids of the callbacks, and of the first call of each caller."""
        return [(entry.call.id, *entry.also)[-1] if isinstance(entry, CallRow) else entry.id for entry in value.rows()]

    def entries(self, value: Owed) -> int:
        """Callbacks and calls."""
        return len(value.tasks) + len(value.calls)

    @property
    def chosen(self) -> Task | CallRow | None:
        """What the selected row stands for."""
        return self.value.entry(self.selected)

    def picture(self, value: Owed, inside: Size) -> Picture:
        """The rows in sight."""
        missed = len(value.calls)
        count = piece(tally(value.calls), Tone.WARN if missed else Tone.DIM)
        corner = spaced((*self.extent(inside), count), 2)
        heading = _heading(inside.width - ENDS - width_of(corner))
        rows = value.rows()
        if not rows:
            return Picture((Row((piece(say("Nothing missed"), Tone.DIM),)),), heading, corner)
        drawn: list[Row] = []
        for index in self.in_sight(inside):
            entry = rows[index]
            base = Tone.SELECTED if index == self.selected and self.has_focus else Tone.TEXT
            drawn += [row._replace(base=base) for row in pair(entry, value, inside.width)]
        foot, under = self._lower(value, inside)
        return Picture(tuple(drawn), heading, corner, foot, under)

    def _lower(self, value: Owed, inside: Size) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """What stands in the lower line: what is owed, and the keys of the selected row; while nobody is in the list, those of a
        missed call. Where both find no room, the keys stand there while somebody is in it."""
        foot, keys = _foot(value), _keys(self.chosen if self.has_focus else next(iter(value.calls), None))
        if not foot or sum(each.width for each in (*foot, *keys)) + ENDS <= inside.width:
            return foot, keys
        return ((), keys) if self.has_focus and keys else (foot, ())


def _heading(cells: int) -> tuple[Piece, ...]:
    """The name of the panel, in one word where there is no room for all of it."""
    whole, short = say("Missed and callbacks"), say("Missed")
    return (piece(whole if cell_len(whole) <= cells else short, Tone.LINK),)


def _keys(entry: Task | CallRow | None) -> tuple[Piece, ...]:
    """What can be done with a row; of a callback that is made, nothing."""
    if isinstance(entry, CallRow):
        return (piece(say("m missed, e elsewhere, i no matter"), Tone.DIM),)
    waits = entry is not None and entry.state is TaskState.OPEN
    return (piece(say("a tried"), Tone.DIM),) if waits else ()


def _foot(value: Owed) -> tuple[Piece, ...]:
    """How many are to be called, and how many of them late."""
    owed = to_call((task for task, _ in value.tasks), value.now, value.me)
    late = sum(overdue(task, value.now) for task in owed)
    if not owed:
        return ()
    return spaced(
        (
            piece(say("To call {count}", count=len(owed)), Tone.WARN),
            piece(say("{count} late", count=late) if late else SafeText(), Tone.BAD),
        )
    )


def pair(entry: Task | CallRow, value: Owed, cells: int) -> tuple[Row, Row]:
    """The two rows of an entry, so many cells wide."""
    if isinstance(entry, CallRow):
        return _call(entry, value.now)
    return _task(entry, next(name for task, name in value.tasks if task is entry), value, cells)


def rang(call: Call) -> int:
    """For how many seconds a call rang that nobody had."""
    told = (call.last_ring or call.started) > call.started  # some tell of every ring, some only that it began to
    return max(0, int(((call.last_ring if told else call.ended) or call.started) - call.started))


def _call(row: CallRow, now: Now) -> tuple[Row, Row]:
    call = row.call
    name, shown = callers(row), number(call)
    tone = Tone.WARN if row.undecided else Tone.BAD
    head = (piece(clock(call.started, now, seconds=False), tone), gap(), piece(name, Tone.STRONG))
    word = say("missed?") if row.undecided else say("missed")
    rings = say("called {count}x", count=1 + len(row.also)) if row.also else say("rang {count} s", count=rang(call))
    second = spaced((piece(shown if shown != name else line_name(call), Tone.DIM), piece(rings, Tone.DIM)), 2)
    return Row(head, (piece(word, tone),)), Row((gap(CLOCK), *second))


def _task(task: Task, name: SafeText, value: Owed, cells: int) -> tuple[Row, Row]:
    """A callback: who, what was tried or how long they rang, how it stands; then the number, the window, who calls back. What
    finds no room goes whole, who calls back first; a name is cut, and nothing that says when ever goes."""
    when = due_for(task.opens, task.due, value.now)
    words, tone = _standing(task, when, value.now)
    shown = dialled(task.number)
    who = name or shown or title(task)
    number, span = (
        piece(shown if shown != who else SafeText(), Tone.DIM),
        piece(window(task, when, value.now), Tone.DIM),
    )
    theirs = piece(task.assignee_name or say("anybody"), Tone.DIM)
    uncut = cell_len(who) if who == shown else min(cell_len(who), LEAST_NAME)  # half a number is nobody's
    least = cells - CLOCK - uncut - 1
    fitting = [each for each in words if cell_len(each) <= least] or list(words[-1:])
    for said in _tried(task, value):
        heads = [_head(who, said, piece(word, tone), value.now, cells) for word in fitting]
        for head, aside in heads:
            second = _whole((number, span, aside), theirs, cells)
            if second is not None:
                return head, second
        head, aside = heads[0]
        second = _shortened((number, span, aside), cells, whole=said.whole)
        if second is not None:
            return head, second
    short = piece(_short_window(task, value.now), Tone.DIM)
    return head, Row((short if short.width else span,))


def _head(who: SafeText, said: "_Tried", word: Piece, now: Now, cells: int) -> tuple[Row, Piece]:
    """The first row of a callback, with how it stands in a `word`; and of what was tried what found no room in it."""
    room = cells - CLOCK - 1 - word.width
    begun = (piece(clock(said.at, now, seconds=False), word.tone), gap(), piece(clipped(who, room), Tone.STRONG))
    aside = piece(said.words, Tone.DIM)
    if cell_len(who) + (2 + aside.width if aside.width else 0) <= room:
        return Row((*begun, gap(2), aside) if aside.width else begun, (word,)), piece(SafeText())
    return Row(begun, (word,)), aside


class _Tried(NamedTuple):
    """Which time stands first in the row of a callback, what was tried, and whether that must not go, for it has a time too."""

    at: float
    words: SafeText
    whole: bool = False


def _tried(task: Task, value: Owed) -> "list[_Tried]":
    """What was tried; else how often they called and when last, which for want of room is the time of the row; else for how
    long they rang. The time of the row is theirs, whenever somebody here said that they were missed; that of a promise is
    when it was made."""
    count, first, last = value.again.get(task.id) or in_vain(task)
    at = last if last is not None and is_of_missed(task) else task.at
    if task.attempts:
        result = say(RESULTS[task.attempts[-1].result])
        return [_Tried(at, say("{count}x {result}", count=len(task.attempts), result=result))]
    if count > 1 and last is not None:
        short = _Tried(last, say("called {count}x", count=count))
        if first is None:
            return [short]
        full = say("called {count}x, last {time}", count=count, time=clock(last, value.now, seconds=False))
        return [_Tried(first, full, whole=True), short]
    rings = value.rang.get(task.id)
    return [_Tried(at, SafeText() if rings is None else say("rang {count} s", count=rings))]


def in_vain(task: Task, calls: Sequence[Call] = ()) -> InVain:
    """How the caller of a callback called in vain: as the server counts, or as this desk knows it by their `calls`."""
    began = [call.started for call in calls]
    times = [*began, task.called_at] if task.called_at is not None else began
    own = is_of_missed(task)
    made_of_it = None if own and task.author else task.at
    first = min(began) if own and began else made_of_it
    return InVain(max(task.called + 1, len(calls)), first, max(times, default=None))


def _whole(parts: tuple[Piece, Piece, Piece], theirs: Piece, cells: int) -> Row | None:
    """The second row of a callback with its number, its window, what was tried, and who calls back if there is room."""
    for indent, right in ((CLOCK, (theirs,)), (CLOCK, ()), (2, ())):
        left = (gap(indent), *spaced(parts))
        if width_of((*left, *right)) + len(right) <= cells:
            return Row(left, right)
    return None


def _shortened(parts: tuple[Piece, Piece, Piece], cells: int, *, whole: bool) -> Row | None:
    """The same without what was tried, unless that must be there `whole`; else without the number. Never without the window;
    None where there is no room for that."""
    number, span, more = parts
    kept = more.width if whole else 0
    ways = [() if kept else (number, span), (span, more), () if kept else (span,)]
    for way in ways:
        for indent in (CLOCK, 2, 0):
            left = (gap(indent), *spaced(way))
            if way and width_of(left) <= cells:
                return Row(left)
    return None


def _standing(task: Task, when: Due, now: Now) -> tuple[tuple[SafeText, ...], Tone]:
    """How a callback stands: late by how much, to be made, not before a time, done; in words, and where they have a time, in
    short."""
    if task.state is TaskState.DONE:
        done = clock(task.done_at, now, seconds=False) if task.done_at is not None else SafeText()
        said = (say("called back {time}", time=done), done)
        return tuple(SafeText(f"\N{CHECK MARK} {each}") for each in said), Tone.GOOD
    if when.late:
        over = moment(task.due)
        late = age(now.at - over) if over is not None else SafeText()
        words = (say("late by {time}", time=late), late) if late else (when.words,)
        return tuple(SafeText(f"! {each}") for each in words), Tone.BAD
    opens = begins(task.opens, now)
    if opens is not None and opens - opens % 60 > now.at:  # a window is read, and drawn, by the minute
        return (say("waits"),), Tone.DIM
    return (say("to call"),), Tone.WARN


def _short_window(task: Task, now: Now) -> SafeText:
    """The end of a window that has no beginning, without the day of the week."""
    ends = moment(task.due)
    return SafeText(f"{short_day(ends, now)} {clock(ends, now, seconds=False)}") if ends is not None else SafeText()


def window(task: Task, when: Due, now: Now) -> SafeText:
    """The window in words: `17:00-17:30`, `17:30`, `before 17:30`, `from 17:30`, with its day when that is another one."""
    first, ends = moment(task.opens), moment(task.due)
    if first is None:
        return due_between(task.opens, task.due, now, call=True).words if not when.late else _end_of(when, ends, now)
    if ends is None and task.due is not None and len(task.due) > 10:
        return when.words
    spoken = (
        between(first, ends, now) if ends is not None else say("from {time}", time=clock(first, now, seconds=False))
    )
    same = now.local(first).date() == now.today
    return spoken if same else SafeText(f"{now.local(first):%m/%d} {spoken}")


def _end_of(when: Due, ends: float | None, now: Now) -> SafeText:
    return say("before {time}", time=clock(ends, now, seconds=False)) if ends is not None else when.words
