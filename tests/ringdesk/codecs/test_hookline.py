"""Lines whose hook is seen."""

from ringdesk.calls import Caller, CallEvent, Direction, EventKind, Outcome, Presentation
from ringdesk.codecs.hookline import LATE_TIME, MISSED_TIME, RINGING_TIME, Facts, HookLine
from ringdesk.codecs.passiveline import OpeningTimes
from ringdesk.safetext import SafeText

CHEN = Facts(caller=Caller(raw=SafeText("0912345678"), presentation=Presentation.SHOWN))
LIN = Facts(caller=Caller(raw=SafeText("0227208889"), presentation=Presentation.SHOWN))
PRIVATE = Facts(caller=Caller(presentation=Presentation.PRIVATE))
OUT = Facts(direction=Direction.OUT, dialled=SafeText("0225001111"))


def line() -> HookLine:
    return HookLine("s", "1", 8.0, OpeningTimes())


def said(events: list[CallEvent]) -> list[str]:
    return [f"{event.event.value} {event.outcome.value}" if event.outcome else event.event.value for event in events]


def ids(*events: CallEvent) -> int:
    return len({event.native_id for event in events})


def test_off_hook_while_it_rings_is_the_answer() -> None:
    one = line()
    events = one.ring(0.0) + one.start(CHEN, 3.0) + one.ring(6.0) + one.off_hook(9.0) + one.on_hook(49.0)
    assert said(events) == ["ringing", "caller", "ringing", "answered", "ended answered"]
    assert one.end(CHEN, 49.2, Outcome.ANSWERED) == []
    assert ids(*events) == 1
    assert one.next_due is None


def test_an_end_of_no_seconds_is_a_missed_call() -> None:
    one = line()
    events = one.ring(0.0) + one.start(CHEN, 3.0) + one.end(CHEN, 20.0, Outcome.MISSED)
    assert said(events) == ["ringing", "caller", "ended missed"]


def test_that_it_was_picked_up_is_known_better_than_the_count_of_seconds() -> None:
    one = line()
    events = one.ring(0.0) + one.off_hook(2.0) + one.end(CHEN, 2.4, Outcome.MISSED)
    assert said(events) == ["ringing", "answered", "ended answered"]


def test_an_end_of_some_seconds_is_an_answered_call_though_no_hook_was_seen() -> None:
    one = line()
    assert said(one.start(CHEN, 0.0) + one.end(CHEN, 70.0, Outcome.ANSWERED)) == ["ringing", "caller", "ended answered"]


class TestSilence:
    def test_after_a_reported_ring_is_a_missed_call(self) -> None:
        one = line()
        one.ring(0.0)
        one.ring(6.0)
        assert one.next_due == 14.0
        assert said(one.due(14.0)) == ["ring_stopped"]
        assert one.next_due == 6.0 + MISSED_TIME
        assert said(one.due(6.0 + MISSED_TIME)) == ["ended missed"]
        assert one.next_due is None

    def test_lasts_longer_where_only_the_first_ring_is_reported(self) -> None:
        one = line()
        one.ring(0.0)
        assert one.next_due == RINGING_TIME

    def test_after_a_record_alone_says_nothing_of_the_end(self) -> None:
        one = line()
        one.start(CHEN, 0.0)
        assert said(one.due(RINGING_TIME)) == ["ring_stopped"]
        assert one.next_due is None

    def test_may_be_broken_by_the_answer(self) -> None:
        one = line()
        one.ring(0.0)
        one.due(RINGING_TIME)
        assert said(one.off_hook(40.0)) == ["answered"]

    def test_and_by_the_end(self) -> None:
        one = line()
        one.start(CHEN, 0.0)
        one.due(RINGING_TIME)
        assert said(one.end(CHEN, 80.0, Outcome.ANSWERED)) == ["ended answered"]

    def test_is_over_at_once_when_nobody_looked_at_the_clock(self) -> None:
        one = line()
        one.ring(0.0)
        assert said(one.due(1000.0)) == ["ring_stopped", "ended missed"]


class TestTheNextCall:
    def test_after_a_lost_on_hook_ends_the_one_before_as_answered(self) -> None:
        one = line()
        one.ring(0.0)
        one.off_hook(2.0)
        assert said(one.ring(100.0)) == ["ended answered", "ringing"]

    def test_after_the_ringing_stopped_is_another(self) -> None:
        one = line()
        first = one.ring(0.0)
        one.due(RINGING_TIME)
        second = one.ring(60.0)
        assert said(second) == ["ended missed", "ringing"]
        assert ids(first[0], second[1]) == 2

    def test_of_another_number_is_another(self) -> None:
        one = line()
        one.start(CHEN, 0.0)
        assert said(one.start(LIN, 5.0)) == ["ended unknown", "ringing", "caller"]

    def test_of_the_same_number_soon_after_is_another_too(self) -> None:
        one = line()
        first = one.start(CHEN, 0.0)
        one.end(CHEN, 10.0, Outcome.MISSED)
        second = one.start(CHEN, 20.0)
        assert said(second) == ["ringing", "caller"]
        assert ids(first[0], second[0]) == 2

    def test_that_waits_during_a_call_is_taken_by_the_hook_flash(self) -> None:
        one = line()
        one.ring(0.0)
        one.start(CHEN, 3.0)
        one.off_hook(5.0)
        assert said(one.start(LIN, 30.0)) == ["ended answered", "ringing", "caller"]
        assert said(one.flash(33.0) + one.on_hook(50.0)) == ["answered", "ended answered"]

    def test_that_waits_rings_when_the_first_hangs_up(self) -> None:
        one = line()
        one.ring(0.0)
        one.start(CHEN, 3.0)
        one.off_hook(5.0)
        waiting = one.start(LIN, 30.0)
        assert one.on_hook(40.0) == []
        again = one.ring(42.0)
        assert said(again) == ["ringing"]
        assert ids(waiting[1], again[0]) == 1


class TestDisorder:
    def test_an_answer_before_the_record_opens_no_call_but_is_not_forgotten(self) -> None:
        one = line()
        assert one.off_hook(0.0) == []
        assert said(one.start(CHEN, 0.5)) == ["ringing", "answered", "caller"]

    def test_a_record_that_comes_after_the_end_is_added_to_its_call(self) -> None:
        one = line()
        first = one.ring(0.0) + one.off_hook(1.0) + one.on_hook(1.5)
        (late,) = one.start(CHEN, 2.0)
        assert (late.event, ids(first[0], late)) == (EventKind.CALLER, 1)

    def test_an_end_that_comes_while_the_next_call_rings_is_of_the_last(self) -> None:
        one = line()
        one.ring(0.0)
        one.start(CHEN, 1.0)
        one.off_hook(2.0)
        one.on_hook(9.0)
        one.ring(12.0)
        assert one.end(CHEN, 12.5, Outcome.ANSWERED) == []
        assert said(one.start(LIN, 15.0)) == ["caller"]

    def test_an_end_alone_is_one_event_that_rings_for_nobody(self) -> None:
        one = line()
        (event,) = one.end(CHEN, 0.0, Outcome.MISSED)
        assert (event.event, event.outcome, event.caller) == (EventKind.ENDED, Outcome.MISSED, CHEN.caller)
        assert one.next_due is None

    def test_a_caller_known_only_at_the_end_is_told_with_it(self) -> None:
        one = line()
        one.ring(0.0)
        (event,) = one.end(CHEN, 20.0, Outcome.MISSED)
        assert (event.event, event.caller) == (EventKind.ENDED, CHEN.caller)

    def test_the_same_end_again_is_nothing(self) -> None:
        one = line()
        one.start(CHEN, 0.0)
        one.end(CHEN, 10.0, Outcome.MISSED)
        assert one.end(CHEN, 20.0, Outcome.MISSED) == []
        assert said(one.end(CHEN, 20.0 + LATE_TIME, Outcome.MISSED)) == ["ended missed"]

    def test_the_end_of_a_withheld_number_does_not_take_those_of_others(self) -> None:
        one = line()
        first = one.start(PRIVATE, 0.0)
        one.end(PRIVATE, 10.0, Outcome.MISSED)
        (other,) = one.end(PRIVATE, 20.0, Outcome.MISSED)
        assert ids(first[0], other) == 2

    def test_an_on_hook_without_off_hook_says_that_it_was_picked_up(self) -> None:
        one = line()
        one.ring(0.0)
        assert said(one.on_hook(30.0)) == ["ended answered"]

    def test_hook_reports_without_a_call_are_nothing(self) -> None:
        one = line()
        assert one.on_hook(0.0) + one.flash(1.0) + one.off_hook(2.0) + one.flash(3.0) + one.on_hook(4.0) == []

    def test_a_withheld_number_stays_withheld(self) -> None:
        one = line()
        one.start(PRIVATE, 0.0)
        assert one.start(CHEN, 1.0) == []


class TestOutgoing:
    def test_what_the_far_end_did_is_not_known(self) -> None:
        one = line()
        events = one.off_hook(0.0) + one.start(OUT, 8.0) + one.on_hook(70.0) + one.end(OUT, 70.2, Outcome.UNKNOWN)
        assert said(events) == ["ringing", "caller", "ended unknown"]
        assert {event.direction for event in events} == {Direction.OUT}
        assert events[1].caller is None
        assert events[1].called is not None
        assert (events[1].called.raw, events[1].called.line) == ("0225001111", "1")

    def test_never_stops_ringing_by_itself(self) -> None:
        one = line()
        one.start(OUT, 0.0)
        assert one.next_due is None

    def test_a_call_in_ends_it(self) -> None:
        one = line()
        one.start(OUT, 0.0)
        assert said(one.ring(100.0)) == ["ended unknown", "ringing"]
