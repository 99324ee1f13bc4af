"""Caller-ID messages on an FSK line: SDMF and MDMF (Telcordia GR-30-CORE, GR-31-CORE; ETSI EN 300 659-3).

    type(1) length(1) body(length) checksum(1)       all bytes together are 0 modulo 256

`Scanner` finds messages in a stream of bytes that may be noise, with or without the channel seizure (a run of 0x55)
before them; `read` says what a message means. Faults are values, never exceptions.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec

from ringdesk.calls import Caller, Presentation, Via
from ringdesk.codecs import eightbit, linetime
from ringdesk.safetext import SafeText

SDMF_CALL: Final = 0x04
SDMF_WAITING: Final = 0x06
MDMF_CALL: Final = 0x80
MDMF_WAITING: Final = 0x82
ADVICE_OF_CHARGE: Final = 0x86
SHORT_MESSAGE: Final = 0x89
TYPES: Final = frozenset((SDMF_CALL, SDMF_WAITING, MDMF_CALL, MDMF_WAITING, ADVICE_OF_CHARGE, SHORT_MESSAGE))

ABSENT: Final = {
    "P": Presentation.PRIVATE,
    "A": Presentation.PRIVATE,
    "O": Presentation.UNAVAILABLE,
    "S": Presentation.UNAVAILABLE,
    "C": Presentation.PAYPHONE,
}
"""Letters in the place of a number: private, anonymous, out of area, service congestion, coin phone."""

_DATE, _NUMBER, _DIALABLE, _NO_NUMBER, _DIVERTED, _NAME = 0x01, 0x02, 0x03, 0x04, 0x05, 0x07
_WAITING, _CALL_TYPE, _FORWARDED, _REDIRECTING = 0x0B, 0x11, 0x15, 0x1A
_LENGTHS: Final = (
    dict.fromkeys((_NO_NUMBER, _DIVERTED, 0x06, 0x08, _WAITING, _CALL_TYPE, 0x13, _FORWARDED, 0x16), range(1, 2))
    | dict.fromkeys((_NUMBER, _DIALABLE, 0x09, 0x10, _REDIRECTING), range(1, 21))
    | {_DATE: range(8, 9), _NAME: range(1, 51)}
)
"""Known parameters and how long they may be (EN 300 659-3, 5.4)."""
_CALL_TYPE_WAITING: Final = 0x81

_DIVERSION: Final = {1: "busy", 2: "no_answer", 3: "unconditional", 5: "deflection"}
_FORWARDING: Final = {1: "busy", 2: "no_answer", 3: "unconditional", 4: "deflection", 5: "deflection", 6: "unreachable"}

_SEIZURE: Final = b"U" * 10
_AFTER_SEIZURE: Final = re.compile(_SEIZURE + rb".{0,2}\Z", re.DOTALL)
_CONTEXT: Final = len(_SEIZURE) + 2
_HEAD: Final = 10
"""Bytes that tell whether a message begins like one: type, length and the eight digits of a date."""
_ANY_TYPE: Final = re.compile(b"[" + b"".join(re.escape(bytes([kind])) for kind in sorted(TYPES)) + b"]")

Parameters = tuple[tuple[int, bytes], ...]


class Frame(msgspec.Struct, frozen=True):
    """A message whose checksum is right."""

    type: int
    body: bytes


class Fault(StrEnum):
    """What is wrong with a message."""

    CHECKSUM = "checksum"
    TRUNCATED = "truncated"


class Damaged(msgspec.Struct, frozen=True):
    """What looks like a message and cannot be believed; `reason` in words, `data` as it came."""

    fault: Fault
    reason: str
    data: bytes


class Kind(StrEnum):
    """What a message is about."""

    CALL = "call"
    WAITING = "waiting"
    OTHER = "other"


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says. `called` is a second number beside the caller's: the directory number of Telcordia, the called
    one of ETSI. `line_time` is `MM-DD HH:MM` by the exchange's clock. `waiting`: whether messages wait, where it says so.
    `stated`: it gives the caller's number or says why there is none."""

    kind: Kind
    caller: Caller = Caller()
    stated: bool = False
    called: SafeText | None = None
    via: Via | None = None
    line_time: SafeText | None = None
    waiting: bool | None = None


def encode(kind: int, body: bytes) -> bytes:
    """A message as it goes over the line. `body` has at most 255 bytes."""
    block = bytes([kind, len(body)]) + body
    return block + bytes([-sum(block) % 256])


def encode_parameters(parameters: Parameters) -> bytes:
    """The body of an MDMF message."""
    return b"".join(bytes([number, len(data)]) + data for number, data in parameters)


def parameters(body: bytes) -> Parameters:
    """The parameters of an MDMF body in order; one whose length leads beyond the end is left out."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at + 2 <= len(body) and (end := at + 2 + body[at + 1]) <= len(body):
        found.append((body[at], body[at + 2 : end]))
        at = end
    return tuple(found)


def read(frame: Frame) -> Reading:
    """What the message means; never raises."""
    if frame.type == SDMF_CALL:
        return _read_single(frame.body)
    if frame.type == SDMF_WAITING:
        return Reading(kind=Kind.WAITING, waiting=frame.body[2:3] != b"\x6f")
    if frame.type in (MDMF_CALL, MDMF_WAITING):
        reading = read_parameters(parameters(frame.body))
        waits = frame.type == MDMF_WAITING and reading.kind is Kind.CALL
        return msgspec.structs.replace(reading, kind=Kind.WAITING) if waits else reading
    return Reading(kind=Kind.OTHER)


def read_parameters(given: Parameters) -> Reading:
    """What MDMF parameters mean. Of a parameter given twice the first counts.

    A dialable number (0x03) is the caller only where neither a number nor a reason for its absence is given.
    """
    values: dict[int, bytes] = {}
    for parameter, data in given:
        values.setdefault(parameter, data)
    line_time = linetime.eight_digits(values.get(_DATE, b""))
    if _WAITING in values or values.get(_CALL_TYPE) == bytes([_CALL_TYPE_WAITING]):
        waiting = any(values[_WAITING]) if _WAITING in values else None
        return Reading(kind=Kind.WAITING, waiting=waiting, line_time=line_time)
    number, dialable = _text(values, _NUMBER), _text(values, _DIALABLE)
    if not number and _NO_NUMBER not in values:
        number, dialable = dialable, None
    caller = _caller(number, _text(values, _NO_NUMBER))
    return Reading(
        kind=Kind.CALL,
        caller=msgspec.structs.replace(caller, name=_text(values, _NAME)),
        stated=_NUMBER in values or _NO_NUMBER in values,
        called=dialable,
        via=_via(values),
        line_time=line_time,
    )


def _read_single(body: bytes) -> Reading:
    rest = eightbit.read(body[8:])
    absent = rest.upper() if rest.upper() in ABSENT else None
    caller = _caller(None if absent else rest or None, absent)
    return Reading(kind=Kind.CALL, caller=caller, stated=True, line_time=linetime.eight_digits(body[:8]))


def _caller(number: SafeText | None, reason: str | None) -> Caller:
    absent = ABSENT.get((reason or "O").upper(), Presentation.UNAVAILABLE)
    if number and absent is not Presentation.PRIVATE:
        return Caller(raw=number, presentation=Presentation.SHOWN)
    return Caller(presentation=absent)


def _via(values: dict[int, bytes]) -> Via | None:
    number = _text(values, _REDIRECTING)
    if number is None:
        return None
    if _FORWARDED in values:
        return Via(raw=number, reason=_FORWARDING.get(_digit(values[_FORWARDED]), "unknown"))
    return Via(raw=number, reason=_DIVERSION.get(_digit(values.get(_DIVERTED, b"")), "unknown"))


def _digit(data: bytes) -> int:
    """A reason is a binary value by ETSI and an ASCII digit by Telcordia."""
    return data[0] & 0x0F if data else 0


def _text(values: dict[int, bytes], number: int) -> SafeText | None:
    return eightbit.read(values.get(number, b"")) or None


class _Verdict(StrEnum):
    WAIT = "wait"
    NOISE = "noise"


class Scanner:
    """Finds messages in a stream, in any chunking; holds at most one unfinished message.

    In noise any byte may look like the type of a message. A place is believed to be one when it follows a channel seizure
    or begins as messages begin (a date, a known parameter); only there is a fault worth reporting. Elsewhere a message
    counts when its checksum is right and its parameters fill it exactly.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = 0
        self._faulty_until = 0

    @property
    def pending(self) -> bool:
        """Whether bytes are held that may be the beginning of a message."""
        return self._at < len(self._buffer)

    def feed(self, data: bytes) -> list[Frame | Damaged]:
        """The messages that `data` completes."""
        self._buffer += data
        found = self._scan(final=False)
        spare = max(0, self._at - _CONTEXT)
        del self._buffer[:spare]
        self._at -= spare
        self._faulty_until = max(0, self._faulty_until - spare)
        return found

    def flush(self) -> list[Frame | Damaged]:
        """No more bytes will come: what is left is either noise or truncated."""
        found = self._scan(final=True)
        self._buffer.clear()
        self._at = self._faulty_until = 0
        if any(isinstance(one, Frame) for one in found):
            # What seemed truncated was noise that looked like a type byte: the message stood behind it.
            return [one for one in found if isinstance(one, Frame) or one.fault is not Fault.TRUNCATED]
        return found

    def _scan(self, *, final: bool) -> list[Frame | Damaged]:
        found: list[Frame | Damaged] = []
        while match := _ANY_TYPE.search(self._buffer, self._at):
            start = match.start()
            verdict = self._judge(start, final=final)
            if verdict is _Verdict.WAIT:
                self._at = start
                return found
            self._at = start + 1
            if isinstance(verdict, Frame):
                found.append(verdict)
                self._at = start + len(verdict.body) + 3
            elif isinstance(verdict, Damaged):
                if start >= self._faulty_until:
                    found.append(verdict)
                self._faulty_until = max(self._faulty_until, start + self._buffer[start + 1] + 3)
        self._at = len(self._buffer)
        return found

    def _judge(self, start: int, *, final: bool) -> Frame | Damaged | _Verdict:
        head = bytes(self._buffer[start : start + _HEAD])
        if len(head) < 2:
            return _Verdict.NOISE if final else _Verdict.WAIT
        begins = _begins(head)
        if head[1] >= 3 and _AFTER_SEIZURE.search(self._buffer[max(0, start - _CONTEXT) : start]):
            begins = True
        if begins is False and not _may_be_parameters(head):
            return _Verdict.NOISE
        need = head[1] + 3
        block = bytes(self._buffer[start : start + need])
        if begins is False and _SEIZURE in block:
            return _Verdict.NOISE
        if len(block) < need:
            return _unfinished(block, need, believed=begins is True, final=final)
        if sum(block) % 256 == 0:
            body = block[2:-1]
            return Frame(block[0], body) if begins or _fills(body) else _Verdict.NOISE
        if not begins:
            return _Verdict.NOISE
        right = -sum(block[:-1]) % 256
        return Damaged(Fault.CHECKSUM, f"checksum should be {right:02X}, is {block[-1]:02X}", block)


def _unfinished(block: bytes, need: int, *, believed: bool, final: bool) -> Damaged | _Verdict:
    if not final:
        return _Verdict.WAIT
    if not believed:
        return _Verdict.NOISE
    return Damaged(Fault.TRUNCATED, f"truncated: need {need} bytes, have {len(block)}", block)


def _begins(head: bytes) -> bool | None:
    """Whether a message begins like one: a date of eight digits (two may be damaged), or a known parameter
    of a right length.

    None: more bytes are needed to say so.
    """
    kind, length, body = head[0], head[1], head[2:]
    if kind == SDMF_CALL:
        if length < 9 or sum(not 0x30 <= byte <= 0x39 for byte in body) > 2:
            return False
        return True if len(body) == 8 else None
    if kind == SDMF_WAITING:
        if length < 3:
            return False
        return body[2] in b"\x42\x6f" if len(body) > 2 else None
    if len(body) < 2:
        return None if length >= 2 else False
    return body[1] in _LENGTHS.get(body[0], ()) and body[1] + 2 <= length


def _may_be_parameters(head: bytes) -> bool:
    """Whether the first parameter fits, known or not."""
    return head[0] not in (SDMF_CALL, SDMF_WAITING) and len(head) > 3 and head[3] + 2 <= head[1]


def _fills(body: bytes) -> bool:
    return sum(len(data) + 2 for _, data in parameters(body)) == len(body)
