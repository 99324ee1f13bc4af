"""merge: presence, dispositions, articles."""

from typing import Any

from ringdesk.articles import Article, ArticleKind
from ringdesk.dispositions import BUILT_IN, Disposition, in_use
from ringdesk.ops import Actor, ArticleAsk, ArticleSave, DispositionSave, PresenceSet
from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeLines, SafeText
from tests.ringdesk.merge.test_apply import MEI, done, refused


def presence(state: PresenceState, at: float, *rows: Presence, **more: Any) -> Presence:
    row = done(PresenceSet(state=state, **more), *rows, at=at).rows["presence", MEI.person]
    assert isinstance(row, Presence)
    return row


class TestPresence:
    def test_the_time_of_a_state_runs_on_while_it_is_the_same(self) -> None:
        ready = presence(PresenceState.READY, 100.0)
        busy = presence(PresenceState.BUSY, 110.0, ready, member="m1")
        again = presence(PresenceState.BUSY, 115.0, busy, member="m1", help=True)
        other = presence(PresenceState.BUSY, 120.0, again, member="m2")
        assert (ready.since, busy.since, again.since, other.since, other.at) == (100.0, 110.0, 110.0, 120.0, 120.0)
        assert ready.name == "Mei"

    def test_the_time_of_a_call_runs_on_when_its_caller_becomes_known(self) -> None:
        stranger = presence(PresenceState.BUSY, 110.0, call="c1")
        known = presence(PresenceState.BUSY, 120.0, stranger, call="c1", member="m1")
        next_one = presence(PresenceState.BUSY, 130.0, known, call="c2", member="m1")
        assert (known.since, next_one.since) == (110.0, 130.0)

    def test_an_older_word_says_nothing(self) -> None:
        ready = presence(PresenceState.READY, 100.0)
        assert done(PresenceSet(state=PresenceState.BREAK), ready, at=90.0).rows == {}

    def test_nobody_has_no_presence(self) -> None:
        assert refused(PresenceSet(state=PresenceState.READY), actor=Actor("", SafeText(""), "d1")) == "not_allowed"


class TestDispositions:
    def test_a_code_is_made_and_changed_by_who_has_seen_it(self) -> None:
        args = DispositionSave(code="order", title=SafeText("訂單"), rank=3)
        made = done(args).rows["disposition", "order"]
        assert isinstance(made, Disposition)
        assert (made.title, made.rank, made.rev) == ("訂單", 3, 1)
        again = done(args, made, base={"disposition": 1}).rows["disposition", "order"]
        assert isinstance(again, Disposition)
        assert again.rev == 2
        assert refused(args, again, base={"disposition": 1}) == "stale_field"

    def test_the_own_list_stands_over_the_built_in_one(self) -> None:
        own = (Disposition(id="order", retired=True), Disposition(id="tasting", rank=0))
        codes = [row.id for row in in_use(own)]
        assert codes[0] == "tasting"
        assert "order" not in codes
        assert len(codes) == len(BUILT_IN)


class TestArticles:
    def test_a_question_becomes_an_answer(self) -> None:
        asked = done(ArticleAsk(text=SafeText("可以退貨嗎"))).rows["article", "op1"]
        assert isinstance(asked, Article)
        assert (asked.kind, asked.title, asked.author_name) == (ArticleKind.QUESTION, "可以退貨嗎", "Mei")
        args = ArticleSave(
            article="op1", kind=ArticleKind.ANSWER, title=SafeText("退貨"), text=SafeLines("七天內"), codes=()
        )
        answered = done(args, asked).rows["article", "op1"]
        assert isinstance(answered, Article)
        assert (answered.kind, answered.rev) == (ArticleKind.ANSWER, 1)

    def test_two_who_change_one_article_do_not_overwrite_each_other(self) -> None:
        args = ArticleSave(article="a1", kind=ArticleKind.NOTICE, title=SafeText("盤點"))
        old = Article(id="a1", kind=ArticleKind.NOTICE, rev=4)
        assert refused(args, old, base={"article": 3}) == "stale_field"
        assert done(args, old, base={"article": 4}).rows

    def test_what_says_nothing_is_refused(self) -> None:
        assert refused(ArticleAsk(text=SafeText("  "))) == "empty_article"
        assert refused(ArticleSave(kind=ArticleKind.NOTICE, title=SafeText(""))) == "empty_article"
        assert refused(ArticleSave(article="gone", kind=ArticleKind.NOTICE, title=SafeText("x"))) == "unknown_article"
