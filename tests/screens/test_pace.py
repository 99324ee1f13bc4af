from itertools import pairwise

import pytest

from terminal.screens.pace import AFTER_KEY, AT_MOST, Layer, Pace


def test_a_quiet_desk_draws_at_once() -> None:
    pace = Pace()
    assert pace.due(10.0, Layer.BANNER) <= 10.0
    assert pace.due(10.0, Layer.PERSON) <= 10.0


def drawings(news: list[float], layer: Layer) -> list[float]:
    """When it is drawn, where something changes at these times and a screen looks every millisecond."""
    pace, times, drawn, asked = Pace(), sorted(news), [], False
    for millisecond in range(int(times[-1] * 1000) + 1000):
        now = millisecond / 1000
        while times and times[0] <= now:
            times.pop(0)
            asked = True
        if asked and pace.due(now, layer) <= now:
            pace.drawn(now, layer)
            drawn.append(now)
            asked = False
    return drawn


def test_a_call_is_drawn_at_once_at_each_of_its_steps() -> None:
    steps = [1.0, 1.02, 1.05, 1.07, 1.09, 9.0, 9.02, 9.05, 9.07, 9.09]
    assert drawings(steps, Layer.BANNER) == steps


@pytest.mark.parametrize("layer", Layer)
def test_a_burst_is_drawn_a_few_times_a_second_and_to_its_end(layer: Layer) -> None:
    burst = [tick / 100 for tick in range(200)]
    drawn = drawings(burst, layer)
    assert drawn[: layer.at_once] == burst[: layer.at_once]
    assert 2 / layer.gap - 2 <= len(drawn) <= 2 / layer.gap + layer.at_once
    assert max(late - soon for soon, late in pairwise(drawn)) <= layer.gap + 0.01
    assert drawn[-1] >= burst[-1]


def test_nothing_is_drawn_just_after_a_key() -> None:
    pace = Pace()
    pace.key = 5.0
    assert pace.due(5.01, Layer.BANNER) == 5.0 + AFTER_KEY
    assert pace.due(5.01, Layer.PERSON) == 5.0 + AFTER_KEY


def test_fast_typing_puts_a_drawing_off_but_not_for_ever() -> None:
    pace = Pace()
    asked = 1.0
    pace.due(asked, Layer.PERSON)
    pace.key = asked + AT_MOST + 1
    assert pace.due(asked + AT_MOST + 1, Layer.PERSON) == asked + AT_MOST


@pytest.mark.parametrize("layer", Layer)
def test_drawings_out_of_turn_put_off_the_next_by_one_turn_at_most(layer: Layer) -> None:
    pace = Pace()
    for _ in range(9):
        pace.drawn(5.0, layer)
    assert pace.due(5.0, layer) == pytest.approx(5.0 + layer.gap)
