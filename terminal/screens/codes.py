"""The dispositions at hand: read once and kept current, so that F4 and a digit never wait for the disk."""

from typing import TYPE_CHECKING

from ringdesk.dispositions import BUILT_IN, Disposition
from ringdesk.safetext import SafeText
from terminal.news import RowNews
from terminal.screens.errands import Errands
from terminal.screens.work import Work
from terminal.widgets.speech import code, titled

if TYPE_CHECKING:
    from terminal.news import News


class Codes:
    """The dispositions of the business, in their order."""

    def __init__(self, work: Work) -> None:
        self.in_use: tuple[Disposition, ...] = BUILT_IN
        self._work = work

    async def load(self) -> None:
        """Read them; the screen draws their titles from then on."""
        self.in_use = await self._work.desk.business.dispositions()
        self._work.board.titles = {each.id: each.title for each in self.in_use if each.title}

    def hear(self, news: "News", errands: Errands) -> None:
        """The business changed its list."""
        if isinstance(news, RowNews) and isinstance(news.row, Disposition):
            errands.run("codes", self.load)

    def words(self, ident: str) -> SafeText:
        """What people read for the id of a disposition, also of one that is not in use any more."""
        return next((titled(each) for each in self.in_use if each.id == ident), code(SafeText(ident)))
