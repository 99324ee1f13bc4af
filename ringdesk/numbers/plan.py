"""The numbering plans: the one place that knows the library `phonenumbers`, and what it does not know.

The library is loaded at the first number, not at start. "Trunk prefix" is the digit that a national number is dialled
with and an international one is not (0 in Taiwan); "area code" is always without it.
"""

import re
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING

from ringdesk.why import Why, register

if TYPE_CHECKING:
    from phonenumbers import PhoneMetadata, PhoneNumber

    Reading = tuple[PhoneNumber | None, Why]

register(
    {
        "number_complete": "a complete number",
        "number_area_added": "a local number; {area} is the area code of the line",
        "number_trunk_added": "the leading {prefix} was missing and is added",
        "number_plus_added": "an international number behind 00",
        "number_no_area": "a local number, and the line has no area code in the settings",
        "number_not_in_area": "a local number, but not one of area {area}",
        "number_too_short": "too short for a number of {region}",
        "number_too_long": "too long for a number of {region}",
        "number_not_valid": "the numbering plan has no such number",
        "number_no_region": "{region} is no region with a numbering plan",
    }
)


class Kind(StrEnum):
    """What sort of number it is. `other` is also a number whose plan does not tell fixed from mobile (North America)."""

    MOBILE = "mobile"
    FIXED = "fixed"
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    VOIP = "voip"
    SHORT = "short"
    EXTENSION = "extension"
    OTHER = "other"
    NONE = "none"


def readable(e164: str, region: str = "TW") -> str:
    """What people in `region` read: `0912-345-678`, `(02)2698-2989`, `0800-022-088`; from abroad `+81 3-1234-5678`.

    A string that is no E.164 number comes back as it is.
    """
    number = _parse(e164, region) if e164.startswith("+") else None
    return e164 if number is None else shown(number, region.upper())


def masked(e164: str, region: str = "TW") -> str:
    """The readable form with only the last digits, and the prefix where three hidden ones remain: `0912-***-678`."""
    text = readable(e164, region)
    groups = re.findall(r"[0-9]+", text)
    total = sum(map(len, groups))
    head = len(groups[0]) if groups else 0
    tail = min(3, total // 2)
    if total - head - tail < 3:
        head = 0
    place = count(1)
    return re.sub(r"[0-9]", lambda digit: "*" if head < next(place) <= total - tail else digit[0], text)


def tails(e164: str) -> tuple[str, ...]:
    """The last 3 and the last 4 digits, by which people name a number ("末三碼"): grams of the search index."""
    digits = e164.removeprefix("+")
    return (digits[-3:], digits[-4:]) if len(digits) >= 4 else ()


def known_region(region: str) -> bool:
    """Whether there is a numbering plan for `region`."""
    return _metadata(region.upper()) is not None


def area_as_dialled(area: str, region: str) -> str:
    """An area code as people say it, with the 0 that is dialled before it (02 for Taipei), where the country dials one."""
    metadata = _metadata(region.upper())
    if not area or metadata is None or metadata.national_prefix != "0" or area.startswith("0"):
        return area
    return f"0{area}"


def international(digits: str, region: str) -> "Reading":
    """What digits behind a plus mean."""
    number = _parse(f"+{digits}", region)
    if number is not None and _valid(number):
        return number, Why("number_complete")
    return None, _refusal(number, digits, region)


def dialled(digits: str, region: str, area: str) -> "Reading":
    """What digits without a plus mean: a local number, a national one, or one behind an international prefix."""
    metadata = _metadata(region)
    if metadata is None:
        return None, Why("number_no_region", {"region": region})
    trunk = metadata.national_prefix or ""
    line_area = "".join(filter(str.isdigit, area))
    area = line_area.removeprefix(trunk)
    headless = bool(trunk) and not digits.startswith(trunk)
    if area and headless:
        local = _parse(f"+{metadata.country_code}{area}{digits}", region)
        if local is not None and _subscriber_in(local, area):
            return local, Why("number_area_added", {"area": area_as_dialled(area, region)})
    number = _parse(digits, region)
    if number is not None and _valid(number):
        if _as_dialled(number, digits, metadata):
            return number, Why("number_complete")
        if len(digits) >= _longest(metadata):
            # A local number lacks at least one digit of area code. So nothing but the prefix is missing: a spreadsheet ate it.
            return number, Why("number_trunk_added", {"prefix": trunk})
    elif digits.startswith("00"):
        # Gateways write 00, the prefix that ITU-T E.164 recommends, also where the country's own is another.
        behind = _parse(f"+{digits[2:]}", region)
        if behind is not None and _valid(behind):
            return behind, Why("number_plus_added")
    if headless and 5 <= len(digits) < _longest(metadata):
        return None, Why("number_not_in_area", {"area": area_as_dialled(area, region)}) if area else Why(
            "number_no_area"
        )
    return None, _refusal(number, digits, region)


def _as_dialled(number: "PhoneNumber", digits: str, metadata: "PhoneMetadata") -> bool:
    """Whether nothing is missing: a prefix stands before it, or the country writes such numbers without one."""
    import phonenumbers

    if number.country_code != metadata.country_code or digits != phonenumbers.national_significant_number(number):
        return True
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(filter(str.isdigit, written)) == digits


def _longest(metadata: "PhoneMetadata") -> int:
    """Digits of the longest fixed-line number, with its area code."""
    lengths = metadata.fixed_line.possible_length if metadata.fixed_line else ()
    return max(lengths, default=0)


def _subscriber_in(number: "PhoneNumber", area: str) -> bool:
    """Whether it is a fixed line whose area code is `area` and not another one that begins with it."""
    import phonenumbers

    types = phonenumbers.PhoneNumberType
    return (
        _valid(number)
        and phonenumbers.number_type(number) in (types.FIXED_LINE, types.FIXED_LINE_OR_MOBILE)
        and phonenumbers.length_of_geographical_area_code(number) == len(area)
    )


def _valid(number: "PhoneNumber") -> bool:
    """Whether the numbering plan has it.

    Stricter than the library in one place: area 02 has eight-digit subscriber numbers only (Taiwan's numbering plan),
    but the library takes seven, and so 412-8888, a service number, for a private line of Taipei.
    """
    import phonenumbers

    if not phonenumbers.is_valid_number(number):
        return False
    taipei = number.country_code == 886 and 20_000_000 <= (number.national_number or 0) <= 29_999_999
    return not taipei


def _refusal(number: "PhoneNumber | None", digits: str, region: str) -> Why:
    import phonenumbers

    reasons = phonenumbers.ValidationResult
    reason = reasons.TOO_LONG if len(digits) > 15 else reasons.TOO_SHORT
    if number is not None:
        reason = phonenumbers.is_possible_number_with_reason(number)
        region = phonenumbers.region_code_for_number(number) or f"+{number.country_code}"
    if reason == reasons.TOO_LONG:
        return Why("number_too_long", {"region": region})
    if reason == reasons.TOO_SHORT and (number is not None or len(digits) < 5):
        return Why("number_too_short", {"region": region})
    return Why("number_not_valid")


def is_short(digits: str, region: str) -> bool:
    """Whether it is a public short code of more than four digits (116123 in Britain)."""
    import phonenumbers

    number = _parse(digits, region) if len(digits) <= 6 else None
    return number is not None and phonenumbers.is_valid_short_number_for_region(number, region)


def e164(number: "PhoneNumber") -> str:
    """`+886912345678`."""
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def kind(number: "PhoneNumber") -> Kind:
    """What sort of number the plan says it is."""
    import phonenumbers

    types = phonenumbers.PhoneNumberType
    kinds = {
        types.MOBILE: Kind.MOBILE,
        types.FIXED_LINE: Kind.FIXED,
        types.TOLL_FREE: Kind.TOLL_FREE,
        types.PREMIUM_RATE: Kind.PREMIUM,
        types.VOIP: Kind.VOIP,
    }
    return kinds.get(phonenumbers.number_type(number), Kind.OTHER)


def shown(number: "PhoneNumber", region: str) -> str:
    """What people in `region` read."""
    import phonenumbers

    formats = phonenumbers.PhoneNumberFormat
    if number.country_code != phonenumbers.country_code_for_region(region):
        return phonenumbers.format_number(number, formats.INTERNATIONAL)
    if number.country_code == 886:
        return _taiwanese(number)
    return phonenumbers.format_number(number, formats.NATIONAL)


def _taiwanese(number: "PhoneNumber") -> str:
    """As it stands on a Taiwanese name card; the library would write 080 002 2088 and 02 2698 2989."""
    import phonenumbers

    digits = phonenumbers.national_significant_number(number)
    area = phonenumbers.length_of_geographical_area_code(number)
    if area:
        rest = digits[area:]
        cut = {8: 4, 7: 3, 6: 3}.get(len(rest), 0)
        return f"(0{digits[:area]}){rest[:cut]}{'-' if cut else ''}{rest[cut:]}"
    if len(digits) >= 10:
        return f"0{digits[:2]}-{digits[2:6]}-{digits[6:]}"
    if len(digits) == 9:
        return f"0{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    return f"0{digits[:3]}-{digits[3:]}"


def _parse(text: str, region: str) -> "PhoneNumber | None":
    import phonenumbers

    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _metadata(region: str) -> "PhoneMetadata | None":
    import phonenumbers

    return phonenumbers.PhoneMetadata.metadata_for_region(region, None)
