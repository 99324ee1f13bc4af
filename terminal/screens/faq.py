"""F12: what answers a question, as it is typed. Enter reads the best, Enter again notes it; else it is kept for the supervisor.

The answer is read in the box itself, right under the list: no call takes it away, only the keys of the person do.
"""

from collections.abc import Callable
from typing import Final

from ringdesk.articles import Article
from ringdesk.errors import RingdeskError
from ringdesk.ops import ArticleAsk
from ringdesk.safetext import SafeLines, SafeText
from terminal.screens.keeper import NOBODY, Owner
from terminal.screens.reading import Reading
from terminal.screens.work import Work
from terminal.widgets.chooser import Choice, Choices
from terminal.widgets.page import Leaf, Line
from terminal.widgets.row import Tone, piece
from terminal.widgets.speech import mark, say

TITLE: Final = mark("Answers: type what is asked")


class Faq:
    """The answers of the business. `show` puts rows into the chooser."""

    def __init__(self, work: Work, reading: Reading, show: Callable[[Choices], None]) -> None:
        self._work = work
        self._reading = reading
        self._show = show
        self._query = ""
        self._asked: Owner = NOBODY
        """Who was on the card while it was typed."""
        self._found: list[Article] = []
        self._read: tuple[Article, Owner] | None = None
        """The answer that is read since the chooser was opened, and who was on the card then."""

    def begin(self) -> None:
        """The chooser was opened."""
        self._read, self._found = None, []

    def look(self) -> None:
        """Time passed or news came: another person may be on the card, and the box says whose note the answer goes into."""
        if self._read is not None and self._reading.in_chooser:
            self._show(self._choices())

    async def ask(self, query: str) -> Choices:
        """The answers for what was typed, the best first; without one, the way to the supervisor."""
        self._query, self._found = query.strip(), []
        self._asked = self._work.board.person.key
        if not self._query:
            self._read = None
            return Choices(say(TITLE), (), say("Type a few words of the question."))
        try:
            self._found = await self._work.desk.business.answers(self._query)
        except RingdeskError as error:
            return Choices(say(TITLE), (), SafeText(str(error)))
        if self._read is not None and self._read[0].id not in [each.id for each in self._found]:
            self._read = None
        if not self._found:
            keeps = say("No answer found: Enter keeps it for the supervisor")
            return Choices(say(TITLE), (Choice((piece(keeps, Tone.WARN),)),))
        return self._choices()

    async def taken(self, index: int) -> SafeText:
        """A row was taken."""
        if not self._found:
            return await self._to_the_supervisor()
        article, owner = self._found[min(index, len(self._found) - 1)], self._work.board.person.key
        if self._read is not None and (self._read[0].id, self._read[1]) == (article.id, owner):
            return self._put(article)
        self._read = article, owner  # whoever came onto the card since then did not hear the answer: it is read anew
        self._work.desk.business.was_read(article)
        self._show(self._choices())
        return SafeText()

    def _choices(self) -> Choices:
        """The rows, and what is read of them."""
        rows = tuple(Choice((piece(each.title),)) for each in self._found)
        if self._read is None:
            return Choices(say(TITLE), rows, foot=say("Enter reads, Enter again puts it in the note"))
        article, owner = self._read
        return Choices(say(TITLE), rows, read=answer(article), foot=self._hint(owner))

    def _hint(self, owner: Owner) -> SafeText:
        """What Enter does with the answer that was read while `owner` was on the card."""
        person = self._work.board.person
        if person.key == NOBODY:
            return say("Nobody is on the card: there is no note to put it in")
        if person.key != owner:
            return say("Now {name} is on the card: Enter twice puts it in this note", name=person.name)
        return say("Enter puts it in the note: {name}", name=person.name)

    def _put(self, article: Article) -> SafeText:
        """Put title and text into the note; what was read can be read on where there is room for it."""
        said = self._reading.insert(noted(article))
        if said:
            return said
        self._reading.close()
        self._reading.write()
        self._reading.keep(answer(article))
        return say("In the note: {title}", title=article.title)

    async def _to_the_supervisor(self) -> SafeText:
        if not self._query:
            return SafeText()
        member, call = self._asked
        await self._work.desk.do(ArticleAsk(text=SafeText(self._query), call=call, member=member))
        self._reading.close()
        return say("Kept for the supervisor: {text}", text=SafeText(self._query))


def noted(article: Article) -> SafeLines:
    """An answer as a note has it: the text behind its title, or under it where it has several lines."""
    title, text = say("[{title}]", title=article.title), article.text.strip()
    return SafeLines((f"{title}\n{text}" if "\n" in text else f"{title} {text}").rstrip())


def answer(article: Article) -> Leaf:
    """An answer, whole."""
    lines = [Line(line) for line in article.text.each()]
    if article.author_name:
        lines.append(Line(say("by {name}", name=article.author_name), Tone.DIM))
    return Leaf(say("Answer"), article.title, tuple(lines))
