"""The practice tour on a real terminal, every step of it, as somebody new does it: read the banner, press what it says."""

import os
import re
from pathlib import Path

import pytest

from tests.flows.screen import F2, Person

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks"),
]

F4, F8, F9, F12 = b"\x1bOS", b"\x1b[19~", b"\x1b[20~", b"\x1b[24~"
CTRL_L, CTRL_O, CTRL_S, ENTER, ESC = b"\x0c", b"\x0f", b"\x13", b"\r", b"\x1b"


class Newcomer(Person):
    """Reads the banner."""

    def step(self, number: int) -> None:
        """Wait until the guide asks for a step."""
        self.see(lambda: f"練習 {number}/11" in self.pane("banner"))

    def take(self, who: str = "") -> None:
        """Wait for the ring and take it."""
        self.see(lambda: re.search(rf"響鈴中.*{who}", self.pane("banner")))
        self.write(F2)
        self.see(lambda: "通話中" in self.pane("banner"))

    def press(self, *keys: bytes) -> None:
        """Keys, as fast as a hand."""
        for key in keys:
            self.write(key)
            self.look(0.4)

    def close(self) -> None:
        """F4 and a digit."""
        self.press(F4, b"1")
        self.see(lambda: "已結案" in self.pane("banner"))


def test_the_whole_tour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Newcomer(tmp_path, ["desk", "--practice", "--language", "zh-Hant"]) as person:
        person.step(1)
        person.take()
        person.step(2)
        person.type("想改地址")
        person.see(lambda: "響鈴中" in person.pane("banner"))
        person.type("，明天送")
        person.look(1.5)
        person.press(CTRL_S)
        person.step(4)
        person.close()
        person.step(5)
        person.take()
        person.see(lambda: "您正在通話" in person.pane("banner"))
        person.press(F8, b"3")
        person.see(lambda: "請先結束這通" in person.pane("banner"))
        person.close()
        person.step(6)
        person.take("0987")
        person.press(ESC, b"/")
        owner = re.search(r"開啟 \w+ (\d+)，", person.pane("banner"))
        assert owner is not None, person.pane("banner")
        person.type(owner[1])
        person.look(0.6)
        person.press(ENTER, CTRL_L)
        person.see(lambda: "從現在起是" in person.pane("banner"))
        person.step(7)
        person.press(F12)
        person.type("退貨")
        person.look(0.6)
        person.press(ENTER)
        person.see(lambda: "七天內" in "\n".join(person.rows()))
        person.press(ESC, ESC)
        person.step(8)
        query = re.search(r"「(\d+ \w)」", person.pane("banner"))
        assert query is not None, person.pane("banner")
        person.press(b"/")
        person.type(query[1])
        person.look(0.6)
        person.press(ENTER)
        person.step(9)
        person.press(CTRL_O, b"1")
        person.see(lambda: "已轉給" in person.pane("banner"))
        person.look(2.0)
        assert "被拒絕" not in "\n".join(person.rows()), "the server knows the colleague"
        person.step(10)
        person.see(lambda: "未接？" in person.pane("missed"))
        person.look(6.0)
        while "missed" not in _focus(person):
            person.press(F9)
        for _ in range(4):
            if "未接？" in _selected(person):
                break
            person.press(b"j")
        person.press(b"m")
        person.step(11)
        assert person.leave() == 0
        said = person.stream.decode(errors="replace")
        assert "練習：11 步完成了 11 步" in said
    assert not list(tmp_path.glob("ringdesk-practice-*"))


def _focus(person: Person) -> str:
    """Which of the panes has the heavy border."""
    return "missed" if "╍" in person.title("missed") else ""


def _selected(person: Person) -> str:
    """The selected row of the missed list: the one whose cells are drawn in reverse or on a lighter ground."""
    from terminal.screens.arrangement import plan
    from tests.flows.screen import SIZE

    region = plan(SIZE)["missed"]
    buffer = person._screen.buffer
    grounds = [buffer[row][region.x + 2].bg for row in range(region.y, region.y + region.height)]
    for index, row in enumerate(person.rows(region)):
        if grounds[index] != grounds[0]:
            return row
    return ""
