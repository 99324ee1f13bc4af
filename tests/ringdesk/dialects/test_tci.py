"""Boxes that write TCI records."""

import pytest
from hypothesis import given

from ringdesk.calls import Caller, CallEvent, EventKind, Presentation
from ringdesk.codecs.announcements import MAX_LINES, RINGING_TIME
from ringdesk.dialects import SourceOptions, Step
from ringdesk.dialects.tci import IDLE_TIME, TciDialect
from ringdesk.safetext import SafeText
from tests.ringdesk.dialects import chunking

T = 1795325880.0


def record(number: bytes, name: bytes = b"", line: bytes = b"01", time: bytes = b" 2:23 PM") -> bytes:
    text = line + b"     11/22     " + time + b"     " + number.rjust(14) + b" " * 11 + name.ljust(15)
    assert len(text) == 70
    return text + b"\r\n"


CHEN = record(b"0912345678", b"CHEN MEI LING")
PARTS = chunking.parts(CHEN, record(b"PRIVATE"), record(b"0227208889", line=b"12"), CHEN[:50], b"\r\n")


def dialect(line: str = "") -> TciDialect:
    return TciDialect("s", SourceOptions(line=line))


def heard(*parts: bytes, pause: float = 0.0) -> list[CallEvent]:
    return chunking.heard(dialect(), [(part, pause) for part in parts], at=T)


def kinds(events: list[CallEvent]) -> list[str]:
    return [event.event.value for event in events]


def shown(number: str, name: str | None = None) -> Caller:
    named = None if name is None else SafeText(name)
    return Caller(raw=SafeText(number), presentation=Presentation.SHOWN, name=named)


@pytest.mark.parametrize(
    ("text", "caller", "line", "line_time"),
    [
        (
            b"01     11/22      2:23 PM       407-555-1212           WIRELESS CALL  \r\n",
            shown("407-555-1212", "WIRELESS CALL"),
            "1",
            "11-22 14:23",
        ),
        (
            b"02     11/22     12:05 AM            PRIVATE                          \r\n",
            Caller(presentation=Presentation.PRIVATE),
            "2",
            "11-22 00:05",
        ),
        (
            b"12      1/02     11:59 AM        OUT-OF-AREA           UNAVAILABLE    \r\n",
            Caller(presentation=Presentation.UNAVAILABLE),
            "12",
            "01-02 11:59",
        ),
        (
            b"03      9/03      2:15 PM            PRIVATE           PRIVATE        \r\n",
            Caller(presentation=Presentation.PRIVATE),
            "3",
            "09-03 14:15",
        ),
        (record(b"0912000111", bytes.fromhex("B3AFA470A96A")), shown("0912000111", "陳小姐"), "1", "11-22 14:23"),
        (record(b"", b"PRIVATE"), Caller(presentation=Presentation.PRIVATE), "1", "11-22 14:23"),
        (record(b"0912345678").rstrip() + b"\n", shown("0912345678"), "1", "11-22 14:23"),
        (CHEN[:70] + b" and more\r", shown("0912345678", "CHEN MEI LING"), "1", "11-22 14:23"),
        (b"\xff~" + CHEN, shown("0912345678", "CHEN MEI LING"), "1", "11-22 14:23"),
        (CHEN[:29] + b"0912345678     " + CHEN[44:], shown("0912345678", "CHEN MEI LING"), "1", "11-22 14:23"),
    ],
)
def test_what_a_line_says(text: bytes, caller: Caller, line: str, line_time: str) -> None:
    ringing, told, stopped = heard(text)
    assert (ringing.event, told.event, stopped.event) == (
        EventKind.RINGING,
        EventKind.CALLER,
        EventKind.RING_STOPPED,
    )
    assert (told.caller, told.line_time) == (caller, line_time)
    assert told.called is not None
    assert (told.called.line, stopped.at) == (line, T + RINGING_TIME)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (CHEN.replace(b"0912345678", b"091234567"), "the fields are not in their columns"),
        (record(b"0912345678").replace(b"45678", b"4578"), "a part of the number is missing"),
        (CHEN.replace(b"11/22", b"11/2"), "the fields are not in their columns"),
        (CHEN[:38] + b"\r\n", "truncated: need 44 columns, have 38"),
    ],
)
def test_a_line_that_lost_something_is_refused(text: bytes, reason: str) -> None:
    (event,) = heard(text)
    assert event.event is EventKind.REJECTED
    assert event.reason is not None
    assert event.reason.startswith(reason)


def test_a_line_without_its_end_is_refused_after_silence_or_at_the_end() -> None:
    one = dialect()
    one.received(CHEN[:60], T)
    assert one.next_due == T + IDLE_TIME
    assert kinds(list(one.due(T + IDLE_TIME).events)) == ["rejected"]
    one.received(CHEN[:60], T + 5)
    assert kinds(list(one.closed(T + 5).events)) == ["rejected"]
    assert one.next_due is None


@pytest.mark.parametrize("text", [b"hello\r\n", b"RING\r\n", b"V9.0 01 11/22 14:00:00\r\n", b"\0" * 300 + b"\r\n"])
def test_other_lines_are_nothing(text: bytes) -> None:
    assert heard(text) == []


def test_lines_ring_at_the_same_time() -> None:
    events = heard(CHEN + record(b"0227208889", line=b"02"))
    assert len({event.native_id for event in events}) == 2
    assert {event.called.line for event in events if event.called} == {"1", "2"}


def test_the_sources_line_comes_before_the_boxs() -> None:
    events = dialect("shop").received(CHEN, T).events
    assert {event.called.line for event in events if event.called} == {"shop 1"}


def test_a_call_again_is_the_same_one_and_later_a_new_one() -> None:
    assert kinds(heard(CHEN, CHEN, pause=2.0)) == ["ringing", "caller", "ring_stopped"]
    assert kinds(heard(CHEN, CHEN, pause=9.0)) == ["ringing", "caller", "ring_stopped"] * 2


def test_two_digits_are_all_the_lines_there_are() -> None:
    one = dialect()
    for number in range(100):
        one.received(record(b"0912345678", line=b"%02d" % number), T)
    assert len(one._box._calls._lines) == 100 <= MAX_LINES


def test_opening_again_forgets_and_a_box_is_never_spoken_to() -> None:
    one = dialect()
    one.received(CHEN[:50], T)
    assert one.opened(T) == Step()
    step = one.received(CHEN, T)
    assert (kinds(list(step.events)), step.sends) == (["ringing", "caller"], ())


@chunking.EXAMPLES
@given(given_parts=PARTS)
def test_any_bytes_in_any_chunking(given_parts: chunking.Parts) -> None:
    whole, single = chunking.whole_and_in_bytes(dialect, given_parts)
    assert whole == single
