"""Who hears what: the listeners of a desk, and which committed rows are news to them."""

from collections.abc import Callable
from typing import Final

import structlog

from ringdesk.articles import Article
from ringdesk.dispositions import Disposition
from ringdesk.marks import NumberMark
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.presence import Presence
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task
from ringdesk.timeline import Contact
from terminal import words
from terminal.news import HealthNews, MemberNews, News, NoteNews, NoticeNews, RowNews, SyncNews, TaskNews
from terminal.store.edit import Happened, Moved
from terminal.store.outbox import STATES
from terminal.store.rows import Change

SLACK: Final = 60.0
"""Seconds by which two desks may differ in what they take for the server's time."""
MAX_EARLY: Final = 1_000
"""News that are kept for the first listener: a call may ring while the screen is still being made."""
MAX_PENDING: Final = 5_000
"""Own rows whose answer is awaited; beyond it the oldest settles without being told."""

_log = structlog.get_logger(__name__)


class Newsroom:
    """Tells the listeners. A row that is older than this session is no news when it first arrives: it was always so."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._opened = now()
        self._listeners: list[Callable[[News], None]] = []
        self._early: list[News] | None = []
        self._names: dict[str, SafeText] = {}
        self._pending: dict[str, Note | Task] = {}

    def subscribe(self, listener: Callable[[News], None]) -> Callable[[], None]:
        """Hear everything from now on; the first one also what came before there was one. The returned callable ends it."""
        early, self._early = self._early or [], None
        for news in early:
            listener(news)
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def publish(self, news: News) -> None:
        """Tell everybody; a listener that fails does not keep the others from hearing it."""
        if self._early is not None and len(self._early) < MAX_EARLY and not isinstance(news, SyncNews | HealthNews):
            self._early.append(news)
        for listener in tuple(self._listeners):
            try:
                listener(news)
            except Exception:  # noqa: BLE001 - logged whole; the others want to hear it too
                _log.exception("a listener failed", news=type(news).__name__)

    def connected(self) -> None:
        """The server has told its time: where the clock was fast until then, the session began no later than now."""
        self._opened = min(self._opened, self._now())

    def introduce(self, person: str, name: SafeText) -> None:
        """Learn what a person is called."""
        if name:
            self._names[person] = name

    def name_of(self, person: str) -> SafeText | None:
        """What a person (by id) is called, as far as anything they wrote has said it here."""
        return self._names.get(person)

    def happened(self, happened: Happened) -> None:
        """A transaction is committed."""
        moved = {op.op_id: op for op in happened.ops}
        for change in happened.changes:
            self._changed(change, moved)
        for op in happened.ops:
            self._moved(op)

    def _changed(self, change: Change, moved: dict[str, Moved]) -> None:
        row_id = change.key[1]
        row = change.after
        fresh = change.before is None
        if isinstance(row, Note | Task):
            self.introduce(row.author, row.author_name)
            if row_id in moved and moved[row_id].state == "waiting":
                self._keep(row)
            if fresh and row_id not in moved and row.at < self._opened - SLACK:
                return
            state = STATES["waiting"] if row_id in self._pending else STATES["settled"]
            self.publish(NoteNews(row, state) if isinstance(row, Note) else TaskNews(row, state))
        elif isinstance(row, Member) and (not fresh or row_id in moved):
            self.publish(MemberNews(row))
        elif isinstance(row, Presence):
            self.introduce(row.id, row.name)
            self.publish(RowNews(row))
        elif isinstance(row, Contact | NumberMark):
            if not fresh or row_id in moved or row.at >= self._opened - SLACK:
                self.publish(RowNews(row))
        elif isinstance(row, Article | Disposition):
            self.publish(RowNews(row))

    def _keep(self, row: Note | Task) -> None:
        self._pending[row.id] = row
        while len(self._pending) > MAX_PENDING:
            del self._pending[next(iter(self._pending))]

    def _moved(self, op: Moved) -> None:
        """An own op is answered: what it made is settled, or refused with the server's reason."""
        if op.state == "waiting":
            return
        row = self._pending.pop(op.op_id, None)
        if isinstance(row, Note):
            self.publish(NoteNews(row, STATES[op.state]))
        elif isinstance(row, Task):
            self.publish(TaskNews(row, STATES[op.state]))
        if op.state == "tray" and op.answer is not None:
            said = SafeText(words.refusal(op.answer.result, op.answer.message))
            self.publish(NoticeNews(op.answer.code or op.answer.result, said))
