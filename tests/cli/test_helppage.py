"""The help pages: every sentence of every parser has its Chinese, and a page is in the language of whoever asks."""

import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.helppage import GENERAL, is_asked, overview, said_by
from cli.main import COMMANDS, main, parser_of
from terminal import words
from terminal.words import _
from tests.terminal.plain.talking import spoken

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    words.language("en")


def page(capsys: pytest.CaptureFixture[str], *given: str) -> str:
    """What is printed for words that ask for a page."""
    with pytest.raises(SystemExit) as left:
        main(given)
    assert left.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_sentence_has_its_chinese(name: str) -> None:
    said = list(said_by(parser_of(name)))
    assert len(said) > 4, "the walk finds the flags"
    with spoken("zh_TW"):
        assert [text for text in (*said, *GENERAL) if not HAN.search(_(text))] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_has_no_line_of_english(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with spoken("zh_TW"):
        shown = parser_of(name).format_help()
    assert shown.startswith(f"用法：ringdesk {name} ")
    for line in filter(HAN.search, shown.splitlines()):
        assert sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in line) <= 80, line
    for line in shown.splitlines():
        assert not re.search(r"\b(the|of|and|or|with|show|options|arguments)\b", line), line


def test_the_walk_goes_down_to_the_last_parser() -> None:
    said = set(said_by(parser_of("admin")))
    assert {"another password for a person", "secrets in full, for another server"} <= said


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_the_environment_decides(
    name: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANGUAGE", "zh_TW")
    if name is None:
        assert main(["--help"]) == 0
        shown = capsys.readouterr().out
        assert "虛構會員" in shown
    else:
        shown = page(capsys, name, "--help")
        assert "顯示這份說明後結束" in shown
    assert shown.startswith("用法：ringdesk")


def test_a_parser_below_another_speaks_it_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANGUAGE", "zh_TW")
    assert "第一行是密碼的檔案" in page(capsys, "admin", "user", "add", "-h")


def test_the_settings_decide_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANGUAGE", "en")
    settings = tmp_path / "ringdesk.toml"
    settings.write_text('[general]\nlanguage = "zh-Hant"\n', "utf-8")
    assert "虛構的來電" in page(capsys, "desk", "--config", str(settings), "--help")
    monkeypatch.setenv("RINGDESK_GENERAL_LANGUAGE", "zh-Hant")
    assert "虛構的來電" in page(capsys, "desk", "--help")


def test_the_flag_decides_before_all(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LANGUAGE", "zh_TW")
    assert "who signs in" in page(capsys, "desk", "--language", "en", "--hel")
    assert "登入的人" in page(capsys, "desk", "--language", "zh-Hant", "-h")


def test_english_is_as_it_is_declared(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LANGUAGE", "en")
    shown = page(capsys, "number", "--help")
    assert shown.startswith("usage: ringdesk number [-h]")
    assert "\noptions:\n" in shown
    assert "show this help message and exit" in shown
    assert overview({"x": "what it does"}).splitlines()[:3] == [
        "usage: ringdesk [--version] COMMAND [...]",
        "",
        "  x  what it does",
    ]


@pytest.mark.parametrize(
    ("given", "asked"),
    [(["-h"], True), (["x", "--help"], True), (["--hel"], True), (["--headless"], False), (["--h"], False)],
)
def test_what_asks_for_a_page(given: list[str], asked: bool) -> None:
    assert is_asked(given) is asked


def test_a_page_is_light() -> None:
    """Every command loads it with its arguments, and a desk that opens waits for nothing of setup."""
    code = "import sys, cli.main; print({'textual', 'cli.setup_console'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "set()\n"
