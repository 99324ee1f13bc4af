"""`ringdesk desk --practice`: the tour on the real path, and nothing left behind."""

import os
import re
import sys
import time
from pathlib import Path

import pytest

from cli import demo, practice
from tests.cli.processes import PATIENCE, run, servers_in
from tests.cli.test_plain import talk
from tests.flows.screen import F2, Person

NOTICED = 5.0
"""Seconds between what a person sees and when this reads it, on a busy machine."""


@pytest.mark.slow
def test_the_tour_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with talk(tmp_path, "--practice", "--language", "zh-Hant") as desk:
        desk.see("練習 1/11：電話響時輸入 t 接聽")
        began = time.monotonic()
        desk.see("線響了")
        desk.type("接電話\n")
        at = desk.see("練習 2/11")
        desk.type("n\n一\n")
        at = desk.see("2 線響了", at)
        desk.type("二\n")
        at = desk.see("練習 3/11", at)
        desk.type("\n")
        at = desk.see("練習 4/11", at)
        desk.type("w 1\n")
        at = desk.see("練習 5/11", at)
        desk.type("q\n")
        took = time.monotonic() - began
        assert desk.process.wait(PATIENCE) == 0
        desk.see("練習：11 步完成了 4 步", at)
        whole, *parts = (
            int(minutes) * 60 + int(seconds)
            for minutes, seconds in re.findall(r"\b(\d\d):(\d\d)\b", desk.text[-400:])[-6:]
        )
        assert abs(whole - took) < NOTICED
        assert sum(parts) == whole
        assert b"\x1b" not in desk.said
    assert not list(tmp_path.glob("ringdesk-practice-*"))
    if sys.platform == "linux":
        assert servers_in(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")
def test_the_screen_says_that_it_is_practice_and_what_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Person(tmp_path, ["desk", "--practice", "--language", "zh-Hant"]) as person:
        person.see(lambda: re.search(r"練習 1/\d+：", person.pane("banner")))
        assert "練習" in person.rows()[0]
        person.see(lambda: "響鈴中" in person.pane("banner") and "練習 1" not in person.pane("banner"))
        person.write(F2)
        person.see(lambda: re.search(r"練習 2/\d+", person.pane("banner")))
        assert person.leave() == 0
        assert "練習：" in person.stream.decode(errors="replace")
    assert not list(tmp_path.glob("ringdesk-practice-*"))


@pytest.mark.parametrize("words", [["--data", "x"], ["--headless"], ["--source", "serial:///dev/ttyACM0"]])
def test_practice_takes_nothing_real(tmp_path: Path, words: list[str]) -> None:
    done = run(tmp_path, "desk", "--practice", *words)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_the_digits_of_the_tour_name_one_member_and_f4_has_the_digits_of_the_demo() -> None:
    people = list(practice._people())
    digits = practice._mobile(practice._found_by_digits(people))[-3:]
    assert sum((number.e164 or "").endswith(digits) for each in people for number in each.numbers) == 1
    codes = [row for kind, row in practice._rows([]) if kind == "disposition"]
    assert codes == [row for kind, row in demo._rows(1, 1, demo.spoken()) if kind == "disposition"]
