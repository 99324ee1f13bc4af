from terminal.screens.pace import AFTER_KEY, AT_MOST, Layer, Pace


def test_a_quiet_desk_draws_at_once() -> None:
    pace = Pace()
    assert pace.due(10.0, Layer.CALLS) <= 10.0
    assert pace.due(10.0, Layer.PERSON) <= 10.0


def test_a_burst_draws_the_banner_each_time_and_the_card_five_times_a_second() -> None:
    pace = Pace()
    cards = 0
    waiting = False
    for tick in range(200):
        now = tick / 100
        assert pace.due(now, Layer.CALLS) <= now
        pace.drawn(now, Layer.CALLS)
        waiting = True
        if waiting and pace.due(now, Layer.PERSON) <= now:
            pace.drawn(now, Layer.PERSON)
            cards += 1
    assert 9 <= cards <= 2 / Layer.PERSON.value + 1


def test_nothing_is_drawn_just_after_a_key() -> None:
    pace = Pace()
    pace.key = 5.0
    assert pace.due(5.01, Layer.CALLS) == 5.0 + AFTER_KEY
    assert pace.due(5.01, Layer.PERSON) == 5.0 + AFTER_KEY


def test_fast_typing_puts_a_drawing_off_but_not_for_ever() -> None:
    pace = Pace()
    asked = 1.0
    pace.due(asked, Layer.PERSON)
    pace.key = asked + AT_MOST + 1
    assert pace.due(asked + AT_MOST + 1, Layer.PERSON) == asked + AT_MOST
