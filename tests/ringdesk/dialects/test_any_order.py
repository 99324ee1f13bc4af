"""Requests overtake each other: whatever their order, a call ends as it does in the right one."""

from collections.abc import Sequence
from itertools import permutations

import pytest

from config import registry
from ringdesk.callbacks import Policy, lost
from ringdesk.calls import Call, CallEvent, CallState, Direction, Outcome
from ringdesk.dialects import SourceOptions
from ringdesk.simulators import Incoming
from ringdesk.simulators.hooks import Told, signing
from ringdesk.simulators.hooks.providers import PROVIDERS
from ringdesk.tracker import Tracker

AT = 1795325880.0
URL = "https://pop.example.tw/hook/one"
BARE = ["twilio", "signalwire", "plivo", "ringcentral"]
"""They do not say how a call ended."""


def batches(name: str, answer: str | None) -> list[tuple[CallEvent, ...]]:
    """The events of each request of a call, in the order in which it was sent."""
    it = Told(
        call=Incoming(number="0912345678", answer=answer),
        id="0123456789abcdef" * 2,
        number="+886912345678",
        called="+886227208889",
        at=AT,
    )
    dialect = registry.webhook(name)("source", SourceOptions())
    return [
        dialect.request(signing.unsigned(part, URL), AT + part.after, ()).events for part in PROVIDERS[name].parts(it)
    ]


def call_of(order: Sequence[tuple[CallEvent, ...]]) -> Call:
    tracker = Tracker()
    for events in order:
        for event in events:
            tracker.received(event)
    (call,) = tracker.calls
    return call


@pytest.mark.parametrize("name", BARE)
@pytest.mark.parametrize(("answer", "outcome"), [("802", Outcome.ANSWERED), (None, Outcome.MISSED)])
def test_a_call_ends_in_the_same_way(name: str, answer: str | None, outcome: Outcome) -> None:
    for order in permutations(batches(name, answer)):
        call = call_of(order)
        assert (call.state, call.outcome) == (CallState.ENDED, outcome), order
        assert lost(call, Policy()) is (outcome is Outcome.MISSED)
        assert call.answered_by == answer


@pytest.mark.parametrize(("answer", "outcome"), [("802", Outcome.ANSWERED), (None, Outcome.MISSED)])
def test_whichever_leg_is_heard_of_first_the_call_comes_in(answer: str | None, outcome: Outcome) -> None:
    for order in permutations(batches("telnyx", answer)):
        call = call_of(order)
        assert (call.direction, call.state, call.outcome) == (Direction.IN, CallState.ENDED, outcome), order
        assert (call.caller.raw, call.called.raw) == ("+886912345678", "+886227208889")
        assert lost(call, Policy()) is (outcome is Outcome.MISSED)
