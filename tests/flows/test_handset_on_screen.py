"""A person at the real desk, on a line of an Asterisk, who lifts the handset before pressing F2."""

import json
import os
from pathlib import Path

import pytest

from tests.flows.processes import shop
from tests.flows.screen import F2, Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

F4 = b"\x1bOS"


def test_f2_takes_the_call_after_the_handset_was_lifted(tmp_path: Path) -> None:
    with shop(tmp_path) as place:
        place.start_server()
        ann = place.desk("b", user="ann")
        assert ann.ask("sync", timeout=30)["ok"]
        call = ("--call", "0965118402", "--rings", "1", "--cadence", "1", "--answer", "1002", "--talk", "120")
        asterisk = place.process("simulate", "ami", "--listen", "127.0.0.1:0", *call, "--after", "1")
        address = asterisk.expect(lambda line: "listening" in line)["listening"]
        secret = tmp_path / "ami.secret"
        secret.write_text("ringdesk:anything")
        code = json.loads(place.admin("enrol", "--store", "main", "--class", "desk"))["code"]
        words = ["desk", "--server", f"ws://{place.address}/sync", "--data", str(tmp_path / "a"), "--enrol", code]
        words += ["--user", "mei", "--password-file", str(tmp_path / "password"), "--language", "zh-Hant"]
        with Person(tmp_path, [*words, "--source", f"{address}&secret-file={secret}"]) as person:
            person.see(lambda: "還沒有人按「我接」" in person.pane("banner") and "F2 我接" in person.pane("lines"))
            person.write(F2)
            person.see(lambda: person.in_the_note and "通話中" in person.title("card"))
            taken = ann.expect(lambda line: line.get("event") == "call" and line.get("claimed_name") == "mei")
            assert taken["state"] == "answered"
            person.type("改週三送")
            person.see(lambda: "草稿已存" in person.pane("noteframe"))
            person.write(F4)
            person.see(lambda: "1  詢問" in "\n".join(person.rows()))
            person.write(b"1")
            person.see(lambda: "改週三送" not in person.pane("noteframe"))
            ann.expect(lambda line: line.get("event") == "call" and line.get("disposition") == "inquiry")
            assert ann.ask("sync", timeout=30)["ok"]
            (note,) = ann.ask("dump", what="notes")["rows"]
            assert (note["text"], note["call"]) == ("改週三送", taken["call"])
            assert person.leave() == 0
