"""Which route fits a call, who rings by it, and who next."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk import routing
from ringdesk.calls import Call, Called, Caller, CallState, Direction, Leg, LegState, Presentation, Routed, SourceKey
from ringdesk.marks import MarkLabel
from ringdesk.presence import PresenceState
from ringdesk.routing import MarkedNumbers, Route, Team
from ringdesk.safetext import SafeText

CALL = Call(
    id="c",
    state=CallState.RINGING,
    site="main",
    caller=Caller(SafeText("0965118402"), "+886965118402", Presentation.SHOWN),
    called=Called(SafeText("0227208889"), SafeText("front"), SafeText("Sales")),
    legs=(Leg(SafeText("801"), LegState.RINGING),),
    sources=(SourceKey("pbx", "1"),),
)


def route(**more: Any) -> Route:
    return Route(**{"id": "r", "targets": ("d1",), **more})


class TestFits:
    @pytest.mark.parametrize(
        ("more", "fits"),
        [
            ({}, True),
            ({"source": "pbx"}, True),
            ({"source": "other"}, False),
            ({"lines": ("front", "+886227208889")}, True),
            ({"lines": ("back",)}, False),
            ({"queue": "sales"}, True),
            ({"queue": "help"}, False),
            ({"extension": "801"}, True),
            ({"extension": "802"}, False),
            ({"store": "main"}, True),
            ({"store": "north"}, False),
            ({"called": "+886227208889"}, True),
            ({"called": "+88622720"}, True),
            ({"called": "02-2720"}, True),
            ({"called": "0227208888"}, False),
            ({"called": "+1"}, False),
            ({"source": "pbx", "queue": "help"}, False),
        ],
    )
    def test_all_that_a_route_names_must_fit(self, more: dict[str, Any], *, fits: bool) -> None:
        assert (routing.route_of(CALL, [route(**more)], is_open=True) is not None) is fits

    def test_what_a_call_does_not_say_fits_no_route_that_asks_for_it(self) -> None:
        bare = Call(id="c")
        for more in ({"source": "pbx"}, {"lines": ("front",)}, {"queue": "x"}, {"extension": "1"}, {"called": "0"}):
            assert routing.route_of(bare, [route(**more)], is_open=True) is None
        assert routing.route_of(bare, [route()], is_open=True) is not None

    def test_the_first_that_fits_counts_by_day_and_by_night(self) -> None:
        day, night = route(id="day", when="open"), route(id="night", when="closed")
        for is_open, wanted in ((True, "day"), (False, "night")):
            found = routing.route_of(CALL, [route(id="no", queue="help"), day, night, route(id="last")], is_open)
            assert found is not None
            assert found.id == wanted


class TestHunt:
    HUNT = Route(id="r", mode="hunt", seconds=20.0, targets=("d1", "d2", "p1"))

    def test_one_after_the_other_then_all(self) -> None:
        now, seen = 100.0, []
        routed = routing.begun(self.HUNT, Team(), now)
        while routed is not None and routed.until is not None:
            assert routed.until == now + 20.0
            seen.append(routed.now)
            now = routed.until
            routed = routing.stepped(routed, self.HUNT, Team(), now)
        assert seen == [("d1",), ("d2",), ("p1",)]
        assert routed == Routed(route="r", now=("d1", "d2", "p1"), since=160.0)

    @pytest.mark.parametrize("state", [PresenceState.AWAY, PresenceState.BREAK, PresenceState.BUSY])
    def test_who_cannot_take_it_is_passed_over(self, state: PresenceState) -> None:
        hunt = msgspec.structs.replace(self.HUNT, targets=("p1", "p2", "p3"))
        routed = routing.begun(hunt, Team({"p1": state}), 0.0)
        assert routed is not None
        assert routed.now == ("p2",)

    @pytest.mark.parametrize("state", [PresenceState.AWAY, PresenceState.BREAK, PresenceState.BUSY])
    def test_a_desk_is_passed_over_with_whoever_works_there(self, state: PresenceState) -> None:
        routed = routing.begun(self.HUNT, Team(desks={"d1": state}), 0.0)
        assert routed is not None
        assert routed.now == ("d2",)
        for desks in ({"d1": state, "d2": state}, {"d2": state}):
            last = routing.stepped(Routed(route="r", now=("p1",), passed=("d1",)), self.HUNT, Team(desks=desks), 0.0)
            assert last is not None
            left = {"d1", "d2", "p1"} - (set(desks) if state is PresenceState.BREAK else set())
            assert (set(last.now), last.until) == (left, None), "after the last one all, but for a break"

    def test_one_that_begins_with_the_only_one_who_is_free_goes_on(self) -> None:
        three, busy = route(mode="hunt", targets=("p1", "p2", "p3")), PresenceState.BUSY
        first = routing.begun(three, Team({"p1": busy, "p2": busy}), 0.0)
        assert first is not None
        assert (first.now, first.until) == (("p3",), 20.0)
        then = routing.stepped(first, three, Team({"p2": busy}), 20.0)
        assert then is not None
        assert then.now == ("p1",)

    @pytest.mark.parametrize("mode", ["hunt", "ring-all"])
    def test_a_break_counts_unless_nobody_else_is_left(self, mode: Any) -> None:
        both = route(mode=mode, targets=("d1", "p1"))
        paused = PresenceState.BREAK
        for team, rung in (
            (Team({"p1": paused}), ("d1",)),
            (Team(desks={"d1": paused}), ("p1",)),
            (Team({"p1": paused}, {"d1": paused}), ("d1", "p1")),
            (Team({"p1": PresenceState.AWAY}, {"d1": paused}), ("d1",)),
        ):
            begun = routing.begun(both, team, 0.0)
            assert begun is not None
            assert begun.now == rung

    def test_where_nobody_is_there_it_rings_as_without_a_route(self) -> None:
        away = Team({"p1": PresenceState.AWAY})
        assert routing.begun(route(targets=("p1",)), away, 0.0) is None
        assert routing.begun(route(targets=()), Team(), 0.0) is None

    def test_whoever_is_on_a_call_rings_with_all(self) -> None:
        busy = Team({"p1": PresenceState.BUSY})
        routed = routing.begun(route(targets=("p1", "d1")), busy, 0.0)
        assert routed is not None
        assert (routed.now, routed.until) == (("p1", "d1"), None)


TARGETS = st.lists(st.sampled_from(["d1", "d2", "p1", "p2", "p3"]), unique=True, max_size=5)
TEAMS = st.dictionaries(st.sampled_from(["p1", "p2", "p3"]), st.sampled_from(list(PresenceState)))


@given(TARGETS, st.lists(TEAMS, min_size=8, max_size=8), st.floats(5.0, 600.0))
def test_a_hunt_ends_rings_nobody_twice_on_its_way_and_only_those_of_the_route(
    targets: list[str], teams: list[dict[str, PresenceState]], seconds: float
) -> None:
    """However the team comes and goes meanwhile."""
    hunt = Route(id="r", mode="hunt", seconds=seconds, targets=tuple(targets))
    routed, now = routing.begun(hunt, Team(teams[0]), 0.0), 0.0
    turns: list[str] = []
    for team in teams[1:]:
        if routed is None or routed.until is None:
            break
        assert len(routed.now) == 1
        assert routed.since == now
        turns += routed.now
        now = routed.until
        routed = routing.stepped(routed, hunt, Team(team), now)
    else:
        raise AssertionError("it never ends")
    assert len(turns) == len(set(turns)) <= len(targets)
    assert set(turns) <= set(targets)
    assert routed is None or (routed.now and set(routed.now) <= set(targets))


def test_who_is_in_another_store_does_not_see_the_call_and_who_is_nowhere_known_may() -> None:
    named = route(targets=("here", "there", "nowhere", "unknown"))
    seen = routing.seen_at("main", named, {"here": "main", "there": "north", "nowhere": ""})
    assert seen.targets == ("here", "unknown")


class TestElsewhere:
    ROUTED = msgspec.structs.replace(CALL, routed=Routed(route="r", now=("d1", "p1")))

    @pytest.mark.parametrize(("own", "elsewhere"), [({"d1", "p9"}, False), ({"d9", "p1"}, False), ({"d9", "p9"}, True)])
    def test_a_desk_is_named_by_its_device_or_its_person(self, own: set[str], *, elsewhere: bool) -> None:
        assert routing.rings_elsewhere(self.ROUTED, own) is elsewhere

    @pytest.mark.parametrize(
        "more", [{"routed": None}, {"claimed_by": "p5"}, {"state": CallState.ANSWERED}, {"state": CallState.ENDED}]
    )
    def test_a_call_that_somebody_has_or_that_is_over_is_everybodys_news(self, more: dict[str, Any]) -> None:
        assert not routing.rings_elsewhere(msgspec.structs.replace(self.ROUTED, **more), {"d9"})

    def test_a_call_out_is_not_routed(self) -> None:
        assert routing.waits(CALL)
        assert not routing.waits(msgspec.structs.replace(CALL, direction=Direction.OUT))


@pytest.mark.parametrize(
    ("listed", "marked"),
    [
        ("0965-118-402", True),
        ("+886965118402", True),
        ("+886965*", True),
        ("0965*", True),
        ("0911*", False),
        ("0965118403", False),
    ],
)
def test_a_list_marks_numbers_and_their_beginnings(listed: str, *, marked: bool) -> None:
    found = routing.mark_of(CALL, [MarkedNumbers(number=listed, label=MarkLabel.SUPPLIER)])
    assert found is (MarkLabel.SUPPLIER if marked else None)


def test_who_hides_is_on_no_list() -> None:
    hidden = msgspec.structs.replace(CALL, caller=Caller(CALL.caller.raw, CALL.caller.e164, Presentation.PRIVATE))
    assert routing.mark_of(hidden, [MarkedNumbers(number="0965*")]) is None
