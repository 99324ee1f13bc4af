"""Bad use of the command line: what argparse says is found again in our sentences, and said to the person."""

import argparse
from pathlib import Path
from typing import NoReturn

import pytest

from cli.main import main
from cli.usage import SAID, hinted, of_argparse
from terminal.widgets.speech import because
from tests.terminal.plain.talking import spoken


class Loud(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise AssertionError(message)


def complaint(*words: str) -> str:
    """What argparse itself says."""
    parser = Loud(prog="x", add_help=False)
    parser.add_argument("file")
    parser.add_argument("--calls", type=int)
    parser.add_argument("--every", type=float)
    parser.add_argument("--ring", choices=["wait", "skip"])
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--yes", action="store_true")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--one")
    group.add_argument("--other")
    with pytest.raises(AssertionError) as caught:
        parser.parse_args(words)
    return str(caught.value)


@pytest.mark.parametrize(
    ("words", "code", "chinese"),
    [
        (("f", "--one", "1", "--foo"), "usage_unknown", "不認得這些參數：--foo"),
        (("f", "--calls"), "usage_one", "參數 --calls 後面要有一個值"),
        (("f", "--only"), "usage_some", "參數 --only 後面至少要有一個值"),
        (("f", "--yes=3"), "usage_value", "參數 --yes 不需要值，卻給了 '3'"),
        (("f", "--ring", "x"), "usage_choice", "參數 --ring 沒有 'x' 這個選項"),
        (("f", "--calls", "x: y"), "usage_whole", "參數 --calls 必須是整數，不能是 'x: y'"),
        (("f", "--every", "x"), "usage_number", "參數 --every 必須是數字，不能是 'x'"),
        (("f", "--one", "1", "--other", "2"), "usage_both", "參數 --other 不能和 --one 一起使用"),
        (("--one", "1"), "usage_missing", "缺少必要的參數：file"),
        (("f",), "usage_one_of", "以下參數至少要給一個：--one --other"),
        (("f", "--o", "1"), "usage_ambiguous", "參數 --o 不夠明確"),
    ],
)
def test_what_argparse_says_is_known(words: tuple[str, ...], code: str, chinese: str) -> None:
    said = complaint(*words)
    why = of_argparse(said, "ringdesk x")
    assert why.args["what_code"] == code
    assert why.english() == f"{said}; `ringdesk x --help` shows how", "programs read what they always read"
    with spoken("zh_TW"):
        assert because(why).startswith(chinese)
        assert because(why).endswith("；用法請看 `ringdesk x --help`")


def test_every_sentence_is_one_of_argparse() -> None:
    assert len(SAID) == 11, "one row above for each"


def test_what_is_not_known_is_said_in_its_own_words() -> None:
    with spoken("zh_TW"):
        assert because(of_argparse("as a newer Python {says}", "ringdesk x")) == (
            "as a newer Python {says}；用法請看 `ringdesk x --help`"
        )


@pytest.mark.parametrize(
    ("words", "language", "config", "program"),
    [
        (["--language", "zh-Hant", "--foo"], "zh-Hant", None, False),
        (["--foo", "--language=zh_TW", "--config", "a.toml"], "zh_TW", Path("a.toml"), False),
        (["--lang", "en"], "en", None, False),
        (["--language", "xx"], "", None, False),
        (["--language"], "", None, False),
        (["--headless"], "", None, True),
        (["--json", "x"], "", None, True),
        (["--la", "en", "-", ""], "", None, False),
        ([], "", None, False),
    ],
)
def test_the_words_say_who_reads_it(words: list[str], language: str, config: Path | None, program: bool) -> None:
    found = hinted(words)
    assert (found.language, found.config, found.headless or found.json) == (language, config, program)


def test_settings_that_are_named_beside_a_mistake_are_looked_into(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "ringdesk.toml"
    settings.write_text('[general]\nlanguage = "zh-Hant"\n', "utf-8")
    with spoken("en"), pytest.raises(SystemExit):
        main(["desk", "--config", str(settings), "--bogus"])
    assert capsys.readouterr().err == "ringdesk: 不認得這些參數：--bogus；用法請看 `ringdesk desk --help`\n"
