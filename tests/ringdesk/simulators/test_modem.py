"""The modem that is not there."""

import pytest

from ringdesk.calls import Presentation
from ringdesk.simulators.modem import Model, SimulatedModem

T = 1795325880.0  # 2026-11-22 05:38 UTC


def told(modem: SimulatedModem, command: str) -> bytes:
    return modem.received(command.encode() + b"\r", T)


def quiet(model: Model | None = None) -> SimulatedModem:
    modem = SimulatedModem(model or Model())
    told(modem, "ATE0")
    return modem


def test_it_echoes_until_told_otherwise() -> None:
    modem = SimulatedModem()
    assert told(modem, "AT") == b"AT\r\r\nOK\r\n"
    assert told(modem, "ATE0") == b"ATE0\r\r\nOK\r\n"
    assert told(modem, "AT") == b"\r\nOK\r\n"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("ATZ", b"\r\nOK\r\n"),
        ("AT Z S0=0 E0 V1 Q0", b"\r\nOK\r\n"),
        ("atv1q0", b"\r\nOK\r\n"),
        ("ATV0", b"0\r"),
        ("ATQ1", b""),
        ("ATI", b"\r\n5601\r\n\r\nOK\r\n"),
        ("AT+VCID=?", b"\r\n(0-2)\r\n\r\nOK\r\n"),
        ("AT+VCID?", b"\r\n0\r\n\r\nOK\r\n"),
        ("AT+VCID=7", b"\r\nERROR\r\n"),
        ("AT#CID=1", b"\r\nERROR\r\n"),
        ("ATY", b"\r\nERROR\r\n"),
        ("ATS0?", b"\r\n000\r\n\r\nOK\r\n"),
        ("hello", b""),
    ],
)
def test_answers(command: str, answer: bytes) -> None:
    assert told(quiet(), command) == answer


def test_caller_id_is_switched_and_forgotten() -> None:
    modem = quiet()
    told(modem, "AT+VCID=1")
    assert modem.mode == 1
    told(modem, "ATZ")
    assert modem.mode == 0
    keeps = quiet(Model(forgets=False))
    told(keeps, "AT+VCID=2")
    told(keeps, "ATZ")
    assert keeps.mode == 2


def test_one_that_wants_voice_class_and_one_of_the_second_kind() -> None:
    voice = quiet(Model(voice_only=True))
    assert told(voice, "AT+VCID=1") == b"\r\nERROR\r\n"
    assert told(voice, "AT+FCLASS=8;+VCID=1") == b"\r\nOK\r\n"
    other = quiet(Model(enable=frozenset({"#CID"}), voice_only=True))
    assert told(other, "AT#CLS=8#CID=1") == b"\r\nOK\r\n"
    assert (voice.mode, other.mode) == (1, 1)


def test_a_dead_one_says_nothing() -> None:
    assert told(SimulatedModem(Model(answers=False)), "ATZ") == b""


def test_a_call_without_caller_id_only_rings() -> None:
    modem = quiet()
    modem.ring("0912345678", "CHEN", rings=2, now=T)
    assert modem.due(T + 60) == b"\r\nRING\r\n" * 2
    assert modem.next_due is None


def test_a_call_with_it() -> None:
    modem = quiet()
    told(modem, "AT+VCID=1")
    modem.ring("0912345678", "CHEN", rings=2, now=T)
    assert modem.due(T) == b"\r\nRING\r\n"
    assert modem.next_due == T + 2
    assert modem.due(T + 2) == b"\r\nDATE = 1122\r\nTIME = 0538\r\nNMBR = 0912345678\r\nNAME = CHEN\r\n"
    assert modem.due(T + 5.9) == b""
    assert modem.due(T + 6) == b"\r\nRING\r\n"


def test_before_the_ring_and_withheld() -> None:
    modem = quiet(Model(before_ring=True, line_end=b"\n"))
    told(modem, "AT+VCID=1")
    modem.ring("0912345678", "CHEN", Presentation.PRIVATE, rings=1, now=T)
    assert b"0912345678" not in (said := modem.due(T))
    assert b"\nNMBR = P\n" in said
    assert modem.due(T + 1) == b"\nRING\n"


def test_a_raw_packet() -> None:
    modem = quiet()
    told(modem, "AT+VCID=2")
    modem.ring(None, rings=0, now=T)
    packet = bytes.fromhex(modem.due(T + 2).decode())
    assert packet[:-1] == b"\x80\x10" + b"\x01\x0811220538" + b"\x04\x01O" + b"\x08\x01O"
    assert sum(packet) % 256 == 0


def test_hanging_up_ends_the_ringing() -> None:
    modem = quiet()
    modem.ring("1", now=T)
    modem.hang_up()
    assert (modem.next_due, modem.due(T + 99)) == (None, b"")


def test_a_command_without_an_end_is_not_kept() -> None:
    modem = quiet()
    modem.received(b"A" * 100_000, T)
    assert len(modem._command) < 1000
