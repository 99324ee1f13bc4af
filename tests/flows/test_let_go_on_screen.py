"""Changes of somebody who never signs in again: the real desk says whom it waits for, and a supervisor lets go of them."""

import os
import shutil
from pathlib import Path

import pytest

from tests.cli.processes import child, run
from tests.cli.test_desk import Shop
from tests.flows.screen import Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

CTRL_P = b"\x10"


@pytest.mark.slow
def test_a_supervisor_lets_go_of_what_holds_up_the_outbox(tmp_path: Path) -> None:
    shop, data, code = Shop(tmp_path), tmp_path / "copy", tmp_path / "code"
    try:
        shop.admin("user", "add", "boss", "--role", "supervisor", "--password-file", str(shop.password))
        code.write_text(shop.admin("enrol", "--store", "main")["code"])
        with child(tmp_path, *shop.words("mei", "--enrol-file", str(code))) as mei:
            assert mei.ask("sync", timeout=30)["ok"]
        shutil.copytree(tmp_path / "mei", data)
        with child(tmp_path, *shop.words("mei", "--enrol-file", str(code))) as mei:
            assert mei.ask("note", member=None, call=None, text="by the original")["ok"]
            assert mei.ask("sync", timeout=30)["ok"]
        with child(tmp_path, *shop.words("mei", "--enrol-file", str(code), "--data", str(data))) as copy:
            assert copy.ask("note", member=None, call=None, text="by the copy")["ok"]
            copy.event("notice", lambda each: each["code"] == "fenced")
        code.write_text(shop.admin("enrol", "--store", "main")["code"])
        words = [*shop.words("boss", "--enrol-file", str(code), "--data", str(data))]
        words.remove("--headless")
        with Person(tmp_path, [*words, "--language", "zh-Hant"]) as person:
            person.see(lambda: "mei 在這裡寫的內容" in person.pane("status"))
            told = run(tmp_path, "doctor", "--data", str(data))
            assert b"unsent changes: " in told.stdout
            assert b"changes of mei wait (1) until mei signs in on this desk again" in told.stdout
            person.write(CTRL_P)
            person.see(lambda: "焦點在 輸入框" in person.rows()[-1])
            person.type("放棄")
            person.see(lambda: "放棄等人登入" in "\n".join(person.rows()))
            person.write(b"\r")
            person.see(lambda: "mei：" in "\n".join(person.rows()))
            person.write(b"1")
            person.see(lambda: "不再送出" in person.pane("banner"))
            person.see(lambda: "正常" in person.pane("status") and "待送 0" in person.pane("status"))
            assert person.leave() == 0
        with child(tmp_path, *shop.words("boss", "--data", str(data))) as desk:
            assert desk.ask("sync", timeout=30)["outbox"] == 0
            texts = [row["args"].get("text") for row in desk.ask("dump", what="tray")["rows"]]
            assert "by the copy" in texts
            notes = desk.ask("dump", what="notes")["rows"]
            assert [row["state"] for row in notes if row["text"] == "by the copy"] == ["refused"]
    finally:
        shop.server.close()
