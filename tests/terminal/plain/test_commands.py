import pytest

from terminal.plain.commands import COMMANDS, is_number, names, parse
from tests.terminal.plain.talking import spoken


def test_letters_and_words_are_each_one_command_in_both_languages() -> None:
    for language in ("en", "zh_TW"):
        with spoken(language):
            heads = [name for command in COMMANDS for name in set(names(command))]
            assert len(heads) == len(set(heads)), language


@pytest.mark.parametrize(
    ("line", "command", "rest"),
    [
        ("t", "take", ""),
        ("  TAKE  2 ", "take", "2"),
        ("ｔ　２", "take", "２"),
        ("n 下週三：改送", "note", "下週三：改送"),
        ("/678", "search", "678"),
        ("／林", "search", "林"),
        ("?", "help", ""),
        ("？", "help", ""),
    ],
)
def test_a_line_is_a_command_and_the_rest_as_it_was_typed(line: str, command: str, rest: str) -> None:
    typed = parse(line)
    assert typed.command is not None
    assert (typed.command.id, typed.rest) == (command, rest)


def test_in_chinese_the_chinese_word_and_the_letter_work() -> None:
    with spoken("zh_TW"):
        for line, command in (("接", "take"), ("備註：請先打電話", "note"), ("w", "wrapup"), ("未接", "missed")):
            typed = parse(line)
            assert typed.command is not None
            assert typed.command.id == command


@pytest.mark.parametrize(
    ("language", "line", "command", "rest"),
    [
        ("en", "take a call", "take", ""),
        ("en", "Look up  an answer  Can I park? ", "answers", "Can I park?"),
        ("en", "save the date for her", "save", "the date for her"),
        ("zh_TW", "接電話", "take", ""),
        ("zh_TW", "接電話 2", "take", "2"),
        ("zh_TW", "查解答：停車", "answers", "停車"),
        ("zh_TW", "take a call", "take", ""),
    ],
)
def test_a_command_is_called_by_the_words_that_taught_it(language: str, line: str, command: str, rest: str) -> None:
    with spoken(language):
        typed = parse(line)
        assert typed.command is not None
        assert (typed.command.id, typed.rest) == (command, rest)


def test_a_number_is_a_choice_also_in_full_width() -> None:
    assert parse("3").number == parse("３").number == 3
    assert parse("hello there").command is None
    assert parse("").command is None


@pytest.mark.parametrize("digits", ["7" * 10, "7" * 5_000])
def test_more_digits_than_any_list_has_are_no_choice(digits: str) -> None:
    assert parse(digits).number is None
    assert parse(f"c {digits}").rest == digits
    assert is_number("7" * 9)
    assert not is_number(digits)
