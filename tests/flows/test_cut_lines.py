"""A desk on a bad line, with real processes: whatever happens to the line, what was saved arrives, and nobody types for it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.lines import Line, Way
from tests.flows.processes import Process, Shop, shop

CUTS: list[tuple[Way, int]] = [
    ("up", 1),
    ("up", 130),
    ("up", 700),
    ("up", 2000),
    ("down", 1),
    ("down", 90),
    ("down", 600),
    ("down", 1500),
]
"""Bytes that pass before the line is cut: in the first byte, the header, the body of a frame, in the frame after it."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as it:
        it.start_server()
        yield it


@pytest.fixture
def line(place: Shop) -> Iterator[Line]:
    it = Line(place.address)
    yield it
    it.close()


def on(line: Line, place: Shop, name: str, user: str = "mei") -> Process:
    """A desk whose server is at the end of the line."""
    server, place.address = place.address, line.address
    try:
        return place.desk(name, user=user)
    finally:
        place.address = server


def noted(desk: Process, text: str) -> str:
    answer = desk.ask("note", member=None, call=None, text=text)
    assert answer["ok"], answer
    return str(answer["op_id"])


def expect_once(desk: Process, saved: set[str]) -> None:
    seen = Counter(row["op_id"] for row in desk.ask("dump", what="notes")["rows"])
    assert {op_id: seen[op_id] for op_id in saved} == dict.fromkeys(saved, 1)
    assert len(seen) == sum(seen.values())


@pytest.mark.slow
def test_a_line_cut_anywhere_in_a_frame_loses_and_doubles_nothing(place: Shop, line: Line) -> None:
    desk = on(line, place, "a")
    other = place.desk("b", user="ann")
    assert desk.ask("sync", timeout=20)["ok"]
    saved: set[str] = set()
    for way, count in CUTS:
        before = line.connections
        line.cut_after(way, count)
        saved |= {noted(desk, f"cut {way} after {count} bytes, note {number}: {'備註' * 40}") for number in range(3)}
        synced = desk.ask("sync", timeout=25)
        assert synced["ok"], synced
        assert synced["outbox"] == 0
        assert line.connections > before, "the line was not cut"
    assert other.ask("sync", timeout=20)["ok"]
    expect_once(desk, saved)
    expect_once(other, saved)


@pytest.mark.slow
def test_a_new_desk_fills_over_64_kbit_a_second(place: Shop, line: Line) -> None:
    first = place.desk("a")
    assert first.ask("sync", timeout=20)["ok"]
    saved = {noted(first, f"{number} {'長' * 150}") for number in range(60)}
    assert first.ask("sync", timeout=20)["ok"]
    line.rate = 8000
    second = on(line, place, "b", user="ann")
    saved.add(noted(second, "written while the rows come in"))
    synced = second.ask("sync", timeout=40)
    assert synced["ok"], synced
    assert line.connections == 2, "a slow line is no dead one: one connection to enrol, one to stay"
    expect_once(second, saved)


@pytest.mark.slow
def test_notes_go_up_once_over_64_kbit_a_second(place: Shop, line: Line) -> None:
    desk = on(line, place, "a")
    assert desk.ask("sync", timeout=20)["ok"]
    line.rate, before = 8000, dict(line.carried)
    saved = {noted(desk, f"{number} {'x' * 3000}") for number in range(25)}
    desk.tell(do="sync", ref="patient", timeout=30)
    synced = desk.expect(lambda said: said.get("ref") == "patient", timeout=35)
    assert synced["ok"], synced
    assert line.connections == 2, "one to enrol, one to stay"
    for way in ("up", "down"):
        assert line.carried[way] - before[way] < 25 * 3000 * 1.5, f"sent twice: {way}"
    expect_once(desk, saved)


@pytest.mark.slow
def test_a_line_that_swallows_everything_is_found_out_and_replaced(place: Shop, line: Line) -> None:
    desk = on(line, place, "a")
    assert desk.ask("sync", timeout=20)["ok"]
    before = line.connections
    line.swallow()
    saved = {noted(desk, "into the hole")}
    desk.tell(do="sync", ref="patient", timeout=60)
    synced = desk.expect(lambda said: said.get("ref") == "patient", timeout=65)
    assert synced["ok"], synced
    assert line.connections > before
    expect_once(desk, saved)


@pytest.mark.slow
def test_a_desk_that_reads_nothing_for_a_while_catches_up(place: Shop, line: Line) -> None:
    slow, quick = on(line, place, "a"), place.desk("b", user="ann")
    for desk in (slow, quick):
        assert desk.ask("sync", timeout=20)["ok"]
    line.hold("down")
    saved = {noted(quick, f"{number} {'長' * 1500}") for number in range(400)}
    synced = quick.ask("sync", timeout=30)
    assert synced["ok"], "one desk that does not read holds up another"
    saved.add(noted(slow, "nobody hears me yet"))
    line.go_on()
    synced = slow.ask("sync", timeout=60)
    assert synced["ok"], synced
    expect_once(slow, saved)
