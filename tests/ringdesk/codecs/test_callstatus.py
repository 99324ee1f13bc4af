"""Calls in Twilio's words: what the dialects that speak them do not test each."""

from ringdesk.calls import CallEvent, Direction, EventKind
from ringdesk.codecs import callstatus

BASE = CallEvent(event=EventKind.RINGING, at=1.0, source="s")
CALL = {"CallSid": "1", "CallStatus": "ringing", "From": "+886912345678", "To": "+886227208889"}


def read(**more: str) -> callstatus.Report:
    found = callstatus.read({**CALL, **more}, BASE, "1")
    assert found is not None
    return found


def test_which_requests_ask_what_to_do() -> None:
    """Those without a mark of status callbacks, unless the call is over."""
    assert read().asks
    assert read(CallStatus="in-progress").asks
    assert not read(CallStatus="completed").asks
    for mark in ("CallbackSource", "SequenceNumber", "Timestamp", "CallDuration"):
        assert not read(**{mark: "1"}).asks


def test_a_browser_of_ours_calls_out() -> None:
    assert read(From="client:anna").events[0].direction is Direction.OUT
    assert read(From="sip:anna@x").events[0].direction is Direction.IN
    assert read(From="client:anna", ParentCallSid="0", To="client:ben").events[0].direction is Direction.IN


def test_without_a_caller_nothing_is_said_of_one() -> None:
    values = {name: value for name, value in CALL.items() if name != "From"}
    found = callstatus.read(values, BASE, "")
    assert found is not None
    assert found.events[0].caller is None


def test_forwarded_by_somebody_withheld() -> None:
    via = read(ForwardedFrom="+886225001111").events[0].via
    assert via is not None
    assert via.raw == "+886225001111"
    assert read(ForwardedFrom="+266696687").events[0].via is None


def test_a_leg_to_nowhere() -> None:
    assert read(ParentCallSid="0", To="").events == ()


def test_deliveries() -> None:
    names = [read().once, read(From="+1").once, read(SequenceNumber="1").once, read(CallStatus="busy").once]
    assert len(set(names)) == 3
