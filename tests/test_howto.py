"""Every how-to is there in both languages, says the same, and leads to its twin."""

import re
from pathlib import Path
from typing import Final

import pytest

from terminal.bindings import KEYS

ENGLISH: Final = Path(__file__).parents[1] / "docs" / "howto"
CHINESE: Final = ENGLISH / "zh-Hant"
PAGES: Final = sorted(page.name for page in ENGLISH.glob("*.md"))


def shape(text: str) -> tuple[list[int], int, int]:
    """The levels of the headings, the rows of tables, the blocks of code."""
    code = text.count("\n```")
    prose = re.sub(r"\n```.*?\n```", "", text, flags=re.DOTALL)
    headings = [len(level) for level in re.findall(r"^(#+) ", prose, re.MULTILINE)]
    return headings, len(re.findall(r"^\|", prose, re.MULTILINE)), code


def test_both_languages_have_the_same_pages() -> None:
    assert PAGES
    assert sorted(page.name for page in CHINESE.glob("*.md")) == PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_the_parts_of_its_twin_and_leads_to_it(name: str) -> None:
    english, chinese = (ENGLISH / name).read_text("utf-8"), (CHINESE / name).read_text("utf-8")
    assert f"[繁體中文](zh-Hant/{name})" in english
    assert f"[English](../{name})" in chinese
    assert shape(english) == shape(chinese)


@pytest.mark.parametrize("page", [*ENGLISH.glob("*.md"), *CHINESE.glob("*.md")], ids=lambda page: str(page)[-24:])
def test_what_a_page_leads_to_is_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


LISTS: Final = frozenset(
    ["Tab", "Shift+Tab", "Space", "Enter", "PageUp", "PageDown", "j", "k", "c", "p", "t", "o", "arrows"]
)
"""Keys of the panes and lists, which no table of the product holds."""


@pytest.mark.parametrize("page", [ENGLISH / "desk.md", CHINESE / "desk.md"], ids=["en", "zh"])
def test_every_key_of_the_desk_is_one_that_works_and_none_is_left_out(page: Path) -> None:
    known = {key.shown.replace("\\", "\\\\") for key in KEYS}
    heading = "## Keys" if page.parent == ENGLISH else "## 按鍵"
    table = page.read_text("utf-8").split(f"{heading}\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")][1:]
    named = {
        token
        for cell in cells
        for token in re.findall(r"(?:Ctrl|Shift)\+\S+?(?=[\s,、，]|$)|\bF\d+|/|\?|\b[A-Za-z]+\b", cell)
    }
    prose = {"then", "a", "digit", "arrows", "in", "Tasks", "Timeline", "Earlier", "notes", "to"}
    assert named - known - LISTS - prose == set()
    assert known - named == set()
    for token in re.findall(r"\b(?:Ctrl\+[A-Z\\]+|F\d+)", page.read_text("utf-8")):
        assert token in known, token
