"""Several sources saw one call, with real processes: it pops once at each desk, and is one row everywhere."""

import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.flows.processes import Answer, Process, Shop, is_pop, pops
from tests.flows.provider import hook, provided

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the modem is on a pty, which this system lacks")

RINGS = {"event": "newCall"}
IMPATIENT = """
from ringdesk.tracker import Policy, Tracker
Tracker.__init__.__defaults__ = (Policy(ring_stopped=4.0),)
"""
"""A `sitecustomize.py`: the desk gives a call of its own lines up seconds after its ringing stopped."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Shop]:
    with provided(tmp_path, "cloud", "carrier") as it:
        yield it


def calls(desk: Process) -> list[Answer]:
    """The calls of a desk, but for ids that lead to another."""
    return [row for row in desk.ask("dump", what="calls")["rows"] if not row.get("merged_into")]


def sources(call: Mapping[str, Any]) -> int:
    return len({json.dumps(each) for each in call["sources"]})


def test_a_modem_and_a_webhook_of_one_call_pop_once_at_each_desk(place: Shop) -> None:
    _modem, url = place.modem("--call", "0912345678", "--rings", "4", "--after", "6")
    a, b = place.desk("a", url), place.desk("b", user="ann")
    for desk in (a, b):
        assert desk.ask("sync", timeout=30)["ok"]
    a.expect(is_pop)
    assert hook(place, "cloud", RINGS | {"callId": "c1"}) == 200
    b.expect(is_pop)
    assert hook(place, "cloud", RINGS | {"event": "answer", "callId": "c1", "answeringNumber": "1001"}) == 200
    for desk in (a, b):
        desk.expect(lambda line: line.get("event") == "call" and line.get("state") == "answered")
        assert len(pops(desk)) == 1
        (call,) = calls(desk)
        assert (call["state"], sources(call)) == ("answered", 2)


@pytest.mark.slow
def test_a_call_stays_on_while_people_talk_longer_than_the_desk_of_the_modem_waits(
    place: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The modem hears that it stopped ringing and no more. A second call, which nobody takes, is given up after the time."""
    (place.room / "impatient").mkdir()
    (place.room / "impatient" / "sitecustomize.py").write_text(IMPATIENT)
    numbers = ("--call", "0912345678", "--call", "0965118402")
    _modem, url = place.modem(*numbers, "--rings", "2", "--cadence", "2", "--every", "12", "--after", "6")
    with monkeypatch.context() as of_the_desk:
        of_the_desk.setenv("PYTHONPATH", str(place.room / "impatient"))
        a = place.desk("a", url)
    desks = [a, place.desk("b", user="ann")]
    for desk in desks:
        assert desk.ask("sync", timeout=30)["ok"]
    a.expect(is_pop)
    assert hook(place, "cloud", RINGS | {"callId": "c1"}) == 200
    assert hook(place, "cloud", RINGS | {"event": "answer", "callId": "c1", "answeringNumber": "1001"}) == 200
    for desk in desks:
        given_up = desk.expect(lambda line: line.get("event") == "call" and line.get("outcome") is not None)
        assert desk.ask("sync", timeout=30)["ok"]
        found = {call["call"]: (call["state"], call["outcome"], sources(call)) for call in calls(desk)}
        assert found.pop(given_up["call"]) == ("ended", "unknown", 1), "the second call"
        assert list(found.values()) == [("answered", None, 2)]
    assert hook(place, "cloud", RINGS | {"event": "hangup", "callId": "c1", "cause": "normalClearing"}) == 200
    for desk in desks:
        over = desk.expect(lambda line: line.get("event") == "call" and line.get("outcome") is not None)
        assert ([over["call"]], over["outcome"]) == (list(found), "answered")


def test_a_modem_and_an_asterisk_of_one_desk_pop_once(place: Shop) -> None:
    _modem, url = place.modem("--call", "0912345678", "--rings", "3", "--after", "4")
    asterisk = place.process("simulate", "ami", "--listen", "127.0.0.1:0", "--call", "0912345678", "--after", "4")
    address = asterisk.expect(lambda line: "listening" in line)["listening"]
    secret = place.room / "ami.secret"
    secret.write_text("ringdesk:anything")
    a, b = place.desk("a", url, f"{address}&secret-file={secret}"), place.desk("b", user="ann")
    for desk in (a, b):
        desk.expect(is_pop)
    a.expect(lambda line: line.get("event") == "call" and len(line["sources"]) == 2)
    for desk in (a, b):
        assert len(pops(desk)) == 1
        (call,) = calls(desk)
        assert sources(call) == 2


def test_two_providers_that_report_one_call_at_once_make_one(place: Shop) -> None:
    desks = [place.desk("a"), place.desk("b", user="ann")]
    for desk in desks:
        assert desk.ask("sync", timeout=30)["ok"]
    with ThreadPoolExecutor(2) as pool:
        told = [pool.submit(hook, place, source, RINGS | {"callId": "c1"}) for source in ("cloud", "carrier")]
        assert [each.result() for each in told] == [200, 200]
    for desk in desks:
        desk.expect(is_pop)
        assert len(pops(desk)) == 1
        (call,) = calls(desk)
        assert sources(call) == 2


def three(place: Shop, *sources: str) -> list[Process]:
    """Three desks of one store; the first has the line."""
    desks = [place.desk("a", *sources), place.desk("b", user="ann"), place.desk("c")]
    for desk in desks:
        assert desk.ask("sync", timeout=30)["ok"]
    return desks


def test_a_group_rings_at_three_desks_and_who_answered_is_said_at_all(place: Shop) -> None:
    desks = three(place)
    assert hook(place, "cloud", RINGS | {"callId": "c1"}) == 200
    (call,) = {desk.expect(is_pop)["call"] for desk in desks}
    assert hook(place, "cloud", RINGS | {"event": "answer", "callId": "c1", "answeringNumber": "1002"}) == 200
    for desk in desks:
        taken = desk.expect(lambda line: line.get("event") == "call" and line.get("state") == "answered")
        assert (taken["call"], taken["answered_by"]) == (call, "1002")
    assert hook(place, "cloud", RINGS | {"event": "hangup", "callId": "c1", "cause": "normalClearing"}) == 200
    for desk in desks:
        over = desk.expect(lambda line: line.get("event") == "call" and line.get("state") == "ended")
        assert over["outcome"] == "answered"
        assert pops(desk) == [call]


@pytest.mark.slow
def test_a_passive_line_is_claimed_by_one_of_three(place: Shop) -> None:
    _modem, url = place.modem("--call", "0912345678", "--rings", "4", "--after", "8")
    a, b, c = desks = three(place, url)
    (call,) = {desk.expect(is_pop)["call"] for desk in desks}
    assert b.ask("claim", call=call)["ok"]
    for desk in (a, c):
        taken = desk.expect(lambda line: line.get("event") == "call" and line.get("claimed_by") is not None)
        assert (taken["call"], taken["claimed_name"], taken["mine"]) == (call, "ann", False)
    refused = c.ask("claim", call=call)
    assert (refused["ok"], refused["error"]) == (False, "already_claimed")
    a.expect(lambda line: line.get("event") == "call" and line.get("state") == "answered")
    read = {desk: len(desk.seen) for desk in desks}
    assert b.ask("wrapup", call=call, code="order")["ok"]
    for desk in desks:  # at b the news may come before the answer
        over = desk.expect(lambda line: line.get("event") == "call" and line.get("state") == "ended", since=read[desk])
        assert (over["call"], over["disposition"]) == (call, "order")
        assert pops(desk) == [call]


def doubtful(place: Shop, desks: list[Process]) -> tuple[str, str]:
    """Two reports of which nothing proves that they are of one call: which popped at every desk, and which did not."""
    for desk in desks:
        assert desk.ask("sync", timeout=30)["ok"]
    assert hook(place, "cloud", RINGS | {"callId": "c1", "from": "anonymous"}) == 200
    (first,) = {desk.expect(is_pop)["call"] for desk in desks}
    assert hook(place, "carrier", RINGS | {"callId": "x1", "from": "unavailable"}) == 200
    told = [desk.expect(lambda line: line.get("event") == "call" and bool(line.get("possibly_same"))) for desk in desks]
    (second,) = {line["call"] for line in told}
    assert {line["possibly_same"] for line in told} == {first}
    return first, second


def says(desk: Process, call: str, other: str, verdict: str) -> None:
    assert desk.ask("op", kind="call.same", args={"call": call, "other": other, "verdict": verdict})["ok"]


def test_a_person_says_that_two_calls_are_one_and_all_desks_have_one(place: Shop) -> None:
    desks = [place.desk("a"), place.desk("b", user="ann")]
    first, second = doubtful(place, desks)
    assert desks[1].ask("note", member=None, call=second, text="the parcel")["ok"]
    read = {desk: len(desk.seen) for desk in desks}
    says(desks[1], second, first, "same")
    for desk in desks:
        desk.expect(lambda line: line.get("event") == "call" and line.get("merged_into") == first, since=read[desk])
        assert pops(desk) == [first]
        (call,) = calls(desk)
        assert (call["call"], sources(call)) == (first, 2)
    assert hook(place, "carrier", RINGS | {"event": "hangup", "callId": "x1", "cause": "cancel"}) == 200
    for desk in desks:
        over = desk.expect(lambda line: line.get("event") == "call" and line.get("outcome") == "missed")
        assert over["call"] == first, "what is heard of the other is of the one that goes on"
    says(desks[0], second, first, "unsaid")
    for desk in desks:
        assert desk.ask("sync", timeout=30)["ok"]
        assert {call["call"] for call in calls(desk)} == {first, second}


def test_a_person_says_that_two_calls_are_two_and_nobody_is_asked_again(place: Shop) -> None:
    desks = [place.desk("a"), place.desk("b", user="ann")]
    first, second = doubtful(place, desks)
    read = {desk: len(desk.seen) for desk in desks}
    says(desks[0], second, first, "another")
    for desk in desks:
        assert desk.expect(is_pop, since=read[desk])["call"] == second, "it calls for somebody"
    answered = {"event": "answer", "callId": "x1", "answeringNumber": "1001"}
    assert hook(place, "carrier", RINGS | answered) == 200
    for desk in desks:
        news = desk.expect(lambda line: line.get("event") == "call" and line.get("state") == "answered")
        assert (news["call"], news.get("possibly_same")) == (second, None)
        assert [call.get("possibly_same") for call in calls(desk)] == [None, None]
