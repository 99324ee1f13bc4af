"""SafeText against the hostile corpus, and its promises as properties."""

import copy
import pickle
import re
import unicodedata

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringdesk.safetext import _HARMLESS, MAX_LINES, MAX_MARKS, MAX_TEXT, SafeLines, SafeText, decode_hook, encode_hook
from tests.hostile import CASES, HARMLESS, is_forbidden

ANY_TEXT = st.text(st.characters(), max_size=60)
"""Any code point, surrogates included."""
NASTY_TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from("\x1b\x9b\n\r\t\u200d\u0301\u1161\ufe0f\u202e\u2028林A[")), max_size=60
)


def zero_width(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me") or char in "\u200c\u200d" or 0x1160 <= ord(char) <= 0x11FF


def longest_stack(text: str) -> int:
    longest = current = 0
    for char in text:
        current = current + 1 if zero_width(char) else 0
        longest = max(longest, current)
    return longest


def test_what_is_not_looked_at_one_by_one_would_stay_anyway() -> None:
    harmless = [chr(code) for code in range(0x110000) if _HARMLESS.fullmatch(chr(code))]
    assert len(harmless) > 20_000
    # One character that is looked at makes the whole text be looked at. Marks at a beginning would be dropped.
    assert [char for char in harmless if SafeText(f"{char}ø") != f"{char}ø"] == []
    assert not any(unicodedata.category(char).startswith("M") for char in harmless)


def test_the_corpus_is_large_and_hostile() -> None:
    assert len(CASES) >= 300
    assert sum(any(is_forbidden(char) for char in text) for text in CASES.values()) >= 150


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_hostile_text_is_harmless_on_one_line(text: str) -> None:
    safe = SafeText(text)
    assert not [char for char in safe if is_forbidden(char)]
    assert len(safe) <= MAX_TEXT
    assert longest_stack(safe) <= MAX_MARKS
    assert not safe or not zero_width(safe[0])
    assert safe.encode().decode() == safe


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_hostile_text_is_harmless_on_several_lines(text: str) -> None:
    safe = SafeLines(text)
    assert not [char for char in safe if is_forbidden(char, line_feeds=True)]
    assert len(safe) <= MAX_LINES
    for line in safe.each():
        assert type(line) is SafeText
        assert not line or not zero_width(line[0])


@pytest.mark.parametrize("text", HARMLESS)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert SafeText(text) == text
    assert SafeLines(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b]52;c;ZXZpbA==\x07林", "]52;c;ZXZpbA==林"),
        ("林\u200b志\u202e明", "林志明"),
        ("林\u3164\u115f明", "林明"),
        ("一\r\n二\r三\n四\x0b五\x0c六\x85七\u2028八\u2029九", "一 二 三 四 五 六 七 八 九"),
        ("a\tb", "a b"),
        ("林\u2800明", "林 明"),
        ("\u0336\u20dd林", "林"),
        ("林\u200d", "林"),
        ("A[/]Z", "A[/]Z"),
        ("林\U0002fffe\U0003ffff志", "林志"),
        ("\U00033333", "\U00033333"),
    ],
)
def test_how_a_line_is_cleaned(text: str, cleaned: str) -> None:
    assert SafeText(text) == cleaned


def test_lines_keep_the_line_feed_and_no_other_control() -> None:
    assert SafeLines("一\r\n二\r三\n四\x0b五\x85六\u2029七\t八\x00九") == "一\n二\n三\n四\n五\n六\n七 八九"
    assert SafeLines("一\n\u0336二").each() == ["一", "二"]


def test_too_long_is_cut() -> None:
    assert SafeText("陳" * (MAX_TEXT + 1)) == "陳" * MAX_TEXT
    assert SafeLines("陳" * (MAX_LINES + 1)) == "陳" * MAX_LINES


@given(st.one_of(ANY_TEXT, NASTY_TEXT))
@example("a" + ("\u0301" * 8 + "\u200d") * 5)
@example("\r\n\u0301x")
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = SafeText(text)
    assert SafeText(str(once)) == once
    lines = SafeLines(text)
    assert SafeLines(str(lines)) == lines
    assert str(SafeLines(SafeText(text))) == SafeText(text)


@given(st.one_of(ANY_TEXT, NASTY_TEXT))
def test_nothing_forbidden_survives(text: str) -> None:
    assert not [char for char in SafeText(text) if is_forbidden(char)]
    assert not [char for char in SafeLines(text) if is_forbidden(char, line_feeds=True)]


@given(NASTY_TEXT, NASTY_TEXT)
def test_clean_texts_side_by_side_do_not_reach_into_each_other(left: str, right: str) -> None:
    """What stands after a text cannot be drawn onto it: the row of a widget is such a neighbourhood."""
    second = SafeText(right)
    assert not second or not zero_width(second[0])
    assert not SafeText(left).endswith(("\u200c", "\u200d"))


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=MAX_TEXT))
def test_printable_ascii_is_unchanged(text: str) -> None:
    assert SafeText(text) == text


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF, categories=["Lo"]), max_size=MAX_TEXT))
def test_chinese_is_unchanged(text: str) -> None:
    assert SafeText(text) == text


@given(st.text(st.characters(min_codepoint=0x20000, max_codepoint=0x323AF, categories=["Lo"]), max_size=40))
def test_rare_chinese_is_unchanged(text: str) -> None:
    assert SafeText(text) == text


class Row(msgspec.Struct):
    name: SafeText
    note: SafeLines
    tags: tuple[SafeText, ...] = ()


@pytest.mark.parametrize("text", [text for text in CASES.values() if not re.search("[\ud800-\udfff]", text)])
def test_the_decoder_cleans_while_it_reads(text: str) -> None:
    body = msgspec.json.encode({"name": text, "note": text, "tags": [text, "林"]})
    row = msgspec.json.decode(body, type=Row, dec_hook=decode_hook)
    assert row == Row(SafeText(text), SafeLines(text), (SafeText(text), SafeText("林")))
    assert type(row.name) is SafeText
    assert type(row.note) is SafeLines


def test_a_row_survives_the_wire() -> None:
    row = Row(SafeText("林\x1b志明"), SafeLines("一\n二"), (SafeText("堅果過敏"),))
    body = msgspec.json.encode(row, enc_hook=encode_hook)
    assert msgspec.json.decode(body, type=Row, dec_hook=decode_hook) == row


@pytest.mark.parametrize("wrong", ["3", "null", "[]", "{}", "true"])
def test_what_is_no_text_is_refused(wrong: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(f'{{"name": {wrong}, "note": ""}}', type=Row, dec_hook=decode_hook)


def test_the_hooks_know_our_text_and_nothing_else() -> None:
    with pytest.raises(TypeError, match="expected"):
        decode_hook(int, "1")
    with pytest.raises(TypeError, match="no JSON form"):
        encode_hook(object())


def test_there_is_no_way_around_the_cleaner() -> None:
    assert SafeText(SafeLines("一\n二")) == "一 二"
    assert pickle.loads(pickle.dumps(SafeText("林"))) == "林"
    assert type(copy.copy(SafeText("林"))) is SafeText
    with pytest.raises(AttributeError):
        SafeText("林").extra = "x"  # type: ignore[attr-defined]
