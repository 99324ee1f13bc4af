from pathlib import Path

import pytest
from msgspec.inspect import FloatType, IntType, Metadata, Type

from config.load import fields_of, is_language, load
from config.settings import SECTIONS, Settings
from ringdesk.errors import BadInput
from terminal.words import LOCALE


def _file(folder: Path, text: str) -> Path:
    file = folder / "ringdesk.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_nothing_set_is_the_defaults(tmp_path: Path) -> None:
    assert load(_file(tmp_path, ""), {}, {}) == Settings()


def test_flags_win_over_the_environment_over_the_file(tmp_path: Path) -> None:
    file = _file(tmp_path, '[general]\nregion = "JP"\narea = "3"\nlanguage = "en"\n[desk]\nuser = "file"\n')
    environ = {"RINGDESK_GENERAL_AREA": "4", "RINGDESK_GENERAL_LANGUAGE": "zh_TW", "RINGDESK_TEST_POSTGRES": "x"}
    settings = load(file, environ, {"general": {"language": "zh-Hant", "region": None}})
    assert (settings.general.region, settings.general.area, settings.general.language) == ("JP", "4", "zh-Hant")
    assert settings.desk.user == "file"


def test_lists_and_tables_from_the_environment(tmp_path: Path) -> None:
    environ = {"RINGDESK_DESK_SOURCES": "serial://COM3 tcp://pbx:5038?dialect=ami", "RINGDESK_DESK_KEYS": "help=f12"}
    desk = load(_file(tmp_path, ""), environ, {}).desk
    assert desk.sources == ("serial://COM3", "tcp://pbx:5038?dialect=ami")
    assert desk.keys == {"help": "f12"}


def test_paths_of_a_file_belong_to_its_folder(tmp_path: Path) -> None:
    settings = load(_file(tmp_path, '[desk]\npassword_file = "pw"\ndata = "/srv/d"\nserver = "ws://h/sync"\n'), {}, {})
    assert settings.desk.password_file == str(tmp_path / "pw")
    assert settings.desk.data == "/srv/d"
    assert settings.desk.server == "ws://h/sync"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[desk]\nsrever = 'x'\n", ["no setting desk.srever", "desk.server"]),
        ("[dask]\nserver = 'x'\n", ["no section [dask]", "did you mean desk?"]),
        ("desk = 'x'\n", ["[desk]"]),
        ("[desk\n", ["line 1 cannot be read", 'write it as name = "value"']),
        ("[desk]\nserver = wss://x\n", ["line 2 cannot be read (invalid value)"]),
        ("[desk]\nserver = 'x", ["in the middle of something"]),
        ("[general]\nregion = 'Taiwan'\n", ["general.region must be two capital letters, as in TW"]),
        ("[general]\nregion = 'XQ'\n", ["there is no country 'XQ' with telephones"]),
        ("[general]\nlanguage = 'fr'\n", ["no words in the language 'fr'; use en or zh-Hant"]),
        ("[general]\ntheme = 'pink'\n", ["general.theme must be one of", "light"]),
        ("[desk]\nsources = 'serial://COM3'\n", ["desk.sources must be a list, not a text"]),
        ("[desk]\nsources = [1]\n", ["desk.sources holds a number where a text belongs"]),
        ("[desk]\nserver = 5\n", ["desk.server must be a text, not a number"]),
        ("[business]\nclosed = ['16 Feb']\n", ["business.closed: '16 Feb' is no date; write it as 2026-02-16"]),
        ("[business.hours]\nmo = '9:00-18:00'\n", ["business.hours: there is no day 'mo'"]),
        (f"[desk]\nwrap_up_seconds = {'9' * 5000}\n", ["it holds a number that is too long"]),
        ("[desk]\nwrap_up_seconds = 0\n", ["desk.wrap_up_seconds must be a whole number from 1 to 3600"]),
        ("[general]\ntheme = 3\n", ["general.theme must be one of", "light"]),
        ("[general]\nregion = 886\n", ["general.region must be two capital letters, as in TW"]),
        ("[desk.keys]\nhelp = 1\n", ["desk.keys", "a text"]),
    ],
)
def test_what_is_wrong_is_named_with_its_file(tmp_path: Path, text: str, said: list[str]) -> None:
    file = _file(tmp_path, text)
    with pytest.raises(BadInput) as caught:
        load(file, {}, {})
    for words in [str(file), *said]:
        assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def bare(kind: Type) -> Type:
    """The type without its description."""
    return kind.type if isinstance(kind, Metadata) else kind


NUMBERS = {
    f"{section}.{key}": (kind.ge, kind.le)
    for section in SECTIONS
    for key, field in fields_of(section).items()
    if isinstance(kind := bare(field.type), IntType | FloatType)
}
NO_NUMBERS = (
    "nan",
    "inf",
    "-inf",
    "-1",
    "1e99",
    "10.5",
    '"x"',
    '""',
    "true",
    "[1]",
    "{ a = 1 }",
    "9" * 30,
    "2026-01-01",
)


def test_every_number_of_the_settings_has_bounds() -> None:
    assert NUMBERS == {"desk.lock_minutes": (0, 720), "desk.wrap_up_seconds": (1, 3600)}


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_no_number_is_told_with_the_file_the_key_and_what_is_allowed(
    tmp_path: Path, name: str, value: str
) -> None:
    section, _, key = name.partition(".")
    least, most = NUMBERS[name]
    file = _file(tmp_path, f"[{section}]\n{key} = {value}\n")
    with pytest.raises(BadInput) as caught:
        load(file, {}, {})
    assert str(caught.value) == f"{file}: {name} must be a whole number from {least} to {most}"


@pytest.mark.parametrize("value", ["nan", "1e99", "-1", "x", "true", ""])
def test_so_is_a_number_of_the_environment(value: str) -> None:
    with pytest.raises(BadInput, match=r"RINGDESK_DESK_LOCK_MINUTES: .* a whole number from 0 to 720"):
        load(None, {"RINGDESK_DESK_LOCK_MINUTES": value}, {})


def test_an_unknown_variable_of_our_sections_is_named() -> None:
    with pytest.raises(BadInput, match=r"RINGDESK_DESK_SEVER.*did you mean RINGDESK_DESK_SERVER"):
        load(None, {"RINGDESK_DESK_SEVER": "ws://h/sync"}, {})


def test_a_given_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--config"):
        load(tmp_path / "nowhere.toml", {}, {})


@pytest.mark.parametrize("tag", ["", "en", "en_US", "zh-Hant", "zh_Hant", "zh_TW", "zh-TW", "zh-Hant-TW", "zh_HK"])
def test_both_languages_under_all_their_names(tmp_path: Path, tag: str) -> None:
    assert load(_file(tmp_path, ""), {}, {"general": {"language": tag}}).general.language == tag


def test_the_languages_are_those_that_there_are_words_for() -> None:
    found = {path.name for path in LOCALE.iterdir() if path.is_dir()} | {"en"}
    assert found == {"en", "zh_Hant"}
    assert all(is_language(tag) for tag in found)
    assert not any(is_language(tag) for tag in ("fr", "zh_CN", "english", "zh"))
