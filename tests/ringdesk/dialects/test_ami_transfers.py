"""Calls of an Asterisk that go from one telephone to another."""

import pytest

from tests.ringdesk.dialects.asterisk import heard, phone, said, trunk


def test_an_attended_transfer_makes_one_call_of_two() -> None:
    caller, first = trunk("1.1"), phone("1001", "1.2")
    asks, second = phone("1001", "1.3", None, exten="1002"), phone("1002", "1.4", "1.3")
    bench = heard(
        [
            caller.new(), first.new(), caller.dials(first), first.up(), caller.dialled(first, "ANSWER"), caller.up(),
            first.enters("a"), caller.enters("a"), said("Hold", **first.keys()),
        ]
    )  # fmt: skip
    bench.hear(
        *[
            asks.new(), second.new(), asks.dials(second), second.up(), asks.dialled(second, "ANSWER"), asks.up(),
            second.enters("b"), asks.enters("b"),
        ]
    )  # fmt: skip
    talked = [(call.direction, call.state, call.answered_by) for call in bench.tracker.calls]
    assert talked == [("in", "held", "1001"), ("internal", "answered", "1002")]
    transfer = {
        **first.keys("OrigTransferer"), **asks.keys("SecondTransferer"), **caller.keys("Transferee"),
        **second.keys("TransferTarget"),
    }  # fmt: skip
    bench.hear(said("AttendedTransfer", Result="Success", DestType="Bridge", **transfer))
    second.link = asks.link = "1.1"
    bench.hear(asks.leaves("b"), caller.enters("b"), asks.gone(), first.gone())
    assert (bench.call.state, bench.call.answered_by) == ("answered", "1002")
    bench.hear(second.gone(), caller.gone())
    bench.run(1)
    assert (bench.call.outcome, bench.call.answered_by, bench.call.caller.raw) == ("answered", "1002", "0912345678")
    assert bench.legs == {"1001": "ended", "1002": "answered"}


def test_a_transfer_of_which_only_the_bridge_is_seen() -> None:
    caller, first = trunk("1.1"), phone("1001", "1.2")
    asks, second = phone("1001", "1.3", None, exten="1002"), phone("1002", "1.4", "1.3")
    bench = heard(
        [
            caller.new(), first.new(), caller.dials(first), caller.dialled(first, "ANSWER"),
            asks.new(), second.new(), asks.dials(second), asks.dialled(second, "ANSWER"),
            second.enters("b"), asks.enters("b"), first.gone(),
        ]
    )  # fmt: skip
    second.link = asks.link = "1.1"
    bench.hear(asks.leaves("b"), caller.enters("b"), second.enters("b"), asks.gone())
    assert (bench.call.state, bench.call.answered_by) == ("answered", "1002")


def test_a_caller_is_handed_to_a_colleague_who_had_rung_before() -> None:
    colleague, asked = phone("1003", "1.1", None, exten="1001"), phone("1001", "1.2", "1.1")
    caller, first = trunk("1.3"), phone("1001", "1.4", "1.3")
    bench = heard(
        [
            colleague.new(), asked.new(), colleague.dials(asked), asked.enters("b"), colleague.enters("b"),
            caller.new(), first.new(), caller.dials(first), first.enters("a"), caller.enters("a"), caller.leaves("a"),
        ]
    )  # fmt: skip
    transfer = {
        **first.keys("OrigTransferer"), **asked.keys("SecondTransferer"), **caller.keys("Transferee"),
        **colleague.keys("TransferTarget"),
    }  # fmt: skip
    caller.link = first.link = "1.1"
    bench.hear(caller.enters("b"), said("AttendedTransfer", Result="Success", DestType="Bridge", **transfer))
    bench.hear(asked.gone(), first.gone(), caller.gone(), colleague.gone())
    bench.run(1)
    assert (bench.call.direction, bench.call.caller.raw, bench.call.answered_by) == ("in", "0912345678", "1003")


def test_parked_and_fetched_by_another() -> None:
    caller, first, other = trunk(), phone("1001", "1.2"), phone("1003", "1.5", None, exten="701")
    bench = heard([caller.new(), first.new(), caller.dials(first), caller.dialled(first, "ANSWER"), caller.up()])
    bench.hear(said("ParkedCall", **caller.keys("Parkee"), ParkingSpace="701"), first.gone())
    assert bench.call.state == "held"
    bench.hear(
        other.new(), said("UnParkedCall", **caller.keys("Parkee"), **other.keys("Retriever"), ParkingSpace="701")
    )
    assert (bench.call.state, bench.call.answered_by) == ("answered", "1003")
    assert bench.legs == {"1001": "ended", "1003": "answered"}


def test_a_call_that_another_picks_up() -> None:
    caller, rung, taker = trunk(), phone("1001", "1.2"), phone("1003", "1.5", None, exten="*81001")
    bench = heard([caller.new(), rung.new(), caller.dials(rung), taker.new()])
    bench.hear(said("Pickup", **taker.keys(), **rung.keys("Target")))
    bench.hear(caller.dialled(rung, "CANCEL"), rung.gone("26"))
    assert (bench.call.answered_by, bench.legs) == ("1003", {"1001": "cancelled", "1003": "answered"})


def test_whoever_had_the_call_did_not_miss_it_though_it_rings_there_again() -> None:
    caller, first, again = trunk(), phone("1001", "1.2"), phone("1001", "1.3")
    bench = heard([caller.new(), first.new(), caller.dials(first), caller.dialled(first, "ANSWER"), caller.up()])
    transfer = {**first.keys("Transferer"), **caller.keys("Transferee"), "Result": "Success"}
    bench.hear(said("BlindTransfer", **transfer), first.gone(), again.new(), caller.dials(again))
    bench.hear(caller.dialled(again, "NOANSWER"), again.gone("19"), caller.gone())
    assert (bench.call.outcome, bench.call.answered_by, bench.legs) == ("answered", "1001", {"1001": "ended"})


def test_whom_our_telephones_call_after_the_caller_hung_up_did_not_answer_the_caller() -> None:
    caller, first, second = trunk(), phone("1001", "1.2"), phone("1002", "1.3")
    bench = heard([caller.new(), first.new(), caller.dials(first), caller.dialled(first, "ANSWER"), caller.gone()])
    bench.hear(second.new(), first.dials(second), first.dialled(second, "ANSWER"), second.gone(), first.gone())
    assert (bench.call.outcome, bench.call.answered_by) == ("answered", "1001")


@pytest.mark.parametrize("first_there", [True, False])
def test_a_conference(first_there: bool) -> None:
    caller, agent = trunk(exten="6000"), phone("1001", "2.2", None, exten="6000")
    rest = phone("1002", "3.2", None, exten="6000")
    both = [caller.enters("c"), agent.enters("c")]
    bench = heard([caller.new(), agent.new(), *(both if first_there else reversed(both)), rest.new(), rest.enters("c")])
    assert (bench.call.state, bench.call.answered_by) == ("answered", "1001")
    bench.hear(agent.gone(), rest.gone(), caller.gone())
    assert (bench.call.outcome, bench.legs) == ("answered", {"1001": "answered"})


def test_two_callers_who_are_put_through_to_each_other_stay_two_calls() -> None:
    one, first = trunk("1.1"), phone("1001", "1.2")
    other, second = trunk("2.1", num="0922000111"), phone("1002", "2.2", "2.1")
    bench = heard(
        [
            one.new(), first.new(), one.dials(first), one.dialled(first, "ANSWER"), one.enters("a"), first.enters("a"),
            other.new(), second.new(), other.dials(second), other.dialled(second, "ANSWER"), other.enters("b"),
            second.enters("b"),
        ]
    )  # fmt: skip
    other.link = second.link = "1.1"
    bench.hear(one.enters("b"), other.gone(), second.gone(), first.gone(), one.gone())
    bench.run(1)
    assert [(call.caller.raw, call.answered_by, call.outcome) for call in bench.tracker.calls] == [
        ("0912345678", "1001", "answered"),
        ("0922000111", "1002", "answered"),
    ]


def test_held_and_fetched_back() -> None:
    caller, agent = trunk(), phone("1001", "1.2")
    bench = heard([caller.new(), agent.new(), caller.dials(agent), caller.dialled(agent, "ANSWER")])
    bench.hear(said("Hold", **agent.keys()))
    assert bench.call.state == "held"
    bench.hear(said("Unhold", **agent.keys()), said("Unhold", **agent.keys()))
    assert bench.call.state == "answered"
