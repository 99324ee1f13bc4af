"""One word for one thing, in Traditional Chinese: what was discarded stands neither in the catalogue nor in the howto."""

import re
from pathlib import Path
from typing import Final

import pytest
from babel.messages.pofile import read_po

from ringdesk.tour import STEPS
from terminal import guide
from terminal.bindings import KEYS
from terminal.plain.commands import COMMANDS
from tests.terminal.catalogue import CATALOGUES

HOWTO: Final = sorted((Path(__file__).parents[2] / "docs" / "howto" / "zh-Hant").glob("*.md"))
DISCARDED: Final = {
    "綁定 (Ctrl+L)": re.compile("加給|加入號碼|加入這個號碼|歸"),
    "區碼": re.compile("區域碼"),
    "通話中; 接待中 without a call": re.compile("服務中"),
    "待回電": re.compile("待回(?!電)"),
    "約定回電 (F8)": re.compile("承諾回電|稍後回電|稍後：|、稍後|^稍後$"),
    "結案碼": re.compile("來電原因|事由"),
    "小記": re.compile("備忘"),
    "結案中": re.compile("話後處理"),
    "接起來會先保留": re.compile("接了之後"),
}
"""What is said -> what is not."""
ENGLISH: Final = re.compile(
    r"promise to call back|`l`, later|^half typed$|^(F2|Enter|\{key\}) takes it\.?$|; \{key\} takes it\.", re.IGNORECASE
)


def translations() -> dict[str, str]:
    """Every word of the product: English -> Chinese."""
    found: dict[str, str] = {}
    for path in CATALOGUES:
        with path.open("rb") as stream:
            for message in read_po(stream, locale="zh_TW"):
                if message.id:
                    said = message.string
                    found[str(message.id)] = said if isinstance(said, str) else "\n".join(said or ())
    return found


@pytest.mark.parametrize("said", DISCARDED)
def test_a_discarded_word_is_gone(said: str) -> None:
    texts = {**translations(), **{page.name: page.read_text("utf-8") for page in HOWTO}}
    assert len(texts) > 500
    assert {key: text for key, text in texts.items() if DISCARDED[said].search(text)} == {}


def test_the_english_name_of_a_callback_is_one_too() -> None:
    pages = {page.name: page.read_text("utf-8") for page in HOWTO[0].parents[1].glob("*.md")}
    assert [key for key in translations() if ENGLISH.search(key)] == []
    assert [name for name, text in pages.items() if ENGLISH.search(text)] == []


def test_key_command_and_step_of_the_practice_have_one_name() -> None:
    chinese = translations()
    key = next(key for key in KEYS if key.id == "later")
    command = next(command for command in COMMANDS if command.id == "later")
    assert "later" in {step.id for step in STEPS}
    assert {chinese[key.label], chinese[command.word], chinese[guide.NAMES["later"]]} == {"約定回電"}
    assert {word.lower() for word in (key.label, command.word, guide.NAMES["later"])} == {"callback"}
    attach = next(key for key in KEYS if key.id == "attach")
    assert chinese[attach.label] == chinese["attach a number"] == "綁定號碼"
