"""Recordings of a real Asterisk: what decoding them says is what was done."""

import pytest

from ringdesk.calls import Call
from tests.ringdesk.dialects.asterisk import heard, recorded

CHEN, ALICE = ("0912345678", "Chen Mei", "shown"), ("1001", "Alice 1001", "shown")
ANSWERED, CANCELLED, ENDED, MISSED, REJECTED = "answered", "cancelled", "ended", "missed", "rejected"

CALLS = {
    "attended-transfer-refer": ("in", ANSWERED, CHEN, "1001", "1002", {"1001": ENDED, "1002": ANSWERED}),
    "attended-transfer-to-group": ("in", ANSWERED, CHEN, "1001", "1003", {"1001": ENDED, "1003": ANSWERED}),
    "conference": ("in", ANSWERED, CHEN, "6000", "1001", {"1001": ANSWERED}),
    "declined-603": ("in", REJECTED, CHEN, "1001", None, {"1001": REJECTED}),
    "forwarded-302": ("in", ANSWERED, CHEN, "1001", "1002", {"1001": CANCELLED, "1002": ANSWERED}),
    "internal-unregistered": ("internal", "failed", ALICE, "1005", None, {}),
    "originate-callee-busy": ("out", "busy", ALICE, "90223456789", None, {}),
    "originate-line-first": ("out", ANSWERED, ("1001", None, "shown"), "0223456789", "1001", {"1001": ANSWERED}),
    "originate-local": ("out", ANSWERED, ALICE, "90223456789", None, {"1001": ANSWERED}),
    "outbound-caller-id-rewritten": ("out", ANSWERED, ALICE, "80223456789", None, {"1001": ANSWERED}),
    "outbound-no-such-number": ("out", "failed", ALICE, "90223456789", None, {}),
    "parked-and-fetched": ("in", ANSWERED, CHEN, "1001", "1003", {"1001": ENDED, "1003": ANSWERED}),
    "picked-up": ("in", ANSWERED, CHEN, "1001", "1003", {"1001": CANCELLED, "1003": ANSWERED}),
    "queue-local-members": ("in", ANSWERED, CHEN, "2006", "1002", {"1001": CANCELLED, "1002": ANSWERED}),
    "queue-timeout": ("in", "abandoned", CHEN, "2001", None, {"1001": MISSED, "1002": MISSED}),
    "ring-group-local": ("in", ANSWERED, CHEN, "4100", "1002", {"1001": CANCELLED, "1002": ANSWERED}),
}


def told(call: Call) -> tuple[object, ...]:
    caller = (call.caller.raw, call.caller.name, call.caller.presentation)
    legs = {str(leg.agent): leg.state.value for leg in call.legs}
    return call.direction, call.outcome, caller, call.called.raw, call.answered_by, legs


@pytest.mark.parametrize("stem", CALLS)
@pytest.mark.parametrize("times", [1, 2])
def test_recorded(stem: str, times: int) -> None:
    """One call for one telephone call: whose, and who had it; also where every message comes twice."""
    (call,) = heard([message for message in recorded(stem) for _ in range(times)]).tracker.calls
    assert told(call) == CALLS[stem]
    assert call.state == "ended"
