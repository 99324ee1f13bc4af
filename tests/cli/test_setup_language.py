"""`ringdesk setup`, the first question: a language goes by its number and by every name that people have for it."""

from pathlib import Path

import pytest

from cli.setup_language import LANGUAGES, NAMES, in_each, named, tag
from terminal import words
from terminal.widgets.speech import say
from tests.cli.test_setup import setup, written
from tests.terminal.plain.talking import spoken

REST = ("--no-source", "--ring", "skip", "--embedded", "--region", "TW", "--area", "2")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *((name, "zh-Hant") for name in ("中文", " 繁體中文 ", "zh", "ZH-Hant", "zh_TW", "zh-hk", "Chinese", "ＺＨ")),
        *((name, "en") for name in ("English", "ENGLISH", "en", "en_GB", "ｅｎ", "英文")),
        *((name, None) for name in ("", "fr", "zh-Hans", "zhong", "e", "3", "engels")),
    ],
)
def test_a_language_goes_by_its_names_and_tags(typed: str, meant: str | None) -> None:
    row = named(typed)
    assert (None if row is None else LANGUAGES[row][0]) == meant


@pytest.mark.parametrize(
    ("given", "meant"), [("中文", "zh-Hant"), ("English", "en"), ("zh_TW", "zh_TW"), ("en-GB", "en-GB"), ("zz", "zz")]
)
def test_so_does_the_flag(given: str, meant: str) -> None:
    assert tag(given) == meant


def test_no_name_is_that_of_two_languages() -> None:
    assert set(NAMES) == {each for each, _ in LANGUAGES}
    for each, names in NAMES.items():
        assert all(LANGUAGES[row][0] == each for name in names if (row := named(name)) is not None)
        assert all(named(name) is not None for name in names)


@pytest.mark.parametrize(
    ("typed", "meant"), [("中文", "zh-Hant"), ("２", "en"), ("1.", "zh-Hant"), ("1 繁體中文", None)]
)
def test_it_is_taken_as_it_was_typed(tmp_path: Path, typed: str, meant: str | None) -> None:
    done = setup(tmp_path, *REST, "--only", "language", typed=f"{typed}\n{'' if meant else '1'}\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert written(tmp_path)["general"]["language"] == (meant or "zh-Hant")


def test_a_refusal_is_in_both_languages_until_one_is_known(tmp_path: Path) -> None:
    done = setup(tmp_path, "--only", "language", typed="fr\nEnglish\n")
    assert "fr is no language here. Type 繁體中文 / English, or the number." in done.stdout
    assert "沒有「fr」這個語言。請輸入 繁體中文 / English，或編號。" in done.stdout
    done = setup(tmp_path, "--only", "language", typed="fr\n\n")
    assert "fr is no language here." in done.stdout
    assert "沒有" not in done.stdout


def test_saying_it_in_each_leaves_the_language_in_force() -> None:
    with spoken("zh_TW"):
        before = words.spoken()
        assert [str(line) for line in in_each("", lambda: say("Locked"))] == ["已鎖定", "Locked"]
        assert [str(line) for line in in_each("en", lambda: say("Locked"))] == ["Locked"]
        assert words.spoken() == before
