"""The open tasks of the person: what is late first, then by date."""

from typing import NamedTuple

from textual.geometry import Size

from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskState
from terminal.widgets.panel import ListPanel, Picture
from terminal.widgets.person import Person
from terminal.widgets.row import Piece, Row, Tone, column, gap, piece, spaced
from terminal.widgets.speech import say
from terminal.widgets.when import Due, Now, due

BOX = "-"


class Duties(NamedTuple):
    """Whose tasks, and when is now."""

    person: Person
    now: Now


def by_urgency(tasks: tuple[Task, ...], now: Now) -> list[tuple[Due, Task]]:
    """Open tasks with their due words, the most urgent first."""
    dated = [(due(task.due, now), task) for task in tasks if task.state is TaskState.OPEN]
    return sorted(dated, key=lambda pair: (not pair[0].late, pair[0].order))


def _tone(when: Due) -> Tone:
    return Tone.BAD if when.late else Tone.WARN if when.today else Tone.TEXT


def urgent(tasks: tuple[Task, ...], now: Now) -> tuple[Piece, ...]:
    """The most urgent task in one breath."""
    dated = by_urgency(tasks, now)
    if not dated:
        return ()
    when, task = dated[0]
    words = SafeText(f"{'!' if when.late else BOX} {when.words} {task.title}")
    return (piece(words, _tone(when)),)


class Tasks(ListPanel[Duties]):
    """Two rows a task: when and what, then who."""

    height_of_entry = 2

    def entries(self, value: Duties) -> int:
        """The open tasks."""
        return sum(task.state is TaskState.OPEN for task in value.person.tasks)

    def picture(self, value: Duties, inside: Size) -> Picture:
        """The tasks in sight."""
        dated = by_urgency(value.person.tasks, value.now)
        late = sum(when.late for when, _ in dated)
        corner = [piece(say("{count} open", count=len(dated)), Tone.DIM)]
        if late:
            corner.append(piece(say("{count} late", count=late), Tone.BAD))
        title = spaced((piece(say("Tasks"), Tone.LINK), piece(value.person.name, Tone.LINK)), 2)
        if not dated:
            empty = say("No open task") if value.person.name else SafeText()
            return Picture((Row((piece(empty, Tone.DIM),)),), title)
        rows = [
            row for index in self.in_sight(inside) for row in self._entry(*dated[index], chosen=index == self.selected)
        ]
        return Picture(tuple(rows), title, spaced(corner))

    def _entry(self, when: Due, task: Task, *, chosen: bool) -> tuple[Row, Row]:
        base = Tone.SELECTED if chosen and self.has_focus else Tone.TEXT
        state = self.value.person.states.get(task.id)
        waits = say("not sent yet") if state == "pending" else say("refused") if state == "refused" else SafeText()
        sign = piece(SafeText("! " if when.late else f"{BOX} "), _tone(when))
        head = (sign, column(when.words, 16, _tone(when)), gap(), piece(task.title, Tone.STRONG))
        who = task.author_name
        return (
            Row(head, base=base),
            Row(
                (gap(19), piece(who, Tone.DIM)),
                (piece(waits, Tone.BAD if state == "refused" else Tone.DIM),),
                base=base,
            ),
        )
