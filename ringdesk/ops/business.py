"""Intents about the business itself: its people at work, its list of dispositions, its articles."""

import msgspec

from ringdesk.articles import Said
from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeLines, SafeText


class PresenceSet(msgspec.Struct, frozen=True, kw_only=True):
    """`presence.set`: what I do now, and for whom."""

    state: PresenceState
    member: str | None = None
    call: str | None = None
    text: SafeText = SafeText("")
    help: bool = False


class DispositionSave(msgspec.Struct, frozen=True, kw_only=True):
    """`disposition.save`: make or change a code. The op's `base` holds `{"disposition": rev}` of what the person saw."""

    code: str
    title: SafeText
    rank: int = 0
    script: SafeLines = SafeLines("")
    template: SafeLines = SafeLines("")
    needs_note: bool = False
    retired: bool = False


class ArticleSave(Said, frozen=True, kw_only=True):
    """`article.save`: make an article, or change `article`. The op's `base` holds `{"article": rev}` of what the person saw."""

    article: str | None = None
    title: SafeText


class ArticleAsk(msgspec.Struct, frozen=True, kw_only=True):
    """`article.ask`: no answer was found; `text` is what was looked for."""

    text: SafeText
    call: str | None = None
    member: str | None = None
