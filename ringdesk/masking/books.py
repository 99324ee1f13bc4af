"""Which number and which name stand for which: decided by a salt that is not kept."""

import binascii
import hmac
import re
from base64 import b64decode, b64encode
from typing import Final

from ringdesk import numbers
from ringdesk.calls import Presentation

CORE: Final = 7
"""Digits at the end of a number that become others."""
_CONSONANTS: Final = "BCDFGHJKLQRSTVWXZ"
"""No word that says something to a dialect can be made of them."""
_WIDE: Final = {2: "éüñöäçøåæð", 3: "陳林黃張李王吳劉蔡楊許鄭", 4: "𠮷𠀋"}
"""Letters by their length in UTF-8. Those of three are of two bytes in Big5."""
_NONE: Final = (Presentation.PRIVATE, Presentation.UNAVAILABLE, Presentation.PAYPHONE)
_SAYS_NONE: Final = frozenset(
    {
        "ANONYMOUS",
        "AREA",
        "BLOCKED",
        "CALL",
        "CALLER",
        "MESSAGE",
        "MESSAGES",
        "MSG",
        "NAME",
        "NO",
        "NONE",
        "NUMBER",
        "OF",
    }
    | {
        "OFF",
        "ON",
        "OUT",
        "PAY",
        "PAYPHONE",
        "PHONE",
        "PRIVATE",
        "RESTRICTED",
        "UNAVAILABLE",
        "UNKNOWN",
        "WAITING",
        "WITHHELD",
    }
)
"""Words of which what boxes and servers say is made where there is no name."""
_WORDS: Final = re.compile(r"[^\W_]+")

_ENCODED: Final = re.compile(rb"(=\?[\w*-]+\?)([BbQq])(\?)([^? ]*)(\?=)")
"""RFC 2047, 2."""
_UNITS: Final = re.compile(rb"\\u[0-9A-Fa-f]{4}|\\.|[%=][0-9A-Fa-f]{2}|.", re.DOTALL)
"""A byte as it may be written: escaped in JSON, in per cent (RFC 3986, 2.1), quoted-printable, or itself."""


class Book:
    """What was replaced by what, for one recording."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._cores: dict[str, str] = {}
        self._names: dict[bytes, bytes] = {}

    def learn(self, number: str) -> None:
        """A number as its digits; shorter ones are let be."""
        if len(number) >= CORE:
            self._core(number[-CORE:])

    def digits(self, text: str) -> str:
        """The digits with every known number in them replaced, from the right: there a number ends."""
        found = text
        end = len(text)
        while end >= CORE:
            core = text[end - CORE : end]
            if core in self._cores:
                found = found[: end - CORE] + self._cores[core] + found[end:]
                end -= CORE
            else:
                end -= 1
        return found

    def number(self, text: str) -> str:
        """A number that is known to be one."""
        return text if len(text) < CORE else text[:-CORE] + self._core(text[-CORE:])

    def name(self, value: bytes) -> bytes:
        """The name with other letters; what says that there is none stays."""
        bare = value.strip()
        text = bare.decode("utf-8", "replace")
        none = set(_WORDS.findall(text.upper())) <= _SAYS_NONE or numbers.read(text).presentation in _NONE
        if len(bare) < 2 or bare.startswith(b"<") or none:
            return value
        if bare not in self._names:
            self._names[bare] = self._encoded(bare) if _ENCODED.search(bare) else self._units(bare)
        start = value.index(bare)
        return value[:start] + self._names[bare] + value[start + len(bare) :]

    def _core(self, core: str) -> str:
        """Seven other digits, each another than it was; no two numbers get the same."""
        tries = 0
        while core not in self._cores:
            drawn = self._drawn(f"{core} {tries}".encode())
            made = "".join(str((int(digit) + 1 + drawn[at] % 9) % 10) for at, digit in enumerate(core))
            if made not in self._cores.values():
                self._cores[core] = made
            tries += 1
        return self._cores[core]

    def _drawn(self, what: bytes) -> bytes:
        return hmac.digest(self._salt, what, "sha512")

    def _encoded(self, value: bytes) -> bytes:
        """Encoded words (RFC 2047): the same text in the same words."""

        def word(match: re.Match[bytes]) -> bytes:
            head, kind, mark, text, tail = match.groups()
            if kind in b"Qq":
                return head + kind + mark + self._units(text) + tail
            try:
                return head + kind + mark + b64encode(self._letters(b64decode(text, validate=True))) + tail
            except (ValueError, binascii.Error):
                return head + kind + mark + b"A" * len(text) + tail

        return _ENCODED.sub(word, value)

    def _units(self, value: bytes) -> bytes:
        """The letters of what may be written in escapes; each byte is written as it was."""
        units = _UNITS.findall(value)
        plain = [(at, _byte(unit)) for at, unit in enumerate(units)]
        known = [(at, byte) for at, byte in plain if byte is not None]
        for (at, _), byte in zip(known, self._letters(bytes(byte for _, byte in known)), strict=True):
            unit = units[at]
            units[at] = bytes([byte]) if len(unit) == 1 else unit[:1] + f"{byte:02X}".encode()
        made = (b"\\u5f35" if unit[:2] == b"\\u" else unit for unit in units)
        return b"".join(made)

    def _letters(self, data: bytes) -> bytes:
        """Other letters of the same kind and length, in UTF-8 or where it is none in Big5."""
        drawn = self._drawn(data)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return self._two_bytes(data, drawn)
        return b"".join(_other(char, drawn[at % len(drawn)]) for at, char in enumerate(text))

    def _two_bytes(self, data: bytes, drawn: bytes) -> bytes:
        found, at = b"", 0
        while at < len(data):
            pair = data[at] >= 0x81 and data[at + 1 : at + 2] >= b"\x40"
            draw = drawn[at % len(drawn)]
            if pair:
                found += _WIDE[3][draw % len(_WIDE[3])].encode("big5")
            else:
                found += _other(chr(data[at]), draw) if data[at] < 0x80 else b"x"
            at += 2 if pair else 1
        return found


def _byte(unit: bytes) -> int | None:
    """The byte that a unit writes; None for what is no byte."""
    if len(unit) == 1:
        return unit[0]
    return int(unit[1:], 16) if unit[:1] in b"%=" else None


def _other(char: str, draw: int) -> bytes:
    length = len(char.encode())
    if not char.isalpha():
        return char.encode()
    if length > 1:
        return _WIDE[length][draw % len(_WIDE[length])].encode()
    other = _CONSONANTS[draw % len(_CONSONANTS)]
    return (other if char.isupper() else other.lower()).encode()
