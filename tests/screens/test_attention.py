"""Attention: once a call, only while the terminal is not in front, never for a marked number, and only our own sequences."""

import re

import pytest

from ringdesk.calls import CallState
from ringdesk.marks import MarkLabel
from ringdesk.safetext import SafeText
from terminal.news import CallNews, ScreenPop
from terminal.screens.attention import Attention
from terminal.widgets.outlet import Signal, sequence
from tests.hostile import CASES
from tests.terminal.scripted_desk import call, member, plain_card, pop

LIN = member("lin", "林淑芬", "0912-345-678")
OURS = re.compile(r"\x07|\x1b\](?:2|9|777;notify;Ringdesk);[^\x00-\x1f\x7f-\x9f;]*\x07")


class Told:
    """An attention and all that it wrote."""

    def __init__(self, notify: str = "bell") -> None:
        self.wrote: list[str] = []
        self.secret = False
        self.it = Attention(notify, self.wrote.append, lambda: self.secret)
        self.it.look(away=True)

    def rings(self, ident: str = "c1") -> None:
        self.it.hear(pop(call(ident, LIN), plain_card(LIN)))


def test_a_bell_and_a_title_while_nobody_looks() -> None:
    told = Told()
    told.rings()
    assert told.wrote == ["\x07", "\x1b]2;Ringing: line 2, 林淑芬 0912-345-678\x07"]
    told.it.look(away=False)
    assert told.wrote[2:] == ["\x1b]2;Ringdesk\x07"]


@pytest.mark.parametrize(
    ("notify", "wanted"),
    [
        ("osc9", "\x1b]9;Ringing: line 2, 林淑芬 0912-345-678\x07"),
        ("osc777", "\x1b]777;notify;Ringdesk;Ringing: line 2, 林淑芬 0912-345-678\x07"),
    ],
)
def test_notifications_of_the_desktop(notify: str, wanted: str) -> None:
    told = Told(notify)
    told.rings()
    assert told.wrote[0] == wanted


def test_never_more_than_once_a_call() -> None:
    told = Told()
    for _ in range(3):
        told.rings()
        told.it.look(away=False)
        told.it.look(away=True)
    assert told.wrote.count("\x07") == 1
    told.rings("c2")
    assert told.wrote.count("\x07") == 2


def test_nothing_while_somebody_looks_when_it_is_off_and_for_a_marked_number() -> None:
    told = Told()
    told.it.look(away=False)
    told.rings()
    off = Told("off")
    off.rings()
    junk = Told()
    marked = pop(call("c1", LIN))
    junk.it.hear(ScreenPop(marked.call, (), (), (), (), SafeText(), mark=MarkLabel.JUNK))
    assert told.wrote == off.wrote == junk.wrote == []


def test_a_locked_desk_names_the_line_only() -> None:
    told = Told("osc9")
    told.secret = True
    told.rings()
    assert told.wrote[0] == "\x1b]9;Ringing: line 2\x07"
    assert not [each for each in told.wrote if "林" in each or "0912" in each]


def test_the_title_goes_when_somebody_has_the_call() -> None:
    told = Told()
    told.rings()
    told.it.hear(CallNews(call("c1", LIN), claimed_name=SafeText("怡君")))
    assert told.wrote[-1] == "\x1b]2;Ringdesk\x07"
    told.rings("c2")
    told.it.hear(CallNews(call("c2", LIN, state=CallState.ENDED)))
    assert told.wrote[-1] == "\x1b]2;Ringdesk\x07"


@pytest.mark.parametrize("signal", list(Signal))
def test_no_text_from_outside_ends_or_begins_a_sequence(signal: Signal) -> None:
    for text in (*CASES.values(), "4;1;100", "a;b\x07c", "x" * 5000, "陳" * 3000):
        for given in (SafeText(text), str.__new__(SafeText, text)):
            said = sequence(signal, given)
            assert OURS.fullmatch(said), repr(said)
            assert len(said) < 400


def test_a_text_that_nobody_cleaned_is_refused() -> None:
    with pytest.raises(TypeError):
        sequence(Signal.OSC9, "plain")  # type: ignore[arg-type]
