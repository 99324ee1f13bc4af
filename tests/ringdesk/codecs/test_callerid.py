"""Caller-ID messages: what they mean, and how they are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.calls import Caller, Presentation, Via
from ringdesk.codecs import callerid
from ringdesk.codecs.callerid import Damaged, Fault, Frame, Kind, Reading, Scanner
from ringdesk.safetext import SafeText

V4 = bytes.fromhex("802501083131323231333431020A30393132333435363738070D4348454E204D4549204C494E4733")
PRIVATE = Caller(presentation=Presentation.PRIVATE)
UNAVAILABLE = Caller(presentation=Presentation.UNAVAILABLE)


def shown(number: str, name: str | None = None) -> Caller:
    named = None if name is None else SafeText(name)
    return Caller(raw=SafeText(number), presentation=Presentation.SHOWN, name=named)


def scan(data: bytes) -> list[Frame | Damaged]:
    scanner = Scanner()
    return scanner.feed(data) + scanner.flush()


def read(text: str) -> Reading:
    (frame,) = scan(bytes.fromhex(text))
    assert isinstance(frame, Frame)
    return callerid.read(frame)


@pytest.mark.parametrize(
    ("message", "caller", "line_time"),
    [
        ("041231313232313333383032323732303838383947", shown("0227208889"), "11-22 13:38"),
        ("04093131323231333339500D", PRIVATE, "11-22 13:39"),
        ("040931313232313334304F16", UNAVAILABLE, "11-22 13:40"),
        (V4.hex(), shown("0912345678", "CHEN MEI LING"), "11-22 13:41"),
        ("80100108313132323133343204015008015029", PRIVATE, "11-22 13:42"),
        ("800304014F29", UNAVAILABLE, None),
        (
            "801F070741434D4520434F020A3038303030383031323301083131323231333433EF",
            shown("0800080123", "ACME CO"),
            "11-22 13:43",
        ),
        ("801601083131323231333434030A30343233343536373839B2", shown("0423456789"), "11-22 13:44"),
        (
            "802311010101083131323231333437020B303230373934363030303007074A20534D49544876",
            shown("02079460000", "J SMITH"),
            "11-22 13:47",
        ),
        (
            "801E01083131323231333438020A303931323030303131310706B3AFA470A96A32",
            shown("0912000111", "陳小姐"),
            "11-22 13:48",
        ),
        ("801B010831313232313334392F03010203020A3032383738373837383763", shown("0287878787"), "11-22 13:49"),
        ("801901083131323231333530020A3039313233343536373906014C62", shown("0912345679"), "11-22 13:50"),
        ("041230353131313835323430373535353030303059", shown("4075550000"), "05-11 18:52"),
        (
            "802001083035313131383532020A3430373535353030303007084A4F484E20444F4584",
            shown("4075550000", "JOHN DOE"),
            "05-11 18:52",
        ),
    ],
)
def test_what_a_call_says(message: str, caller: Caller, line_time: str | None) -> None:
    reading = read(message)
    assert (reading.kind, reading.caller, reading.line_time) == (Kind.CALL, caller, line_time)
    assert (reading.called, reading.via) == (None, None)


def test_a_dialable_number_beside_the_callers_is_kept_apart() -> None:
    reading = read("802201083131323231333435020A30343233343536373839030A303237373030313233349F")
    assert (reading.caller, reading.called) == (shown("0423456789"), "0277001234")


def test_a_dialable_number_does_not_replace_a_withheld_one() -> None:
    body = callerid.encode_parameters(((0x03, b"0423456789"), (0x04, b"P")))
    reading = callerid.read(Frame(callerid.MDMF_CALL, body))
    assert (reading.caller, reading.called) == (PRIVATE, "0423456789")


def test_a_withheld_number_is_not_shown_though_it_came() -> None:
    body = callerid.encode_parameters(((0x02, b"0912345678"), (0x04, b"P")))
    assert callerid.read(Frame(callerid.MDMF_CALL, body)).caller == PRIVATE


def test_who_forwarded_a_call_and_why() -> None:
    reading = read("802811010101083131323231333436020A303933333232323131311A0A303232353030313131311501027B")
    assert (reading.caller, reading.via) == (shown("0933222111"), Via(raw=SafeText("0225001111"), reason="no_answer"))


@pytest.mark.parametrize(
    ("parameter", "value", "reason"),
    [
        (0x05, b"\x01", "busy"),
        (0x05, b"2", "no_answer"),
        (0x05, b"\x04", "unknown"),
        (0x15, b"\x06", "unreachable"),
        (0x15, b"\x00", "unknown"),
        (0x2E, b"\x01", "unknown"),
    ],
)
def test_reasons_of_a_diversion(parameter: int, value: bytes, reason: str) -> None:
    reading = callerid.read_parameters(((0x02, b"1"), (0x1A, b"2"), (parameter, value)))
    assert reading.via == Via(raw=SafeText("2"), reason=reason)


@pytest.mark.parametrize(
    ("message", "waiting"),
    [
        ("82030B01FF70", True),
        ("82060B01FF13010356", True),
        (callerid.encode(0x82, b"\x0b\x01\x00").hex(), False),
        (callerid.encode(0x80, b"\x11\x01\x81").hex(), None),
        (callerid.encode(0x80, b"\x01\x0811221338\x0b\x01\x01").hex(), True),
        (callerid.encode(0x06, b"BBB").hex(), True),
        (callerid.encode(0x06, b"ooo").hex(), False),
    ],
)
def test_a_message_waiting_is_no_call(message: str, waiting: bool | None) -> None:
    reading = read(message)
    assert (reading.kind, reading.waiting) == (Kind.WAITING, waiting)


@pytest.mark.parametrize("kind", [callerid.ADVICE_OF_CHARGE, callerid.SHORT_MESSAGE])
def test_charges_and_short_messages_are_no_calls(kind: int) -> None:
    assert read(callerid.encode(kind, b"\x01\x0811221338").hex()).kind is Kind.OTHER


def test_of_a_parameter_given_twice_the_first_counts() -> None:
    assert callerid.read_parameters(((0x02, b"1"), (0x02, b"2"))).caller.raw == "1"


def test_a_parameter_longer_than_the_message_is_left_out() -> None:
    assert callerid.parameters(b"\x02\x011\x07\x20SHORT") == ((0x02, b"1"),)


def test_a_wrong_checksum_is_named() -> None:
    (fault,) = scan(V4.replace(b"3\x34\x31", b"3\x35\x31", 1))
    assert isinstance(fault, Damaged)
    assert (fault.fault, fault.reason) == (Fault.CHECKSUM, "checksum should be 32, is 33")


@pytest.mark.parametrize("bit", range(8))
@pytest.mark.parametrize("at", range(4, len(V4)))
def test_any_flipped_bit_is_noticed_once(at: int, bit: int) -> None:
    bad = bytearray(V4)
    bad[at] ^= 1 << bit
    assert [type(one) for one in scan(bytes(bad))] == [Damaged]


@pytest.mark.parametrize("length", range(4, len(V4)))
def test_a_message_cut_short_is_named(length: int) -> None:
    (fault,) = scan(V4[:length])
    assert isinstance(fault, Damaged)
    assert (fault.fault, fault.reason) == (Fault.TRUNCATED, f"truncated: need 40 bytes, have {length}")


class TestNoise:
    def test_before_and_behind(self) -> None:
        assert scan(bytes.fromhex("00FE" + "55" * 12 + "00") + V4 + bytes.fromhex("A311")) == scan(V4)

    def test_a_type_byte_in_the_noise_does_not_swallow_the_message(self) -> None:
        assert scan(b"\x80\x60\x2f\x01\x00" + V4) == scan(V4)

    def test_a_channel_seizure_ends_what_noise_began(self) -> None:
        noise = b"\x80\xff\x2f\x01" + b"U" * 10 + b"\x00"
        assert Scanner().feed(noise + V4) == scan(V4)

    def test_a_message_after_the_seizure_is_believed_whatever_it_begins_with(self) -> None:
        message = callerid.encode(0x80, b"\x2f\x01\x00\x02\x011")
        assert scan(b"U" * 10 + b"\xff" + message[:-1] + b"\x00") != []
        assert scan(message[:-1] + b"\x00") == []

    def test_an_unknown_beginning_counts_with_a_right_checksum(self) -> None:
        assert read(callerid.encode(0x80, b"\x2f\x01\x00\x02\x011").hex()).caller.raw == "1"

    def test_a_believable_beginning_in_the_noise_is_given_up_for_the_message_in_it(self) -> None:
        assert scan(b"\x80\x60\x01\x08" + V4) == scan(V4)

    def test_what_looks_damaged_within_what_is_damaged_is_not_told_too(self) -> None:
        inner = callerid.encode(0x80, b"\x04\x01P")[:-1] + b"\x00"
        outer = callerid.encode(0x80, callerid.encode_parameters(((0x02, b"1"), (0x07, inner))))
        assert [type(one) for one in scan(outer[:-1] + bytes([outer[-1] ^ 1]))] == [Damaged]

    def test_short_accidents_are_no_messages(self) -> None:
        assert scan(b"\x04\x00\xfc\x80\x00\x80\x82\x01\x7d") == []

    def test_two_messages_in_a_row(self) -> None:
        assert scan(V4 + V4) == scan(V4) * 2

    @given(st.binary(max_size=600), st.integers(1, 50))
    def test_chunks_make_no_difference(self, data: bytes, size: int) -> None:
        data = data[:300] + V4 + data[300:]
        scanner = Scanner()
        found = [one for at in range(0, len(data), size) for one in scanner.feed(data[at : at + size])]
        assert found + scanner.flush() == scan_split(data)


def scan_split(data: bytes) -> list[Frame | Damaged]:
    scanner = Scanner()
    found = scanner.feed(data)
    return found + scanner.flush()


@given(st.sampled_from(sorted(callerid.TYPES)), st.binary(max_size=255))
def test_any_body_can_be_read(kind: int, body: bytes) -> None:
    assert isinstance(callerid.read(Frame(kind, body)), Reading)
