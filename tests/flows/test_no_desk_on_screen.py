"""A desk that cannot be opened, on a real terminal: the screen ends, and the reason stands on the terminal in its language."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.flows.processes import Shop, shop
from tests.flows.screen import Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

ENTERED: Final = b"\x1b[?1049h"
LEFT: Final = b"\x1b[?1049l"
"""The alternate screen of a terminal (xterm, ctlseqs: DECSET 1049): what is drawn on it is gone once it is left."""
ASKED: Final = {"en": "Password of mei", "zh-Hant": "mei 的密碼"}
WRONG: Final = {"en": "ringdesk: The name or the password is wrong.", "zh-Hant": "ringdesk: 姓名或密碼不對。"}
RIGHT: Final = "correct horse battery"

both = pytest.mark.parametrize("language", ["en", "zh-Hant"])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as it:
        it.start_server()
        yield it


def words(place: Shop, language: str, *more: str, data: str = "front") -> list[str]:
    server = ["--server", f"ws://{place.address}/sync", "--data", str(place.room / data)]
    return ["desk", *server, "--user", "mei", "--language", language, *more]


def code(place: Shop) -> str:
    made: str = json.loads(place.admin("enrol", "--store", "main", "--class", "desk"))["code"]
    return made


def left_behind(person: Person) -> str:
    """What stands on the terminal after the screen has closed."""
    before, closed, after = bytes(person.stream).rpartition(LEFT)
    assert closed, "the screen was not left"
    assert ENTERED in before
    return re.sub(r"\x1b\[[0-9;?<>=]*[a-zA-Z]", "", after.decode()).replace("\r\n", "\n").strip()


@both
def test_the_wrong_file_at_the_first_start(place: Shop, tmp_path: Path, language: str) -> None:
    wrong = tmp_path / "of-ann"
    wrong.write_text("not hers\n")
    told = {
        "en": f"{WRONG['en']} The server knows this desk now: start it again with the right password, without a code.",
        "zh-Hant": f"{WRONG['zh-Hant']}伺服器已認得這台客服桌：請用正確的密碼再啟動一次，不必再用登錄碼。",
    }
    given = words(place, language, "--password-file", str(wrong), "--enrol", code(place))
    with Person(tmp_path, given) as person:
        assert person.ended() == 1
        assert left_behind(person) == told[language]
    with Person(tmp_path, words(place, language, "--password-file", str(wrong))) as person:
        assert person.ended() == 1
        assert left_behind(person) == WRONG[language]


@both
def test_a_used_code_and_a_server_that_is_away(place: Shop, tmp_path: Path, language: str) -> None:
    used = code(place)
    given = ["--password-file", str(tmp_path / "password"), "--enrol", used]
    with Person(tmp_path, words(place, language, *given)) as person:
        person.see(lambda: "\N{CHECK MARK}" in person.pane("topbar"))
        assert person.leave() == 0
    with Person(tmp_path, words(place, language, *given, data="back")) as person:
        assert person.ended() == 1
        said = {"en": "The server does not take this code", "zh-Hant": "伺服器不接受這組登錄碼"}
        assert said[language] in left_behind(person)
    assert place.server is not None
    place.server.close()
    with Person(tmp_path, words(place, language, *given, "--user", "ann")) as person:
        assert person.ended() == 1
        said = {
            "en": "ringdesk: The first sign-in at a desk needs the server: the server cannot be reached: nothing answers",
            "zh-Hant": "ringdesk: 第一次在這台客服桌登入需要伺服器：無法連上伺服器：",
        }
        assert left_behind(person).startswith(said[language])
    wrong = tmp_path / "of-ann"
    wrong.write_text("not hers\n")
    with Person(tmp_path, words(place, language, "--password-file", str(wrong))) as person:
        assert person.ended() == 1
        why = {"en": " (the server cannot be reached: nothing answers", "zh-Hant": " (無法連上伺服器："}
        assert left_behind(person).startswith(f"{WRONG[language]}{why[language]}")


@both
def test_what_has_no_words_is_said_with_the_code_of_bad_input(place: Shop, tmp_path: Path, language: str) -> None:
    given = words(place, language, "--password-file", str(tmp_path / "password"), "--enrol", "no-code-at-all")
    with Person(tmp_path, given) as person:
        assert person.ended() == 2
        assert left_behind(person).startswith("ringdesk: ")


@both
def test_a_password_that_was_typed_wrong_is_asked_for_again(place: Shop, tmp_path: Path, language: str) -> None:
    with Person(tmp_path, words(place, language, "--enrol", code(place))) as person:
        asked = type_password(person, ASKED[language], "not hers")
        type_password(person, ASKED[language], RIGHT, asked)
        assert WRONG[language] in person.stream.decode(errors="replace")
        person.see(lambda: "\N{CHECK MARK}" in person.pane("topbar"))
        assert person.leave() == 0
        assert RIGHT not in person.stream.decode(errors="replace")


@both
@pytest.mark.parametrize("plain", [False, True])
def test_the_third_wrong_password_ends_it(place: Shop, tmp_path: Path, language: str, *, plain: bool) -> None:
    given = words(place, language, "--enrol", code(place), *["--plain"] * plain)
    with Person(tmp_path, given) as person:
        asked = 0
        for _ in range(3):
            asked = type_password(person, ASKED[language], "not hers", asked)
        assert person.ended() == 1
        drawn = person.stream.decode(errors="replace")
        assert drawn.count(WRONG[language]) == 3
        assert drawn.count(ASKED[language]) == 3


def type_password(person: Person, question: str, password: str, since: int = 0) -> int:
    """Answer the question that is asked after `since` bytes of the stream; how long that is then."""
    person.until(question.encode(), 60.0, since=since)
    person.settle()
    answered = len(person.stream)
    person.write(f"{password}\n".encode())
    return answered
