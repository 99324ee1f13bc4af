"""When a peer that says nothing is asked."""

from ringdesk.codecs.keepalive import ANSWER_TIME, ASK_AFTER, Keepalive


def test_nobody_is_asked_who_is_not_expected_to_speak() -> None:
    keepalive = Keepalive()
    assert keepalive.ends is None
    assert not keepalive.is_over(1e9)


def test_it_is_asked_after_a_while_and_again_while_no_answer_comes() -> None:
    keepalive = Keepalive()
    keepalive.heard(100.0)
    assert not keepalive.is_over(100.0 + ASK_AFTER - 1)
    assert keepalive.is_over(100.0 + ASK_AFTER)
    keepalive.asked(131.0)
    assert (keepalive.unanswered, keepalive.ends) == (True, 131.0 + ANSWER_TIME)
    keepalive.heard(132.0)
    assert (keepalive.unanswered, keepalive.ends) == (False, 132.0 + ASK_AFTER)
