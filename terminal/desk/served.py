"""The sources that the server listens to, as this desk shows them beside its own."""

from importlib import import_module

from config import registry
from ringdesk.why import ENGLISH, Why, register
from ringdesk.wire.values import SourceStands
from terminal.news import HealthNews

register({"served_words": "{words}"})


def health_of(source: SourceStands) -> HealthNews:
    """How it stands, in words that this desk has; in English as the server said it where it has none."""
    why = worded(source.why, source.dialect, source.words)
    return HealthNews(source.id, source.level, why, source.detail, source.label, served=True)


def worded(why: Why, dialect: str, words: str) -> Why:
    """A reason that a line of another process gave. Its words come with what works on it, which is not loaded where no line is
    listened to; `words` stand for what is not known here at all."""
    if why.code not in ENGLISH:
        import_module("terminal.callerid.pump")
        import_module("ringdesk.servedwords")
        if registry.is_ours(dialect):
            registry.find(dialect)
    return why if why.code in ENGLISH else Why("served_words", {"words": words})
