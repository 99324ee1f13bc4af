"""An exchange that the server listens to itself, with real processes: it rings at the desks, stands beside their own lines, and
is one call with what a desk hears; what goes on while the server is killed is told when it is back."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.flows.processes import Answer, Process, Shop, is_pop, pops, shop
from tests.flows.provider import settle

NUMBER = "0965118402"
E164 = "+886965118402"
LINE = '[[line]]\nid = "+886227208889"\nsource = "pbx"\nstore = "main"\nlabel = "main"\n'
RINGS_ON = 12.0
"""Seconds after which what is not heard of any more has stopped ringing."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as it:
        it.start_server()
        yield it


def exchange(place: Shop, what: str, *call: str) -> tuple[Process, str]:
    """A simulated one, not yet in the settings, and its address with its dialect."""
    process = place.process("simulate", what, "--listen", "127.0.0.1:0", "--call", NUMBER, *call)
    return process, process.expect(lambda line: "listening" in line)["listening"]


def source(url: str, dialect: str = "ami", more: str = LINE) -> str:
    return f'[[source]]\nid = "pbx"\ndialect = "{dialect}"\nurl = "{url}"\nsecrets = ["ringdesk:anything"]\n{more}'


def desks(place: Shop, *sources: str) -> tuple[Process, Process]:
    found = place.desk("a", *sources), place.desk("b", user="ann")
    for desk in found:
        assert desk.ask("sync", timeout=30)["ok"]
    return found


def in_state(*states: str) -> Callable[[Answer], bool]:
    return lambda line: line.get("event") == "call" and line["state"] in states


def stands(level: str) -> Callable[[Answer], bool]:
    return lambda line: line.get("event") == "health" and line["level"] == level and line["served"]


@pytest.mark.parametrize(
    ("what", "outcome"), [("ami", "answered"), ("esl", "answered"), ("ncid", "answered"), ("modem", None)]
)
def test_it_rings_at_every_desk_of_its_store_under_the_name_of_its_line(
    place: Shop, what: str, outcome: str | None
) -> None:
    found = desks(place)
    talk = ("--answer", "1002", "--talk", "1") if outcome else ()
    _exchange, url = exchange(place, what, "--rings", "2", "--cadence", "2", "--after", "3", *talk)
    settle(place, source(url, what))
    for desk in found:
        pop = desk.expect(is_pop)
        assert (pop["caller"]["e164"], pop["called"]["line"]) == (E164, "main")
        over = desk.expect(in_state("ended", "ring_stopped"))
        assert (over["call"], over["outcome"]) == (pop["call"], outcome)
        assert pops(desk) == [pop["call"]]


def test_datagrams_of_a_box_reach_the_server_too(place: Shop) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = desks(place)
    settle(place, source(f"udp://127.0.0.1:{port}", "whozz"))
    for desk in found:
        desk.expect(stands("ok"))
    place.process("simulate", "whozz", "--send", f"127.0.0.1:{port}", "--call", NUMBER)
    for desk in found:
        pop = desk.expect(is_pop)
        assert pop["caller"]["e164"] == E164


@pytest.mark.skipif(os.name != "posix", reason="the modem is on a pty, which this system lacks")
def test_what_a_desk_hears_on_its_modem_and_the_server_of_the_exchange_is_one_call(place: Shop) -> None:
    _modem, url = place.modem("--call", NUMBER, "--rings", "4", "--after", "5")
    found = desks(place, url)
    _exchange, address = exchange(place, "ami", "--rings", "4", "--answer", "1002", "--talk", "1", "--after", "4")
    settle(place, source(address, more=""))
    for desk in found:
        desk.expect(is_pop)
        over = desk.expect(lambda line: in_state("ended")(line) and len(line["sources"]) == 2)
        assert over["outcome"] == "answered"
        assert len(pops(desk)) == 1
        rows = [row for row in desk.ask("dump", what="calls")["rows"] if not row["merged_into"]]
        assert len(rows) == 1


def test_a_desk_that_is_logged_in_to_the_same_exchange_tells_of_the_same_call(place: Shop) -> None:
    secret = place.room / "secret"
    secret.write_text("ringdesk:anything")
    _exchange, url = exchange(place, "ami", "--rings", "2", "--answer", "1002", "--talk", "1", "--after", "8")
    found = desks(place, f"{url}&id=pbx&line=main&secret-file={secret}")
    settle(place, source(url))
    calls = set()
    for desk in found:
        calls.add(desk.expect(is_pop)["call"])
        assert desk.expect(in_state("ended"))["outcome"] == "answered"
        assert len(pops(desk)) == 1
    assert len(calls) == 1
    assert not any(line.get("served") for line in found[0].seen), "its own word on the exchange is what it shows"
    assert any(stands("ok")(line) for line in found[1].seen)


def test_a_route_says_who_rings(place: Shop) -> None:
    a, b = desks(place)
    _exchange, url = exchange(place, "ami", "--rings", "2", "--cadence", "2", "--after", "3")
    settle(place, f'{source(url)}[[route]]\nid = "front"\nsource = "pbx"\npeople = ["ann"]\n')
    call = b.expect(is_pop)["call"]
    b.expect(in_state("ended"))
    assert (pops(b), pops(a)) == ([call], [])


def test_a_route_gives_its_calls_to_another_store(place: Shop) -> None:
    place.admin("store", "add", "North")
    near, far = place.desk("a"), place.desk("far", user="ann", store="north")
    for desk in (near, far):
        assert desk.ask("sync", timeout=30)["ok"]
    _exchange, url = exchange(place, "ami", "--rings", "2", "--cadence", "2", "--after", "3")
    settle(place, f'{source(url)}[[route]]\nid = "north"\nsource = "pbx"\nto_store = "north"\n')
    call = far.expect(is_pop)["call"]
    assert (pops(far), pops(near)) == ([call], [])


def test_an_exchange_that_is_away_is_said_at_every_desk_and_that_it_is_back(place: Shop) -> None:
    found = desks(place)
    first, url = exchange(place, "ami", "--after", "600")
    settle(place, source(url))
    for desk in found:
        assert desk.expect(stands("ok"))["label"] == "main"
    first.kill()
    for desk in found:
        desk.expect(lambda line: stands("broken")(line) and line["why_code"] == "port_refused")
    address = url.removeprefix("tcp://").partition("?")[0]
    place.process("simulate", "ami", "--listen", address, "--call", NUMBER, "--after", "2", "--rings", "1")
    for desk in found:
        desk.expect(stands("ok"))
        desk.expect(is_pop)
    settle(place, "source = []\nline = []\n")
    for desk in found:
        desk.expect(lambda line: line.get("event") == "health" and line["gone"])


@pytest.mark.slow
@pytest.mark.parametrize("away", [1.0, 8.0])
@pytest.mark.parametrize(
    ("talk", "state", "outcome"), [(30, "ended", "answered"), (4, "ended", "answered"), (None, None, None)]
)
def test_a_call_outlives_the_server(
    place: Shop, away: float, talk: int | None, state: str | None, outcome: str | None
) -> None:
    """It is answered and goes on, it is answered and over meanwhile, it rings and the caller gives up meanwhile or later."""
    answer = ("--answer", "1002", "--talk", str(talk)) if talk else ()
    _exchange, url = exchange(place, "ami", "--rings", "2", "--cadence", "3", "--after", "3", *answer)
    (desk, _) = desks(place)
    settle(place, source(url))
    call = desk.expect(is_pop)["call"]
    if talk:
        desk.expect(in_state("answered"))
    began = time.monotonic()
    assert place.server is not None
    place.server.child.send_signal(signal.SIGKILL)
    place.server.child.wait()
    time.sleep(away)
    place.start_server()
    over = desk.expect(in_state("ended", "ring_stopped"))
    assert over["call"] == call
    if state is not None:
        assert (over["state"], over["outcome"]) == (state, outcome)
    if talk == 30:
        assert time.monotonic() - began > away + RINGS_ON, "nobody ended it before its time"
    assert pops(desk) == [call]
