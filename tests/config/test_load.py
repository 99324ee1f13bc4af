from pathlib import Path

import pytest

from config.load import load
from config.settings import Settings
from ringdesk.errors import BadInput


def _file(folder: Path, text: str) -> Path:
    file = folder / "ringdesk.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_nothing_set_is_the_defaults(tmp_path: Path) -> None:
    assert load(_file(tmp_path, ""), {}, {}) == Settings()


def test_flags_win_over_the_environment_over_the_file(tmp_path: Path) -> None:
    file = _file(tmp_path, '[general]\nregion = "JP"\narea = "3"\nlanguage = "en"\n[desk]\nuser = "file"\n')
    environ = {"RINGDESK_GENERAL_AREA": "4", "RINGDESK_GENERAL_LANGUAGE": "zh_TW", "RINGDESK_TEST_POSTGRES": "x"}
    settings = load(file, environ, {"general": {"language": "fr", "region": None}})
    assert (settings.general.region, settings.general.area, settings.general.language) == ("JP", "4", "fr")
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
        ("[desk\n", ["no TOML"]),
        ("[general]\nregion = 'Taiwan'\n", ["general.region"]),
        ("[desk]\nsources = 'serial://COM3'\n", ["desk.sources"]),
    ],
)
def test_what_is_wrong_is_named_with_its_file(tmp_path: Path, text: str, said: list[str]) -> None:
    file = _file(tmp_path, text)
    with pytest.raises(BadInput) as caught:
        load(file, {}, {})
    for words in [str(file), *said]:
        assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_variable_of_our_sections_is_named() -> None:
    with pytest.raises(BadInput, match=r"RINGDESK_DESK_SEVER.*did you mean RINGDESK_DESK_SERVER"):
        load(None, {"RINGDESK_DESK_SEVER": "ws://h/sync"}, {})


def test_a_given_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--config"):
        load(tmp_path / "nowhere.toml", {}, {})
