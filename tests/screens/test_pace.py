from terminal.screens.pace import AFTER_KEY, AT_MOST, BETWEEN_CARDS, Pace


def test_a_quiet_desk_draws_at_once() -> None:
    pace = Pace()
    assert pace.due(10.0, card=False) <= 10.0
    assert pace.due(10.0, card=True) <= 10.0


def test_a_burst_draws_the_banner_each_time_and_the_card_five_times_a_second() -> None:
    pace = Pace()
    cards = 0
    waiting = False
    for tick in range(200):
        now = tick / 100
        assert pace.due(now, card=False) <= now
        pace.drawn(now, card=False)
        waiting = True
        if waiting and pace.due(now, card=True) <= now:
            pace.drawn(now, card=True)
            cards += 1
    assert 9 <= cards <= 2 / BETWEEN_CARDS + 1


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
