"""When a peer that says nothing is asked."""

from ringdesk.codecs.silence import ANSWER_TIME, KEEPALIVE, Silence


def test_nobody_is_asked_who_is_not_expected_to_speak() -> None:
    silence = Silence()
    assert silence.ends is None
    assert not silence.is_over(1e9)


def test_it_is_asked_after_a_while_and_again_while_no_answer_comes() -> None:
    silence = Silence()
    silence.heard(100.0)
    assert not silence.is_over(100.0 + KEEPALIVE - 1)
    assert silence.is_over(100.0 + KEEPALIVE)
    silence.asked(131.0)
    assert (silence.unanswered, silence.ends) == (True, 131.0 + ANSWER_TIME)
    silence.heard(132.0)
    assert (silence.unanswered, silence.ends) == (False, 132.0 + KEEPALIVE)
