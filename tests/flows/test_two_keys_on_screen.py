"""A person at the real desk, key by key: how many keys close a call, and how many record a visit."""

import os
from pathlib import Path

import pytest

from tests.flows.screen import Person

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


def test_two_keys_close_a_call_and_two_record_a_visit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["demo", "--language", "zh-Hant", "--members", "200", "--calls", "1", "--every", "9"]
    with Person(tmp_path, words) as person:
        person.take()
        person.type("問停車")
        person.see(lambda: "問停車" in person.pane("note"))
        closing = Counted(person)
        closing.press(F4)
        person.see(lambda: "詢問" in "\n".join(person.rows()) and "禮盒團購" in "\n".join(person.rows()))
        closing.press(b"1")
        person.see(lambda: "問停車" not in person.pane("note") and not person.in_the_note)

        person.write(b"\x1b")
        person.look(0.5)
        person.look_up(CODE)
        recording = Counted(person)
        recording.press(F4)
        person.see(lambda: "到店" in "\n".join(person.rows()) and "信件" in "\n".join(person.rows()))
        recording.press(b"1")
        person.see(lambda: "已記錄：到店" in person.pane("banner"))

        person.look_up(CODE)
        person.see(lambda: "到店" in person.pane("timeline") and "詢問" in person.pane("timeline"))
        with capsys.disabled():
            print(f"\nkeys: wrap-up {closing.keys}, contact without a call {recording.keys}")
        assert (closing.keys, recording.keys) == (2, 2)
        assert person.leave() == 0
