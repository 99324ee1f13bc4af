"""Calls of an Asterisk that our own telephones make, or that it makes for them."""

import pytest

from tests.ringdesk.dialects.asterisk import Channel, heard, phone, said


def test_a_call_that_is_placed_by_a_program() -> None:
    own, out = phone("1001", "1.1", None), Channel("PJSIP/trunk-00000002", "1.2", "1.1")
    bench = heard([own.new(), said("DialBegin", **own.keys("Dest"), DialString="1001")])
    assert not bench.tracker.calls
    bench.hear(own.up(), said("DialEnd", **own.keys("Dest"), DialStatus="ANSWER"))
    own.exten = "0223456789"
    bench.hear(out.new(), own.dials(out), own.dialled(out, "ANSWER"), out.gone(), own.gone())
    assert (bench.call.direction, bench.call.called.raw, bench.call.outcome) == ("out", "0223456789", "answered")


@pytest.mark.parametrize(
    ("exten", "direction"), [("1005", "internal"), ("0223456789", "out"), ("+886223456789", "out")]
)
def test_what_our_telephone_dials_in_vain(exten: str, direction: str) -> None:
    own = phone("1001", "1.1", None, exten=exten)
    call = heard([own.new(), own.gone("3")]).call
    assert (call.direction, call.called.raw, call.outcome) == (direction, exten, "failed")


@pytest.mark.parametrize("exten", ["*8", "#1", "s"])
def test_a_wish_to_the_exchange_is_no_call(exten: str) -> None:
    own = phone("1001", "1.1", None, exten=exten)
    assert not heard([own.new(), own.gone("3")]).tracker.calls


def test_a_menu_that_our_telephone_dials_is_no_call() -> None:
    own = phone("1001", "1.1", None, exten="3000")
    assert not heard([own.new(), own.up(), own.gone()]).tracker.calls


def test_a_line_that_the_exchange_rings_is_called_out() -> None:
    out = Channel("PJSIP/trunk-00000001", "1.1", "1.1")
    bench = heard([out.new(), said("DialBegin", **out.keys("Dest"), DialString="0223456789@trunk"), out.gone("17")])
    assert (bench.call.direction, bench.call.called.raw, bench.call.outcome) == ("out", "0223456789", "busy")
    told = heard(
        [out.new(), said("DialBegin", **out.keys("Dest"), DialString="trunk/0223456789"), out.up(), out.gone()]
    )
    assert (told.call.called.raw, told.call.outcome, told.call.absent) == ("0223456789", "answered", False)


def test_the_name_of_a_line_that_the_exchange_rings_is_whom_it_calls() -> None:
    out, rung = Channel("PJSIP/trunk-00000001", "1.1", "1.1"), phone("1001", "1.2")
    ringing = [out.new(), said("DialBegin", **out.keys("Dest"), DialString="0223456789@trunk")]
    out.num = "90223456789"
    bench = heard([*ringing, out.up(), rung.new(), out.dials(rung), out.dialled(rung, "ANSWER"), out.gone()])
    assert (bench.call.caller.raw, bench.call.called.raw) == ("1001", "0223456789")


def test_a_line_without_a_state_of_ringing_that_names_a_number_comes_in() -> None:
    line = Channel("CAPI/ISDN1-1", "1.1", "1.1", num="0912345678", exten="1001")
    assert heard([line.new(), line.gone("17")]).call.direction == "in"


def test_a_line_that_hung_up_says_how_though_the_dial_is_never_told_to_have_ended() -> None:
    own, out = phone("1001", "1.1", None, exten="90223456789"), Channel("PJSIP/trunk-00000002", "1.2", "1.1")
    bench = heard([own.new(), own.up(), out.new(), own.dials(out), out.gone("17"), own.gone()])
    assert (bench.call.direction, bench.call.outcome) == ("out", "busy")


@pytest.mark.parametrize("name", ["Snoop/1.1-00000001", "CBAnn/6000-00000001;1", "OutgoingSpoolFailed"])
def test_a_channel_with_nobody_at_its_end_is_no_call(name: str) -> None:
    channel = Channel(name, "1.1", exten="failed")
    assert not heard([channel.new(), channel.up(), channel.gone()]).tracker.calls
