"""The routes of the business, applied where a call is heard; a hunt goes on by itself, also in another process."""

from typing import Any, Final

import msgspec
import pytest

from ringdesk.calls import Call, CallState, EventKind, Outcome
from ringdesk.calls import Called as CalledNumber
from ringdesk.ids import call_id
from ringdesk.marks import MarkLabel
from ringdesk.ops import CallClaim, CallReport, PresenceSet
from ringdesk.presence import PresenceState
from ringdesk.routing import MarkedNumbers
from ringdesk.safetext import SafeText
from server.accept.ringing import deserted
from server.callroom import CallRoom
from server.fanout import Wake
from server.store.values import (
    Central,
    Device,
    Enrolment,
    LineRow,
    Person,
    Roster,
    RouteRow,
    Rules,
    Site,
    Source,
    StoreHours,
)
from tests.server.accept.test_owing import Office, event, office
from tests.server.callroom.test_callroom import ENTRY, KEY, NOW, bench

__all__ = ["bench", "office"]

ALL: Final = RouteRow(id="all", desks=("front",))
HUNT: Final = RouteRow(id="hunt", desks=("Front", "back"), people=("p1",), mode="hunt", seconds=20.0)


@pytest.fixture
async def team(office: Office) -> Office:
    """Two desks, `d1` and `d2`, and a person, `p1`."""
    register = office.desk.store.register
    await register.add_enrolment(Enrolment(secret_hash="d2", site="main", cls="desk", expires=9e9), ENTRY)
    device = Device(id="d2", name="Back", cls="desk", site="", public_key=b"l" * 32, epoch="e2")
    await register.enrol("d2", device, NOW, ENTRY)
    await register.add_person(Person(id="p1", name="Mei", folded="mei", role="agent", password=""), ENTRY)
    return office


async def call(office: Office, native: str = "c", source: str = "pbx") -> Call:
    from ringdesk import ops

    held = await office.desk.store.order.row(("call", call_id(source, native)))
    assert held is not None
    row = ops.decode_row("call", held.body or b"")
    assert isinstance(row, Call)
    return row


async def rung(office: Office, native: str = "c") -> tuple[str, ...] | None:
    routed = (await call(office, native)).routed
    return None if routed is None else routed.now


async def test_only_those_whom_the_route_names_ring(team: Office) -> None:
    await team.rules(Rules(routes=(ALL,)))
    await team.hooked(event(EventKind.RINGING))
    assert await rung(team) == ("d1",)


async def test_without_a_route_that_fits_it_rings_everywhere(team: Office) -> None:
    await team.hooked(event(EventKind.RINGING))
    assert await rung(team) is None
    await team.rules(Rules(routes=(RouteRow(id="q", queue="sales", desks=("front",)),)))
    await team.hooked(event(EventKind.RINGING, "d"))
    assert await rung(team, "d") is None


async def test_a_route_that_fits_later_takes_over(team: Office) -> None:
    queue = RouteRow(id="q", queue="sales", people=("mei",))
    await team.rules(Rules(routes=(queue, ALL)))
    await team.hooked(event(EventKind.RINGING))
    assert await rung(team) == ("d1",)
    await team.hooked(event(EventKind.QUEUED, called=CalledNumber(queue=SafeText("Sales"))))
    assert await rung(team) == ("p1",)


async def test_what_a_desk_s_line_reports_is_routed_too_and_stays_its_store_s(team: Office) -> None:
    await team.rules(Rules(routes=(RouteRow(id="r", desks=("back",), to_store="main"),)))
    report = CallReport(call=call_id("line", "x"), events=(event(EventKind.RINGING, "x", source="line"),))
    await team.desk.does(report)
    routed = (await call(team, "x", "line")).routed
    assert routed is not None
    assert routed.now == ("d2",)


async def test_a_route_may_give_the_call_to_another_store(team: Office) -> None:
    await team.desk.store.register.add_site(Site("north", "North"), ENTRY)
    await team.rules(Rules(routes=(RouteRow(id="r", queue="north", to_store="north"),)))
    queued = event(EventKind.QUEUED, called=CalledNumber(queue=SafeText("north")))
    await team.hooked(queued, event(EventKind.RINGING, "other"))
    assert ((await call(team)).site, (await call(team, "other")).site) == ("north", "main")
    await team.hooked(event(EventKind.ENDED, outcome=Outcome.MISSED))
    assert ((await call(team)).site, len(await team.owed())) == ("north", 1)


async def test_after_hours_another_route_counts(team: Office) -> None:
    day = RouteRow(id="day", when="open", desks=("front",))
    night = RouteRow(id="night", when="closed", desks=("back",))
    hours = StoreHours(id="main", zone="UTC", week={"mon": "10:00-18:00"})  # NOW is a Monday, 13:46
    await team.rules(Rules(routes=(day, night), hours=(hours,)))
    await team.hooked(event(EventKind.RINGING))
    assert await rung(team) == ("d1",)
    team.desk.now += 5 * 3600
    await team.hooked(event(EventKind.RINGING, "d"))
    assert await rung(team, "d") == ("d2",)


async def test_who_was_closed_out_rings_no_more(team: Office) -> None:
    await team.rules(Rules(routes=(RouteRow(id="r", desks=("front", "back")),)))
    await team.desk.store.register.revoke_device("d1", ENTRY)
    await team.hooked(event(EventKind.RINGING))
    assert await rung(team) == ("d2",)
    await team.desk.store.register.revoke_device("d2", ENTRY)
    await team.hooked(event(EventKind.RINGING, "d"))
    assert await rung(team, "d") is None, "no call rings nowhere"


NORTH: Final = RouteRow(id="r", queue="north", to_store="north")
QUEUED: Final = event(EventKind.QUEUED, called=CalledNumber(queue=SafeText("north")))


@pytest.fixture
async def stores(team: Office) -> Office:
    """A second store, `north`, with a desk `d3`; Mei works at the first desk of `main`, Jun (`p2`) nowhere that is known."""
    register = team.desk.store.register
    await register.add_site(Site("north", "North"), ENTRY)
    await register.add_enrolment(Enrolment(secret_hash="d3", site="north", cls="desk", expires=9e9), ENTRY)
    device = Device(id="d3", name="Far", cls="desk", site="", public_key=b"m" * 32, epoch="e3")
    await register.enrol("d3", device, NOW, ENTRY)
    await register.add_person(Person(id="p2", name="Jun", folded="jun", role="agent", password=""), ENTRY)
    await team.desk.does(PresenceSet(state=PresenceState.READY))
    return team


@pytest.mark.parametrize("mode", ["hunt", "ring-all"])
async def test_a_desk_of_another_store_is_not_there(stores: Office, mode: Any) -> None:
    await stores.rules(Rules(routes=(RouteRow(id="r", desks=("far",), mode=mode),)))
    await stores.hooked(event(EventKind.RINGING))
    assert await rung(stores) is None, "no call rings nowhere"
    await stores.rules(Rules(routes=(RouteRow(id="r", desks=("far", "back"), mode=mode),)))
    await stores.hooked(event(EventKind.RINGING, "d"))
    assert await rung(stores, "d") == ("d2",)


async def test_who_works_in_another_store_is_not_there_and_who_is_nowhere_known_is(stores: Office) -> None:
    await stores.rules(Rules(routes=(msgspec.structs.replace(NORTH, people=("mei",)), ALL)))
    await stores.hooked(QUEUED)
    assert ((await call(stores)).site, await rung(stores)) == ("north", None)
    await stores.rules(Rules(routes=(msgspec.structs.replace(NORTH, desks=("far",), people=("mei", "jun")),)))
    await stores.hooked(msgspec.structs.replace(QUEUED, native_id="d"))
    assert ((await call(stores, "d")).site, await rung(stores, "d")) == ("north", ("d3", "p2"))


async def test_who_works_at_a_desk_that_was_closed_out_is_not_there(stores: Office) -> None:
    await stores.rules(Rules(routes=(RouteRow(id="r", people=("mei",)),)))
    await stores.hooked(event(EventKind.RINGING))
    assert await rung(stores) == ("p1",)
    await stores.desk.store.register.revoke_device("d1", ENTRY)
    await stores.hooked(event(EventKind.RINGING, "d"))
    assert await rung(stores, "d") is None


async def test_a_hunt_passes_over_who_is_in_another_store(stores: Office) -> None:
    await stores.rules(Rules(routes=(RouteRow(id="h", desks=("back", "far"), people=("mei",), mode="hunt"),)))
    await stores.hooked(event(EventKind.RINGING))
    turns = [await rung(stores)]
    for seconds in (20, 40):
        stores.desk.now = NOW + seconds
        await stores.desk.room.hunt()
        turns.append(await rung(stores))
    assert turns == [("d2",), ("p1",), ("d2", "p1")]


async def test_a_hunt_goes_on_by_itself_also_after_a_restart(team: Office) -> None:
    await team.rules(Rules(routes=(HUNT,)))
    await team.hooked(event(EventKind.RINGING))
    assert await rung(team) == ("d1",)
    turns: dict[float, Any] = {}
    for seconds in (19, 20, 39, 40, 60, 80):
        team.desk.now = NOW + seconds
        room = CallRoom(team.desk.store.order, KEY, Wake(), lambda: team.desk.now)  # of a server that has just begun
        await room.hunt()
        turns[seconds] = await rung(team)
    everybody = ("d1", "d2", "p1")
    assert turns == {19: ("d1",), 20: ("d2",), 39: ("d2",), 40: ("p1",), 60: everybody, 80: everybody}
    assert await team.desk.store.order.hunted_calls(9e9, 9) == ()


async def test_a_hunt_passes_over_who_is_away(team: Office) -> None:
    await team.rules(Rules(routes=(RouteRow(id="h", people=("mei",), desks=(), mode="hunt"), ALL)))
    await team.desk.does(PresenceSet(state=PresenceState.AWAY))
    await team.hooked(event(EventKind.RINGING))
    assert await rung(team) is None


@pytest.mark.parametrize("mode", ["hunt", "ring-all"])
async def test_a_break_counts_where_the_desk_is_named(team: Office, mode: Any) -> None:
    await team.rules(Rules(routes=(RouteRow(id="r", desks=("front", "back"), mode=mode),)))
    await team.desk.does(PresenceSet(state=PresenceState.BREAK))
    await team.hooked(event(EventKind.RINGING))
    assert await rung(team) == ("d2",)
    team.desk.now += 1
    await team.desk.does(PresenceSet(state=PresenceState.READY))
    await team.hooked(event(EventKind.RINGING, "d"))
    assert (await rung(team, "d") or ())[:1] == ("d1",)


@pytest.mark.parametrize("how", ["claimed", "answered", "ended"])
async def test_a_hunt_ends_with_whoever_takes_the_call(team: Office, how: str) -> None:
    await team.rules(Rules(routes=(HUNT,)))
    await team.hooked(event(EventKind.RINGING))
    if how == "claimed":
        await team.desk.does(CallClaim(call=call_id("pbx", "c")))
    else:
        await team.hooked(event(EventKind.ANSWERED if how == "answered" else EventKind.ENDED))
    before = await call(team)
    team.desk.now += 60
    await team.desk.room.hunt()
    assert await call(team) == before


async def test_a_hunt_does_not_keep_a_dead_call_alive(team: Office) -> None:
    await team.rules(Rules(routes=(HUNT,)))
    await team.hooked(event(EventKind.RINGING))
    for seconds in (20, 40, 60, 179):
        team.desk.now = NOW + seconds
        await team.desk.room.hunt()
        await team.desk.room.look()
    assert (await call(team)).state is CallState.RINGING
    team.desk.now = NOW + 181
    await team.desk.room.look()
    assert (await call(team)).state is CallState.ENDED


async def test_what_is_history_is_not_routed(team: Office) -> None:
    await team.rules(Rules(routes=(HUNT,)))
    team.desk.now += 1200
    await team.desk.does(CallReport(call=call_id("line", "x"), events=(event(EventKind.RINGING, "x", source="line"),)))
    assert (await call(team, "x", "line")).routed is None


async def test_the_business_s_list_marks_a_call_and_owes_it_nothing(team: Office) -> None:
    await team.rules(Rules(marks=(MarkedNumbers(number="0965*", label=MarkLabel.SUPPLIER),)))
    await team.missed()
    assert (await call(team)).mark is MarkLabel.SUPPLIER
    assert await team.tasks() == []


async def test_two_processes_take_one_turn(team: Office) -> None:
    await team.rules(Rules(routes=(HUNT,)))
    await team.hooked(event(EventKind.RINGING))
    team.desk.now = NOW + 20
    due = await team.desk.store.order.hunted_calls(team.desk.now, 9)
    assert len(due) == 1
    await team.desk.room.hunt()
    from server.accept import Business
    from server.callroom.timed import Turns

    late = Turns(due, KEY, team.desk.now, Business())
    batch = await team.desk.store.order.commit(late.wanted, late.decide)
    assert batch.changes == ()
    assert await rung(team) == ("d2",)
    team.desk.now = NOW + 40
    await team.desk.room.hunt()
    assert await rung(team) == ("p1",)


class TestDeserted:
    """Routes that name nobody who is at the store of their calls."""

    ROSTER = Roster(
        desks={"front": ("d1",), "far": ("d2",)},
        people={"mei": ("p1",), "ann": ("p2",)},
        stores={"d1": "main", "d2": "north", "p1": "north"},
    )
    LINES = (LineRow(id="1", source="pbx", site="main", label="Shop"), LineRow(id="2", source="two", site="north"))
    SOURCES = tuple(Source(id=name, dialect="generic", url="") for name in ("pbx", "two", "bare"))

    def found(self, *at_desks: str, **more: Any) -> list[tuple[str, ...]]:
        rules = Rules(routes=(RouteRow(id="r", **more),))
        central = Central(self.SOURCES, self.LINES, rules)
        return [stores for _, stores in deserted(central, self.ROSTER, ("main", "north"), at_desks)]

    @pytest.mark.parametrize(
        ("more", "stores"),
        [
            ({"source": "pbx", "desks": ("far",)}, ("main",)),
            ({"line": "1", "people": ("mei",)}, ("main",)),
            ({"line": "Shop", "desks": ("d2",), "people": ("mei",)}, ("main",)),
            ({"source": "bare", "desks": ("far",)}, ("main",)),
            ({"store": "north", "desks": ("front",)}, ("north",)),
            ({"source": "pbx", "to_store": "north", "desks": ("front",)}, ("north",)),
        ],
    )
    def test_nobody_of_them_is_where_its_calls_are(self, more: dict[str, Any], stores: tuple[str, ...]) -> None:
        assert self.found(**more) == [stores]

    @pytest.mark.parametrize(
        "more",
        [
            {"source": "pbx", "desks": ("front", "far")},
            {"source": "pbx", "people": ("ann",)},  # who never said anything may be anywhere
            {"source": "pbx", "to_store": "north"},
            {"source": "pbx", "to_store": "north", "desks": ("far",)},
            {"desks": ("far",)},
            {"queue": "sales", "desks": ("far",)},
            {"line": "of a desk's own source", "desks": ("far",)},
            {"source": "of a desk", "desks": ("far",)},
            {"line": "1", "store": "north", "desks": ("front",)},  # fits no call at all
        ],
    )
    def test_somebody_is_or_may_be(self, more: dict[str, Any]) -> None:
        assert self.found(**more) == []

    def test_the_calls_of_a_line_that_a_desk_listens_to_may_be_of_any_store(self) -> None:
        assert self.found("pbx", source="pbx", desks=("far",)) == []
        assert self.found("pbx", line="1", desks=("far",)) == []
