"""A person at the real desk goes back in the past of a member, further than the card brings along."""

import asyncio
import os
from pathlib import Path

import msgspec
import pytest

from ringdesk import sample
from ringdesk.safetext import SafeText
from ringdesk.timeline import Contact, ContactKind
from tests.flows.members import filled
from tests.flows.screen import Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

END = b"\x1b[F"
HOME = b"\x1b[H"
DOWN = b"\x1b[B"


def test_end_and_down_bring_what_is_older(tmp_path: Path) -> None:
    data, member = tmp_path / "data", msgspec.structs.replace(sample.member(1, 3), merged_into=None)
    kinds = (ContactKind.VISIT, ContactKind.EMAIL)
    rows = [
        Contact(
            id=f"past-{n:02d}", member=member.id, kind=kinds[n % 2], at=1.7e9 - n * 86400, text=SafeText(f"[{n:02d}]")
        )
        for n in range(50)
    ]
    asyncio.run(filled(data, [("member", member), *(("contact", row) for row in rows)]))
    with Person(tmp_path, ["desk", "--data", str(data), "--language", "zh-Hant"]) as person:
        person.see(lambda: "今日" in person.title("timeline"))
        person.write(b"\x1b")
        person.look(0.5)
        person.type(f"/{member.code}")
        person.see(lambda: "\n".join(person.rows()).count(member.code) >= 2)
        person.write(b"\r")
        person.see(lambda: member.name in person.title("timeline") and "共 20+ 筆" in person.title("timeline"))
        person.see(lambda: "焦點在 往來紀錄" in person.rows()[-1])
        person.write(END)
        person.see(lambda: "[39]" in person.pane("timeline") and "共 40+ 筆" in person.title("timeline"))
        person.write(DOWN)
        person.see(lambda: "[40]" in person.pane("timeline") and "共 50 筆" in person.title("timeline"))
        person.write(END)
        person.see(lambda: "[49]" in person.pane("timeline"))
        person.write(HOME)
        person.see(lambda: "[00]" in person.pane("timeline"))
        person.write(b"m")
        person.see(lambda: "25 / 共 50 筆" in person.title("timeline"))
        assert person.leave() == 0
