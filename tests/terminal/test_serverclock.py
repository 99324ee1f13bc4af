"""The server's time at a desk whose own clock is wrong, jumps, or is set back."""

import pytest

from terminal.serverclock import ServerClock, Told

NOON = 1_800_000_000.0


class Machine:
    """The server's time is `NOON + steady`; the wall clock is wrong by `wrong`."""

    def __init__(self, wrong: float) -> None:
        self.wrong = wrong
        self.steady = 50.0
        self.clock = ServerClock(lambda: self.now + self.wrong, lambda: self.steady)

    @property
    def now(self) -> float:
        return NOON + self.steady

    def ask(self) -> float:
        """The server is asked, and says its time halfway through 0.2 s."""
        asked = self.steady
        self.steady += 0.2
        return self.clock.told(self.now - 0.1, asked)


@pytest.mark.parametrize("wrong", [0.0, -120.0, 120.0, -3600.0, 6e8])
def test_it_is_the_servers_time_whatever_the_wall_clock_says(wrong: float) -> None:
    it = Machine(wrong)
    assert it.clock() == pytest.approx(it.now + wrong)
    assert it.ask() <= 0.2 + 1e-6
    assert it.clock() == pytest.approx(it.now, abs=0.2)
    it.wrong += 86400.0
    it.steady += 600.0
    assert it.clock() == pytest.approx(it.now, abs=0.2), "a jump of the wall clock is not seen"


@pytest.mark.parametrize("step", [-1e6, -10.0, 10.0, 1e6])
def test_what_lasts_a_minute_is_ended_by_no_step(step: float) -> None:
    it = Machine(0.0)
    lasts = it.clock.lasting(it.now + 60.0)
    steps: list[float] = []
    it.clock.stepped = lambda: steps.append(it.clock())
    it.clock.told(it.now + step, it.steady)
    assert bool(steps) == (abs(step) > 60)
    it.steady += 59.0
    assert lasts()
    it.steady += 2.0
    assert lasts() == (step < 0), "a clock that was fast has given it longer than it seemed"


def test_a_start_without_the_server_goes_on_from_what_was_found() -> None:
    before = Machine(-3600.0)
    before.ask()
    kept = Told(before.clock.ahead, before.clock())
    after = Machine(-3600.0)
    after.steady = before.steady + 900.0
    after.clock.resume(kept)
    assert after.clock() == pytest.approx(after.now, abs=0.2)


def test_a_wall_clock_that_was_set_back_does_not_give_time_back() -> None:
    after = Machine(-86400.0)
    after.clock.resume(Told(0.0, after.now - 60.0))
    assert after.clock() == pytest.approx(after.now - 60.0)
    after.steady += 30.0
    assert after.clock() == pytest.approx(after.now - 60.0)


def test_a_slow_answer_that_contradicts_nothing_moves_nothing() -> None:
    it = Machine(0.0)
    it.ask()
    before = it.clock() - it.steady
    asked = it.steady
    it.steady += 8.0
    assert it.clock.told(it.now - 7.9, asked) == pytest.approx(7.9, abs=0.2)
    assert it.clock() - it.steady == before
