"""Every how-to is there in both languages, says the same, and leads to its twin."""

import re
from pathlib import Path
from typing import Final

import pytest

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
