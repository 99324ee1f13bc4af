"""One desk, two people, a real server: the lock on a real terminal."""

import json
import os
from pathlib import Path

import pytest

from tests.flows.processes import shop
from tests.flows.screen import Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

CTRL_G, ENTER, UP, ESC = b"\x07", b"\r", b"\x1b[A", b"\x1b"
PASSWORD = "correct horse battery"


def test_two_people_at_one_desk(tmp_path: Path) -> None:
    with shop(tmp_path) as it:
        it.start_server()
        code = json.loads(it.admin("enrol", "--store", "main", "--class", "desk"))["code"]
        words = ["desk", "--server", f"ws://{it.address}/sync", "--data", str(tmp_path / "front"), "--language", "en"]
        words += ["--user", "mei", "--password-file", str(tmp_path / "password"), "--enrol", code]
        with Person(tmp_path, words) as person:

            def everything() -> str:
                return "\n".join(person.rows())

            person.see(lambda: "mei" in person.pane("topbar") and "online" in everything())
            person.write(CTRL_G)
            person.see(lambda: "Set a PIN" in everything())
            person.look(0.5)
            for _ in range(2):
                person.type("2468")
                person.write(ENTER)
                person.look(0.3)
            person.see(lambda: "Locked" in everything() and "PIN or password" in everything())

            # ann has never worked here
            person.write(UP)
            person.see(lambda: "Name" in everything())
            person.type("ann")
            person.see(lambda: "ann" in everything())
            person.write(ENTER)
            person.see(lambda: "Password" in everything())
            person.type("not hers at all")
            person.write(ENTER)
            person.see(lambda: "The name or the password is wrong." in everything())
            person.type(PASSWORD)
            person.write(ENTER)
            person.see(lambda: "ann" in person.pane("topbar"))
            assert PASSWORD not in person.stream.decode(errors="replace")

            # back to mei, by her PIN, with the server gone
            person.write(CTRL_G)
            person.see(lambda: "Set a PIN" in everything())
            person.look(0.5)
            person.write(ENTER)
            person.see(lambda: "Locked" in everything())
            assert it.server is not None
            it.server.close()
            person.write(b"\x1b[B")
            person.look(0.3)
            person.type("1111")
            person.write(ENTER)
            person.see(lambda: "That is not the PIN" in everything())
            person.look(1.2)
            person.type("2468")
            person.write(ENTER)
            person.see(lambda: "mei" in person.pane("topbar"))
            assert person.leave() == 0


def test_a_desk_of_its_own_locks_only_with_a_pin(tmp_path: Path) -> None:
    words = ["desk", "--data", str(tmp_path / "own"), "--language", "zh-Hant"]
    with Person(tmp_path, words, RINGDESK_DESK_LOCK_MINUTES="5") as person:

        def everything() -> str:
            return "\n".join(person.rows())

        person.see(lambda: "自動鎖定" in person.pane("banner"))
        person.write(CTRL_G)
        person.see(lambda: "設定 PIN" in everything())
        person.look(0.5)
        person.write(ENTER)
        person.see(lambda: "沒有 PIN 就無法再登入" in everything())
        for _ in range(2):
            person.type("1357")
            person.write(ENTER)
            person.look(0.3)
        person.see(lambda: "已鎖定" in everything())
        assert "其他人" not in everything()
        person.type("1357")
        person.write(ENTER)
        person.see(lambda: "首頁" in person.title("card"))
        assert person.leave() == 0
