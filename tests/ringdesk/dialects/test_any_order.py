"""Requests overtake each other: whatever their order, a call ends as it does in the right one."""

from collections.abc import Sequence
from itertools import combinations, permutations

import pytest

from config import registry
from ringdesk.callbacks import Policy, lost
from ringdesk.calls import Call, CallEvent, CallState, Direction, Outcome
from ringdesk.dialects import SourceOptions
from ringdesk.simulators import Incoming
from ringdesk.simulators.hooks import Part, Told, signing
from ringdesk.simulators.hooks.providers import PROVIDERS
from ringdesk.tracker import Tracker, give_up, pop_due

AT = 1795325880.0
URL = "https://pop.example.tw/hook/one"
BARE = ["twilio", "signalwire", "plivo", "ringcentral"]
"""They do not say how a call ended."""


def call_told(answer: str | None) -> Told:
    return Told(
        call=Incoming(number="0912345678", answer=answer),
        id="0123456789abcdef" * 2,
        number="+886912345678",
        called="+886227208889",
        at=AT,
    )


def batches(name: str, answer: str | None) -> list[tuple[CallEvent, ...]]:
    """The events of each request of a call, in the order in which it was sent."""
    it = call_told(answer)
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


def heard(name: str, parts: Sequence[Part]) -> tuple[Call, list[bool]]:
    """The one call that requests amount to which come within a second of each other, when nothing more is heard of it; and after
    each of them, whether it called somebody."""
    dialect = registry.webhook(name)("source", SourceOptions())
    tracker, now, calls_somebody = Tracker(), AT + max(part.after for part in parts), list[bool]()
    for number, part in enumerate(parts):
        now += number / 10
        for event in dialect.request(signing.unsigned(part, URL), now, ()).events:
            tracker.received(event)
        calls_somebody.append(any(map(waits, tracker.calls)))
    (call,) = tracker.calls
    return give_up(call, now) if call.live else call, calls_somebody


def waits(call: Call) -> bool:
    return pop_due(call) and call.state in (CallState.NEW, CallState.RINGING, CallState.QUEUED)


NAMELESS = {"shop", "cloudtalk"}
"""They name no call, so what they tell is of the call that rang before."""


@pytest.mark.parametrize("answer", ["802", None])
@pytest.mark.parametrize("name", sorted(set(PROVIDERS) - NAMELESS))
def test_two_requests_that_change_places_change_nothing_of_the_end(name: str, answer: str | None) -> None:
    """What is older undoes nothing: neither does a call that is over ring again, nor a telephone that rang in vain."""
    parts = list(PROVIDERS[name].parts(call_told(answer)))
    right, _ = heard(name, parts)
    for one, other in combinations(range(len(parts)), 2):
        order = parts.copy()
        order[one], order[other] = parts[other], parts[one]
        call, calls_somebody = heard(name, order)
        assert (call.state, call.outcome, call.caller) == (right.state, right.outcome, right.caller)
        assert not any(calls_somebody[order.index(parts[-1]) :]), "it called somebody after its end"
