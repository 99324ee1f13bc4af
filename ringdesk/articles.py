"""Articles: what the business wants its people to know and say: answers to frequent questions, questions that had no
answer yet, notices."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from ringdesk.safetext import SafeLines, SafeText


class ArticleKind(StrEnum):
    """What an article is."""

    ANSWER = "answer"
    """The title is the question, the text the answer."""
    QUESTION = "question"
    """Somebody looked for an answer and found none; a supervisor turns it into one."""
    NOTICE = "notice"
    """Everybody concerned should read it while it runs."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What an article says, and whom it concerns. `codes` are the dispositions that it belongs to, `tags` the members' tags,
    `stores` the stores: empty means all. `starts` and `ends` are ISO dates between which it holds."""

    kind: ArticleKind
    title: SafeText = SafeText("")
    text: SafeLines = SafeLines("")
    keywords: tuple[SafeText, ...] = ()
    codes: tuple[SafeText, ...] = ()
    tags: tuple[SafeText, ...] = ()
    stores: tuple[SafeText, ...] = ()
    starts: SafeText | None = None
    ends: SafeText | None = None
    retired: bool = False


class Article(Said, frozen=True, kw_only=True):
    """One article. `rev` counts its changes."""

    id: str
    author: str = ""
    author_name: SafeText = SafeText("")
    at: float = 0.0
    rev: int = 0


def holds(article: Article, today: str, store: str) -> bool:
    """Whether an article is to be shown: on the ISO date `today`, in `store`."""
    if article.retired or (article.stores and store not in article.stores):
        return False
    return (article.starts or "") <= today and (article.ends is None or today <= article.ends)


def concerns(article: Article, tags: Iterable[str]) -> bool:
    """Whether it is about members with one of these tags; one without tags is about nobody in particular."""
    return not set(article.tags).isdisjoint(tags)
