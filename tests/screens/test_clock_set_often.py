"""Whatever is done to the clock between whatever happens, every timer says what has passed, and nothing changes by it."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.calls import Call, CallState
from terminal.news import CallNews
from terminal.screens.board import Board
from terminal.screens.clockset import Watch
from terminal.screens.wrapup import Mode, WrapUp
from tests.screens.test_desk import LIN
from tests.terminal.scripted_desk import ME, NOW, call, plain_card, pop

STEPS = st.one_of(st.floats(-5.0, 5.0), st.floats(-90_000.0, 90_000.0), st.sampled_from([3600.0, -3600.0, 18_000.0]))
DEEDS = st.one_of(
    st.tuples(st.just("pass"), st.floats(0.0, 9.0)),
    st.tuples(st.just("step"), STEPS),
    st.tuples(st.sampled_from(["ring", "take", "told again", "end"]), st.just(0.0)),
)


class Scene:
    """A desk of one caller, the time that has really passed, and what the clock says."""

    def __init__(self) -> None:
        self.passed = self.set = 0.0
        self.board = Board(WrapUp(Mode.TIMED, 30.0))
        self.clock = Watch(lambda: NOW + self.passed + self.set, lambda: self.passed, self.board.shifted)
        self.call: Call | None = None
        self.began = 0.0
        self.over: float | None = None

    def does(self, deed: str, seconds: float) -> None:
        now = NOW + self.passed + self.set
        match deed, self.call:
            case "pass", _:
                self.passed += seconds
            case "step", _:
                self.set += seconds
            case "ring", None:
                self.call, self.began = call("c1", LIN, started=now), self.passed
                self.board.hear(pop(self.call, plain_card(LIN)), self.clock())
            case "take", Call(state=CallState.RINGING):
                self.began = self.passed
                self.board.serve("c1")
                self.hear(state=CallState.ANSWERED, claimed_by=ME, claimed_at=now, answered=now)
            case "told again", Call():
                self.hear(ring_count=self.call.ring_count + 1)
            case "end", Call(state=CallState.ANSWERED):
                self.over = self.passed
                self.hear(state=CallState.ENDED, ended=now)

    def hear(self, **changes: object) -> None:
        assert self.call is not None
        self.call = msgspec.structs.replace(self.call, **changes)
        self.board.hear(CallNews(self.call, mine=self.call.claimed_by == ME), self.clock())


@given(st.lists(DEEDS, max_size=40))
def test_no_series_of_steps_makes_a_timer_wrong(deeds: list[tuple[str, float]]) -> None:
    scene = Scene()
    for deed, seconds in [("ring", 0.0), *deeds]:
        scene.does(deed, seconds)
        now = scene.clock()
        scene.board.tick(now)
        (row,) = scene.board.calls.values()
        assert scene.call is not None
        assert row.call.state is scene.call.state
        clock = scene.board.wrap_up.clock(now)
        if scene.over is None:
            assert abs(now - row.began - (scene.passed - scene.began)) <= 2.0
            assert clock is None, "a talk is no wrap-up"
        elif scene.passed - scene.over < 28.0:
            assert clock is not None
            assert abs(clock.seconds - (30.0 - (scene.passed - scene.over))) <= 2.0
            assert scene.board.wrap_up.due(now) == []
        elif scene.passed - scene.over > 32.0:
            assert scene.board.wrap_up.due(now) == ["c1"]


def test_small_steps_add_up() -> None:
    scene = Scene()
    scene.does("ring", 0.0)
    for _ in range(20):
        scene.does("step", 0.9)
        scene.clock()
    (row,) = scene.board.calls.values()
    assert abs(scene.clock() - row.began) <= 2.0


def test_a_pick_up_that_another_clock_tells_counts_from_now() -> None:
    """The server's clock was set and set back, between two times that it told them."""
    for amiss in (18_000.0, -18_000.0):
        scene = Scene()
        scene.does("ring", 0.0)
        scene.passed += 5.0
        scene.board.serve("c1")
        at = NOW + 5.0 + amiss
        scene.hear(state=CallState.ANSWERED, claimed_by=ME, claimed_at=at, answered=at)
        scene.passed += 7.0
        (row,) = scene.board.calls.values()
        assert abs(scene.clock() - row.began - 7.0) <= 2.0
