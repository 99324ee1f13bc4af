"""What stands on the terminal before a desk opens, in the language of the person; programs read English."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.deskname import computer
from config.load import language_of, places
from tests.cli.processes import environment
from tests.flows.processes import shop
from tests.flows.screen import Person

A_DESK = ["desk", "--plain", "--data", "{}/data"]
MISTAKES = {
    "no address": [*A_DESK, "--server", "http://shop/sync"],
    "nobody": [*A_DESK, "--server", "localhost:9"],
    "no password file": [*A_DESK, "--server", "localhost:9", "--user", "mei", "--password-file", "{}/none"],
    "an empty password file": [*A_DESK, "--server", "localhost:9", "--user", "mei", "--password-file", "{}/empty"],
    "no code": [*A_DESK, "--server", "localhost:9", "--user", "mei", "--password-file", "{}/password"],
    "a mistyped code": [
        *(*A_DESK, "--server", "localhost:9", "--user", "mei", "--password-file", "{}/password"),
        *("--enrol", "ABCD-EFGH"),
    ],
    "nothing answers": [
        *(*A_DESK, "--server", "localhost:9", "--user", "mei", "--password-file", "{}/password"),
        *("--enrol", "{code}"),
    ],
    "no source": [*A_DESK, "--source", "serail://x"],
    "a source that believes anybody": [*A_DESK, "--source", "http://:8791?dialect=generic"],
    "an option": [*A_DESK, "--source", "COM3?baud=fast"],
    "one source twice": [*A_DESK, "--source", "COM3", "--source", "serial://COM3?line=1"],
    "no data folder": [*A_DESK[:2], "--data", "{}/empty/below"],
    "no terminal": ["desk", "--data", "{}/data"],
    "no settings": [*A_DESK, "--config", "{}/none.toml"],
    "a wrong setting": [*A_DESK, "--region", "XX"],
    "a wrong area": [*A_DESK, "--area", "two"],
    "no replica": ["lookup", "678", "--data", "{}/data"],
    "no country": ["lookup", "678", "--data", "{}/data", "--region", "XX"],
    "a doctor of nothing": ["doctor", "serail://x"],
    "a doctor of no time": ["doctor", "--seconds", "nan"],
    "a doctor of two things": ["doctor", "--public", "https://x.example/hook/y", "COM3"],
    "a doctor of no webhook": ["doctor", "--public", "x"],
    "no such flag": [*A_DESK, "--sever", "x"],
    "no value": [*A_DESK, "--user"],
    "no such choice": ["setup", "--ring", "loud"],
    "no number": ["demo", "--calls", "many"],
    "a demo of nobody": ["demo", "--members", "0"],
    "a demo that never rings": ["demo", "--every", "nan"],
    "two flags for one thing": ["setup", "--enrol", "A", "--enrol-file", "B"],
    "nothing to look up": ["lookup"],
    "no such command": ["dekc"],
}
ENGLISH = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
"""Two Latin words in a row: a sentence that nobody translated."""


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> str:
    with shop(tmp_path_factory.mktemp("shop")) as place:
        made: str = json.loads(place.admin("enrol", "--store", "main"))["code"]
        return made


def by_flag(_room: Path, words: list[str]) -> tuple[list[str], dict[str, str]]:
    return [*words, "--language", "zh-Hant"], {}


def by_settings(room: Path, words: list[str]) -> tuple[list[str], dict[str, str]]:
    file = room / "config" / "ringdesk" / "ringdesk.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[general]\nlanguage = "zh-Hant"\n', encoding="utf-8")
    return words, {}


def by_locale(_room: Path, words: list[str]) -> tuple[list[str], dict[str, str]]:
    return words, {"LC_ALL": "zh_TW.UTF-8"}


Way = Callable[[Path, list[str]], tuple[list[str], dict[str, str]]]


def ended(room: Path, words: list[str], **more: str) -> tuple[int, str]:
    """How a command with nobody at its terminal ends, and the one line that it says."""
    own = {**environment(room), "LANGUAGE": "", "PYTHONIOENCODING": "utf-8", **more}
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=90,
        env=own,
        check=False,
    )
    assert done.stderr.count(b"\n") == 1, done.stderr
    return done.returncode, done.stderr.decode()


def prepared(room: Path, mistake: str, code: str) -> list[str]:
    (room / "password").write_text("correct horse battery\n")
    (room / "empty").write_text("")
    return [word.replace("{code}", code).replace("{}", str(room)) for word in MISTAKES[mistake]]


def rest(room: Path, said: str) -> str:
    """A line without what is no sentence: commands, values, places."""
    return re.sub(r"`[^`]*`|「[^」]*」|ringdesk: ", "", said.replace(str(room), ""))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_an_error_is_in_the_language_of_the_person(tmp_path: Path, code: str, mistake: str) -> None:
    words, more = by_settings(tmp_path, prepared(tmp_path, mistake, code))
    status, said = ended(tmp_path, words, **more)
    assert status in (1, 2)
    assert re.search("[\u4e00-\u9fff]{2}", said), said
    assert not ENGLISH.search(rest(tmp_path, said)), said


@pytest.mark.parametrize("mistake", ["no address", "no source", "no replica"])
@pytest.mark.parametrize("way", [by_flag, by_locale])
def test_whoever_says_which(tmp_path: Path, code: str, mistake: str, way: Way) -> None:
    words, more = way(tmp_path, prepared(tmp_path, mistake, code))
    _, said = ended(tmp_path, words, **more)
    assert not ENGLISH.search(rest(tmp_path, said)), said


@pytest.mark.parametrize("mistake", ["no address", "no source", "no replica", "nothing to look up", "no such flag"])
def test_programs_read_english(tmp_path: Path, code: str, mistake: str) -> None:
    words, more = by_settings(tmp_path, prepared(tmp_path, mistake, code))
    words = [word.replace("--plain", "--headless") for word in words] + ["--json"] * (words[0] == "lookup")
    status, said = ended(tmp_path, words, LC_ALL="zh_TW.UTF-8", **more)
    assert (status, said.isascii()) == (2, True), said


def test_settings_that_are_wrong_still_say_in_which_language(tmp_path: Path) -> None:
    file = tmp_path / "ringdesk.toml"
    for wrong in (
        "[desk]\nsever = 1\n",
        "[desk]\nserver = 1\n",
        "[desk\n",
        'region = "x"\n',
        "[business]\nclosed = ['x']\n",
    ):
        file.write_text(f'[general]\ntheme = "dark"\nlanguage = "zh-Hant"  # ours\n{wrong}', encoding="utf-8")
        assert language_of(file) == "zh-Hant"
        _, said = ended(tmp_path, ["desk", "--plain", "--config", str(file)])
        assert "ringdesk.toml" in said
        assert re.search("[\u4e00-\u9fff]{2}", said), said
    file.write_text("[desk]\nlanguage = 'zh-Hant'\n", encoding="utf-8")
    assert language_of(file) == ""
    assert language_of(tmp_path) == "", "a folder says nothing"


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = places().settings
    file.parent.mkdir(parents=True)
    file.write_text('[general]\nlanguage = "en"\n')
    assert language_of() == language_of(tmp_path / "none.toml") == "en"
    monkeypatch.setenv("RINGDESK_GENERAL_LANGUAGE", "zh-Hant")
    assert language_of() == "zh-Hant"


@pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")
@pytest.mark.parametrize(
    ("words", "named"), [("", computer()), ('name = "信義店"', "信義店"), ('name = "信義店"\nuser = "怡君"', "信義店")]
)
def test_a_desk_without_a_server_has_a_name_on_the_screen(tmp_path: Path, words: str, named: str) -> None:
    file = tmp_path / "ringdesk.toml"
    file.write_text(f'[general]\nlanguage = "zh-Hant"\n[desk]\n{words}\n', encoding="utf-8")
    assert named
    with Person(tmp_path, ["desk", "--config", str(file), "--data", str(tmp_path / "data")]) as person:
        person.see(lambda: "\N{CHECK MARK}" in person.pane("topbar"))
        shown_as = person.pane("topbar").replace(" ", "")
        assert named in shown_as
        assert ("怡君" in shown_as) is ("怡君" in words)
        assert person.leave() == 0


ASKED = {
    "en": ("User: ", "Enrolment code: ", "the code has a typing error", "Password of mei", "This desk is new to"),
    "zh-Hant": ("使用者：", "登錄碼：", "登錄碼打錯了", "mei 的密碼", "伺服器還不認得這台客服桌"),
}
SPENT = {"en": "The server does not take this code", "zh-Hant": "伺服器不接受這組登錄碼"}


@pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")
@pytest.mark.parametrize("language", ASKED)
def test_what_is_asked_is_asked_in_the_language_of_the_desk(tmp_path: Path, language: str) -> None:
    """User, password, code: a mistyped code is asked again at once, a used one ends it."""
    user, enrolment, mistyped, password, new = ASKED[language]
    with shop(tmp_path) as place:
        place.start_server()
        fresh = json.loads(place.admin("enrol", "--store", "main"))["code"]
        for data, said in (("front", None), ("back", SPENT[language])):
            words = ["desk", "--server", place.address, "--data", str(tmp_path / data), "--language", language]
            with Person(tmp_path, words) as person:
                person.see(lambda: user in shown(person))
                person.type("mei\r")
                person.see(lambda: password in shown(person))
                person.type("correct horse battery\r")
                person.see(lambda: enrolment in shown(person))
                assert new in shown(person)
                person.type("ABCD-EFGH\r")
                person.see(lambda: mistyped in shown(person))
                person.type(f"{fresh}\r")
                if said is None:
                    person.see(lambda: "\N{CHECK MARK}" in person.pane("topbar"))
                    assert person.leave() == 0
                else:
                    assert person.ended() == 1
                    assert said in shown(person)


def shown(person: Person) -> str:
    """All that was written on the terminal."""
    return bytes(person.stream).decode(errors="replace")
