"""A server whose disk is full says so to everybody, loses nothing, and goes on when there is room: real processes."""

import http.client
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.flows.processes import Shop, shop
from tests.full import fill, limit_files, make_room, small_disk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="full disks are made with what Linux has")

Full = Callable[[Shop, bool], None]


@pytest.fixture(params=["small disk", "limit on files"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Full]]:
    """A place for a shop, and how its server comes to have no room, or room again."""
    with ExitStack() as stack:
        if request.param == "small disk":
            small = stack.enter_context(small_disk(tmp_path / "disk"))
            yield small, lambda place, full: fill_up(place, small) if full else make_room(small)
        else:

            def limit(place: Shop, full: bool) -> None:
                assert place.server is not None
                limit_files(place.server.child.pid, limited=full)

            yield tmp_path, limit


def fill_up(place: Shop, disk: Path) -> None:
    """Also the page in which the log ends: its next line has no room."""
    with (place.state / "server.log").open("ab") as log:
        log.write(b"\n" * (-log.tell() % 4096))
    fill(disk)


def health(place: Shop) -> tuple[int, bytes]:
    line = http.client.HTTPConnection(place.address, timeout=20)
    try:
        line.request("GET", "/healthz")
        reply = line.getresponse()
        return reply.status, reply.read()
    finally:
        line.close()


def well(line: dict[str, Any]) -> bool:
    return line.get("event") == "sync" and line["connected"] and line["why"] is None and line["outbox"] == 0


def unsaved(line: dict[str, Any]) -> bool:
    return line.get("event") == "sync" and line["connected"] and line["why_code"] == "sync_unsaved"


def test_a_full_disk_is_told_to_the_desks_and_nothing_is_lost(disk: tuple[Path, Full], tmp_path: Path) -> None:
    room, full = disk
    with shop(room) as place:
        at_the_desk = Shop.desk
        place.room = tmp_path  # the desk has a disk of its own, and so has what the server prints
        place.start_server()
        desk = at_the_desk(place, "front")
        desk.expect(well)
        assert health(place) == (200, b'{"ok":true}')
        full(place, True)
        for number in range(5):
            assert desk.ask("note", member=None, call=None, text=f"n{number}")["ok"]
        said = desk.expect(unsaved)
        assert "make room on its disk" in said["why"]
        state = desk.ask("state")
        assert (state["connected"], state["outbox"], state["why_code"]) == (True, 5, "sync_unsaved")
        status, words = health(place)
        assert (status, b"make room on its disk" in words) == (503, True)

        desk.close()  # who comes in meanwhile may read, and is told
        desk = at_the_desk(place, "front")
        desk.expect(unsaved)
        assert health(place)[0] == 503

        full(place, False)
        desk.expect(lambda line: line.get("event") == "sync" and line["outbox"] == 0 and line["why"] is None)
        assert health(place)[0] == 200
        assert desk.ask("state")["why"] is None
        notes = desk.ask("dump", what="notes")["rows"]
        assert (tmp_path / "server.err").read_bytes() == b""
        assert sorted(note["text"] for note in notes) == [f"n{number}" for number in range(5)]
