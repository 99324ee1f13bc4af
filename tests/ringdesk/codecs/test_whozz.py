"""Records of Whozz Calling? units."""

import pytest

from ringdesk.calls import Caller, Presentation
from ringdesk.codecs.whozz import CALL_LENGTH, DETAIL_LENGTH, Kind, Malformed, Record, Scanner
from ringdesk.safetext import SafeText

UNIT = bytes.fromhex("000000000001") + bytes.fromhex("333435363738")
HEADER = b"^^<U>" + UNIT[:6] + b"<S>" + UNIT[6:]


def call(
    kind: bytes = b"I S", number: bytes = b"02-2720-8889", name: bytes = b"CHEN MEI LING", good: bytes = b"G"
) -> bytes:
    text = b"01 " + kind + b" 0000 " + good + b" A1 11/22 01:38 PM " + number.ljust(14) + b" " + name.ljust(15)
    assert len(text) == CALL_LENGTH
    return text


RING = b"01 R             11/22 13:38:05"
CHEN = Caller(raw=SafeText("02-2720-8889"), presentation=Presentation.SHOWN, name=SafeText("CHEN MEI LING"))


def scan(data: bytes) -> list[Record | Malformed]:
    scanner = Scanner()
    return scanner.feed(data) + scanner.flush()


def records(data: bytes) -> list[Record]:
    return [one for one in scan(data) if isinstance(one, Record)]


def test_the_manuals_example() -> None:
    (record,) = records(b"01 I E 0276 G B3 09/26 11:28 AM 800-240-4637   CallerID.com   \r\n")
    assert record == Record(
        unit=b"",
        line="01",
        kind=Kind.END,
        text=record.text,
        seconds=276,
        caller=Caller(raw=SafeText("800-240-4637"), presentation=Presentation.SHOWN, name=SafeText("CallerID.com")),
        line_time=SafeText("09-26 11:28"),
    )


@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\n", b""])
@pytest.mark.parametrize("before", [b"", b"$", HEADER, HEADER + b"$", HEADER + b"$$"])
def test_in_every_wrapping(before: bytes, end: bytes) -> None:
    (record,) = records(before + call() + end)
    assert (record.caller, record.line_time, record.line, record.kind) == (CHEN, "11-22 13:38", "01", Kind.START)
    assert record.unit == (UNIT if HEADER in before else b"")


def test_a_complete_record_does_not_wait_for_its_line_end() -> None:
    assert len(Scanner().feed(call())) == 1
    assert len(Scanner().feed(RING)) == 1


@pytest.mark.parametrize("letter", "RFNH")
def test_detail_lines(letter: str) -> None:
    text = RING.replace(b"R", letter.encode())
    assert len(text) == DETAIL_LENGTH
    (record,) = records(text + b"\r\n")
    assert (record.kind, record.line, record.unit, record.caller) == (Kind(letter), "01", b"", None)


def test_a_unit_whose_numbers_look_like_line_ends_and_digits() -> None:
    unit = b"\r\n01 I" + b" S 000"
    (record,) = records(b"^^<U>" + unit[:6] + b"<S>" + unit[6:] + b"$" + call())
    assert (record.unit, record.caller) == (unit, CHEN)


def test_packets_one_after_the_other() -> None:
    found = records((HEADER + b"$" + RING + HEADER + b"$" + call()) * 2 + HEADER + call()[:58] + HEADER + RING)
    assert [record.kind.value for record in found] == ["R", "S", "R", "S", "S", "R"]
    assert {record.unit for record in found} == {UNIT}


@pytest.mark.parametrize(
    ("number", "name", "caller"),
    [
        (b"PRIVATE", b"", Caller(presentation=Presentation.PRIVATE)),
        (b"PRIVATE", b"PRIVATE", Caller(presentation=Presentation.PRIVATE)),
        (b"OUT-OF-AREA", b"", Caller(presentation=Presentation.UNAVAILABLE)),
        (b"OUTOFAREA", b"", Caller(presentation=Presentation.UNAVAILABLE)),
        (b"No-CallerID", b"No-CallerID", Caller(presentation=Presentation.UNAVAILABLE)),
        (b"NoCallerID", b"", Caller(presentation=Presentation.UNAVAILABLE)),
        (b"", b"", Caller(presentation=Presentation.UNAVAILABLE)),
        (b"", b"PRIVATE", Caller(presentation=Presentation.PRIVATE)),
        (b"0912345678", b"", Caller(raw=SafeText("0912345678"), presentation=Presentation.SHOWN)),
    ],
)
def test_words_in_the_place_of_a_number(number: bytes, name: bytes, caller: Caller) -> None:
    (record,) = records(call(number=number, name=name))
    assert record.caller == caller


def test_a_number_whose_checksum_was_wrong_is_kept_and_not_believed() -> None:
    (record,) = records(call(good=b"B"))
    assert (record.caller, record.doubt) == (Caller(raw=CHEN.raw, presentation=Presentation.UNREADABLE), True)
    (record,) = records(call(good=b"B", number=b"", name=b""))
    assert (record.caller, record.doubt) == (Caller(), False)


def test_a_call_out_has_no_caller() -> None:
    (record,) = records(call(kind=b"O S", number=b"0225001111", name=b""))
    assert (record.outbound, record.caller, record.dialled) == (True, None, "0225001111")


def test_a_big5_name() -> None:
    (record,) = records(call(name=bytes.fromhex("B3AFA470A96A")))
    assert record.caller is not None
    assert record.caller.name == "陳小姐"


def test_blanks_that_fell_off_are_not_missed() -> None:
    (record,) = records(call(name=b"").rstrip() + b"\r\n")
    assert record.caller == Caller(raw=CHEN.raw, presentation=Presentation.SHOWN)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (call().replace(b"8889", b"889") + b"\r\n", "a part is missing"),
        (call(name=b"").replace(b"8889", b"889") + b"\r\n", "a part is missing"),
        (call().replace(b"11/22", b"11/2") + b"\r\n", "no record of the unit's form"),
        (call()[:50], "truncated"),
        (call()[:38], "truncated"),
        (call()[:38] + call(), "truncated"),
        (call()[:38] + RING, "truncated"),
        (call()[:38] + HEADER + RING, "truncated"),
        (RING[:20], "truncated"),
    ],
)
def test_what_lost_something_is_refused(text: bytes, reason: str) -> None:
    first = scan(text)[0]
    assert isinstance(first, Malformed)
    assert first.reason.startswith(reason)


@pytest.mark.parametrize(
    "text",
    [
        b"0248 02 09/26 13:28 I E 0276 G A3 800-555-1212 AT&T INFORMATIO\r\n",
        b"$01     09/26     02:30 PM     8002404637         I     CallerID.com   \r\n",
        b"V9.7 ECXUdASOBKT01 11/22 16:20:00\r\n",
        HEADER + b"<M>\x00\x11\x22\x33\x44\x55<I>\xc0\x00\x02\x0a",
        call(kind=b"I C") + b" 0004 0005 000 OK Complete     ",
        b"OK\r\n#\r\n",
    ],
)
def test_what_else_a_unit_writes_is_nothing(text: bytes) -> None:
    assert scan(text) == []


@pytest.mark.parametrize(
    "data",
    [
        call() + RING,
        RING + call(),
        HEADER + b"$" + call() + HEADER,
        call()[:60] + HEADER + RING,
        call()[:50],
        call()[:48] + RING,
    ],
)
def test_byte_by_byte(data: bytes) -> None:
    scanner = Scanner()
    found = [one for byte in data for one in scanner.feed(bytes([byte]))] + scanner.flush()
    assert found == scan(data)
