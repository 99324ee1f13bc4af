"""Numbers: a raw caller string and the line's region and area code -> what it means; and back to something readable.

Validity is the judgement of the numbering plans (`plan`). The rules here stand in front of them, because no plan knows
them: a caller string may be a word, a short code, an extension, or a local number whose area code only the line knows.
`2698-2989` alone would be a valid number of somebody else.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Self
from urllib.parse import unquote

import msgspec

from ringdesk.calls import CallEvent, Presentation
from ringdesk.errors import BadInput
from ringdesk.numbers import plan
from ringdesk.numbers.plan import Kind, area_as_dialled, known_region, masked, readable, tails
from ringdesk.safetext import SafeText
from ringdesk.why import Why, register

__all__ = [
    "NO_EXTENSIONS",
    "Extensions",
    "Kind",
    "Number",
    "area_as_dialled",
    "known_region",
    "masked",
    "read",
    "read_caller",
    "readable",
    "tails",
]

register(
    {
        "number_payphone": "the caller uses a payphone that gives no number",
        "number_unreadable": "this is no telephone number",
        "number_short": "a short code: nobody's number",
        "number_extension": "one of our own extensions",
        "number_extension_unlisted": "an extension that the settings do not list",
    }
)


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller string means.

    `e164` is None unless the number is valid and may be shown. `national` is what people in the line's region read (the
    digits alone where there is no E.164). `extension` are the digits behind the number, or the extension itself.
    """

    raw: SafeText
    e164: str | None = None
    national: str = ""
    kind: Kind = Kind.NONE
    extension: str | None = None
    presentation: Presentation = Presentation.SHOWN
    why: Why


class Extensions(msgspec.Struct, frozen=True):
    """Our own extensions: pairs of the first and the last of a range, both with the same number of digits."""

    ranges: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Self:
        """From `801`, `800-899` or `8xx` (x is any digit). Raises `BadInput` for anything else."""
        return cls(tuple(_range(pattern) for pattern in patterns))

    def __contains__(self, digits: str) -> bool:
        return any(len(first) == len(digits) and first <= digits <= last for first, last in self.ranges)


NO_EXTENSIONS: Final = Extensions()

_EXTENSION_RANGE: Final = re.compile(r"([0-9]{1,8})-([0-9]{1,8})|([0-9]{1,8})([xX]{0,7})")


def _range(pattern: str) -> tuple[str, str]:
    match = _EXTENSION_RANGE.fullmatch(pattern.strip())
    if match is None:
        raise BadInput(f"{pattern!r} names no extensions; write 801, 800-899 or 8xx")
    first, last, head, free = match.groups()
    if head is not None:
        return head + "0" * len(free), head + "9" * len(free)
    if len(first) != len(last) or first > last:
        raise BadInput(f"{pattern!r} is no range; both ends need the same number of digits, the smaller one first")
    return first, last


_ABSENCES: Final = {
    (Presentation.PRIVATE, "number_withheld"): """
        p a private privatenumber withheld numberwithheld anonymous restricted privdiroff blocked hidden
        隱藏 隱藏號碼 保密 保密號碼 私人號碼 不顯示 不顯示號碼 未顯示 未顯示號碼 未顯示來電號碼""",
    (Presentation.UNAVAILABLE, "number_absent"): """
        o s unavailable notavailable outofarea unknown unknownnumber unknowncaller nonumber nocallerid none null
        無號碼 無來電顯示 無法顯示 無法顯示號碼 不明 不明號碼 未知 未知號碼""",
    (Presentation.PAYPHONE, "number_payphone"): "c payphone coin publicphone 公用電話 公共電話",
}
_WORDS: Final = {word: absence for absence, words in _ABSENCES.items() for word in words.split()}
"""Words in the place of a number, without spaces and signs. The letters are those of MDMF parameter 04 (Telcordia
GR-30: O, P; in Japan also C, S) and A of NCID; the words are what modems, boxes, SIP servers and telephones show."""

_SCHEME: Final = re.compile(r"(?:sips?|tel):", re.IGNORECASE)
_EXTENSION: Final = re.compile(
    r"(?:;ext=|#|x|ext(?:ension|n)?\.?|分機|分机|轉接|轉|转|內線|内线)\s*[:.]?\s*([0-9]{1,8})\s*#?$", re.IGNORECASE
)
_DIALLED: Final = re.compile(r"[\s(\[]*\+?[0-9\s()\[\]./_·・‧\u2010-\u2015\u2212ー-]*")


def read(raw: str, region: str = "TW", area: str = "", extensions: Extensions = NO_EXTENSIONS) -> Number:
    """What `raw` means on a line in `region` (ISO 3166-1 alpha-2) with the area code `area` (with or without its 0).

    Never raises, whatever `raw` is.
    """
    text = SafeText(raw)
    plain = _plain(text)
    absence = _absence(plain)
    if absence is not None:
        return Number(raw=text, presentation=absence[0], why=Why(absence[1]))
    main, extension = _split(plain)
    if not main and extension:
        return _internal(text, extension, listed=extension in extensions)
    digits = "".join(char for char in main if "0" <= char <= "9")
    if not _is_dialled(main):
        return Number(raw=text, presentation=Presentation.UNREADABLE, why=Why("number_unreadable"))
    plus = "+" in main
    if not plus and digits in extensions:
        return _internal(text, digits, listed=True)
    if not plus and len(digits) in (3, 4):
        return Number(raw=text, national=digits, kind=Kind.SHORT, extension=extension, why=Why("number_short"))
    return _public(text, digits, extension, plus=plus, region=region.upper(), area=area)


def presented(raw: str) -> Presentation:
    """The presentation that `read` finds, at a tenth of its price: what a number means is not looked at."""
    plain = _plain(SafeText(raw))
    absence = _absence(plain)
    if absence is not None:
        return absence[0]
    main, extension = _split(plain)
    return Presentation.SHOWN if (not main and extension) or _is_dialled(main) else Presentation.UNREADABLE


def read_caller(event: CallEvent, region: str = "TW", area: str = "") -> CallEvent:
    """The event with what its caller's number means on the line, where the source has not said it and may show it."""
    caller = event.caller
    if caller is None or caller.raw is None or caller.e164 is not None or caller.presentation is not Presentation.SHOWN:
        return event
    number = read(caller.raw, region, area)
    known = msgspec.structs.replace(caller, e164=number.e164, presentation=number.presentation)
    return msgspec.structs.replace(event, caller=known)


def _plain(text: str) -> str:
    """Half-width digits and signs, and of an address (`sip:`, `tel:`) only the user part."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain.isascii():
        plain = "".join(str(unicodedata.decimal(char, char)) for char in plain)
    scheme = _SCHEME.match(plain)
    if scheme or "@" in plain:
        plain = unquote(plain[scheme.end() if scheme else 0 :].partition("@")[0])
        user, *parameters = plain.split(";")
        plain = user + "".join(f";{each}" for each in parameters if each.lower().startswith("ext="))
    return plain


def _absence(plain: str) -> tuple[Presentation, str] | None:
    """The presentation and the reason where a word, nothing, or only zeros stands in the place of a number."""
    word = "".join(char for char in plain.casefold() if char.isalnum())
    return _WORDS.get(word if word.strip("0") else "none")


def _split(plain: str) -> tuple[str, str | None]:
    """The number and the extension behind it, if a label and digits end the string."""
    match = _EXTENSION.search(plain)
    return (plain[: match.start()].rstrip(" ,;-"), match[1]) if match else (plain, None)


def _is_dialled(main: str) -> bool:
    return any("0" <= char <= "9" for char in main) and _DIALLED.fullmatch(main) is not None


def _internal(text: SafeText, digits: str, *, listed: bool) -> Number:
    return Number(
        raw=text,
        national=digits,
        kind=Kind.EXTENSION if listed else Kind.OTHER,
        extension=digits,
        why=Why("number_extension" if listed else "number_extension_unlisted"),
    )


@lru_cache(maxsize=4096)
def _public(text: SafeText, digits: str, extension: str | None, *, plus: bool, region: str, area: str) -> Number:
    """The meaning of the digits in the public network."""
    number, why = plan.international(digits, region) if plus else plan.dialled(digits, region, area)
    if number is not None:
        return Number(
            raw=text,
            e164=plan.e164(number),
            national=plan.shown(number, region),
            kind=plan.kind(number),
            extension=extension,
            why=why,
        )
    if not plus and plan.is_short(digits, region):
        return Number(raw=text, national=digits, kind=Kind.SHORT, extension=extension, why=Why("number_short"))
    as_read = f"+{digits}" if plus else digits
    return Number(raw=text, national=as_read, kind=Kind.OTHER, extension=extension, why=why)
