from itertools import pairwise

from terminal.screens.pace import AFTER_KEY, AT_MOST, AT_ONCE, BETWEEN_CALLS, BETWEEN_CARDS, Pace


def test_a_quiet_desk_draws_at_once() -> None:
    pace = Pace()
    assert pace.due(10.0, card=False) <= 10.0
    assert pace.due(10.0, card=True) <= 10.0


def drawings(pace: Pace, news: list[float], *, card: bool) -> list[float]:
    """When it is drawn, where something changes at these times and a screen looks every millisecond."""
    times, drawn, asked = sorted(news), [], False
    for millisecond in range(int(times[-1] * 1000) + 1000):
        now = millisecond / 1000
        while times and times[0] <= now:
            times.pop(0)
            asked = True
        if asked and pace.due(now, card=card) <= now:
            pace.drawn(now, card=card)
            drawn.append(now)
            asked = False
    return drawn


def test_a_call_is_drawn_at_once_at_each_of_its_steps() -> None:
    steps = [1.0, 1.02, 1.05, 1.07, 1.09, 9.0, 9.02, 9.05, 9.07, 9.09]
    assert drawings(Pace(), steps, card=False) == steps


def test_a_burst_draws_the_calls_and_the_card_five_times_a_second() -> None:
    burst = [tick / 100 for tick in range(200)]
    calls = drawings(Pace(), burst, card=False)
    assert calls[:AT_ONCE] == burst[:AT_ONCE]
    assert len(calls) <= 2 / BETWEEN_CALLS + AT_ONCE
    assert max(late - soon for soon, late in pairwise(calls)) <= BETWEEN_CALLS + 0.01
    assert calls[-1] >= burst[-1]
    assert 9 <= len(drawings(Pace(), burst, card=True)) <= 2 / BETWEEN_CARDS + 1


def test_nothing_is_drawn_just_after_a_key() -> None:
    pace = Pace()
    pace.key = 5.0
    assert pace.due(5.01, card=False) == 5.0 + AFTER_KEY
    assert pace.due(5.01, card=True) == 5.0 + AFTER_KEY


def test_fast_typing_puts_a_drawing_off_but_not_for_ever() -> None:
    pace = Pace()
    asked = 1.0
    pace.due(asked, card=True)
    pace.key = asked + AT_MOST + 1
    assert pace.due(asked + AT_MOST + 1, card=True) == asked + AT_MOST
