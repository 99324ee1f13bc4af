"""F12: what answers a question, as it is typed. Enter reads the best, Enter again names it in the note; else it is asked."""

from ringdesk.articles import Article
from ringdesk.errors import RingdeskError
from ringdesk.ops import ArticleAsk
from ringdesk.safetext import SafeText
from terminal.screens.keeper import Owner
from terminal.screens.reading import Reading
from terminal.screens.work import Work
from terminal.widgets.chooser import Choice, Choices
from terminal.widgets.page import Leaf, Line
from terminal.widgets.row import Tone, piece
from terminal.widgets.speech import say


class Faq:
    """The answers of the business."""

    def __init__(self, work: Work, reading: Reading) -> None:
        self._work = work
        self._reading = reading
        self._query = ""
        self._found: list[Article] = []
        self._read: tuple[str, Owner] | None = None
        """The answer that was read since the chooser was opened."""

    def begin(self) -> None:
        """The chooser was opened."""
        self._read = None

    async def ask(self, query: str) -> Choices:
        """The answers for what was typed, the best first; without one, the way to the supervisor."""
        self._query, self._found = query.strip(), []
        title = say("Answers: type what is asked")
        if not self._query:
            return Choices(title, (), say("Type a few words of the question."))
        try:
            self._found = await self._work.desk.business.answers(self._query)
        except RingdeskError as error:
            return Choices(title, (), SafeText(str(error)))
        if not self._found:
            return Choices(title, (Choice((piece(say("No answer found: ask the supervisor"), Tone.WARN),)),))
        hint = (piece(say("Enter reads, Enter again names it in the note"), Tone.DIM),)
        rows = (Choice((piece(each.title),), hint if index == 0 else ()) for index, each in enumerate(self._found))
        return Choices(title, tuple(rows))

    async def taken(self, index: int) -> SafeText:
        """A row was taken."""
        if not self._found:
            return await self._to_the_supervisor()
        article = self._found[min(index, len(self._found) - 1)]
        read = (article.id, self._work.board.person.key)
        if self._read == read:
            self._reading.close()
            return self._name(article)
        self._read = read  # whoever came onto the card since then did not hear the answer: it is read anew
        self._reading.show(answer(article), lambda: self._name(article))
        return SafeText()

    def _name(self, article: Article) -> SafeText:
        """Put the title into the note."""
        said = self._reading.insert(say("[{title}]", title=article.title))
        return said or say("In the note: {title}", title=article.title)

    async def _to_the_supervisor(self) -> SafeText:
        if not self._query:
            return SafeText()
        member, call = self._work.board.person.key
        await self._work.desk.do(ArticleAsk(text=SafeText(self._query), call=call, member=member))
        self._reading.close()
        return say("Asked the supervisor: {text}", text=SafeText(self._query))


def answer(article: Article) -> Leaf:
    """An answer, whole."""
    lines = [Line(article.title, Tone.STRONG), *(Line(line) for line in article.text.each())]
    if article.author_name:
        lines.append(Line(say("by {name}", name=article.author_name), Tone.DIM))
    return Leaf(say("Answer"), SafeText(), tuple(lines), say("Enter names it in the note"))
