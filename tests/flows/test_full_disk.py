"""A desk on a disk that becomes full in the middle of work, and has room again, with real processes."""

import sys
import time
from pathlib import Path

import pytest

from tests.flows.processes import Process
from tests.full import fill, make_room, small_disk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="full disks are made with what Linux has")


def test_what_was_said_to_be_saved_is_kept_and_the_rest_is_refused_in_words(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as place:
        desk = Process(["desk", "--headless", "--data", str(place / "data")], tmp_path / "desk.err")
        try:

            def note(text: str) -> bool:
                said = desk.ask("note", member=None, call=None, text=text)
                if said["ok"]:
                    saved.append(text)
                else:
                    assert said["error"] == "disk_full", said
                    assert "free some space and save again" in said["message"]
                return bool(said["ok"])

            saved: list[str] = []
            assert note("before")
            fill(place)
            refused = [number for number in range(8) if not note(f"full {number} " + "x" * 3000)]
            assert refused
            assert desk.ask("state")["ok"]
            make_room(place)
            assert note("room again")
            deadline = time.monotonic() + 60
            while not desk.ask("sync", timeout=20)["ok"]:
                assert time.monotonic() < deadline
            rows = desk.ask("dump", what="notes")["rows"]
            assert sorted(row["text"] for row in rows) == sorted(saved)
            assert {row["state"] for row in rows} == {"settled"}
        finally:
            desk.close()
