"""terms: what an article is found by."""

from hypothesis import given
from hypothesis import strategies as st

from ringdesk.terms import MAX_TERMS, asked, covered, terms


def test_chinese_by_characters_and_pairs_words_as_they_are() -> None:
    assert terms("退貨期限 LINE群組") == ["退", "貨", "期", "限", "退貨", "貨期", "期限", "line", "群", "組", "群組"]


def test_a_question_is_asked_by_what_it_is_about() -> None:
    assert asked("請問可以退貨嗎？") == ["退貨"]
    assert asked("會員卡怎麼補發") == ["會員", "員卡", "補發"]
    assert asked("How do I return the tea") == ["return", "tea"]
    assert asked("的") == ["的"]
    assert asked("?!") == []


def test_what_part_of_a_question_a_text_has() -> None:
    assert covered(asked("退貨 運費"), "七天內可以退貨，運費由本店負擔") == 1.0
    assert covered(asked("退貨 發票"), "七天內可以退貨") == 0.5
    assert covered(asked("deliver"), "We delivered it yesterday") == 1.0
    assert covered([], "x") == 0.0


@given(text=st.text(max_size=200))
def test_any_text_has_terms_without_spaces_and_quotes(text: str) -> None:
    for term in [*terms(text), *asked(text)]:
        assert term
        assert not set(term) & set(" \"'*()^:")
    assert len(asked(text)) <= MAX_TERMS
