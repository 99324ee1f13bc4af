"""What the business has to say at a desk: its agenda, its team, its dispositions, answers and notices."""

from collections.abc import Iterable
from datetime import date

from ringdesk import articles, dispositions
from ringdesk.articles import Article, ArticleKind
from ringdesk.callbacks import one_each
from ringdesk.calls import Call
from ringdesk.dispositions import Disposition
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.presence import Presence
from ringdesk.tasks import Task
from terminal.store.morning import LostCall
from terminal.store.replica import Store
from terminal.store.strangers import Past


class Business:
    """Questions about the business, for the person `person` (an id) who works here."""

    def __init__(self, store: Store, person: str) -> None:
        self._store = store
        self.person = person

    async def agenda(self, *, mine: bool = False) -> list[Task]:
        """Open tasks, the next due first; `mine`: those of this person and of nobody."""
        found = await self._store.agenda(self.person if mine else None)
        if not mine:
            return found
        instead = one_each(await self._store.agenda(None))
        return [task for task in found if task.id not in instead]

    async def promised(self, call: Call) -> list[Task]:
        """The open tasks of a call, and the open callbacks to its number that are no member's."""
        return await self._store.promised(call)

    async def noted(self, call: Call) -> list[Note]:
        """The notes of a call, newest first."""
        return await self._store.call_notes(call.id)

    async def past(self, call: Call) -> Past:
        """The notes of a call, and the earlier calls of its number, with their notes, that are no member's."""
        return await self._store.past(call)

    async def team(self) -> list[Presence]:
        """What everybody here does, by name."""
        return await self._store.team()

    async def dispositions(self) -> tuple[Disposition, ...]:
        """The codes to choose from, in their order."""
        return dispositions.in_use(await self._store.dispositions())

    async def answers(self, query: str) -> list[Article]:
        """What answers a question, the best first."""
        return await self._store.answers(query)

    def was_read(self, article: Article) -> None:
        """Somebody reads an answer. Nothing is kept of it; who leads a person through the desk hears of it."""

    async def questions(self) -> list[Article]:
        """Questions that wait for an answer, the newest first."""
        return await self._store.articles(ArticleKind.QUESTION)

    async def notices(self, today: str) -> list[Article]:
        """The notices that hold in this store on the ISO date `today`, the newest first."""
        store = (await self._store.standing()).store
        rows = await self._store.articles(ArticleKind.NOTICE)
        return [row for row in rows if articles.holds(row, today, store)]

    async def anniversaries(self, today: date) -> list[Member]:
        """The members known here whose birthday is today."""
        return await self._store.anniversaries(today)

    async def lost_calls(self, since: float) -> list[LostCall]:
        """Calls after `since` (seconds since 1970) that nobody had, the newest first."""
        return await self._store.lost_calls(since)

    async def members(self, ids: Iterable[str]) -> dict[str, Member]:
        """Several members at once, by their ids."""
        return await self._store.members(ids)
