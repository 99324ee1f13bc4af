from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from ringdesk.why import Why
from terminal import words


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Path]:
    """A folder with a small catalogue for Taiwan, one sentence of it broken."""
    catalogue = Catalog(locale="zh_TW", domain=words.DOMAIN)
    catalogue.add("Save", "儲存")
    catalogue.add("{count} people share this number", "{count} 人共用此號碼")
    catalogue.add("the number ends in {digits}", "末碼 {wrong}")
    folder = tmp_path / "zh_TW" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "ringdesk.mo").open("wb") as stream:
        write_mo(stream, catalogue)
    yield tmp_path
    words.language("en", words.LOCALE)


@pytest.mark.parametrize("tag", ["zh-TW", "zh_TW", "zh-Hant", "zh-Hant-TW", "zh-HK"])
def test_a_catalogue_speaks(places: Path, tag: str) -> None:
    assert words.language(tag, places) == "zh_TW"
    assert words._("Save") == "儲存"
    assert words._("not translated") == "not translated"
    assert words._("") == ""
    assert words.sentence(Why("number_shared", {"count": "3"})) == "3 人共用此號碼"


def test_a_translation_that_does_not_fit_falls_back(places: Path) -> None:
    words.language("zh_TW", places)
    assert words.sentence(Why("tail_matches", {"digits": "678"})) == "the number ends in 678"


def test_the_environment_decides_when_nobody_says(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "zh_TW.UTF-8")
    assert words.language("", places) == "zh_TW"


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({"LANG": "zh_TW.UTF-8"}, "zh_Hant"),
        ({"LC_ALL": "zh_TW.UTF-8", "LANG": "en_US.UTF-8"}, "zh_Hant"),
        ({"LANGUAGE": "de:zh_TW", "LANG": "de_DE.UTF-8"}, "zh_Hant"),
        ({"LANGUAGE": "en_GB:zh_TW", "LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_a_taiwanese_environment_speaks_our_own_catalogue(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], spoken: str
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert words.language("", words.LOCALE) == spoken
    words.language("en")


@pytest.mark.parametrize("tag", ["xx", "en", "../../etc", "zh_CN"])
def test_without_a_catalogue_it_is_english(places: Path, tag: str) -> None:
    words.language("zh_TW", places)
    assert words.language(tag, places) == "en"
    assert words._("Save") == "Save"


def test_a_broken_catalogue_is_english(places: Path) -> None:
    (places / "zh_TW" / "LC_MESSAGES" / "ringdesk.mo").write_bytes(b"\xde\x12\x04\x95 not a catalogue")
    assert words.language("zh_TW", places) == "en"


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert words.sentence(Why("never_heard_of")) == "never_heard_of"


def test_two_reasons_are_said_in_one_language() -> None:
    codes = {"first_code": "tail_matches", "second_code": "name_starts"}
    both = Why("and", {"first": "?", "second": "?", "digits": "678", "text": "林", **codes})
    words.language("en")
    assert words.sentence(both) == "the number ends in 678, and the name starts with 林"


def test_a_space_stands_between_chinese_and_latin_names_only() -> None:
    assert words.filled("{name}保留", {"name": "Grace Lefèvre"}) == "Grace Lefèvre 保留"
    assert words.filled("{name}保留", {"name": "林淑芬"}) == "林淑芬保留"
    assert words.filled("把{name}轉給您", {"name": "Ms Lee"}) == "把 Ms Lee 轉給您"
    assert words.filled("{name}，您好", {"name": "mei"}) == "mei，您好"


def test_a_reason_inside_a_reason_is_in_the_language_in_force() -> None:
    from terminal.sync.apart import down

    why = down(Why("uplink_refused", {"where": "desk:1"}), "8")
    assert "nothing answers at desk:1" in words.sentence(why)
    words.language("zh_Hant")
    try:
        assert "nothing" not in words.sentence(why)
        assert "desk:1 沒有回應" in words.sentence(why)
    finally:
        words.language("en")


def test_another_language_and_back(places: Path) -> None:
    assert words.language("zh_TW", places) == words.spoken() == "zh_TW"
    with words.speaking("en"):
        assert words._("Save") == "Save"
    assert words._("Save") == "儲存"
    words.language("en")
    with words.speaking("zh_TW"):
        assert words._("Save") == "儲存"
    with words.speaking("fr"):
        assert words._("Save") == "Save"
    assert words.spoken() == "en"
    assert words._("Save") == "Save"
