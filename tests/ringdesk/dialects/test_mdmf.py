"""Boxes that send packets."""

import pytest
from hypothesis import given

from ringdesk.calls import CallEvent, EventKind
from ringdesk.codecs.announcements import RINGING_TIME
from ringdesk.dialects import SourceOptions, Step
from ringdesk.dialects.mdmf import IDLE_TIME, MdmfDialect
from tests.ringdesk.dialects import chunking

T = 1795325880.0
V4 = bytes.fromhex("802501083131323231333431020A30393132333435363738070D4348454E204D4549204C494E4733")
V10 = bytes.fromhex("802811010101083131323231333436020A303933333232323131311A0A303232353030313131311501027B")
V12 = bytes.fromhex("82030B01FF70")


def heard(*parts: bytes, pause: float = 0.0) -> list[CallEvent]:
    dialect = MdmfDialect("s", SourceOptions(line="1"))
    events: list[CallEvent] = []
    now = T
    for part in parts:
        events += dialect.received(part, now).events
        now += pause
    while (due := dialect.next_due) is not None:
        events += dialect.due(due).events
    return events


def kinds(events: list[CallEvent]) -> list[str]:
    return [event.event.value for event in events]


def test_a_packet_is_a_call() -> None:
    ringing, caller, stopped = heard(V4)
    assert (ringing.event, ringing.native_id) == (EventKind.RINGING, str(round(T * 1000)))
    assert caller.caller is not None
    assert (caller.caller.raw, caller.caller.name, caller.line_time) == ("0912345678", "CHEN MEI LING", "11-22 13:41")
    assert (stopped.event, stopped.at) == (EventKind.RING_STOPPED, T + RINGING_TIME)
    assert all(event.called is not None and event.called.line == "1" for event in (ringing, caller, stopped))


def test_who_forwarded_it_is_told() -> None:
    assert [event.via.reason for event in heard(V10) if event.via] == ["no_answer"]


def test_a_packet_again_is_the_same_call_and_later_a_new_one() -> None:
    assert kinds(heard(V4, V4, pause=2.0)) == ["ringing", "caller", "ring_stopped"]
    assert kinds(heard(V4, V4, pause=9.0)) == ["ringing", "caller", "ring_stopped"] * 2


def test_another_number_is_another_call() -> None:
    assert kinds(heard(V4, V10)) == ["ringing", "caller", "ring_stopped"] * 2


def test_a_message_waiting_is_no_call() -> None:
    assert kinds(heard(V12)) == ["message_waiting"]


def test_a_refusal_says_why() -> None:
    (event,) = heard(V4.replace(b"341", b"351", 1))
    assert (event.event, event.reason) == (EventKind.REJECTED, "checksum should be 32, is 33")


def test_a_packet_cut_short_is_refused_after_silence_or_at_the_end() -> None:
    (event,) = heard(V4[:34])
    assert (event.event, event.at, event.reason) == (
        EventKind.REJECTED,
        T + IDLE_TIME,
        "truncated: need 40 bytes, have 34",
    )
    dialect = MdmfDialect("s", SourceOptions())
    dialect.received(V4[:34], T)
    assert kinds(list(dialect.closed(T).events)) == ["rejected"]
    assert dialect.next_due is None


def test_half_a_packet_is_forgotten_when_the_port_opens_again() -> None:
    dialect = MdmfDialect("s", SourceOptions())
    dialect.received(V4[:34], T)
    assert dialect.opened(T + 0.1) == Step()
    assert kinds(list(dialect.received(V4, T + 0.2).events)) == ["ringing", "caller"]


@pytest.mark.parametrize("noise", [b"\x00\xfe" + b"U" * 12 + b"\x00", b"\x80", b"\x04\x04\x06", b"RING\r\n"])
def test_noise_before_a_packet(noise: bytes) -> None:
    assert kinds(heard(noise + V4 + b"\xa3\x11")) == ["ringing", "caller", "ring_stopped"]


def test_a_box_is_never_spoken_to() -> None:
    dialect = MdmfDialect("s", SourceOptions())
    assert dialect.opened(T) == Step()
    assert dialect.received(V4, T).sends == ()


@chunking.EXAMPLES
@given(given_parts=chunking.parts(V4, V10, V12, V4[:20], b"\x80", b"\r\n"))
def test_any_bytes_in_any_chunking(given_parts: chunking.Parts) -> None:
    whole, single = chunking.whole_and_in_bytes(lambda: MdmfDialect("s", SourceOptions(line="1")), given_parts)
    assert whole == single
