"""The open tasks of the person: what is late first, then by date."""

from typing import Final, NamedTuple

from textual import events
from textual.geometry import Size

from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskState
from terminal.messages import Chosen
from terminal.widgets.panel import ListPanel, Picture
from terminal.widgets.person import Person
from terminal.widgets.row import Piece, Row, Tone, column, gap, piece, spaced
from terminal.widgets.speech import say
from terminal.widgets.telephone import title
from terminal.widgets.when import Due, Now, when

BOX = "-"
_WHEN: Final = 17
"""Cells for `today 17:00-17:30`."""


class Duties(NamedTuple):
    """Whose tasks, and when is now; `today` is how many one's own list has, while there is nobody."""

    person: Person
    now: Now
    today: int = 0


def by_urgency(tasks: tuple[Task, ...], now: Now) -> list[tuple[Due, Task]]:
    """Open tasks with their due words, the most urgent first."""
    dated = [(when(task, now), task) for task in tasks if task.state is TaskState.OPEN]
    return sorted(dated, key=lambda pair: (not pair[0].late, pair[0].order))


def listed(tasks: tuple[Task, ...], now: Now) -> list[tuple[Due, Task]]:
    """The tasks of the list: those that were closed here keep their place, so that the same key opens them again."""
    dated = [(when(task, now), task) for task in tasks]
    return sorted(dated, key=lambda pair: (not pair[0].late, pair[0].order, pair[1].at, pair[1].id))


def _tone(when: Due) -> Tone:
    return Tone.BAD if when.late else Tone.WARN if when.today else Tone.TEXT


def urgent(tasks: tuple[Task, ...], now: Now, name: SafeText) -> tuple[Piece, ...]:
    """The most urgent task of somebody called `name` in one breath."""
    dated = by_urgency(tasks, now)
    if not dated:
        return ()
    when, task = dated[0]
    words = SafeText(f"{'!' if when.late else BOX} {when.words} {title(task, name)}")
    return (piece(words, _tone(when)),)


class Tasks(ListPanel[Duties]):
    """Two rows a task: when and what, then who."""

    height_of_entry = 2
    follows = True

    def names(self, value: Duties) -> list[str]:
        """The ids of the tasks."""
        return [task.id for _, task in listed(value.person.tasks, value.now)]

    def entries(self, value: Duties) -> int:
        """The open tasks."""
        return len(value.person.tasks)

    @property
    def chosen(self) -> Task | None:
        """The task in the selected row, as it is drawn: closed ones have rows too."""
        dated = listed(self.value.person.tasks, self.value.now)
        return dated[self.selected][1] if dated else None

    def picture(self, value: Duties, inside: Size) -> Picture:
        """The tasks in sight."""
        dated = listed(value.person.tasks, value.now)
        open_ones = [when for when, task in dated if task.state is TaskState.OPEN]
        late = sum(when.late for when in open_ones)
        corner = [piece(say("{count} open", count=len(open_ones)), Tone.DIM)]
        if late:
            corner.append(piece(say("{count} late", count=late), Tone.BAD))
        head_title = spaced((piece(say("Tasks"), Tone.LINK), piece(value.person.name, Tone.LINK)), 2)
        if not dated:
            empty = say("No open task") if value.person.name else say("Nobody is on the desk.")
            own = say("Yours are in Today: {count}", count=value.today) if value.today else SafeText()
            return Picture((Row((piece(empty, Tone.DIM),)), Row((piece(own, Tone.DIM),))), head_title)
        rows = [
            row for index in self.in_sight(inside) for row in self._entry(*dated[index], chosen=index == self.selected)
        ]
        foot = (piece(say("Space closes, Enter: more"), Tone.DIM),) if self.has_focus else ()
        return Picture(tuple(rows), head_title, spaced(corner), foot)

    def pressed(self, event: events.Key) -> None:
        """Space closes a task, and opens one again that was closed here."""
        if event.key == "space" and self.entries(self.value):
            event.stop()
            self.post_message(Chosen("task_done", self.selected))
        else:
            super().pressed(event)

    def _entry(self, when: Due, task: Task, *, chosen: bool) -> tuple[Row, Row]:
        base = Tone.SELECTED if chosen and self.has_focus else Tone.TEXT
        state = self.value.person.states.get(task.id)
        waits = say("not sent yet") if state == "pending" else say("refused") if state == "refused" else SafeText()
        if task.state is TaskState.DONE:
            sign, words, tone = SafeText("\N{CHECK MARK} "), say("done"), Tone.GOOD
        else:
            sign, words, tone = SafeText("! " if when.late else f"{BOX} "), when.words, _tone(when)
        what = piece(title(task, self.value.person.name), Tone.DIM if task.state is TaskState.DONE else Tone.STRONG)
        head = (piece(sign, tone), column(words, _WHEN, tone), gap(), what)
        who = say("for {name}", name=task.assignee_name) if task.assignee_name else say("anybody")
        return (
            Row(head, base=base),
            Row(
                (gap(_WHEN + 3), piece(who, Tone.DIM)),
                (piece(waits, Tone.BAD if state == "refused" else Tone.DIM),),
                base=base,
            ),
        )
