"""A desk on a bad line, with real processes: whatever happens to the line, what was saved arrives, and nobody types for it."""

import os
import random
import sys
import time
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


def memory(desk: Process) -> int:
    """Bytes that a process holds."""
    pages = Path(f"/proc/{desk.child.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_byte_a_second_with_seconds_of_delay_and_random_cuts(place: Shop, line: Line, seed: int) -> None:
    """Nothing can come through for a while; when something can again, all of it comes, once."""
    rng = random.Random(seed)
    desk, other = on(line, place, "a"), place.desk("b", user="ann")
    for each in (desk, other):
        assert each.ask("sync", timeout=20)["ok"]
    before, saved = memory(desk), set[str]()
    line.rate, line.delay = 1, 2.0
    until = time.monotonic() + 30
    while time.monotonic() < until:
        begun = time.monotonic()
        saved |= {noted(desk, f"slow {number} {'長' * 1500}") for number in range(20)}
        assert time.monotonic() - begun < 20, "the line holds up whoever types"
        saved |= {noted(other, f"from elsewhere {'長' * 1500}") for _ in range(20)}
        if rng.random() < 0.3:
            line.down()
            line.up()
        time.sleep(rng.random() * 3)
    assert memory(desk) - before < 60_000_000, "what waits for the line is on the disk, not in memory"
    line.rate, line.delay = 0, 0.0
    desk.tell(do="sync", ref="patient", timeout=120)
    synced = desk.expect(lambda said: said.get("ref") == "patient", timeout=125)
    assert synced["ok"], synced
    assert synced["outbox"] == 0
    assert other.ask("sync", timeout=30)["ok"]
    expect_once(desk, saved)
    expect_once(other, saved)


@pytest.mark.slow
def test_a_hundred_bytes_a_second_carry_a_note(place: Shop, line: Line) -> None:
    """The session stands when the line becomes so slow: as long as bytes move, it is not given up."""
    desk = on(line, place, "a")
    assert desk.ask("sync", timeout=20)["ok"]
    before = line.connections
    line.rate = 100
    saved = {noted(desk, f"short {number}") for number in range(3)}
    desk.tell(do="sync", ref="patient", timeout=90)
    synced = desk.expect(lambda said: said.get("ref") == "patient", timeout=95)
    assert synced["ok"], synced
    assert line.connections == before
    expect_once(desk, saved)
