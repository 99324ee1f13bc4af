"""Bytes that no keyboard sends, on a real terminal: the desk stays, and what was typed is kept."""

import os
from pathlib import Path

import pytest

from tests.flows.screen import Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

HOSTILE = (
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc3(",
    b"\x1b[M\xff\xff\xff",
    "您好".encode("big5"),
    b"\x1b[1114112u",
    b"\x1b[99999999999999999999u",
    b"\x1b[27;5;9999999999999~",
    b"\x1b[200~ab\x1b[31mc\x11d\xff\xfe\x1b[201~",
)


def test_no_bytes_end_the_desk_and_no_paste_leaves_it(tmp_path: Path) -> None:
    with Person(tmp_path, ["desk", "--data", str(tmp_path / "data"), "--language", "zh-Hant"]) as person:
        person.see(lambda: "連線" in person.pane("topbar"))
        for data in HOSTILE:
            person.write(data)
            person.look(0.1)
        person.write(b"\x1b")
        person.look(0.3)
        person.write(b"\x1bOP")  # F1
        person.see(lambda: "F1" in "\n".join(person.rows()) and "說明" in "\n".join(person.rows()))
        assert person.leave() == 0
