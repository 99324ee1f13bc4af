"""Recordings of a real Asterisk: what decoding them says is what was done."""

import pytest

from ringdesk.calls import Call
from tests.ringdesk.dialects.asterisk import heard, recorded

CHEN = ("0912345678", "Chen Mei", "shown")
ANSWERED, CANCELLED, ENDED, MISSED, REJECTED = "answered", "cancelled", "ended", "missed", "rejected"

CALLS = {
    "attended-transfer-refer": [("in", ANSWERED, CHEN, "1001", "1002", {"1001": ENDED, "1002": ANSWERED})],
}


def told(call: Call) -> tuple[object, ...]:
    caller = (call.caller.raw, call.caller.name, call.caller.presentation)
    legs = {str(leg.agent): leg.state.value for leg in call.legs}
    return call.direction, call.outcome, caller, call.called.raw, call.answered_by, legs


@pytest.mark.parametrize("stem", CALLS)
def test_recorded(stem: str) -> None:
    """One call for one telephone call: whose, and who had it."""
    calls = heard(recorded(stem)).tracker.calls
    assert [told(call) for call in calls] == CALLS[stem]
    assert all(call.state == "ended" for call in calls)
