"""Lines that are only listened to."""

import pytest

from ringdesk.calls import Caller, EventKind, Presentation
from ringdesk.codecs.passiveline import OpeningTimes, PassiveLine, joined
from ringdesk.safetext import SafeText

PRIVATE = Caller(presentation=Presentation.PRIVATE)
ABSENT = Caller(presentation=Presentation.UNAVAILABLE)
CHEN = Caller(raw=SafeText("0912345678"), presentation=Presentation.SHOWN)
LIN = Caller(raw=SafeText("0227208889"), presentation=Presentation.SHOWN)
ODD = Caller(raw=SafeText("%$"), presentation=Presentation.UNREADABLE)


def named(caller: Caller, name: str) -> Caller:
    return Caller(raw=caller.raw, presentation=caller.presentation, name=SafeText(name))


@pytest.mark.parametrize(
    ("known", "said", "both"),
    [
        (None, CHEN, CHEN),
        (CHEN, LIN, CHEN),
        (CHEN, ABSENT, CHEN),
        (CHEN, PRIVATE, CHEN),
        (ABSENT, CHEN, CHEN),
        (ODD, CHEN, CHEN),
        (ABSENT, ODD, ODD),
        (PRIVATE, CHEN, PRIVATE),
        (ABSENT, PRIVATE, PRIVATE),
        (PRIVATE, ABSENT, PRIVATE),
        (CHEN, named(ABSENT, "A"), named(CHEN, "A")),
        (named(ABSENT, "A"), named(CHEN, "B"), named(CHEN, "A")),
    ],
)
def test_what_two_statements_say_together(known: Caller | None, said: Caller, both: Caller) -> None:
    assert joined(known, said) == both


def test_a_later_reading_of_the_same_number_is_taken() -> None:
    read = Caller(raw=CHEN.raw, e164="+886912345678", presentation=Presentation.SHOWN)
    assert joined(CHEN, read) == read
    assert joined(LIN, read) == LIN


def line() -> PassiveLine:
    return PassiveLine("s", "1", 8.0)


def test_the_native_id_is_the_time_of_opening_in_ms() -> None:
    (event,) = line().ring(1795325880.12)
    assert (event.event, event.native_id, event.at) == (EventKind.RINGING, "1795325880120", 1795325880.12)
    assert event.called is not None
    assert event.called.line == "1"


def test_a_native_id_that_is_taken_gives_the_next() -> None:
    one = line()
    found = []
    for _ in range(5):
        found.append(one.ring(7.0)[0].native_id)
        one.stop(7.0)
    assert found == ["7000", "7001", "7002", "7003", "7004"]


def test_a_clock_that_steps_back_gives_no_id_twice() -> None:
    one = line()
    first = one.ring(7.0)[0].native_id
    one.stop(7.0)
    assert one.ring(6.9)[0].native_id != first


def test_lines_of_one_box_give_no_id_twice() -> None:
    times = OpeningTimes()
    ids = [PassiveLine("s", str(number), 8.0, times).ring(7.0)[0].native_id for number in range(3)]
    assert ids == ["7000", "7001", "7002"]


def test_silence_ends_the_ringing() -> None:
    one = line()
    one.ring(1.0)
    one.ring(5.0)
    assert one.next_due == 13.0
    assert one.due(12.9) == []
    assert [event.event for event in one.due(13.0)] == [EventKind.RING_STOPPED]
    assert one.next_due is None


def test_another_number_in_a_new_record_is_another_call() -> None:
    one = line()
    one.tell(CHEN, 1.0)
    assert one.tell(LIN, 2.0) == []
    one.begin_record()
    assert [event.event for event in one.tell(LIN, 2.0)] == [
        EventKind.RING_STOPPED,
        EventKind.RINGING,
        EventKind.CALLER,
    ]


@pytest.mark.parametrize("again", [ABSENT, PRIVATE, CHEN])
def test_an_absence_or_the_same_number_is_not(again: Caller) -> None:
    one = line()
    one.tell(CHEN, 1.0)
    one.begin_record()
    assert one.tell(again, 2.0) == []


def test_a_lamp_belongs_to_no_call() -> None:
    one = line()
    one.ring(1.0)
    event = one.message_waiting(2.0, waiting=True)
    assert (event.event, event.native_id, event.reason) == (EventKind.MESSAGE_WAITING, "", "on")
    assert one.message_waiting(2.0, waiting=None).reason is None
