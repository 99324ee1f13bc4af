"""A person at the real desk: lock it and come in again, theme without colour, attention while the window is behind."""

import os
import re
from pathlib import Path

import pytest

from tests.flows.screen import Person
from tests.screens.strict import escaped
from tests.screens.test_attention import OURS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

DEMO = ["demo", "--language", "zh-Hant", "--members", "60"]
LOCK = b"\x07"
COLOUR = re.compile(rb"\x1b\[(?:[0-9;:]*;)?(?:3[0-9]|4[0-9]|9[0-7]|10[0-7])[0-9;:]*m")
"""SGR codes of colours (ECMA-48, 8.3.117; ISO 8613-6): 30 to 49, 90 to 97, 100 to 107, alone or among others."""


def test_lock_and_come_in_by_a_pin(tmp_path: Path) -> None:
    with Person(tmp_path, [*DEMO, "--every", "4"]) as person:
        person.see(lambda: "響鈴中" in person.pane("banner"))
        person.write(LOCK)
        person.see(lambda: "設定 PIN" in person.rows()[0])
        for text in ("4321\r", "4321\r"):
            person.look(0.3)
            person.type(text)
        person.see(lambda: "已鎖定" in person.rows()[0])
        person.see(lambda: any("響鈴 1" in row for row in person.rows()))
        locked = "\n".join(person.rows())
        assert not re.search(r"09\d\d-|稱呼|往來紀錄", locked), locked
        person.type("9999\r")
        person.see(lambda: any("PIN 不對" in row for row in person.rows()))
        person.look(1.2)
        person.type("4321\r")
        person.see(lambda: "客服桌" in person.rows()[0] and "已鎖定" not in person.rows()[0])
        assert b"4321" not in person.stream
        assert person.leave() == 0


def test_no_color_means_no_colour_in_the_stream(tmp_path: Path) -> None:
    with Person(tmp_path, [*DEMO, "--every", "3"], NO_COLOR="1") as person:
        person.see(lambda: "響鈴中" in person.pane("banner"))
        person.look(1.0)
        assert person.leave() == 0
        assert len(person.stream) > 2000
        assert COLOUR.findall(person.stream) == []
        assert re.search(rb"\x1b\[(?:[0-9;]*;)?7(?:;[0-9;]*)?m", person.stream)  # reverse carries what colour did


def test_and_with_colours_there_are_some(tmp_path: Path) -> None:
    with Person(tmp_path, DEMO) as person:
        person.see(lambda: "客服桌" in person.rows()[0])
        assert person.leave() == 0
        assert COLOUR.search(person.stream)


def test_a_call_behind_the_window_is_told_and_only_in_our_own_words(tmp_path: Path) -> None:
    with Person(tmp_path, [*DEMO, "--every", "4"], RINGDESK_DESK_NOTIFY="osc9") as person:
        person.see(lambda: "客服桌" in person.rows()[0])
        person.write(b"\x1b[O")  # FocusOut (XTerm ctlseqs, mode 1004)
        person.see(lambda: b"\x1b]9;" in person.stream)
        person.write(b"\x1b[I")
        person.see(lambda: b"\x1b]2;Ringdesk\x07" in person.stream)
        assert person.leave() == 0
        text = bytes(person.stream).decode("utf-8", "replace")
        notices = re.compile(
            OURS.pattern.removeprefix(r"\x07|")
        )  # no bell was asked for; it also ends others' sequences
        assert len([said for said in notices.findall(text) if said.startswith("\x1b]9;")]) >= 1
        assert escaped(notices.sub("", text))[:5] == []
