"""Who rings by the routes of the business, with real processes: the others see nothing, a hunt goes on, also after a kill -9."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ringdesk.ids import call_id
from tests.flows.processes import Process, Shop, is_pop, pops
from tests.flows.provider import hook, provided, settle

CALL = call_id("cloud", "c1")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Shop]:
    with provided(tmp_path, "cloud") as it:
        yield it


@pytest.fixture
def desks(place: Shop) -> list[Process]:
    """Three desks of one store; ann works at the second."""
    found = [place.desk("a"), place.desk("b", user="ann"), place.desk("c")]
    for desk in found:
        assert desk.ask("sync", timeout=30)["ok"]
    return found


def device(desk: Process) -> str:
    found: str = desk.ask("state")["device"]
    return found


def test_only_the_desks_of_the_route_pop_and_all_see_who_has_it(place: Shop, desks: list[Process]) -> None:
    a, b, c = desks
    settle(place, f'[[route]]\nid = "front"\ncalled = "+88622720"\ndesks = ["{device(a)}"]\npeople = ["ann"]\n')
    assert hook(place, "cloud", {"event": "newCall", "callId": "c1"}) == 200
    for desk in (a, b):
        assert desk.expect(is_pop)["call"] == CALL
    assert not pops(c)
    assert b.ask("claim", call=CALL)["ok"]
    for desk in (a, c):
        taken = desk.expect(lambda line: line.get("event") == "call" and line.get("claimed_by") is not None)
        assert (taken["call"], taken["claimed_name"], taken["elsewhere"]) == (CALL, "ann", False)
    assert not pops(c)


def test_a_hunt_goes_from_desk_to_desk_although_the_server_is_killed_meanwhile(
    place: Shop, desks: list[Process]
) -> None:
    a, b, c = desks
    route = f'[[route]]\nid = "hunt"\nmode = "hunt"\nseconds = 6\ndesks = ["{device(a)}", "{device(b)}"]\n'
    settle(place, route)
    assert hook(place, "cloud", {"event": "newCall", "callId": "c1"}) == 200
    assert a.expect(is_pop)["call"] == CALL
    assert not pops(b)
    assert place.server is not None
    place.server.kill()
    place.start_server()
    gone = a.expect(lambda line: line.get("event") == "call" and line.get("elsewhere") is True, 60)
    assert (gone["call"], gone["state"], gone["why_code"]) == (CALL, "ringing", "rings_elsewhere")
    assert b.expect(is_pop)["call"] == CALL
    back = a.expect(lambda line: line.get("event") == "call" and line.get("elsewhere") is False, 60)
    assert back["state"] == "ringing", "after the last one all of the route ring"
    assert not pops(c)
    assert sum(is_pop(line) for line in a.seen) == 1


def test_a_route_that_names_a_desk_of_another_store_rings_at_all_desks_of_the_call_s(
    place: Shop, desks: list[Process]
) -> None:
    place.admin("store", "add", "North")
    far = place.desk("far", store="north")
    settle(place, f'[[route]]\nid = "far"\ndesks = ["{device(far)}"]\n')
    assert hook(place, "cloud", {"event": "newCall", "callId": "c1"}) == 200
    for desk in desks:
        assert desk.expect(is_pop)["call"] == CALL
    assert not pops(far)
