"""Messages of the commands that a new user meets first: each is one line that says what to do next."""

from pathlib import Path

import pytest

from tests.cli.processes import run
from tests.flows.processes import shop


def said(room: Path, *words: str, code: int = 2) -> str:
    done = run(room, *words, timeout=60)
    assert done.returncode == code, done
    assert done.stderr.count(b"\n") == 1, done.stderr
    assert b"rrno" not in done.stderr
    assert b"docs/" not in done.stderr
    return done.stderr.decode()


@pytest.fixture
def password(tmp_path: Path) -> str:
    file = tmp_path / "password"
    file.write_text("correct horse battery\n")
    return str(file)


def desk(url: str, password: str, data: Path, *more: str) -> list[str]:
    words = ["desk", "--headless", "--server", url, "--user", "mei", "--password-file", password, "--data", str(data)]
    return [*words, *more]


@pytest.mark.parametrize(
    "address", ["ws://127.0.0.1:9/sync", "ws://127.0.0.1:9", "localhost:9", "wss://shop.example:8780/"]
)
def test_a_new_device_without_a_code(tmp_path: Path, password: str, address: str) -> None:
    words = said(tmp_path, *desk(address, password, tmp_path / "data"))
    assert "`ringdesk admin enrol --store main --output code.txt`" in words
    assert "--enrol-file code.txt" in words


def test_nobody_answers(tmp_path: Path, password: str) -> None:
    room = tmp_path / "shop"
    room.mkdir()
    with shop(room) as place:
        code = place.admin("enrol", "--store", "main").split('"')[3]
    words = said(tmp_path, *desk("ws://localhost:9/sync", password, tmp_path / "data", "--enrol", code), code=1)
    assert "nothing answers at localhost:9; start the server there (`ringdesk server`)" in words


def test_a_wrong_password_after_the_enrolment(tmp_path: Path) -> None:
    room = tmp_path / "shop"
    room.mkdir()
    wrong = tmp_path / "wrong"
    wrong.write_text("not this one\n")
    with shop(room) as place:
        place.start_server()
        code = place.admin("enrol", "--store", "main").split('"')[3]
        url, data = f"ws://{place.address}/sync", tmp_path / "data"
        words = said(tmp_path, *desk(url, str(wrong), data, "--enrol", code), code=1)
        assert "this desk is known to the server now: start it again with the same --data, without a code" in words
        done = run(tmp_path, *desk(url, str(room / "password"), data), timeout=60)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["demo", "--headless", "--every", "0"], "--every must be more than 0"),
        (["demo", "--headless", "--language", "fr"], "use en or zh-Hant"),
        (["desk", "--headless", "--region", "XX"], "no country 'XX' with telephones"),
        (["lookup", "1", "--region", "XX"], "no numbering plan for 'XX'"),
        (["listen", "socket://127.0.0.1:9", "--region", "XX"], "two letters that have telephones"),
    ],
    ids=lambda each: each if isinstance(each, str) else " ".join(each),
)
def test_a_flag_that_cannot_be_meant_is_named(tmp_path: Path, words: list[str], told: str) -> None:
    assert told in said(tmp_path, *words)
