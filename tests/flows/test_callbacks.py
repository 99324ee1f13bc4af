"""Whom nobody had is called back: made by the server, seen at every desk, with real processes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringdesk.ids import call_id
from tests.flows.lines import Line
from tests.flows.processes import Answer, Process, Shop
from tests.flows.provider import hook, provided
from tests.flows.shifted import SHIFTED, set_clock


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Shop]:
    with provided(tmp_path, "cloud") as it:
        yield it


def missed(place: Shop, call: str) -> None:
    assert hook(place, "cloud", {"event": "newCall", "callId": call}) == 200
    assert hook(place, "cloud", {"event": "hangup", "callId": call, "cause": "noAnswer"}) == 200


def is_task(line: Answer) -> bool:
    return line.get("event") == "task"


def owed(desk: Process) -> list[Answer]:
    assert desk.ask("sync", timeout=30)["ok"]
    return [row for row in desk.ask("dump", what="tasks")["rows"] if not row["done"]]


def test_a_call_that_nobody_had_is_owed_once_at_every_desk_until_somebody_spoke(place: Shop) -> None:
    desks = [place.desk("a"), place.desk("b", user="ann")]
    for desk in desks:
        assert desk.ask("sync", timeout=30)["ok"]
    missed(place, "c1")
    for desk in desks:
        desk.expect(is_task)
        (task,) = owed(desk)
        assert (task["call"], task["number"], task["called"]) == (call_id("cloud", "c1"), "+886912345678", 0)
        assert task["title"].startswith("Call back")
    missed(place, "c2")
    for desk in desks:
        desk.expect(is_task)
        (task,) = owed(desk)
        assert (task["call"], task["called"]) == (call_id("cloud", "c1"), 1)
    assert hook(place, "cloud", {"event": "newCall", "callId": "c3"}) == 200
    assert hook(place, "cloud", {"event": "answer", "callId": "c3", "answeringNumber": "801"}) == 200
    for desk in desks:
        desk.expect(lambda line: is_task(line) and line["done"])
        assert owed(desk) == []


def test_a_number_that_the_settings_call_junk_is_owed_nothing_any_more(place: Shop) -> None:
    desk = place.desk("a")
    assert desk.ask("sync", timeout=30)["ok"]
    missed(place, "c1")
    desk.expect(is_task)
    assert len(owed(desk)) == 1
    junk = place.room / "junk.toml"
    junk.write_text('[[mark]]\nnumber = "0912345678"\n')
    place.admin("settings", "import", str(junk))
    desk.expect(lambda line: is_task(line) and line["done"])
    assert owed(desk) == []


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="the modem is on a pty, which this system lacks")
def test_calls_of_one_caller_that_an_offline_desk_called_missed_are_owed_once(place: Shop) -> None:
    """The key for missed, twice while the server is away; there, the caller was missed too."""
    rings = ("--call", "0912345678", "--rings", "2", "--cadence", "1")
    _modem, url = place.modem(*rings, "--after", "6", *rings, "--after", "4")
    other = place.desk("b", user="ann")
    assert other.ask("sync", timeout=30)["ok"]
    line = Line(place.address)
    server, place.address = place.address, line.address
    desk = place.desk("a", f"{url}?line=1&ring-gap=1.5")
    place.address = server
    try:
        assert desk.ask("sync", timeout=30)["ok"]
        line.down()
        for _ in range(2):
            pop = desk.expect(lambda said: said.get("event") == "screen_pop")
            stopped = desk.expect(lambda said: said.get("event") == "call" and said["state"] == "ring_stopped")
            assert stopped["call"] == pop["call"]
            verdict = {"call": pop["call"], "verdict": "missed", "title": "回電", "opens": None, "due": None}
            assert desk.ask("op", kind="call.verdict", args=verdict)["ok"]
        missed(place, "c1")
        other.expect(is_task)
        line.up()
        for each in (desk, other):
            (task,) = owed(each)
            assert task["called"] >= 1, "it says that they tried again"
    finally:
        line.close()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="the modem is on a pty, which this system lacks")
@pytest.mark.parametrize("late", [0, 1200], ids=["at-once", "20-minutes-late"])
def test_what_is_told_20_minutes_late_pops_nowhere_and_owes_nobody_a_call(
    place: Shop, monkeypatch: pytest.MonkeyPatch, late: int
) -> None:
    """The line rings while the server is away; when it is back, it is later by that much."""
    passive = place.room / "passive.toml"
    passive.write_text("[callbacks]\npassive = true\n")
    place.admin("settings", "import", str(passive))
    _modem, url = place.modem("--call", "0965118402", "--rings", "2", "--cadence", "1", "--after", "8")
    a, b = place.desk("a", url), place.desk("b", user="ann")
    for desk in (a, b):
        assert desk.ask("sync", timeout=30)["ok"]
    assert place.server is not None
    place.server.close()
    a.expect(lambda line: line.get("event") == "call" and line.get("state") == "ring_stopped")
    (place.room / "shifted").mkdir()
    (place.room / "shifted" / "sitecustomize.py").write_text(SHIFTED)
    set_clock(place.room / "shift", late)
    with monkeypatch.context() as server_only:
        server_only.setenv("PYTHONPATH", str(place.room / "shifted"))
        server_only.setenv("SHIFT_FILE", str(place.room / "shift"))
        place.start_server()
    assert len(owed(a)) == len(owed(b)) == (late == 0)
    (call,) = b.ask("dump", what="calls")["rows"]
    assert call["caller"]["e164"] == "+886965118402", "it is on record"
    assert late == 0 or not [line for line in b.seen if line.get("event") == "screen_pop"]
