"""`ringdesk number` as a program."""

import os
import pty
import subprocess
import sys

import msgspec
import pytest

KEYS = ["raw", "e164", "national", "kind", "extension", "presentation", "why", "why_code"]


def number(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli.main", "number", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def answer(*arguments: str) -> dict[str, str | None]:
    done = number("--json", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    found = msgspec.json.decode(done.stdout, type=dict[str, str | None])
    assert list(found) == KEYS
    return found


def test_a_number() -> None:
    assert answer("０９１２－３４５－６７８") == {
        "raw": "０９１２－３４５－６７８",
        "e164": "+886912345678",
        "national": "0912-345-678",
        "kind": "mobile",
        "extension": None,
        "presentation": "shown",
        "why": "a complete number",
        "why_code": "number_complete",
    }


def test_the_line_has_an_area_code() -> None:
    assert answer("2698-2989")["e164"] is None
    local = answer("2698-2989", "--area", "2")
    assert (local["e164"], local["why_code"]) == ("+886226982989", "number_area_added")
    assert answer("5551234", "--region", "us", "--area", "212")["national"] == "(212) 555-1234"


def test_words_of_a_number_may_stand_apart() -> None:
    found = answer("02", "2698", "2989", "分機", "123")
    assert (found["raw"], found["e164"], found["extension"]) == ("02 2698 2989 分機 123", "+886226982989", "123")


def test_own_extensions_are_given() -> None:
    assert answer("801")["kind"] == "short"
    found = answer("801", "--extension", "7xx", "--extension", "800-899")
    assert (found["kind"], found["extension"], found["e164"]) == ("extension", "801", None)


@pytest.mark.parametrize(
    ("raw", "kind", "presentation"),
    [
        ("", "none", "unavailable"),
        ("P", "none", "private"),
        ("-", "none", "unavailable"),
        ("09123456789", "other", "shown"),
    ],
)
def test_an_unusable_number_is_an_answer(raw: str, kind: str, presentation: str) -> None:
    found = answer(raw)
    assert (found["e164"], found["kind"], found["presentation"]) == (None, kind, presentation)
    assert found["why"]


def test_bytes_that_are_no_text_are_cleaned() -> None:
    command = [os.fsencode(sys.executable), b"-m", b"cli.main", b"number", b"0912\x1b[31m\xff345678"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert msgspec.json.decode(done.stdout)["raw"] == "0912[31m345678"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["1", "--region", "XX"],
            "ringdesk: there is no numbering plan for 'XX'; give two letters such as TW, US or GB\n",
        ),
        (["1", "--area", "two"], "ringdesk: 'two' is no area code; give its digits, for example 2 or 02 for Taipei\n"),
        (["1", "--extension", "8-"], "ringdesk: '8-' names no extensions; write 801, 800-899 or 8xx\n"),
    ],
)
def test_bad_use_says_what_to_do(arguments: list[str], message: str) -> None:
    done = number(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


def test_nothing_given_is_bad_use() -> None:
    done = number()
    assert (done.returncode, done.stdout) == (2, "")
    assert "RAW" in done.stderr


def test_a_person_at_a_terminal_reads_a_line() -> None:
    reader, terminal = pty.openpty()
    command = [sys.executable, "-m", "cli.main", "number", "(02)2698-2989#12"]
    done = subprocess.run(command, stdout=terminal, stderr=subprocess.PIPE, check=True)
    os.close(terminal)
    seen = os.read(reader, 4096).decode()
    os.close(reader)
    assert done.stderr == b""
    assert seen == "(02)2698-2989 ext. 12  +886226982989  fixed, shown  a complete number\r\n"
