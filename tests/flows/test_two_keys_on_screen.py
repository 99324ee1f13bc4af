"""A person at the real desk, key by key: how many keys close a call, and how many record a visit."""

import os
from pathlib import Path

import pytest

from tests.flows.screen import F2, Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

F4 = b"\x1bOS"
CODE = "M0000007"


class Counted:
    """Presses keys and counts them."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.keys = 0

    def press(self, *keys: bytes) -> None:
        """All at once, as quick fingers do."""
        self.keys += len(keys)
        self.person.write(b"".join(keys))


def look_up(person: Person) -> None:
    """Open the card of a member by its number: the query and the reason of the hit both name it."""
    person.type(f"/{CODE}")
    person.see(lambda: "\n".join(person.rows()).count(CODE) >= 2)
    person.write(b"\r")
    person.see(lambda: CODE in person.title("card"))


def test_two_keys_close_a_call_and_two_record_a_visit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["demo", "--language", "zh-Hant", "--members", "200", "--calls", "1", "--every", "9"]
    with Person(tmp_path, words) as person:
        person.see(lambda: "響鈴中" in person.pane("banner"))
        person.write(F2)
        person.see(lambda: person.in_the_note)
        person.type("問停車")
        person.see(lambda: "問停車" in person.pane("note"))
        closing = Counted(person)
        closing.press(F4)
        person.see(lambda: "詢問" in "\n".join(person.rows()) and "禮盒團購" in "\n".join(person.rows()))
        closing.press(b"1")
        person.see(lambda: "問停車" not in person.pane("note") and not person.in_the_note)

        person.write(b"\x1b")
        person.look(0.5)
        look_up(person)
        recording = Counted(person)
        recording.press(F4)
        person.see(lambda: "到店" in "\n".join(person.rows()) and "信件" in "\n".join(person.rows()))
        recording.press(b"1")
        person.see(lambda: "已記錄：到店" in person.pane("banner"))

        look_up(person)
        person.see(lambda: "到店" in person.pane("timeline") and "詢問" in person.pane("timeline"))
        with capsys.disabled():
            print(f"\nkeys: wrap-up {closing.keys}, contact without a call {recording.keys}")
        assert (closing.keys, recording.keys) == (2, 2)
        assert person.leave() == 0
