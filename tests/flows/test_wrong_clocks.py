"""Desks whose machines have the wrong time, with real processes: calls pop and notes are news at a desk that is right."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.processes import Answer, Process, Shop, shop
from tests.flows.shifted import SHIFTED, set_clock

DAY = 86400.0
NUMBERS = ("0912345678", "0223456789")
"""In turn: the same again within the silence that ends a ringing is the same call."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as it:
        it.start_server()
        yield it


def popped(line: Answer) -> bool:
    return line.get("event") == "screen_pop" and line["caller"]["raw"] in NUMBERS


def expect_note(writer: Process, reader: Process, text: str) -> None:
    saved = writer.ask("note", member=None, call=None, text=text)
    assert saved["ok"], saved
    reader.expect(lambda line: line.get("event") == "note" and line.get("text") == text, 30)


@pytest.mark.skipif(os.name != "posix", reason="the modem is on a pty, which this system lacks")
@pytest.mark.parametrize("wrong", [-3600.0, 30 * DAY])
def test_a_desk_with_the_wrong_time_is_heard(place: Shop, monkeypatch: pytest.MonkeyPatch, wrong: float) -> None:
    """At first right, then wrong in the middle of a session, then wrong from the start. Grants end within 30 days."""
    b = place.desk("b", user="ann")
    assert b.ask("sync", timeout=20)["ok"]
    (place.room / "shifted").mkdir()
    (place.room / "shifted" / "sitecustomize.py").write_text(SHIFTED)
    shift = place.room / "shift"
    set_clock(shift, 0.0)
    calls = [word for number in NUMBERS for word in ("--call", number)]
    _modem, url = place.modem("--rings", "2", "--cadence", "1", *calls, "--every", "4", "--calls", "60")
    monkeypatch.setenv("PYTHONPATH", str(place.room / "shifted"))
    monkeypatch.setenv("SHIFT_FILE", str(shift))
    a = place.desk("a", url)
    assert a.ask("sync", timeout=20)["ok"]

    set_clock(shift, wrong)
    a.expect(popped)
    b.expect(popped, 30)
    expect_note(a, b, "the clock jumped")
    a.close()

    again = place.desk("a", url)
    assert again.ask("sync", timeout=20)["ok"]
    expect_note(again, b, "wrong from the start")
    for desk in (again, b):
        desk.ask("state")  # what was said before is read
        desk.expect(popped, 30)


def test_a_clock_that_jumps_under_server_and_desk_stops_no_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One PC runs both. Grants end within 30 days: every note is safe at once all the same, before and after it is renewed."""
    (tmp_path / "shifted").mkdir()
    (tmp_path / "shifted" / "sitecustomize.py").write_text(SHIFTED)
    shift = tmp_path / "shift"
    set_clock(shift, 0.0)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "shifted"))
    monkeypatch.setenv("SHIFT_FILE", str(shift))
    with shop(tmp_path) as place:
        place.start_server()
        desk = place.desk("a")
        assert desk.ask("sync", timeout=20)["ok"]
        for days in (30, 60):  # by the second the grant of the first contact is there for certain
            set_clock(shift, days * DAY)
            for _ in range(8):
                saved = desk.ask("note", member=None, call=None, text="the clock jumped")
                assert saved["ok"], saved
                assert desk.ask("sync", timeout=20)["ok"]
                time.sleep(0.5)
        assert desk.ask("dump", what="tray")["rows"] == []
