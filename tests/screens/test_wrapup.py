"""The work after a call, mode by mode, without a screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.screens.wrapup import RULES, Clock, Mode, WrapUp

T = 1_000.0


@pytest.mark.parametrize(
    ("mode", "bars", "due", "rests"),
    [
        (Mode.OPTIONAL, False, [], False),
        (Mode.DISCRETIONARY, True, [], False),
        (Mode.TIMED, False, ["c"], False),
        (Mode.TIMED_STRICT, True, ["c"], True),
    ],
)
def test_the_table(mode: Mode, bars: bool, due: list[str], rests: bool) -> None:
    wrap = WrapUp(mode, 30)
    wrap.ended("c", T)
    assert wrap.active(T)
    assert wrap.bars(T) is bars
    assert wrap.due(T + 29.9) == []
    assert wrap.due(T + 30) == due
    wrap.closed("c", T + 10)
    assert wrap.due(T + 30) == []
    assert wrap.active(T + 10) is rests
    assert wrap.bars(T + 29) is rests
    assert not wrap.active(T + 30)


def test_the_clock_counts_down_where_there_is_a_limit_and_up_where_there_is_none() -> None:
    timed, free = WrapUp(Mode.TIMED, 30), WrapUp(Mode.OPTIONAL, 30)
    assert timed.clock(T) is None
    for wrap in (timed, free):
        wrap.ended("c", T)
        wrap.ended("c", T + 9)
    assert timed.clock(T + 10) == Clock(20.0, down=True)
    assert free.clock(T + 10) == Clock(10.0, down=False)


def test_a_call_that_ends_with_its_code_rests_too_where_nobody_is_free_early() -> None:
    strict = WrapUp(Mode.TIMED_STRICT, 30)
    strict.closed("c", T)
    assert strict.clock(T + 1) == Clock(29.0, down=True)
    assert strict.bars(T + 29.9)
    assert not strict.bars(T + 30)


def test_a_call_that_went_to_somebody_else_is_not_wrapped_up() -> None:
    wrap = WrapUp(Mode.TIMED_STRICT, 30)
    wrap.ended("c", T)
    wrap.gone("c")
    assert not wrap.active(T)


@given(
    st.sampled_from(list(Mode)),
    st.lists(
        st.tuples(st.sampled_from(["ended", "closed", "gone"]), st.sampled_from("abc"), st.floats(0, 50)), max_size=30
    ),
)
def test_whatever_happens_the_work_after_a_call_ends(mode: Mode, happenings: list[tuple[str, str, float]]) -> None:
    wrap, now = WrapUp(mode, 30), T
    for what, call, passed in happenings:
        now += passed
        getattr(wrap, what)(*((call,) if what == "gone" else (call, now)))
        assert wrap.bars(now) <= wrap.active(now)
        assert (wrap.clock(now) is not None) == wrap.active(now)
    later = now + 31
    if RULES[mode].timed:
        for call in wrap.due(later):
            wrap.closed(call, later)
    else:
        for call in "abc":
            wrap.closed(call, later)
    assert not wrap.active(later)
