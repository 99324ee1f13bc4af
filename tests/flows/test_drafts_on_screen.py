"""A person at the real desk: a half-typed revision, and the task of a promise, through kill -9."""

import asyncio
import os
from pathlib import Path

import pytest

from ringdesk import sample
from tests.flows.members import filled
from tests.flows.screen import Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

CTRL_S = b"\x13"
CTRL_BACKSLASH = b"\x1c"
F9 = b"\x1b[20~"


def note(person: Person) -> str:
    return person.pane("note").replace("\n", "")


def go(person: Person, pane: str) -> None:
    """F9 until the focus is there."""
    for _ in range(12):
        if f"焦點在 {pane}" in person.rows()[-1]:
            return
        person.write(F9)
        person.look(0.5)
    raise AssertionError(person.rows()[-1])


def test_a_revision_and_the_task_of_a_promise_survive_kill_9(tmp_path: Path) -> None:
    data, member = tmp_path / "data", sample.member(1, 3)
    asyncio.run(filled(data, [("member", member)]))
    words = ["desk", "--data", str(data), "--language", "zh-Hant"]
    with Person(tmp_path, words) as person:
        person.see(lambda: "今日" in person.title("timeline"))
        person.write(b"\x1b")
        person.look(0.5)
        person.type(f"/{member.code}")
        person.see(lambda: "\n".join(person.rows()).count(member.code) >= 2)
        person.write(b"\r")
        person.see(lambda: member.name in person.title("noteframe"))
        go(person, "備註")
        person.type("問禮盒")
        person.see(lambda: note(person) == "問禮盒")
        person.write(CTRL_S)
        person.see(lambda: "問禮盒" in person.pane("earlier") and note(person) == "")
        go(person, "舊備註")
        person.write(b"\r")
        person.see(lambda: "修訂" in person.title("noteframe") and note(person) == "問禮盒")
        person.type("，後天 10:00 回電")
        person.see(lambda: "後天" in note(person) and "承諾" in person.pane("noteframe"))
        person.write(CTRL_BACKSLASH)
        person.see(lambda: "已建立待辦" in person.pane("noteframe"))
        person.type("給她")
        person.see(lambda: note(person) == "問禮盒，後天 10:00 回電給她")
        person.look(2.0)  # all of it is kept by now
        person.kill()
    with Person(tmp_path, words) as person:
        person.see(lambda: note(person) == "問禮盒，後天 10:00 回電給她")
        person.see(lambda: "已建立待辦" in person.pane("noteframe"))
        assert "修訂" in person.title("noteframe")
        assert member.name in person.title("noteframe")
        person.write(CTRL_S)
        person.see(lambda: "已修訂" in person.pane("earlier") and note(person) == "")
        assert "修訂" not in person.title("noteframe")
        assert person.leave() == 0
