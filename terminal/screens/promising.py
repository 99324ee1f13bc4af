"""What the note promises: found while it is typed, made a task with one key, and taken back with the same; also after the
note was saved, while its person is still there and nothing else is promised."""

from collections.abc import Callable
from datetime import datetime, time

from ringdesk import promises
from ringdesk.ops import TaskAdd, TaskDone
from ringdesk.promises import Promise
from ringdesk.safetext import SafeText
from terminal.screens.keeper import EMPTY, NOBODY, Owner
from terminal.screens.promised import due_words, keyed, task_of
from terminal.screens.work import Work
from terminal.screens.writing import Writing
from terminal.widgets.note import Pledge
from terminal.widgets.speech import say
from terminal.widgets.when import Now


class Promising:
    """The promises of the note in the field, one after the other, the last first: of one a task is made, then comes the next.
    Of one note each is known by its due time, and by its place among those of one time: its words change while they are typed.

    What is to be done after a while has its due time from when it was first read, as long as the words for it stand in the
    note or in the one that was saved last. A desk that was started since reads it anew, unless a task was made of it: that
    says when it is due.
    """

    def __init__(self, work: Work, writing: Writing) -> None:
        self.changed: Callable[[], None] = lambda: None
        """Called when another promise stands in the note."""
        self._work = work
        self._writing = writing
        self._looked: tuple[Owner, str, str] = (NOBODY, "", "")
        self._found: tuple[tuple[str, Promise], ...] = ()
        """What the note promises, each by what it is known by."""
        self._read_at: dict[Owner, dict[str, datetime]] = {}
        """When the words that say after how long were first read, in the text."""
        self._read_noted: dict[Owner, dict[str, datetime]] = {}
        """The same in the note that was saved last."""
        self._of_noted = False
        """Whether it is the note that was saved last which promises it."""

    def look(self) -> None:
        """The note changed."""
        before = self.shown()
        self._refresh()
        if self.shown() != before:
            self.changed()

    def shown(self) -> Pledge | None:
        """What the frame of the note says."""
        self._refresh()
        if not self._found:
            return None
        key, promise = self._offered
        made, count = key in self._made, len(self._found)
        done = sum(each in self._made for each, _ in self._found)
        return Pledge(
            when=due_words(promise, self._work.now),
            what=promise.title,
            made=made,
            place=SafeText(f"{done + (not made)}/{count}") if count > 1 else SafeText(),
        )

    @property
    def _offered(self) -> tuple[str, Promise]:
        """The promise of which the next task is made; where all have theirs, the one that got it last."""
        return next((each for each in self._found if each[0] not in self._made), self._found[-1])

    async def turn(self) -> SafeText:
        """Make the task, or take it back."""
        self._refresh()
        if not self._found:
            return self._nothing()
        when, promise = self._offered
        title = promise.title
        made = self._made.get(when)
        task: TaskAdd | TaskDone
        if made is not None:
            task, said = TaskDone(task=made), say("Taken back: {title}", title=title)
        else:
            task = task_of(promise, self._work.board.person, self._work.now, self._work.desk.person)
            said = say("Task made: {title}", title=title)
        keeper = self._work.keeper
        await (keeper.promise_noted if self._of_noted else keeper.promise)(self._writing.owner, when, task)
        await self._writing.keep()
        self.changed()
        return said

    def _nothing(self) -> SafeText:
        """Why no task can be made: the time that was written is over, or there is none."""
        owner, keeper, now = self._writing.owner, self._work.keeper, self._work.now
        text = keeper.texts.get(owner, "") or keeper.noted.get(owner, EMPTY).text
        read_at = (self._read_at if keeper.texts.get(owner, "") else self._read_noted).get(owner, {})
        over = promises.over(text, now.local(now.at).replace(tzinfo=None), read_at)
        if over is None:
            return say("No promise in this note: write what and when, as in: today 17:30 call back.")
        return say("{time} is over: write a time that is still to come.", time=_written(over, now))

    def _refresh(self) -> None:
        owner = self._writing.owner
        keeper = self._work.keeper
        text, noted = keeper.texts.get(owner, ""), keeper.noted.get(owner, EMPTY).text
        if self._looked != (owner, text, noted):
            before, self._looked = self._looked, (owner, text, noted)
            if before == (owner, noted, before[2]) and noted != before[2]:
                self._read_noted[owner] = self._read_at.pop(owner, {})  # what stood in the field was saved
            made, of_noted = keeper.promised.get(owner, {}), dict(keeper.noted.get(owner, EMPTY).promised)
            found = self._read(text, self._read_at.setdefault(owner, {}), made)
            found_noted = () if found else self._read(noted, self._read_noted.setdefault(owner, {}), of_noted)
            self._found = keyed(found or found_noted, self._work.now)
            self._of_noted = not found

    def _read(self, text: str, read_at: dict[str, datetime], made: dict[str, str]) -> tuple[Promise, ...]:
        """The promises in a text; `read_at` learns when its words were first read."""
        for gone in [words for words in read_at if words not in text.translate(promises.NARROW)]:
            del read_at[gone]
        now = self._work.now
        moment = now.local(now.at).replace(tzinfo=None)
        for each in promises.every(text, moment, read_at):
            if each.delay is not None and each.delay not in read_at:
                read_at[each.delay] = _made_at(each, moment, made, now) or moment
        return promises.every(text, moment, read_at)

    @property
    def _made(self) -> dict[str, str]:
        """The tasks that were made of this note: due time, or what else a promise is known by -> task."""
        keeper, owner = self._work.keeper, self._writing.owner
        return dict(keeper.noted.get(owner, EMPTY).promised) if self._of_noted else keeper.promised.get(owner, {})


def _made_at(promise: Promise, moment: datetime, made: dict[str, str], now: Now) -> datetime | None:
    """When the words for a delay were read of which a task was made, by the due time of that."""
    delay = datetime.combine(promise.day, promise.at or time()) - moment.replace(second=0, microsecond=0)
    dues = [
        now.local(datetime.fromisoformat(due.split()[0]).timestamp()).replace(tzinfo=None) for due in made if "T" in due
    ]
    return max((due - delay for due in dues if moment < due <= moment + delay), default=None)


def _written(promise: Promise, now: Now) -> SafeText:
    """A time as the note has it: the hour of today, else the day, with the hour if it says one."""
    hour = f"{promise.at:%H:%M}" if promise.at is not None else ""
    if promise.day == now.today and hour:
        return SafeText(hour)
    return SafeText(f"{promise.day:%m/%d} {hour}".strip())
