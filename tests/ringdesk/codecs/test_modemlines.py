"""Lines of a modem."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.calls import Caller, Presentation
from ringdesk.codecs import modemlines
from ringdesk.codecs.modemlines import MAX_LINE, Field, Packet, Result, Ring, Splitter, Tag
from ringdesk.safetext import SafeText


def shown(number: str, name: str | None = None) -> Caller:
    named = None if name is None else SafeText(name)
    return Caller(raw=SafeText(number), presentation=Presentation.SHOWN, name=named)


def fields(line: bytes) -> list[tuple[Tag, bytes]]:
    return [(token.tag, token.value) for token in modemlines.tokens(line) if isinstance(token, Field)]


class TestLines:
    @pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\n\r", b"\r\n\r\n"])
    def test_end_at_either_character(self, end: bytes) -> None:
        assert Splitter().feed(b"RING" + end + b"OK" + end) == [b"RING", b"OK"]

    def test_without_an_end_are_not_believed(self) -> None:
        assert Splitter().feed(b"RING\r\nNMBR = 0912") == [b"RING"]

    def test_too_long_are_dropped_to_their_end(self) -> None:
        assert Splitter().feed(b"N" * (MAX_LINE + 1) + b"\r\nRING\r\n") == [b"RING"]
        assert Splitter().feed(b"N" * MAX_LINE + b"\r\n") == [b"N" * MAX_LINE]

    def test_voice_events_are_taken_out(self) -> None:
        data = b"\x10R\x10XDATE = 1122\r\n\x10.\x10XNAME = JO\x10hE\r\n\x10\x10\r\n"
        assert Splitter().feed(data) == [b"\x10R", b"DATE = 1122", b"NAME = JOE"]

    def test_nulls_and_spaces_around_a_line_fall_off(self) -> None:
        assert Splitter().feed(b"\0\0RING \0\r\n") == [b"RING"]

    @given(st.lists(st.sampled_from([b"\x10", b"R", b"X", b".", b"\r", b"\n", b"A"])).map(b"".join), st.integers(1, 4))
    def test_chunks_make_no_difference(self, data: bytes, size: int) -> None:
        splitter = Splitter()
        assert [line for at in range(0, len(data), size) for line in splitter.feed(data[at : at + size])] == (
            Splitter().feed(data)
        )


@pytest.mark.parametrize("line", [b"RING", b"ring", b"RING A", b"RING 2", b" RING ", b"\x10R"])
def test_a_ring(line: bytes) -> None:
    assert modemlines.tokens(line) == [Ring()]


def test_a_cadence_report_is_a_ring_perhaps_told_twice() -> None:
    assert modemlines.tokens(b"DRON=5") == [Ring(cadence=True)]
    assert modemlines.tokens(b"DROF=11") == []


@pytest.mark.parametrize("line", [b"RINGING", b"SPRINGFIELD", b"RINGO STARR", b"RING 25", b"BRING IT"])
def test_no_ring(line: bytes) -> None:
    assert modemlines.tokens(line) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"DATE = 1122", [(Tag.DATE, b"1122")]),
        (b"DATE=1203", [(Tag.DATE, b"1203")]),
        (b"DATE =", [(Tag.DATE, b"")]),
        (b"date= 990305", [(Tag.DATE, b"990305")]),
        (b"TIME = 12541", [(Tag.TIME, b"12541")]),
        (b"NMBR = 0227208889", [(Tag.NUMBER, b"0227208889")]),
        (b"DDN_NMBR= 9932562", [(Tag.NUMBER, b"9932562")]),
        (b"DDN = 9932562", [(Tag.NUMBER, b"9932562")]),
        (b"NBR=9932562", [(Tag.NUMBER, b"9932562")]),
        (b"..NMBR = 1", [(Tag.NUMBER, b"1")]),
        (b"MESG = 110101", [(Tag.MESSAGE, b"110101")]),
        (b"DATE TIME=11/24 22:10", [(Tag.DATE_TIME, b"11/24 22:10")]),
        (b"NAME=ARCHER L       NMBR=5071234567", [(Tag.NAME, b"ARCHER L"), (Tag.NUMBER, b"5071234567")]),
        (b"DATE=0224 NAME=ONMBR=5071234567", [(Tag.DATE, b"0224"), (Tag.NAME, b"O"), (Tag.NUMBER, b"5071234567")]),
        (b"DATE= TIME=1203 NMBR= NAME=P", [(Tag.DATE, b""), (Tag.TIME, b"1203"), (Tag.NUMBER, b""), (Tag.NAME, b"P")]),
        (b"TIME: 11-24 22:10", [(Tag.DATE_TIME, b"11-24 22:10")]),
        (b"CALLER NUMBER: 5071234567", [(Tag.NUMBER, b"5071234567")]),
        (b"CALLER'S NUMBER: 5071234567", [(Tag.NUMBER, b"5071234567")]),
        (b"CallerID: 5071234567", [(Tag.NUMBER, b"5071234567")]),
        (b"CALLER NAME: ARCHER L", [(Tag.NAME, b"ARCHER L")]),
        (b"Diverting number: 5071234567", [(Tag.DIVERTING, b"5071234567")]),
        (b"FM:5071234567 TO:81", [(Tag.CALLED, b"81"), (Tag.NUMBER, b"5071234567")]),
        (b"FM:5071234567", [(Tag.NUMBER, b"5071234567")]),
        (b'+CLIP: "0912345678",129', [(Tag.CLIP, b'"0912345678",129')]),
        (b"NAME = SPRINGFIELD MA", [(Tag.NAME, b"SPRINGFIELD MA")]),
        (b"NAME = RING", [(Tag.NAME, b"RING")]),
        (b"NAME = PRIME TIME INC", [(Tag.NAME, b"PRIME TIME INC")]),
        (b"NAME = SPEED DATE", [(Tag.NAME, b"SPEED DATE")]),
        (b"NAME = A TIME=OUT INC", [(Tag.NAME, b"A TIME=OUT INC")]),
        (b"NAME = NAME", [(Tag.NAME, b"NAME")]),
        (b"NICKNAME = JOE", []),
    ],
)
def test_fields(line: bytes, found: list[tuple[Tag, bytes]]) -> None:
    assert fields(line) == found


def test_of_rings_joined_to_fields_the_first_comes_before_them() -> None:
    found = modemlines.tokens(b"RING RING DATE=0224 NMBR=1")
    assert found == [Ring(), Field(Tag.DATE, b"0224"), Field(Tag.NUMBER, b"1"), Ring()]


@pytest.mark.parametrize(
    ("line", "data"),
    [
        (b"800304014F29", "800304014F29"),
        (b"80 03 04 01 4f 29", "800304014F29"),
        (b"+VCIDR: 80 03 04 01 4F 29", "800304014F29"),
        (b"29", "29"),
    ],
)
def test_raw_packets(line: bytes, data: str) -> None:
    assert modemlines.tokens(line) == [Packet(bytes.fromhex(data))]


@pytest.mark.parametrize("line", [b"OK", b"0", b"ERROR", b"4", b"+CME ERROR: 3"])
def test_results(line: bytes) -> None:
    assert modemlines.tokens(line) == [Result(ok=line in (b"OK", b"0"), text=SafeText(line.decode()))]


@pytest.mark.parametrize("line", [b"ATZ", b"AT+VCID=1", b"NO CARRIER", b"U.S. Robotics 56K", b"+VCIDR:", b"abc"])
def test_everything_else_says_nothing(line: bytes) -> None:
    assert modemlines.tokens(line) == []


@pytest.mark.parametrize(
    "word", [b"P", b"p", b"A", b"Private", b"Restricted", b"PrivDirOff", b"WITHHELD", b"ANONYMOUS"]
)
def test_words_for_private(word: bytes) -> None:
    assert modemlines.number(word) == Caller(presentation=Presentation.PRIVATE)


@pytest.mark.parametrize("word", [b"O", b"Unavailable", b"OUT OF AREA", b"OUT-OF-AREA", b"0000000000", b"S"])
def test_words_for_unavailable(word: bytes) -> None:
    assert modemlines.number(word) == Caller(presentation=Presentation.UNAVAILABLE)


def test_other_numbers() -> None:
    assert modemlines.number(b"") is None
    assert modemlines.number(b"C") == Caller(presentation=Presentation.PAYPHONE)
    assert modemlines.number(b"+886-912") == shown("+886-912")
    assert modemlines.number(b"%$") == Caller(raw=SafeText("%$"), presentation=Presentation.UNREADABLE)
    assert modemlines.number(b"000") == shown("000")


@pytest.mark.parametrize(
    ("value", "caller"),
    [
        (b'"0912345678",129', shown("0912345678")),
        (b'"886912345678",145,,,"CHEN",0', shown("+886912345678", "CHEN")),
        (b'"+886912345678",145', shown("+886912345678")),
        (b'"",128,,,,1', Caller(presentation=Presentation.PRIVATE)),
        (b'"",128', Caller(presentation=Presentation.UNAVAILABLE)),
        (b'"",128,"",,"",3', Caller(presentation=Presentation.PAYPHONE)),
        (b"nonsense", None),
    ],
)
def test_clip(value: bytes, caller: Caller | None) -> None:
    assert modemlines.clip(value) == caller


@pytest.mark.parametrize(
    ("date", "time", "text"),
    [
        (b"1122", b"1338", "11-22 13:38"),
        (b"11/24 22:10", b"", "11/24 22:10"),
        (b"990305", b"12541", "990305 12541"),
        (b"", b"1338", "13:38"),
        (b"", b"", None),
    ],
)
def test_the_lines_own_clock(date: bytes, time: bytes, text: str | None) -> None:
    assert modemlines.line_time(date, time) == text


@given(st.binary(max_size=120))
def test_any_line_says_something_or_nothing(line: bytes) -> None:
    for token in modemlines.tokens(line):
        if isinstance(token, Field):
            modemlines.number(token.value)
            modemlines.name(token.value)
            modemlines.message(token.value)
            modemlines.clip(token.value)
