"""Callers in the carriers' words, and where a call goes on."""

import pytest

from ringdesk import numbers
from ringdesk.calls import Presentation
from ringdesk.codecs import hooksigned
from ringdesk.codecs.http import Request


@pytest.mark.parametrize(
    ("number", "presentation"),
    [
        ("+266696687", Presentation.PRIVATE),
        ("+7378742833", Presentation.PRIVATE),
        ("+2562533", Presentation.PRIVATE),
        ("+7748283", Presentation.PRIVATE),
        ("+8656696", Presentation.UNAVAILABLE),
        ("+86282452253", Presentation.UNAVAILABLE),
    ],
)
def test_words_on_the_keys_of_a_telephone(number: str, presentation: Presentation) -> None:
    caller = hooksigned.caller(number, "CHEN")
    assert (caller.raw, caller.name, caller.presentation) == (None, None, presentation)
    assert numbers.read(number).e164 is None, "nobody has this number"


def test_a_number_that_is_shown() -> None:
    caller = hooksigned.caller("886912345678", "CHEN", international=True)
    assert (caller.raw, caller.e164, caller.name) == ("886912345678", "+886912345678", "CHEN")
    assert hooksigned.caller("+886912345678", "+886912345678").name is None, "the number is no name"
    assert hooksigned.caller("+886912345678", " Anonymous ").raw is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("sip:801@pop.example.tw;transport=tls", "801"),
        ("client:anna", "anna"),
        ("SIPS:802@x", "802"),
        ("+886912000111", "+886912000111"),
        ("sip:", "sip:"),
        ("http://x", "http://x"),
        ("", ""),
    ],
)
def test_agents(given: str, name: str) -> None:
    assert hooksigned.agent(given) == name


def test_onward() -> None:
    def answer(query: str) -> tuple[int, bytes]:
        found = hooksigned.onward(Request(method="POST", url=f"https://x/h{query}"))
        return found.status, found.body

    assert answer("") == answer("?then=") == answer("?then=%FF") == answer("?then=file:///x") == (503, b"")
    assert answer("?then=https://y/%3C%26")[1].endswith(b"<Redirect>https://y/&lt;&amp;</Redirect></Response>")
