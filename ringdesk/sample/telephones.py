"""Fictional numbers, all valid in their numbering plans. One index, one number: nobody shares one by accident.

An index becomes a number through multiplication by a prime modulo the size of the range, which hits every number of the
range once before the first returns.
"""

from typing import Final

import msgspec

from ringdesk.members import MemberNumber
from ringdesk.safetext import SafeText

_PRIME: Final = 15_485_863
_PRIME_FIXED: Final = 32_452_843
"""Another one for fixed lines, else a person's two numbers would end in the same digits."""


class Area(msgspec.Struct, frozen=True):
    """Where a fixed line is: area code without 0, how its subscriber numbers begin, and how many digits they have."""

    code: str
    beginnings: tuple[str, ...]
    length: int


class Range(msgspec.Struct, frozen=True):
    """Numbers of one beginning, in E.164 without the plus."""

    beginnings: tuple[str, ...]
    free: int
    """Digits behind the beginning."""

    def number(self, place: int, prime: int = _PRIME) -> str:
        """The digits at `place`, any integer."""
        size = 10**self.free
        place = place * prime % (size * len(self.beginnings))
        return f"{self.beginnings[place // size]}{place % size:0{self.free}d}"


TAIPEI: Final = Area("2", ("22", "23", "25", "26", "27", "28", "29", "87"), 8)
TAOYUAN: Final = Area("3", ("3", "4"), 7)
HSINCHU: Final = Area("3", ("5", "6"), 7)
HUALIEN: Final = Area("3", ("8",), 7)
MIAOLI: Final = Area("37", ("2", "3", "6"), 6)
TAICHUNG: Final = Area("4", ("22", "23", "24"), 8)
CHANGHUA: Final = Area("4", ("7",), 7)
NANTOU: Final = Area("49", ("2",), 7)
CHIAYI: Final = Area("5", ("2", "3"), 7)
TAINAN: Final = Area("6", ("2", "3"), 7)
KAOHSIUNG: Final = Area("7", ("2", "3", "5", "7"), 7)
PINGTUNG: Final = Area("8", ("7",), 7)
KINMEN: Final = Area("82", ("3",), 6)
TAITUNG: Final = Area("89", ("3",), 6)
MATSU: Final = Area("836", ("2",), 5)

_MOBILE: Final = Range(tuple(f"8869{digit}" for digit in range(1, 9)), 7)
_ABROAD: Final = {
    "en": Range(("14155", "14156", "14157"), 6),
    "ja": Range(tuple(f"8190{digit}" for digit in range(1, 10)), 7),
    "ko": Range(("82102", "82103", "82105"), 7),
    "vi": Range(("8490",), 7),
    "id": Range(("62812",), 7),
}

_MOBILE_LABEL: Final = SafeText("手機")


def mobile(place: int, style: int) -> MemberNumber:
    """A Taiwanese mobile number; `style` 0, 1, 2 is how it was typed."""
    digits = _MOBILE.number(place).removeprefix("886")
    groups = f"0{digits[:3]}", digits[3:6], digits[6:]
    raw = SafeText(("-", "", " ")[style].join(groups))
    return MemberNumber(raw=raw, e164=f"+886{digits}", label=_MOBILE_LABEL)


def fixed(area: Area, place: int, label: SafeText, *, usual: bool = False) -> MemberNumber:
    """A fixed line in `area`."""
    beginning = len(area.beginnings[0])
    subscriber = Range(area.beginnings, area.length - beginning).number(place, _PRIME_FIXED)
    raw = SafeText(f"(0{area.code}){subscriber[:-4]}-{subscriber[-4:]}")
    return MemberNumber(raw=raw, e164=f"+886{area.code}{subscriber}", label=label, usual=usual)


def abroad(language: str, place: int) -> MemberNumber | None:
    """A mobile number of the country where most people speak `language`; None without one in the sample."""
    numbers = _ABROAD.get(language)
    if numbers is None:
        return None
    e164 = f"+{numbers.number(place)}"
    return MemberNumber(raw=SafeText(e164), e164=e164, label=_MOBILE_LABEL)
