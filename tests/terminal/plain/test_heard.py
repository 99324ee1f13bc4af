"""What line by line says of news, without a desk."""

import msgspec

from ringdesk.calls import Call, CallState
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from terminal.news import CallNews, Match
from terminal.plain.heard import heard
from terminal.screens.board import Board
from terminal.widgets.when import Now
from tests.terminal.scripted_desk import NOW, call, member, plain_card, pop

LIN = member("m1", "林淑芬", "0912-345-678")


def test_a_call_that_goes_on_under_another_id_says_nothing_of_its_own() -> None:
    board = Board()
    board.hear(pop(call("a", LIN), plain_card(LIN)), NOW)
    before = board.calls["a"]
    gone = msgspec.structs.replace(call("a", LIN), state=CallState.ENDED, ended=NOW, merged_into="b")
    news = CallNews(gone)
    board.hear(news, NOW)
    assert "a" not in board.calls
    assert heard(news, board, before, Now(NOW)) == []


def test_a_second_report_of_what_may_be_the_call_on_show_is_said_once() -> None:
    board = Board()
    board.hear(pop(call("a", LIN), plain_card(LIN)), NOW)
    news = CallNews(msgspec.structs.replace(call("b", LIN), perhaps="a"))
    board.hear(news, NOW)
    (said,) = heard(news, board, None, Now(NOW))
    assert "perhaps the same call" in said
    assert heard(news, board, board.calls["b"], Now(NOW)) == []


def test_who_called_is_news_while_the_call_goes_on_and_none_when_it_is_over() -> None:
    for state, told in ((CallState.ANSWERED, 1), (CallState.ENDED, 0)):
        board = Board()
        old = call("a", LIN, state=state, claimed_by="p-mei", claimed_name=LIN.name)
        board.begin([old], "me")
        news = CallNews(old, LIN.name, matches=(Match(LIN, Why("number_exact")),))
        before = board.calls["a"]
        board.hear(news, NOW)
        assert len(heard(news, board, before, Now(NOW))) == told, state


def said_of(*states: Call, elsewhere: bool = False) -> list[str]:
    """What is said of a call of a member while it goes through the states, after its pop."""
    board = Board()
    board.hear(pop(call("a", LIN), plain_card(LIN)), NOW)
    lines: list[str] = []
    for state in states:
        news = CallNews(state, state.claimed_name, elsewhere=elsewhere and state.live)
        before = board.calls["a"]
        board.hear(news, NOW)
        lines += heard(news, board, before, Now(NOW))
    return lines


def test_a_call_that_somebody_picked_up_is_said_once_and_that_it_is_over() -> None:
    picked, over = call("a", LIN, state=CallState.ANSWERED), call("a", LIN, state=CallState.ENDED, ended=NOW)
    assert said_of(picked, picked, over, over) == [
        "Line 2 was picked up: 林淑芬. t 2 if that was you.",
        "Line 2 ended: 林淑芬.",
    ]


def test_a_call_that_rings_elsewhere_is_said_to_be_over_too() -> None:
    ringing, over = call("a", LIN), call("a", LIN, state=CallState.ENDED, ended=NOW)
    assert said_of(ringing, over, elsewhere=True) == ["Line 2 rings elsewhere now: 林淑芬.", "Line 2 ended: 林淑芬."]


def test_a_call_that_a_colleague_has_is_told_of_by_that_alone() -> None:
    claimed = call("a", LIN, state=CallState.ANSWERED, claimed_by="p-mei", claimed_name=SafeText("Mei"))
    over = msgspec.structs.replace(claimed, state=CallState.ENDED, ended=NOW)
    assert said_of(claimed, over) == ["Line 2: Mei has 林淑芬."]
