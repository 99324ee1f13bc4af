"""A person at the real desk: a half-typed note through twenty calls, and through kill -9."""

import asyncio
import os
import re
from pathlib import Path

import pytest

from ringdesk import sample
from ringdesk.members import Member
from tests.cli.processes import child
from tests.flows.members import filled
from tests.flows.screen import F2, Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

HALF = "下週三改送到公司，要開統編 12345675；她說「不要堅果」"
REST = "，請先打電話"
STEPS = (
    "正在製作 200 位虛構會員",
    "正在啟動伺服器",
    "正在向伺服器登錄這台客服桌",
    "正在等候伺服器",
    "正在把會員資料送到這台客服桌",
    "正在開啟畫面",
)
PERSON_PANES = ("card", "timeline", "tasks", "noteframe", "earlier")


def missed(person: Person) -> int:
    """The count in row 0."""
    found = re.search(r"未接\s*([0-9]+)", person.rows()[0])
    return int(found[1]) if found else 0


def note(person: Person) -> str:
    return person.pane("note").replace("\n", "")


def saved_at(person: Person) -> str:
    """When the frame of the note says that the draft was saved."""
    found = re.search(r"草稿已存 ([0-9:]{8})", person.pane("noteframe"))
    return found[1] if found else ""


def name_on_the_card(person: Person) -> str:
    """Whom the card names: a member, or the number of somebody unknown."""
    found = re.search(r"(?:會員|來電者)\s+(\S+)", person.title("card"))
    assert found, person.title("card")
    return found[1]


@pytest.mark.slow
def test_twenty_calls_touch_neither_the_note_nor_the_focus_nor_the_person(tmp_path: Path) -> None:
    with Person(tmp_path, ["demo", "--language", "zh-Hant", "--members", "200", "--every", "1"]) as person:
        person.see(lambda: "響鈴中" in person.pane("banner") and "會員" in person.title("card"))  # the number is there
        told, screen, _ = person.stream.partition(b"\x1b[?1049h")
        assert screen
        steps = [line for line in told.decode().split("\r\n") if "／" not in line]  # a slow start says how far it is
        assert steps == [f"ringdesk demo: {step}" for step in STEPS] + [""]
        person.write(F2)
        person.see(lambda: "通話中" in person.title("card") and person.in_the_note)
        who = name_on_the_card(person)
        person.type(HALF)
        person.see(lambda: note(person) == HALF and "草稿已存" in person.pane("noteframe"))
        before = missed(person)

        person.see(lambda: missed(person) >= before + 20)
        assert note(person) == HALF
        assert [person.title(name) for name in PERSON_PANES if who not in person.title(name)] == [], who

        person.type(REST)
        person.see(lambda: note(person) == HALF + REST)
        assert [person.title(name) for name in PERSON_PANES if who not in person.title(name)] == [], who
        assert "輸入中" in person.title("noteframe")
        assert person.leave() == 0


@pytest.fixture
def desk(tmp_path: Path) -> tuple[Path, Member]:
    """The data directory of a desk with a few members, and one of them with a mobile number."""
    data = tmp_path / "data"
    members = [sample.member(1, index) for index in range(30)]
    asyncio.run(filled(data, [("member", member) for member in members]))
    return data, next(member for member in members if (member.numbers[0].e164 or "").startswith("+8869"))


def test_a_half_typed_note_survives_kill_9_with_its_person(tmp_path: Path, desk: tuple[Path, Member]) -> None:
    data, member = desk
    words = ["desk", "--data", str(data), "--language", "zh-Hant"]
    e164 = member.numbers[0].e164 or ""
    call = ["--call", "0" + e164.removeprefix("+886"), "--rings", "2", "--cadence", "1"]
    with child(tmp_path, "simulate", "modem", "--listen", "127.0.0.1:0", *call) as modem:
        source = modem.until(lambda line: "listening" in line)["listening"]
        with Person(tmp_path, [*words, "--source", f"{source}?line=1"]) as person:
            person.see(lambda: member.name in person.title("card"))
            person.write(F2)
            person.see(lambda: person.in_the_note)
            person.type(HALF[:-1])
            person.see(lambda: saved_at(person) and note(person) == HALF[:-1])
            person.look(2.0)  # all of it is kept by now, and the next draft has another time
            before = saved_at(person)
            person.type(HALF[-1])
            person.see(lambda: saved_at(person) != before)
            person.kill()
    with Person(tmp_path, words) as person:
        person.see(lambda: note(person) == HALF)
        assert member.name in person.title("noteframe")
        person.see(lambda: all(member.name in person.title(name) for name in PERSON_PANES))
        person.type(REST)
        person.see(lambda: note(person) == HALF + REST)
        assert person.leave() == 0


@pytest.mark.slow
def test_a_colleague_comes_and_takes_a_call(tmp_path: Path) -> None:
    with Person(tmp_path, ["demo", "--language", "en", "--members", "100", "--every", "4"]) as person:
        person.see(lambda: "怡君" in person.pane("lines"))
        assert person.leave() == 0
    assert not list(tmp_path.glob("ringdesk-demo-*"))


def test_the_demo_rings_on_each_of_its_lines(tmp_path: Path) -> None:
    with Person(
        tmp_path, ["demo", "--language", "zh-Hant", "--members", "20", "--every", "1", "--calls", "2"]
    ) as person:
        person.see(lambda: set(re.findall(r"(\d)\s+(?:響鈴中|鈴聲已停)", person.pane("lines"))) == {"1", "2"})
