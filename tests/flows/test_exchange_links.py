"""The link to an exchange is cut while it rings, with real processes: nothing rings for ever, and what goes on is one call."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.lines import Line
from tests.flows.processes import Answer, Process, Shop, shop

LEASE = 4.0


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as it:
        it.start_server()
        yield it


class Office:
    """A desk at an exchange, over a line that can be cut, and a colleague's desk."""

    def __init__(self, place: Shop, what: str, *call: str, lease: float = LEASE) -> None:
        self.colleague = place.desk("b", user="ann")
        assert self.colleague.ask("sync", timeout=30)["ok"]
        exchange = place.process("simulate", what, "--listen", "127.0.0.1:0", "--call", "0965118402", *call)
        url = exchange.expect(lambda line: "listening" in line)["listening"]
        address, _, options = url.removeprefix("tcp://").partition("?")
        secret = place.room / "secret"
        secret.write_text("ringdesk:anything")
        self.line = Line(address)
        self._place = place
        self._source = f"tcp://{self.line.address}?{options}&lease={lease}&secret-file={secret}&line=main"
        self.desk = place.desk("a", self._source)
        self.pop = self.desk.expect(lambda line: line.get("event") == "screen_pop")
        self.began = time.monotonic()

    def start_again(self) -> None:
        """The desk, which was killed."""
        self.desk = self._place.desk("a", self._source)

    def pops(self, desk: Process) -> list[str]:
        return [line["call"] for line in desk.seen if line.get("event") == "screen_pop"]

    def until(self, desk: Process, *states: str, timeout: float = 30) -> Answer:
        call = self.pop["call"]
        return desk.expect(
            lambda line: line.get("event") == "call" and line["call"] == call and line["state"] in states, timeout
        )


@pytest.mark.slow
@pytest.mark.parametrize("what", ["ami", "ncid"])
def test_a_cut_that_is_shorter_than_the_lease_is_not_noticed(place: Shop, what: str) -> None:
    talk = ("--answer", "1002", "--talk", "1", "--after", "1")
    office = Office(place, what, "--rings", "3", "--cadence", "4", *talk, lease=10 * LEASE)
    try:
        office.line.down()
        time.sleep(LEASE / 4)
        office.line.up()
        assert office.until(office.desk, "ended", "ring_stopped")["outcome"] == "answered"
        assert office.until(office.colleague, "ended", "ring_stopped")["outcome"] == "answered"
        assert office.line.connections >= 2, "the line was not cut"
        for desk in (office.desk, office.colleague):
            assert office.pops(desk) == [office.pop["call"]]
    finally:
        office.line.close()


@pytest.mark.slow
@pytest.mark.parametrize("what", ["ami", "ncid"])
def test_a_cut_that_is_longer_stops_the_ringing_everywhere_and_what_comes_of_it_is_the_same_call(
    place: Shop, what: str
) -> None:
    office = Office(place, what, "--rings", "5", "--cadence", "4", "--answer", "1002", "--talk", "1", "--after", "1")
    try:
        office.line.down()
        cut = time.monotonic()
        assert office.until(office.colleague, "ended", "ring_stopped")["state"] == "ring_stopped"
        assert LEASE - 1 <= time.monotonic() - cut <= LEASE + 6
        office.until(office.desk, "ring_stopped")
        office.line.up()
        over = office.until(office.desk, "ended")
        assert over["outcome"] == "answered"
        assert office.until(office.colleague, "ended")["outcome"] == "answered"
        for desk in (office.desk, office.colleague):
            assert office.pops(desk) == [office.pop["call"]]
    finally:
        office.line.close()


@pytest.mark.slow
def test_what_still_rings_after_a_longer_cut_rings_again_at_all_desks(place: Shop) -> None:
    office = Office(place, "ami", "--rings", "9", "--cadence", "4", "--after", "1")
    try:
        office.line.down()
        for desk in (office.desk, office.colleague):
            office.until(desk, "ring_stopped")
        office.line.up()
        for desk in (office.desk, office.colleague):
            assert office.until(desk, "ringing")["outcome"] is None
            assert office.pops(desk) == [office.pop["call"]], "on the screen, not a second pop"
        assert office.until(office.colleague, "ended", timeout=60)["outcome"] == "missed"
    finally:
        office.line.close()


@pytest.mark.slow
def test_what_stopped_in_a_longer_cut_does_not_ring_again(place: Shop) -> None:
    office = Office(place, "ami", "--rings", "2", "--cadence", "4", "--after", "1")
    try:
        office.line.down()
        office.until(office.desk, "ring_stopped")
        time.sleep(2 * 4)
        read = len(office.desk.seen)
        office.line.up()
        office.until(office.desk, "ended")
        assert "ringing" not in [line.get("state") for line in office.desk.seen[read:]]
    finally:
        office.line.close()


@pytest.mark.slow
def test_who_hung_up_while_the_link_was_down_is_over_when_it_is_back(place: Shop) -> None:
    office = Office(place, "ami", "--rings", "1", "--cadence", "3", "--after", "1")
    try:
        office.line.down()
        time.sleep(LEASE - 0.5)
        office.line.up()
        assert office.until(office.colleague, "ended")["outcome"] == "unknown"
        assert office.pops(office.desk) == [office.pop["call"]]
    finally:
        office.line.close()


@pytest.mark.slow
@pytest.mark.parametrize("what", ["ami", "esl"])
@pytest.mark.parametrize("talk", [5, 45])
def test_an_answered_call_outlives_the_desk_as_long_as_people_talk(place: Shop, what: str, talk: int) -> None:
    """It is over before the desk is back, or goes on after that."""
    office = Office(
        place, what, "--rings", "1", "--cadence", "2", "--after", "1", "--answer", "1002", "--talk", str(talk)
    )
    try:
        answered = office.until(office.colleague, "answered")
        began = time.monotonic()
        office.desk.kill()
        time.sleep(8)
        office.start_again()
        assert office.desk.ask("sync", timeout=30)["ok"]
        back = time.monotonic()
        for desk in (office.colleague, office.desk):
            over = office.until(desk, "ended", timeout=90)
            assert (over["call"], over["outcome"]) == (answered["call"], "answered")
        if talk == 5:
            assert time.monotonic() - back < 25
        else:
            assert time.monotonic() - began > talk - 5, "nobody was cut off"
        assert office.pops(office.colleague) == [answered["call"]]
        assert office.pops(office.desk) == [], "who came back to it is not called again"
    finally:
        office.line.close()
