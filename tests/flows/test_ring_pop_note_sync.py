"""The main job with real processes: ring, pop, note, sync; and the same under kill -9."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.processes import Shop, shop

pty_needed = pytest.mark.skipif(os.name != "posix", reason="the modem is on a pty, which this system lacks")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as it:
        it.start_server()
        yield it


def popped(event: str) -> Any:
    return lambda line: line.get("event") == event


@pty_needed
def test_ring_pops_at_a_and_its_note_reaches_b(place: Shop) -> None:
    _modem, url = place.modem("--call", "0912345678", "--name", "CHEN MEI LING", "--rings", "3", "--after", "6")
    a = place.desk("a", f"{url}&line=1" if "?" in url else f"{url}?line=1")
    b = place.desk("b", user="ann")
    for desk in (a, b):
        assert desk.ask("sync", timeout=20)["ok"]
    pop = a.expect(popped("screen_pop"))
    assert pop["caller"]["e164"] == "+886912345678"
    assert pop["caller"]["presentation"] == "shown"
    call = pop["call"]

    saved = a.ask("note", member=None, call=call, text="要改取貨時間")
    assert saved["ok"], saved
    note = b.expect(lambda line: line.get("event") == "note" and line.get("text") == "要改取貨時間")
    assert note["op_id"] == saved["op_id"]
    assert note["call"] == call
    assert note["author"] != ""

    rows = b.ask("dump", what="notes")["rows"]
    assert [row["text"] for row in rows if row["call"] == call] == ["要改取貨時間"]
    pops = [line for line in a.seen + b.seen if line.get("event") == "screen_pop" and line["call"] == call]
    assert len(pops) <= 2


def test_confirmed_notes_survive_kills_of_server_and_desk(place: Shop) -> None:
    a = place.desk("a")
    b = place.desk("b", user="ann")
    for desk in (a, b):
        assert desk.ask("sync", timeout=20)["ok"]
    confirmed: dict[str, str] = {}
    for number in range(60):
        if number in (17, 41):
            assert place.server is not None
            place.server.kill()
        if number in (19, 43):
            place.start_server()
        if number == 30:
            a.kill()
            a = place.desk("a")
            a.expect(lambda line: "event" in line)
        text = f"note {number} 備註"
        answer = a.ask("note", member=None, call=None, text=text)
        assert answer["ok"], answer
        confirmed[answer["op_id"]] = text
    assert a.ask("sync", timeout=60)["ok"]
    assert b.ask("sync", timeout=60)["ok"]
    deadline = time.monotonic() + 30
    while True:
        rows = b.ask("dump", what="notes")["rows"]
        seen = Counter(row["op_id"] for row in rows)
        if set(confirmed) <= set(seen) or time.monotonic() > deadline:
            break
        b.ask("sync", timeout=20)
    assert set(confirmed) <= set(seen)
    assert {seen[op] for op in confirmed} == {1}
    assert {row["op_id"]: row["text"] for row in rows if row["op_id"] in confirmed} == confirmed
