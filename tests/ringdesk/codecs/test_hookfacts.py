"""Facts that every webhook tells."""

import pytest

from ringdesk.calls import Called, Caller, Presentation
from ringdesk.codecs import hookfacts
from ringdesk.safetext import SafeText


def test_a_caller() -> None:
    assert hookfacts.caller("0912345678", "陳美玲") == Caller(
        raw=SafeText("0912345678"), presentation=Presentation.SHOWN, name=SafeText("陳美玲")
    )
    assert hookfacts.caller("+886912345678", "unknown").e164 == "+886912345678"
    assert hookfacts.caller("886912345678", international=True).e164 == "+886912345678"
    assert hookfacts.caller("886912345678").e164 is None, "that is the line's to say"
    assert hookfacts.caller("0912345678", international=True).e164 is None
    assert hookfacts.caller("client:\x1balice", "").raw == "client:alice"


@pytest.mark.parametrize(
    ("given", "presentation"),
    [("anonymous", Presentation.PRIVATE), ("Restricted", Presentation.PRIVATE), ("", Presentation.UNAVAILABLE)],
)
def test_a_withheld_number_has_neither_number_nor_name(given: str, presentation: Presentation) -> None:
    for international in (False, True):
        assert hookfacts.caller(given, "0912345678", international=international) == Caller(presentation=presentation)


def test_what_was_called() -> None:
    assert hookfacts.called() is None
    assert hookfacts.called("02\x1b", queue="sales") == Called(raw=SafeText("02"), queue=SafeText("sales"))


def test_ids() -> None:
    assert hookfacts.native_id("a\x1b\x07b" + "c" * 999) == "ab" + "c" * (hookfacts.LONGEST_ID - 2)
    assert hookfacts.made_id("0912345678", "1") != hookfacts.made_id("0912345678", "2")
    assert "0912345678" not in hookfacts.made_id("0912345678")
    assert hookfacts.delivery("a", "b") != hookfacts.delivery("ab") != hookfacts.delivery("", "ab")
    assert len(hookfacts.delivery("a\ud800")) == 64
