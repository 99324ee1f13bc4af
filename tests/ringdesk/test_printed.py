"""The JSON objects of events and calls."""

import json

from ringdesk.calls import (
    Call,
    Called,
    Caller,
    CallEvent,
    CallState,
    EventKind,
    Leg,
    LegState,
    Outcome,
    Presentation,
    SourceKey,
    Via,
)
from ringdesk.printed import call_object, event_object
from ringdesk.safetext import SafeText

CHEN = Caller(raw=SafeText("0912345678"), e164="+886912345678", presentation=Presentation.SHOWN, name=SafeText("CHEN"))
CHEN_OBJECT = {"raw": "0912345678", "e164": "+886912345678", "presentation": "shown", "name": "CHEN"}


def test_an_event() -> None:
    event = CallEvent(event=EventKind.CALLER, at=1795325880.12, source="s", native_id="1", caller=CHEN)
    assert event_object(event) == {
        "event": "caller",
        "at": "2026-11-22T05:38:00.120Z",
        "source": "s",
        "native_id": "1",
        "caller": CHEN_OBJECT,
        "called": None,
        "reason": None,
        "verified": None,
    }


def test_a_refusal_has_the_same_keys() -> None:
    event = CallEvent(event=EventKind.REJECTED, at=0.0, source="s", reason=SafeText("why"), verified=False)
    found = event_object(event)
    assert (found["event"], found["reason"], found["verified"]) == ("rejected", "why", False)


def test_a_call_that_says_nothing() -> None:
    assert call_object(Call(id="c")) == {
        "call": "c",
        "direction": "in",
        "state": "new",
        "outcome": None,
        "caller": {"raw": None, "e164": None, "presentation": "unavailable", "name": None},
        "called": {"raw": None, "line": None, "queue": None},
        "via": None,
        "answered_by": None,
        "claimed_by": None,
        "legs": [],
        "started": "1970-01-01T00:00:00.000Z",
        "answered": None,
        "ended": None,
        "sources": [],
    }


def test_a_call_that_says_all() -> None:
    found = call_object(
        Call(
            id="c",
            state=CallState.ENDED,
            outcome=Outcome.ANSWERED,
            caller=CHEN,
            called=Called(raw=SafeText("81"), line=SafeText("1"), queue=SafeText("sales")),
            via=Via(raw=SafeText("02"), reason="busy"),
            answered_by=SafeText("801"),
            claimed_by="mei",
            legs=(Leg(SafeText("801"), LegState.ENDED),),
            answered=2.5,
            ended=3.0,
            sources=(SourceKey("s", "1"), SourceKey("s", "2"), SourceKey("t", "1")),
            ring_count=3,
            disposition="order",
        )
    )
    assert set(found) == set(call_object(Call(id="c")))
    assert (found["outcome"], found["caller"], found["answered"]) == (
        "answered",
        CHEN_OBJECT,
        "1970-01-01T00:00:02.500Z",
    )
    assert found["called"] == {"raw": "81", "line": "1", "queue": "sales"}
    assert found["via"] == {"raw": "02", "reason": "busy"}
    assert (found["answered_by"], found["claimed_by"], found["sources"]) == ("801", "mei", ["s", "t"])
    assert found["legs"] == [{"agent": "801", "state": "ended"}]
    assert json.loads(json.dumps(found)) == found
