"""What surrounds the work on a person: answers, reasons, pinned facts, tasks, revisions, notices, the whole of an entry.

The screen hands on what was chosen in a panel (`take`), what is typed in the chooser, and the news.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ringdesk.articles import Article
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task
from terminal.news import RowNews
from terminal.screens.codes import Codes
from terminal.screens.commands import Command
from terminal.screens.duties import Duties
from terminal.screens.errands import Errands
from terminal.screens.faq import Faq
from terminal.screens.finder import NAMING, PALETTE
from terminal.screens.keeper import NOBODY
from terminal.screens.menus import Menus
from terminal.screens.older import Older
from terminal.screens.painter import Painter
from terminal.screens.panes import Panes
from terminal.screens.pinning import Pinning
from terminal.screens.reading import Reading
from terminal.screens.reasons import Reasons
from terminal.screens.unsent import Unsent
from terminal.screens.work import Work
from terminal.screens.writing import Writing
from terminal.widgets.notes import EarlierNotes
from terminal.widgets.page import Leaf, Line
from terminal.widgets.row import Tone
from terminal.widgets.speech import say
from terminal.widgets.tasks import Tasks
from terminal.widgets.timeline import Timeline
from terminal.widgets.when import short_day

if TYPE_CHECKING:
    from terminal.news import News
    from terminal.widgets.note import NoteArea

ANSWERS: Final = "answers"
PIN: Final = "pin"
"""Modes of the chooser, beside those of `finder`."""
OF_THE_CARD: Final = (PALETTE, NAMING, PIN)
"""Those in which something is done for whoever is on the card."""


class Casework:
    """The side of the desk screen that reads, chooses and corrects. `typing(mode)` opens the chooser."""

    def __init__(  # noqa: PLR0913 - what it stands on, each by its name
        self,
        work: Work,
        writing: Writing,
        painter: Painter,
        panes: Panes,
        menus: Menus,
        errands: Errands,
        codes: Codes,
        *,
        field: "Callable[[], NoteArea]",
        timeline: Callable[[], Timeline],
        tasks: Callable[[], Tasks],
        earlier: Callable[[], EarlierNotes],
        typing: Callable[[str], None],
    ) -> None:
        self._work = work
        self._writing = writing
        self._painter = painter
        self._errands = errands
        self._timeline = timeline
        self._tasks = tasks
        self._earlier = earlier
        self.older = Older(work, timeline, painter.paint)
        self.reading = Reading(panes, painter, writing, field)
        self.faq = Faq(work, self.reading, panes.offer)
        self.reasons = Reasons(work, writing, codes, self.reading, painter.site)
        self.pinning = Pinning(work, menus, lambda: typing(PIN))
        self.duties = Duties(work, menus)
        self.unsent = Unsent(work, menus, self.reading)

    # news

    async def load(self) -> None:
        """The notices that hold today."""
        today = self._work.now.today.isoformat()
        self._work.board.notices = tuple(await self._work.desk.business.notices(today))

    def hear(self, news: "News") -> None:
        """An article is new or changed: the notices may be others."""
        self.faq.look()
        if isinstance(news, RowNews) and isinstance(news.row, Article):
            self._errands.run("notices", self.load)

    # the palette and the chooser

    def commands(self) -> list[Command]:
        """What the palette offers beside the keys."""
        notices = Command(say("Read notices"), SafeText(), "notices")
        return [*self.reasons.commands(), *self.pinning.commands(), notices, *self.unsent.commands()]

    def took(self, mode: str, index: int) -> None:
        """A row of the chooser was taken, in one of our modes."""
        if mode == ANSWERS:
            self._errands.run("answers", lambda: self.faq.taken(index))
        else:
            self.reading.close()
            added = self.pinning.added()
            if added is not None:
                self._errands.run("pin", added)

    # the panels

    def take(self, pane: str, index: int) -> None:
        """A row of a panel was taken."""
        if pane == "timeline":
            self.reading.open(self._timeline().leaf())
        elif pane == "older_entries":
            self._errands.run("older", lambda: self.older.load(index))
        elif pane == "page":
            self.reading.entered()
        elif pane in ("tasks", "task_done"):
            self._task(self._tasks().chosen, more=pane == "tasks")
        elif pane == "earlier":
            self._painter.tell(self._revise())
        elif pane == "older_texts":
            self._older()

    def _task(self, task: Task | None, *, more: bool) -> None:
        """Enter and Space on a task."""
        if task is None:
            return
        if more:
            self.duties.more(task)
        else:
            self._errands.run("task", lambda: self.duties.turn(task))

    def notices(self) -> None:
        """All notices that hold today, to be read."""
        lines: list[Line] = []
        for each in self._work.board.notices:
            day = short_day(each.at, self._work.now)
            lines += [Line(each.title, Tone.STRONG, SafeText(f"{day} {each.author_name}"))]
            lines += [Line(line) for line in each.text.each()]
            if each.tags:
                lines.append(Line(say("For members with: {tags}", tags=SafeText(say(", ").join(each.tags))), Tone.DIM))
            lines.append(Line(SafeText()))
        self.reading.open(Leaf(say("Notices"), SafeText(), tuple(lines) or (Line(say("No notice today.")),)))

    # notes

    def _revise(self) -> SafeText:
        """Load an own note into the field as a revision of it."""
        board, keeper = self._work.board, self._work.keeper
        thread = self._earlier().chosen
        owner = board.person.key
        if thread is None or owner == NOBODY or owner != self._earlier().value.person.key:
            return SafeText()
        note = thread.newest
        if not note.author or note.author != self._work.desk.person.person:
            return say(
                "Only {name} may change this note; o shows its older texts.", name=note.author_name or say("its author")
            )
        if board.states.get(note.id) == "refused":
            return say("The server refused this note: write a new one.")
        self._writing.hold()
        if keeper.texts.get(owner, "").strip():
            return say("There is text in the note: save it first, then change the older one.")
        keeper.hold(owner, note.text)
        keeper.revises[owner] = note
        self._writing.load()
        self._writing.say(say("{key} saves the revision", key=board.key("save")))
        self._painter.note()
        self.reading.write()
        return SafeText()

    def _older(self) -> None:
        """What a note said before."""
        earlier = self._earlier()
        thread = earlier.chosen
        if thread is None:
            return
        if not thread.older:
            self._painter.tell(say("This note was not revised."))
            return
        lines: list[Line] = []
        for note in thread.older:
            lines.append(Line(short_day(note.at, self._work.now), Tone.LINK, note.author_name))
            lines += [Line(line) for line in note.text.each()]
        self.reading.show(Leaf(say("Older texts"), earlier.value.person.name, tuple(lines)))
