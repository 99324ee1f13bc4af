"""A person at the real desk, key by key: an unknown number finds its member, a callback is promised, a call is handed on."""

import json
import os
from pathlib import Path

import pytest

from tests.flows.processes import shop
from tests.flows.screen import F2, Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

CTRL_L, CTRL_O, ESCAPE, ENTER, F8, F9 = b"\x0c", b"\x0f", b"\x1b", b"\r", b"\x1b[19~", b"\x1b[20~"


def press(person: Person, *keys: bytes) -> int:
    """Press them; how many they were."""
    for key in keys:
        person.write(key)
        person.read(0.02)
    return len(keys)


def focus(person: Person) -> str:
    """Where the focus is, as the row of the keys says it."""
    return person.rows()[-1].partition("焦點在")[2].strip()


def to_the_note(person: Person) -> None:
    """F9 until the note has the focus, looking each time where it went. A menu that is still open is no place to begin, nor one
    that the focus is about to leave."""
    for _ in range(8):
        person.look(0.5)
        person.see(lambda: focus(person) not in ("", "選單"))
        here = focus(person)
        if here.startswith("備註"):
            return
        press(person, F9)
        person.see(lambda before=here: focus(person) != before)  # type: ignore[misc]
    raise AssertionError("F9 went round and never to the note")


def test_attach_call_back_and_hand_on_key_by_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with shop(tmp_path) as place:
        place.start_server()
        ann = place.desk("b", user="ann")
        assert ann.ask("sync", timeout=30)["ok"]
        made = ann.ask("op", kind="member.add", args={"fields": {"name": "王大明"}})
        assert made["ok"], made
        assert ann.ask("op", kind="presence.set", args={"state": "ready"})["ok"]
        assert ann.ask("sync", timeout=30)["ok"]
        code = json.loads(place.admin("enrol", "--store", "main", "--class", "desk"))["code"]
        _modem, url = place.modem("--call", "0965118402", "--rings", "4", "--after", "4")
        words = ["desk", "--server", f"ws://{place.address}/sync", "--data", str(tmp_path / "a"), "--enrol", code]
        words += ["--user", "mei", "--password-file", str(tmp_path / "password")]
        with Person(tmp_path, [*words, "--source", f"{url}?line=1", "--language", "zh-Hant"]) as person:
            person.see(lambda: "響鈴中" in person.pane("banner"))
            press(person, F2)
            person.see(lambda: person.in_the_note)
            press(person, ESCAPE)
            person.look(0.5)  # a lone Escape is one only after a moment
            press(person, b"/")
            person.see(lambda: "焦點在 輸入框" in person.rows()[-1])
            person.type("王大")
            person.see(lambda: "王大明" in "\n".join(person.rows()))
            press(person, ENTER)
            person.see(lambda: "王大明" in person.title("card") and "王大明" in person.title("noteframe"))

            attach = press(person, CTRL_L)
            person.see(lambda: "0965-118-402 從現在起是王大明的號碼" in person.pane("banner"))
            call_back = press(person, F8, b"1")
            person.see(lambda: "待回電 1" in person.rows()[0])
            to_the_note(person)
            person.type("答應今天回覆")
            person.see(lambda: "草稿已存" in person.pane("noteframe"))
            hand_on = press(person, CTRL_O, b"1")
            person.see(lambda: "已轉給 ann" in person.pane("banner"))
            person.see(lambda: "ann" in person.pane("lines") and "王大明" not in person.title("card"))

            handed = ann.expect(lambda line: line.get("event") == "call" and line.get("mine") is True)
            assert handed["claimed_name"] == "ann"
            assert ann.ask("sync", timeout=30)["ok"]
            notes = ann.ask("dump", what="notes")["rows"]
            assert [(note["text"], note["member"]) for note in notes] == [("答應今天回覆", made["op_id"])]
            (task,) = ann.ask("dump", what="tasks")["rows"]
            assert (task["kind"], task["number"]) == ("callback", "+886965118402")
            (member,) = ann.ask("dump", what="members")["rows"]
            assert "+886965118402" in json.dumps(member)
            states = {row["name"]: row["state"] for row in ann.ask("dump", what="presence")["rows"]}
            assert states == {"ann": "ready", "mei": "ready"}
            assert person.leave() == 0
    assert (attach, call_back, hand_on) == (1, 2, 2)
    with capsys.disabled():
        print(f"\nkeys: attach {attach}, call back {call_back}, hand on {hand_on}")
