"""The NetCallerID box."""

import pytest
from hypothesis import given

from ringdesk.calls import Caller, CallEvent, EventKind, Presentation
from ringdesk.codecs.announcements import RINGING_TIME
from ringdesk.codecs.netcallerid import MAX_RECORD
from ringdesk.dialects import SourceOptions, Step
from ringdesk.dialects.netcallerid import IDLE_TIME, NetCallerIdDialect
from ringdesk.safetext import SafeText
from tests.ringdesk.dialects import chunking

T = 1795325880.0
CHEN = b"###DATE11221338...NMBR0912345678...NAMECHEN MEI LING+++\r"
UNAVAILABLE = Caller(presentation=Presentation.UNAVAILABLE)
PRIVATE = Caller(presentation=Presentation.PRIVATE)
PARTS = chunking.parts(
    CHEN, CHEN[:-1], b"###DATE...NMBR...NAME   -MSG OFF-+++\r", b"###", b"+++", b"##", b"###A...B+++", CHEN[:30] + CHEN
)


def dialect() -> NetCallerIdDialect:
    return NetCallerIdDialect("s", SourceOptions(line="1"))


def heard(*parts: bytes, pause: float = 0.0) -> list[CallEvent]:
    return chunking.heard(dialect(), [(part, pause) for part in parts], at=T)


def kinds(events: list[CallEvent]) -> list[str]:
    return [event.event.value for event in events]


def shown(number: str, name: str | None = None) -> Caller:
    named = None if name is None else SafeText(name)
    return Caller(raw=SafeText(number), presentation=Presentation.SHOWN, name=named)


@pytest.mark.parametrize(
    ("text", "caller", "line_time"),
    [
        (CHEN, shown("0912345678", "CHEN MEI LING"), "11-22 13:38"),
        (CHEN[:-1], shown("0912345678", "CHEN MEI LING"), "11-22 13:38"),
        (b"noise #" + CHEN, shown("0912345678", "CHEN MEI LING"), "11-22 13:38"),
        (b"###DATE06182106...NMBR7045551212...NAMEMILLER JANE+++\r", shown("7045551212", "MILLER JANE"), "06-18 21:06"),
        (b"###DATE11221339...NMBR...NAME-UNKNOWN CALLER-+++\r", UNAVAILABLE, "11-22 13:39"),
        (b"###DATE11221339...NMBR...NAME-PRIVATE CALLER-+++\r", PRIVATE, "11-22 13:39"),
        (b"###DATE11221339..NMBR...NAME+++\r", UNAVAILABLE, "11-22 13:39"),
        (b"###DATE11221339...NMBRP...NAMEP+++\r", PRIVATE, "11-22 13:39"),
        (b"###DATE...NMBR0912345678...NAME+++\r", shown("0912345678"), None),
        (b"###NAMEACME CO...NMBR0800080123+++\r", shown("0800080123", "ACME CO"), None),
        (
            b"###DATE11221338...NMBR0912345678...NAMEA.B...C & CO+++\r",
            shown("0912345678", "A.B...C & CO"),
            "11-22 13:38",
        ),
        (b"###NMBR0912000111...NAME" + bytes.fromhex("B3AFA470A96A") + b"+++", shown("0912000111", "陳小姐"), None),
        (b"###NMBR0912345678...NMBR0227208889+++", shown("0912345678"), None),
    ],
)
def test_what_a_record_says(text: bytes, caller: Caller, line_time: str | None) -> None:
    ringing, told, stopped = heard(text)
    assert (ringing.event, told.event) == (EventKind.RINGING, EventKind.CALLER)
    assert (told.caller, told.line_time) == (caller, line_time)
    assert (stopped.event, stopped.at) == (EventKind.RING_STOPPED, T + RINGING_TIME)


@pytest.mark.parametrize(
    ("name", "waiting"),
    [(b"   -MSG OFF-", "off"), (b"-MSG OFF-", "off"), (b"-MSG ON-", "on"), (b" MESSAGE WAITING", "on")],
)
def test_a_lamp_is_no_call(name: bytes, waiting: str) -> None:
    (event,) = heard(b"###DATE...NMBR...NAME" + name + b"+++\r")
    assert (event.event, event.reason) == (EventKind.MESSAGE_WAITING, waiting)


@pytest.mark.parametrize("end", [b"\r", b"\n", b""])
def test_a_record_cut_short_is_refused(end: bytes) -> None:
    (event,) = heard(b"###DATE11221341...NMBR02272" + end)
    assert (event.event, event.reason) == (
        EventKind.REJECTED,
        "truncated: no +++ after DATE11221341...NMBR02272",
    )
    assert event.at == T + (0 if end else IDLE_TIME)


def test_and_the_next_one_is_read() -> None:
    assert kinds(heard(CHEN[:30] + CHEN)) == ["rejected", "ringing", "caller", "ring_stopped"]
    assert kinds(heard(b"###" + b"9" * 1000 + CHEN)) == ["rejected", "ringing", "caller", "ring_stopped"]


def test_a_record_of_nothing_is_refused() -> None:
    (event,) = heard(b"###HELLO+++")
    assert (event.event, event.reason) == (EventKind.REJECTED, "neither a number nor a name: HELLO")


@pytest.mark.parametrize("text", [b"", b"##", b"RING\r\n", b"+++\r", b"######\r"])
def test_anything_else_is_nothing(text: bytes) -> None:
    assert heard(text) == []


def test_no_more_than_a_record_is_kept() -> None:
    one = dialect()
    one.received(b"#" * 10_001 + b"x" * 10_000, T)
    assert len(one._box._decoder._buffer) <= MAX_RECORD  # type: ignore[attr-defined]


def test_a_record_again_is_the_same_call_and_later_a_new_one() -> None:
    assert kinds(heard(CHEN, CHEN, pause=2.0)) == ["ringing", "caller", "ring_stopped"]
    assert kinds(heard(CHEN, CHEN, pause=9.0)) == ["ringing", "caller", "ring_stopped"] * 2


def test_opening_again_forgets_and_a_box_is_never_spoken_to() -> None:
    one = dialect()
    one.received(CHEN[:30], T)
    assert one.opened(T) == Step()
    step = one.received(CHEN, T)
    assert (kinds(list(step.events)), step.sends) == (["ringing", "caller"], ())
    one.received(CHEN[:30], T)
    assert kinds(list(one.closed(T).events)) == ["rejected"]


@chunking.EXAMPLES
@given(given_parts=PARTS)
def test_any_bytes_in_any_chunking(given_parts: chunking.Parts) -> None:
    whole, single = chunking.whole_and_in_bytes(dialect, given_parts)
    assert whole == single
