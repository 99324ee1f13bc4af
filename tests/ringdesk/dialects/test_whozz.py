"""Whozz Calling? units, on a serial port and by UDP."""

from hypothesis import given

from ringdesk.calls import Call, CallEvent, EventKind, Outcome, Presentation
from ringdesk.dialects import SourceOptions, Step
from ringdesk.dialects.whozz import IDLE_TIME, MAX_PEERS, REPEAT_TIME, WhozzDialect
from ringdesk.tracker import Tracker
from tests.ringdesk.dialects import chunking

T = 1795325880.0
HERE, THERE = "192.0.2.10:3520", "192.0.2.11:3520"


def call(
    kind: str = "I S", number: str = "02-2720-8889", *, line: str = "01", seconds: int = 0, good: str = "G"
) -> bytes:
    return f"{line} {kind} {seconds:04} {good} A1 11/22 01:38 PM {number:<14} {'':15}\r\n".encode()


def detail(letter: str, second: int = 5, *, line: str = "01") -> bytes:
    return f"{line} {letter}             11/22 13:38:{second:02}\r\n".encode()


def packet(record: bytes, unit: int = 1) -> bytes:
    return b"^^<U>" + unit.to_bytes(6, "big") + b"<S>" + bytes(5) + bytes([unit]) + b"$" + record.strip(b"\r\n")


PARTS = chunking.parts(
    call(),
    call("I E", seconds=30),
    call("I E"),
    call("O S"),
    call("I B"),
    call(good="B"),
    *(detail(letter) for letter in "RFNH"),
    packet(call()),
    packet(detail("F"), 2),
    packet(call("I E")),
)


def dialect(line: str = "") -> WhozzDialect:
    return WhozzDialect("s", SourceOptions(line=line))


def heard(*given_parts: tuple[bytes, float]) -> list[CallEvent]:
    return chunking.heard(dialect(), given_parts, at=T)


def kinds(events: list[CallEvent]) -> list[str]:
    return [event.event.value for event in events]


def calls(events: list[CallEvent]) -> list[Call]:
    tracker = Tracker()
    for event in events:
        tracker.received(event)
    return list(tracker.calls)


def test_an_answered_call() -> None:
    events = heard(
        (detail("R"), 3.0),
        (call(), 3.0),
        (detail("R", 11), 3.0),
        (detail("F", 14), 40.0),
        (detail("N", 54), 0.2),
        (call("I E", seconds=40), 0),
    )
    assert kinds(events) == ["ringing", "caller", "ringing", "answered", "ended"]
    (one,) = calls(events)
    assert (one.outcome, one.caller.raw, one.called.line, one.ring_count) == (Outcome.ANSWERED, "02-2720-8889", "1", 2)
    assert (one.answered, one.ended) == (T + 9, T + 49)


def test_a_missed_call() -> None:
    (one,) = calls(heard((detail("R"), 3.0), (call(), 20.0), (call("I E"), 0)))
    assert (one.outcome, one.answered) == (Outcome.MISSED, None)


def test_a_missed_call_of_a_unit_that_sends_no_records_of_the_end() -> None:
    (one,) = calls(heard((detail("R"), 3.0), (call(), 0)))
    assert one.outcome is Outcome.MISSED


def test_a_basic_unit_says_nothing_of_the_end() -> None:
    events = heard((call(), 0))
    assert kinds(events) == ["ringing", "caller", "ring_stopped"]
    assert [one.outcome for one in calls(events)] == [None]


def test_a_blocked_call_rings_for_nobody() -> None:
    events = heard((call("I B"), 0))
    assert kinds(events) == ["ended"]
    assert [one.outcome for one in calls(events)] == [Outcome.BLOCKED]


def test_a_call_out() -> None:
    events = heard(
        (detail("F"), 8.0),
        (call("O S", "0225001111"), 60.0),
        (detail("N", 55), 0.2),
        (call("O E", "0225001111", seconds=68), 0),
    )
    (one,) = calls(events)
    assert (one.direction.value, one.called.raw, one.outcome) == ("out", "0225001111", Outcome.UNKNOWN)


def test_a_wrong_checksum_is_a_call_of_somebody_unreadable() -> None:
    refused, *events = heard((call(good="B"), 0))
    assert (refused.event, refused.reason) == (EventKind.REJECTED, "the unit found the checksum of the caller ID wrong")
    (one,) = calls(events)
    assert (one.caller.raw, one.caller.presentation) == ("02-2720-8889", Presentation.UNREADABLE)


class TestRepetitions:
    def test_of_a_broadcast_are_dropped(self) -> None:
        one = dialect()
        events: list[CallEvent] = []
        for record, at in ((detail("R"), 0.0), (call(), 3.0), (call("I E"), 20.0)):
            for again in range(8):
                events += one.received(packet(record), T + at + again * 0.04, HERE).events
        assert kinds(events) == ["ringing", "caller", "ended"]

    def test_of_another_unit_are_none(self) -> None:
        one = dialect()
        events = [*one.received(packet(call()), T, HERE).events, *one.received(packet(call(), 2), T, THERE).events]
        assert kinds(events) == ["ringing", "caller"] * 2
        assert len({event.native_id for event in events}) == 2

    def test_are_so_only_for_a_while(self) -> None:
        one = dialect()
        one.received(detail("R"), T)
        assert one.received(detail("R"), T + REPEAT_TIME).events == ()
        assert kinds(list(one.received(detail("R"), T + REPEAT_TIME + 0.1).events)) == ["ringing"]

    def test_are_remembered_within_bounds(self) -> None:
        one = dialect()
        for number in range(2000):
            one.received(packet(call("I E", f"{number:010}", line=f"{number % 100:02}"), number % 250), T, f"p{number}")
        assert (len(one._recent), len(one._lines), len(one._streams)) == (256, 256, MAX_PEERS)


class TestSeveral:
    def test_lines_are_apart(self) -> None:
        events = heard(
            (call() + call(number="0912345678", line="02"), 3.0),
            (detail("F", line="02"), 5.0),
            (detail("N", 59, line="02"), 0),
        )
        found = {str(one.called.line): one for one in calls(events)}
        assert set(found) == {"1", "2"}
        assert found["2"].outcome is Outcome.ANSWERED
        assert found["1"].answered is None

    def test_units_are_apart_though_their_lines_have_the_same_number(self) -> None:
        one = dialect()
        events: list[CallEvent] = []
        for at, unit, record in (
            (0, 1, call()),
            (1, 2, call(number="0912345678")),
            (2, 2, detail("F")),
            (3, 1, call("I E")),
        ):
            events += one.received(packet(record, unit), T + at, HERE if unit == 1 else THERE).events
        assert {(each.caller.raw, each.state.value) for each in calls(events)} == {
            ("02-2720-8889", "ended"),
            ("0912345678", "answered"),
        }

    def test_senders_of_pieces_are_not_mixed(self) -> None:
        one = dialect()
        first, second = packet(call()), packet(call(number="0912345678"), 2)
        events = [*one.received(first[:50], T, HERE).events, *one.received(second[:50], T, THERE).events]
        events += [*one.received(first[50:], T, HERE).events, *one.received(second[50:], T, THERE).events]
        assert [event.caller.raw for event in events if event.caller] == ["02-2720-8889", "0912345678"]

    def test_senders_without_a_header_are_units(self) -> None:
        one = dialect()
        events = [*one.received(detail("R"), T, HERE).events, *one.received(detail("F"), T + 1, THERE).events]
        assert kinds(events) == ["ringing"]

    def test_the_sources_line_comes_before_the_units(self) -> None:
        events = dialect("shop").received(call(line="10"), T).events
        assert {event.called.line for event in events if event.called} == {"shop 10"}


def test_a_record_cut_short_is_refused_after_silence_or_at_the_end() -> None:
    (event,) = heard((call()[:40], 0))
    assert (event.event, event.at) == (EventKind.REJECTED, T + IDLE_TIME)
    one = dialect()
    one.received(call()[:40], T)
    assert kinds(list(one.closed(T).events)) == ["rejected"]
    assert one.next_due is None


def test_opening_again_forgets_and_a_unit_is_never_spoken_to() -> None:
    one = dialect()
    assert one.opened(T) == Step()
    one.received(call()[:40], T)
    one.received(detail("R"), T)
    assert one.opened(T + 1) == Step()
    assert one.next_due is None
    step = one.received(detail("F"), T + 2)
    assert step == Step()


@chunking.EXAMPLES
@given(given_parts=PARTS)
def test_any_bytes_in_any_chunking(given_parts: chunking.Parts) -> None:
    whole, single = chunking.whole_and_in_bytes(dialect, given_parts)
    assert whole == single
    calls(whole)
