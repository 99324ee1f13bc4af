"""Reasons: a code that stays, a sentence that is complete."""

import string

import msgspec
import pytest

import ringdesk.numbers  # noqa: F401  registers its sentences
from ringdesk.why import ENGLISH, Why, register


def test_a_reason_as_a_sentence() -> None:
    assert Why("number_exact").english() == "this number is on the member's card"
    assert Why("tail_matches", {"digits": "678"}).english() == "the number ends in 678"
    assert Why("and", {"first": "one", "second": "two"}).english() == "one, and two"


def test_arguments_are_text_and_no_format() -> None:
    assert Why("name_matches", {"text": "{count} {0} %s"}).english() == "the name contains {count} {0} %s"


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert Why("from_a_newer_server").english() == "from_a_newer_server"


def test_a_reason_crosses_the_wire() -> None:
    why = Why("number_shared", {"count": "3"})
    assert msgspec.json.decode(msgspec.json.encode(why), type=Why) == why


def test_every_sentence_is_one_line_and_names_its_arguments() -> None:
    for code, sentence in ENGLISH.items():
        names = [name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None]
        assert all(name.isidentifier() for name in names), code
        assert Why(code, dict.fromkeys(names, "x")).english().isprintable(), code


def test_a_code_means_one_thing() -> None:
    register({"number_exact": ENGLISH["number_exact"]})
    with pytest.raises(ValueError, match="'number_exact' is taken"):
        register({"number_exact": "something else"})
