"""Boxes on a telephone line that are not there: they say who calls, and are never spoken to.

The forms are those that the codecs of the same names read; each says where it is written down.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from ringdesk.codecs import callerid
from ringdesk.simulators import Incoming, Plan

Record = tuple[float, bytes]
"""When it is written, and what."""

_UNIT: Final = b"^^<U>\x00\x00\x00\x00\x00\x01<S>345678$"
_LETTERS: Final = {True: "P", False: "O"}
_WORDS: Final = {True: "PRIVATE", False: "OUT-OF-AREA"}


class SimulatedBox:
    """A box that writes records of one dialect; it hears nothing, and cannot know whether somebody listens."""

    hears = ready = hangs_up = False

    def __init__(self, records: Callable[[Incoming, float], list[Record]]) -> None:
        self._records = records
        self._plan = Plan()

    @property
    def next_due(self) -> float | None:
        """When the next record is written."""
        return self._plan.next_due

    def opened(self, now: float) -> bytes:
        """Nothing: a box does not know who reads."""
        return b""

    def received(self, data: bytes, now: float) -> bytes:
        """Nothing: a box does not hear."""
        return b""

    def due(self, now: float) -> bytes:
        """One record."""
        return self._plan.take(now)

    def call(self, call: Incoming, now: float) -> float:
        """A call rings."""
        records = self._records(call, now)
        for at, data in records:
            self._plan.add(at, data)
        last = max(at for at, _ in records) - now
        return max(last, (max(call.rings, 1) - 1) * call.cadence)


def dtmf(call: Incoming, now: float) -> list[Record]:
    """Digits between D and C; a reason between D and #."""
    digits = "".join(digit for digit in call.shown or "" if digit.isdecimal())
    text = f"D{digits}C" if digits else "D1#" if call.private else "D2#"
    return [(now + call.told_after, text.encode())]


def mdmf(call: Incoming, now: float) -> list[Record]:
    """A message as it comes from the demodulator, with its channel seizure."""
    at = now + call.told_after
    parameters = [(0x01, f"{_day(at):%m%d%H%M}".encode())]
    parameters.append((0x02, call.shown.encode()) if call.shown else (0x04, _LETTERS[call.private].encode()))
    parameters += [(0x07, _fit(call.shown_name, 50))] if call.shown_name else []
    message = callerid.encode(callerid.MDMF_CALL, callerid.encode_parameters(tuple(parameters)))
    return [(at, b"U" * 30 + message)]


def tci(call: Incoming, now: float) -> list[Record]:
    """One line of 70 columns."""
    at = now + call.told_after
    number = (call.shown or _WORDS[call.private]).rjust(15).encode()
    day, clock = f"{_day(at):%m/%d}".encode(), f"{_day(at):%I:%M %p}".encode()
    line = b"01" + b" " * 5 + day + b" " * 5 + clock + b" " * 4 + number[-15:] + b" " * 11
    return [(at, line + _fit(call.shown_name, 15).ljust(15) + b"\r\n")]


def netcallerid(call: Incoming, now: float) -> list[Record]:
    """Fields between ### and +++."""
    at = now + call.told_after
    absent = b"-PRIVATE CALLER-" if call.private else b"-UNKNOWN CALLER-"
    name = _fit(call.shown_name, 50) if call.shown else absent
    day = f"{_day(at):%m%d%H%M}".encode()
    return [(at, b"###DATE" + day + b"...NMBR" + (call.shown or "").encode() + b"...NAME" + name + b"+++\r")]


def whozz(call: Incoming, now: float) -> list[Record]:
    """Ring, start, off hook, on hook and end on a serial port, in the comprehensive format."""
    return [(at, text + b"\r\n") for at, text in _whozz(call, now)]


def whozz_packets(call: Incoming, now: float) -> list[Record]:
    """The same as packets of an Ethernet Link."""
    return [(at, _UNIT + text) for at, text in _whozz(call, now)]


def _whozz(call: Incoming, now: float) -> list[Record]:
    answered = now + call.rings_for
    over = answered if call.answer is None else answered + call.talk
    seconds = 0 if call.answer is None else max(1, round(call.talk))
    records = [(now + ring * call.cadence, "R") for ring in range(call.rings)]
    records += [] if call.answer is None else [(answered, "F"), (over, "N")]
    details = [(at, f"01 {kind}             {_day(at):%m/%d %H:%M:%S}".encode()) for at, kind in records]
    start = (now + call.told_after, _whozz_call(call, now, "S", 0))
    return sorted([*details, start, (over + 0.01, _whozz_call(call, now, "E", seconds))], key=lambda record: record[0])


def _whozz_call(call: Incoming, at: float, kind: str, seconds: int) -> bytes:
    number = (call.shown or _WORDS[call.private]).encode()[:14].ljust(14)
    head = f"01 I {kind} {seconds:04} G A{min(call.rings, 9)} {_day(at):%m/%d %I:%M %p} ".encode()
    return head + number + b" " + _fit(call.shown_name, 15).ljust(15)


def _day(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _fit(name: str | None, width: int) -> bytes:
    """As much of a name as fits, in whole characters."""
    return (name or "").encode()[:width].decode("utf-8", "ignore").encode()
