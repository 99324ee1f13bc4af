"""Calls that turn out to be each other, one word after the other: the last word counts, and no desk waits for ever."""

import msgspec
import pytest

from ringdesk.calls import CallState
from terminal.news import CallNews
from terminal.screens.board import Board
from tests.screens.test_desk import LIN
from tests.terminal.scripted_desk import NOW, call, plain_card, pop


@pytest.mark.parametrize("leads", [[("z", "w"), ("w", "z")], [("z", "w"), ("w", "x"), ("x", "z")], [("z", "z")]])
def test_the_last_word_counts(leads: list[tuple[str, str]]) -> None:
    board = Board()
    board.hear(pop(call("z", LIN), plain_card(LIN)), NOW)
    for gone, into in leads:
        gone_on = msgspec.structs.replace(call(gone, LIN, state=CallState.ENDED), merged_into=into)
        board.hear(CallNews(gone_on), NOW)
    row = board.row("z")
    assert row is not None
    assert row.call.id == "z"
