"""Every visible string is collected, and every collected string has its Chinese."""

import re
import string

import pytest
from babel.messages.pofile import read_po

from terminal import words
from tests.terminal.catalogue import CATALOGUES, TEMPLATE, collected, helped, written

AGAIN = "run `python -m tests.terminal.catalogue`, then translate what is empty"

OF_PAGES = {"socket", "pty", "webhook", "UDP", "URL", "ISO", "JSON", "TOML"}
"""Words of the trade, which Chinese has no others for."""


def test_the_template_holds_what_the_code_says() -> None:
    assert TEMPLATE.read_bytes() == written(collected()), AGAIN


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_is_complete_and_fits(path: object) -> None:
    with open(str(path), "rb") as stream:  # noqa: PTH123
        catalogue = read_po(stream, domain=words.DOMAIN, abort_invalid=True)
    translated = {message.id: message.string for message in catalogue if message.id}
    wanted = {message.id for message in collected() if message.id}
    assert set(translated) == wanted, AGAIN
    assert [text for text, other in translated.items() if not other] == [], AGAIN
    for text, other in translated.items():
        assert fields(str(text)) == fields(str(other)), text


def fields(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_no_word_of_the_chinese_screen_is_left_in_english() -> None:
    """Latin words in the Chinese catalogue are names of keys, programs, products, protocols and units only, and PIN.
    A help page also has what is typed: words that its English has."""
    allowed = re.compile(
        r"Enter|Esc|PageDown|PIN|Ctrl\+[PQS]|Ctrl|F[0-9]|ATS0=0|USER|sudo usermod -aG dialout|Python|IP|MB"
        r"|dialout|ringdesk( doctor)?|Zoom|Asterisk|FreePBX|Issabel|FreeSWITCH|FusionPBX|SIP|NCID|webhook|HTTP|TLS|wss?://|/sync"
    )
    (path,) = CATALOGUES
    with path.open("rb") as stream:
        catalogue = read_po(stream, domain=words.DOMAIN)
    pages = {text for _, text in helped()}
    for message in catalogue:
        if message.id in pages:
            latin = set(re.findall(r"[A-Za-z]{2,}", str(message.string))) - OF_PAGES
            assert latin <= set(re.findall(r"[A-Za-z]{2,}", str(message.id))), message.string
        elif message.id:
            rest = allowed.sub("", re.sub(r"\{\w+\}|`[^`]*`", "", str(message.string)))
            assert not re.search(r"[A-Za-z]{2,}", rest), message.string


def test_what_is_counted_is_right_for_one() -> None:
    """What has a plural after its count says so to the catalogue (`counted`), or the count stands where one fits too."""
    always_many = {
        "CUT: a note holds {count} characters, the end of the text is not in it",
        "{count} entries",
        "{count} keys are not as you set them, `ringdesk doctor` lists them: {text}",
        "{count} share this number",
        "Practice: {done} of {count} steps in {time}.",
        "the last {count} calls rang without a number",
    }
    wrong = [
        str(message.id).partition(";")[0]
        for message in collected()
        if message.id and not message.pluralizable and re.search(r"\{count\} (?:[a-z-]+ )?[a-z]+s\b", str(message.id))
    ]
    assert set(wrong) == always_many
